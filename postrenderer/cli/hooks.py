"""Chart hooks on Helm 3, which never shows them to a post-renderer.

The release is rendered first, as Helm itself would. Hooks with public images are given private ones by values, the
release is rendered once more for proof, and what stays public is refused before anything is installed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import lastrun
from postrenderer.cli import helmargs, helmvalues, inputs, show
from postrenderer.cli.helm import Helm, HelmError
from postrenderer.decide import LEFT, MOVED
from postrenderer.errors import AcregError
from postrenderer.text import stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from postrenderer.settings import Settings

_UNWANTED = ("-o", "--output", "--output-dir", "--no-hooks")
"""Flags that would keep the hooks from being shown. Hooks that are not run are kept in the release all the same."""
_NAMING = {"--generate-name", "-g", "--name-template"}
"""Flags by which Helm makes up the release's name."""
_NAMES = 2


class Job(NamedTuple):
    """A command of Helm's as the user gave it.

    Attributes:
        helm: runs it.
        command: `install`, `upgrade` or `template`.
        arguments: what follows.
        stdin: what Helm reads from standard input.
        reused: values files with what Helm takes over from the release.
    """

    helm: Helm
    command: str
    arguments: list[str]
    stdin: bytes
    reused: list[str]


class _Hooks(NamedTuple):
    """What the cluster could not pull of a release's hooks.

    Attributes:
        public: the references that are not on the private registry, each with its document.
        secretless: the documents with pods that have no pull secret for the private registry.
    """

    public: list[str]
    secretless: list[str]


def make_private(job: Job, settings: Settings, folder: Path, *, allow: bool) -> list[str]:
    """Return the arguments with which no hook of the release has a public image.

    Args:
        job: the command.
        settings: where images must come from.
        folder: a folder for files of ours.
        allow: whether hooks with public images are accepted.

    Raises:
        AcregError: a hook's image stays public; nothing was installed.
        HelmError: Helm cannot render the release.
    """
    # Without a `--`, behind which no flag of ours would count.
    given = helmargs.without((), job.arguments, job.helm.flags(job.command))
    job = _named(job._replace(arguments=given))
    rendered = manifests(job, job.arguments)
    lastrun.begin(rendered, settings.report)
    before = _look_at(rendered, settings)
    if not any(before):
        return given
    overlay, paths = _overlay(job, settings, folder, rendered)
    after = _look_at(manifests(job, [*job.arguments, *overlay]), settings) if overlay else before
    if after.public:
        text = (
            "Helm 3 keeps chart hooks from a post-renderer, and the chart's values do not decide where these images"
            f" come from: {'; '.join(after.public)}."
        )
        if not allow:
            raise AcregError(
                f"{text} Nothing was installed. Use Helm 4, whose hooks pass the post-renderer, make the image one of"
                " the chart's values, or accept it with --allow-public-hooks."
            )
        show.note(f"acreg: warning: {text}")
    if after.secretless:
        show.note(
            "acreg: warning: Helm 3 keeps chart hooks from a post-renderer, and the chart's values give these no pull"
            f" secret: {'; '.join(after.secretless)}. Give one to their service account or to the nodes, or use Helm 4."
        )
    if after == before:
        return given
    show.note(f"acreg: Helm 3 keeps chart hooks from a post-renderer. They are made private by values: {paths}")
    return [*given, *overlay]


def _named(job: Job) -> Job:
    """The command with a name for its release: one that Helm makes up would be another in each rendering."""
    flags = job.helm.flags(job.command)
    if _NAMING.isdisjoint(argument.name for argument in helmargs.split(job.arguments, flags)):
        return job
    return job._replace(arguments=["release-name", *helmargs.without(_NAMING, job.arguments, flags)])


def manifests(job: Job, arguments: Sequence[str]) -> bytes:
    """Return the hooks of a release that would be installed.

    Raises:
        HelmError: Helm cannot render it.
    """
    flags = job.helm.flags(job.command)
    plain = helmargs.without(_UNWANTED, arguments, flags)
    if job.command == "template":
        return _of_template(job, plain)
    dry = [] if any(text.startswith("--dry-run") for text in plain) else ["--dry-run=server"]
    try:
        release = json.loads(job.helm.output(job.command, *plain, *dry, "--output=json", stdin=job.stdin))
    except (HelmError, ValueError) as error:
        # A first installation cannot be tried against a cluster that lacks the chart's own kinds.
        known = helmargs.known_to(job.helm.flags("template"), plain, flags)
        try:
            return _of_template(job, [*helmargs.positional(plain, flags), *known])
        except HelmError:
            if isinstance(error, HelmError):
                raise error from None  # what Helm says of the command that the user typed
            raise
    return inputs.join([b"", *(hook["manifest"].encode() for hook in release.get("hooks") or ())])


def _of_template(job: Job, arguments: Sequence[str]) -> bytes:
    from postrenderer.cli.images import hook_positions  # noqa: PLC0415  # only without a cluster

    data = job.helm.output("template", *arguments, stdin=job.stdin)
    positions = hook_positions(data)
    pieces = [data[one.start : one.end] for one in stream.documents(data) if one.position in positions]
    return inputs.join([b"", *pieces])


def _look_at(raw: bytes, settings: Settings) -> _Hooks:
    from postrenderer.findings import find  # noqa: PLC0415  # Helm 4 needs none of this

    public, secretless = set(), set()
    for document in find(raw, settings):
        name = f"{document.identity.kind} {document.identity.name}"
        public |= {f"{one.source} in {name}" for one in document.images if one.kind in (LEFT, MOVED)}
        if document.additions:
            secretless.add(name)
    return _Hooks(sorted(public), sorted(secretless))


def _overlay(job: Job, settings: Settings, folder: Path, wanted: bytes) -> tuple[list[str], str]:
    """Values that make the hooks private, as Helm's arguments, and their names; nothing if there are none."""
    from postrenderer.cli import chart, overlay, values  # noqa: PLC0415  # most charts have no hooks

    flags = job.helm.flags(job.command)
    named = helmargs.positional(job.arguments, flags)
    known = helmargs.known_to(job.helm.flags("template"), job.arguments, flags, without=_UNWANTED)
    known = [f"--values={name}" for name in job.reused] + known
    name, charted = named if len(named) == _NAMES else ("release-name", named[-1])
    fetched = chart.fetch(job.helm, (name, charted), known, folder, job.stdin)
    lastrun.begin(fetched.render(), settings.report)
    made = overlay.make(fetched.values(), fetched.render, settings, wanted=wanted)
    if not made.values:
        return [], ""
    file = folder / "private-hooks.yaml"
    file.write_text("\n".join(values.lines(made)) + "\n", encoding="utf-8")
    # Helm takes the values of the release over by itself if it is given none, and so not beside ours.
    given = helmvalues.arguments(job.arguments) or {"--reuse-values", "--reset-then-reuse-values"}.intersection(
        job.arguments
    )
    taken_over = [] if given else job.reused
    paths = ", ".join(".".join(map(str, setting.path)) for setting in made.settings)
    return [f"--values={name}" for name in [*taken_over, str(file)]], paths
