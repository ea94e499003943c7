"""Chart hooks on Helm 3, which never shows them to a post-renderer.

The release is rendered first, as Helm itself would. If a hook is not private, the release is installed from a copy of
the chart in which the template of that hook writes private text, see `literal`. Before that, one rendering of the copy
proves that the hooks come out private and that everything else comes out as before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import lastrun
from postrenderer.cli import chartfiles, helmargs, literal, rendering
from postrenderer.cli.helm import HelmError
from postrenderer.cli.helmcommand import base_name
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.chain import Inform
    from postrenderer.cli.chartfiles import Files
    from postrenderer.cli.helmcommand import HelmCommand
    from postrenderer.cli.rendering import Rendering
    from postrenderer.rewrite import RewrittenStream
    from postrenderer.settings import Settings

_ROOM = 1 << 20
"""How many bytes the API server lets a Secret have, and Helm stores a release in one."""

_WORD = re.compile(r"[^\s\"',:]{6,}")
"""A word that may be a random value: long enough not to be a small number that stands in many places."""


class _Copy(NamedTuple):
    """A copy of the chart.

    Attributes:
        helm_command: installs it.
        literal: the templates that write a text that is known.
    """

    helm_command: HelmCommand
    literal: set[str]


def make_private(
    helm_command: HelmCommand, settings: Settings, folder: Path, inform: Inform | None
) -> tuple[HelmCommand, RewrittenStream]:
    """Return the command with which every hook is as the post-renderer would make it, and the whole release with it.

    Args:
        helm_command: the command that the user gave to Helm.
        settings: where images must come from.
        folder: a folder for files of ours.
        inform: see `chain.through`.

    Raises:
        AcregError: the release cannot be processed as asked; nothing was installed.
        HelmError: Helm cannot render the release.
    """
    helm_command = helm_command.with_release_name(folder)
    helm_command, before = helm_command.rendered(folder)
    lastrun.note_manifests(rendering.as_stream([*before.documents, *before.hooks]), settings.report)
    private, rewritten = rendering.private_hooks(before, settings)
    more = inform(rewritten.found, settings) if inform else settings
    if more != settings:
        private, rewritten = rendering.private_hooks(before, more)
    changed = {new.template for old, new in zip(before.hooks, private) if old != new}
    if not changed:
        return helm_command, rewritten
    expected = before._replace(hooks=private)
    texts = literal.texts([*expected.documents, *expected.hooks])
    files = chartfiles.fetch(helm_command.helm, helm_command.chart, helm_command.arguments, helm_command.name, folder)
    some = literal.some(files, {name: text for name, text in texts.items() if name in changed})
    copy = _Copy(_for_copy(helm_command, some, folder), changed)
    if not _is_proved(helm_command, copy, before, expected):
        copy = _Copy(_for_copy(helm_command, literal.every(files, texts), folder), set(texts))
        after = copy.helm_command.render()
        wrong = first_difference(expected, after, expected)
        if wrong:
            raise AcregError(
                "Helm 3 keeps chart hooks from a post-renderer, and a copy of the chart with private hooks does not"
                f" render {wrong} as the chart does. Nothing was installed. Use Helm 4, and please report this."
            )
        _see_that_it_fits(expected, after)
    return copy.helm_command, rewritten


def first_difference(expected: Rendering, after: Rendering, again: Rendering) -> str:
    """Return what is not rendered as it should be, such as the name of a template; empty if all is.

    Args:
        expected: what should be rendered.
        after: what was rendered.
        again: what is rendered another time: lines in which this differs from `expected` are random, and may differ in
            `after`, too.
    """
    parts = (
        (expected.documents, after.documents, again.documents),
        (expected.hooks, after.hooks, again.hooks),
    )
    for wanted, got, other in parts:
        if len(wanted) != len(got):
            return f"{len(wanted)} documents, but {len(got)}, and so not all"
        others = other if len(other) == len(wanted) else wanted
        for one, two, three in zip(wanted, got, others):
            if one.template != two.template or not _is_same(one.text, two.text, three.text):
                return one.template
    return "" if _is_same(expected.notes, after.notes, again.notes) else "the notes"


def _is_proved(helm_command: HelmCommand, copy: _Copy, before: Rendering, expected: Rendering) -> bool:
    """Whether a copy of the chart renders what it should; the chart itself is rendered again to know what is random."""
    try:
        after = copy.helm_command.render()
    except HelmError:
        return False  # the chart itself was rendered, so this is of the copy's making
    if first_difference(expected, after, expected):
        again = helm_command.render()
        if len(again.hooks) != len(expected.hooks) or _shares_what_is_random(copy, before, again):
            return False
        hooks = [old if old.template in copy.literal else new for old, new in zip(expected.hooks, again.hooks)]
        if first_difference(expected, after, again._replace(hooks=hooks)):
            return False
    _see_that_it_fits(expected, after)
    return True


def _shares_what_is_random(copy: _Copy, before: Rendering, again: Rendering) -> bool:
    """Whether a hook that is fixed in a copy holds a random value of something that is not fixed."""
    fixed = [(one.text, two.text) for one, two in zip(before.hooks, again.hooks) if one.template in copy.literal]
    values = {word for one, two in fixed for word in {*_WORD.findall(one)} - {*_WORD.findall(two)}}
    others = [one.text for one in (*before.documents, *before.hooks) if one.template not in copy.literal]
    return any(value in text for value in values for text in others)


def _is_same(expected: str, after: str, again: str) -> bool:
    """Whether a text is as it should be, but for lines that are random."""
    if expected == after:
        return True
    if expected == again:
        return False  # nothing of it is random
    wanted, got, other = (text.split("\n") for text in (expected, after, again))
    if len(wanted) != len(other):
        return True  # all of it is random
    return len(wanted) == len(got) and all(one == two or one != three for one, two, three in zip(wanted, got, other))


def _for_copy(helm_command: HelmCommand, files: Files, folder: Path) -> HelmCommand:
    """The command for a copy of the chart, which has the name from which Helm would make that of a release."""
    place = folder / "copy"
    place.mkdir(exist_ok=True)
    archive = place / f"{base_name(helm_command.chart)}.tgz"
    archive.write_bytes(chartfiles.pack(files, chartfiles.name(files)))
    arguments = helmargs.without(chartfiles.ORIGIN, helm_command.arguments, helm_command.flags)
    return helm_command._replace(arguments=helmargs.with_chart(str(archive), arguments, helm_command.flags))


def _see_that_it_fits(expected: Rendering, after: Rendering) -> None:
    """Refuse a copy that makes the release too large for its Secret.

    Raises:
        AcregError: the copy is too large, and the chart is not.
    """
    if expected.size <= _ROOM < after.size:
        raise AcregError(
            f"With private hooks the release would take {after.size} bytes, and a Secret, in which Helm stores it, has"
            f" room for {_ROOM}. Nothing was installed. Use Helm 4, whose hooks pass the post-renderer, or another"
            " storage of releases (HELM_DRIVER=sql)."
        )
