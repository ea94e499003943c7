"""`acreg values`: the values that make a chart private by itself, without a post-renderer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from postrenderer.cli import chart, helmvalues, inputs, show
from postrenderer.cli import helm as helm_
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import SettingsError
from postrenderer.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.cli.overlay import Overlay
    from postrenderer.cli.valuetree import ChartValue

_DESCRIPTION = """\
Write a values file that makes a chart and its sub-charts pull from the private registry, as far as the chart's values
allow. acreg renders the chart with every image value marked, to see which values reach which references, and renders it
again with the result. Standard error says how many references the values reach, and which ones are hard-coded: only a
post-renderer reaches those. All other arguments go to Helm unchanged: -f, --set, --version, …"""

_EXAMPLES = """\
examples:
  helm acreg values appcircle/appcircle -f values.yaml > private.yaml
  helm install appcircle-server appcircle/appcircle -f values.yaml -f private.yaml
  helm acreg values oci://registry.example.com/charts/app --version 1.2.3 --registry registry.example.com:8083"""

_MOST = 1


def main(argv: list[str]) -> int:
    """Print the values."""
    parser = Parser("acreg values", "CHART [HELM'S FLAGS] [SETTINGS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("--chart", metavar="CHART", help="the chart, as the other commands name it")
    add_settings(parser, values=False)
    flags, arguments = parser.split(argv)
    from postrenderer.cli import helmargs, overlay  # noqa: PLC0415  # help and wrong usage need neither

    helm = helm_.find()
    known = helm.flags("template")
    positional = [*helmargs.positional(arguments, known), *([str(flags["chart"])] if flags["chart"] else [])]
    if not positional:
        raise SettingsError("name the chart, as `acreg values CHART`: a folder, an archive, repository/name or oci://…")
    name, charted = positional if len(positional) > 1 else ("release-name", positional[0])
    options = [text for argument in helmargs.split(arguments, known) if argument.name for text in argument.written]
    with temporary_folder() as folder:
        stdin = inputs.read_file("-") if helmvalues.reads_stdin(options) else b""
        values = [name for name in os.environ.get("ACREG_VALUES", "").split(os.pathsep) if name]
        values += helmvalues.files(helm, options, folder, stdin)
        effective = inputs.in_effect({**flags, "values": values}, os.environ)
        fetched = chart.fetch(helm, (name, charted), options, folder, stdin)
        made = overlay.make(fetched.values(), fetched.render, effective)
    show.write("\n".join(lines(made)))
    show.note(summary(made))
    if effective.lock:
        show.note("acreg: `lock` does not apply: these values pin no digests, as the post-renderer does.")
    return 0


def lines(overlay: Overlay) -> Iterator[str]:
    """Yield the lines of a values file with comments."""
    yield "# Images from the private registry, by the values of the chart. Written by `acreg values`."
    if not overlay.values:
        yield "{}"
    comments = {_top(setting): setting for setting in overlay.settings}
    yield from _tree(overlay.values, (), comments)


def summary(overlay: Overlay) -> str:
    """Say what the values reach, and what they do not."""
    count = overlay.reached + len(overlay.hard_coded)
    text = f"acreg: {overlay.reached} of {count} references are private with these values."
    if overlay.hard_coded:
        listed = sorted({f"{one.source} in {one.document}" for one in overlay.hard_coded})
        text += f" Hard-coded, so only the post-renderer reaches them: {'; '.join(listed)}."
    return text


def _top(setting: ChartValue) -> tuple[Any, ...]:
    """Where a setting shows in the overlay: lists are written whole."""
    index = next((at for at, key in enumerate(setting.path) if isinstance(key, int)), len(setting.path))
    return setting.path[:index]


def _tree(node: dict[str, Any], path: tuple[Any, ...], comments: dict[tuple[Any, ...], ChartValue]) -> Iterator[str]:
    indent = "  " * len(path)
    for key, value in node.items():
        here = (*path, key)
        if here in comments and comments[here].sources:
            sources = comments[here].sources
            more = f" and {len(sources) - _MOST} more" if len(sources) > _MOST else ""
            yield f"{indent}# instead of {escape.line(', '.join(sources[:_MOST]))}{more}"
        if isinstance(value, dict):
            yield f"{indent}{_scalar(key)}:"
            yield from _tree(value, here, comments)
        elif isinstance(value, list):
            yield f"{indent}{_scalar(key)}:"
            yield from (f"{indent}  {line}" for line in _block(value))
        else:
            yield f"{indent}{_scalar(key)}: {_scalar(value)}"


def _scalar(value: object) -> str:
    return _dump(value).removesuffix("\n").removesuffix("\n...")


def _block(value: list[Any]) -> list[str]:
    return _dump(value).removesuffix("\n").split("\n")


def _dump(value: object) -> str:
    import yaml  # noqa: PLC0415  # the help does not need it

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1 << 20))
