"""A chart whose templates write what they wrote before, with other images: for chart hooks on Helm 3.

The file `templates/job.yaml` becomes

    {{- $rendered := include (print .Template.BasePath "/_acreg-job.yaml") . -}}
    {{- if eq .Template.Name "app/templates/job.yaml" -}}
    the text that it is to write
    {{- else -}}{{ $rendered }}{{- end -}}

and its old text stands in `templates/_acreg-job.yaml`, which Helm does not render by itself. So its `define`s are still
there, values that it sets for other templates are set, and a template that includes it, for a checksum, gets what it
got before. Under the name of an alias that is not listed, too, it writes what it wrote before.
"""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from postrenderer.cli import chartfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from postrenderer.cli.chartfiles import Files
    from postrenderer.cli.rendering import RenderedDocument

_FOLDER = "templates/"
_PARTIAL, _NOTES = "_", "NOTES.txt"
"""Files in `templates` that Helm renders to no manifests (Helm's pkg/engine and pkg/action)."""


def some(files: Files, texts: Mapping[str, str]) -> Files:
    """Return the chart with some of its templates replaced by the texts that they are to write.

    Args:
        files: the chart.
        texts: what they are to write, by the full name of the template, such as `app/charts/db/templates/job.yaml`.
    """

    def change(files: Files, path: str, names: Sequence[str]) -> Files:
        wanted = {name: texts[name] for name in names if name in texts}
        if not wanted:
            return {path: files[path]}
        kept = _kept(path, files)
        old = json.dumps(kept.removeprefix(_FOLDER.rstrip("/")))
        start = f"{{{{- $rendered := include (print .Template.BasePath {old}) . -}}}}\n"
        text = start + _choice(wanted, "{{ $rendered }}")
        return {path: text.encode(errors="surrogateescape"), kept: files[path]}

    return _changed(files, [chartfiles.name(files)], change)


def every(files: Files, texts: Mapping[str, str]) -> Files:
    """Return the chart with all of its templates replaced: each writes its text, or nothing if it has none.

    Args:
        files: the chart.
        texts: see `some`.
    """

    def change(files: Files, path: str, names: Sequence[str]) -> Files:
        text = _choice({name: texts[name] for name in names if name in texts}, "")
        kept = {_kept(path, files): files[path]} if b"define" in files[path] else {}
        return {path: text.encode(errors="surrogateescape"), **kept}

    return _changed(files, [chartfiles.name(files)], change)


def texts(documents: Sequence[RenderedDocument]) -> dict[str, str]:
    """Return what each template is to write, by its name."""
    found: dict[str, str] = {}
    for document in documents:
        found[document.template] = f"{found.get(document.template, '')}---\n{document.text}\n"
    return found


def _changed(files: Files, names: Sequence[str], change: Callable[[Files, str, Sequence[str]], Files]) -> Files:
    """Return a chart with changed templates, those of its sub-charts too.

    Args:
        files: the chart.
        names: its full names: `app`, or `app/charts/first` and `app/charts/second` for a sub-chart with two aliases.
        change: makes the files that stand for a template, given the chart, its path and its full names.
    """
    changed: Files = {}
    for path, content in files.items():
        base = posixpath.basename(path)
        if path.startswith(_FOLDER) and not base.startswith(_PARTIAL) and not base.endswith(_NOTES):
            changed.update(change(files, path, [f"{name}/{path}" for name in names]))
        else:
            changed[path] = content
    for where, inside in chartfiles.subcharts(files).items():
        called = chartfiles.names_in(files, chartfiles.name(inside))
        new = _changed(inside, [f"{name}/charts/{one}" for name in names for one in called], change)
        if new != inside:
            changed = chartfiles.with_subchart(changed, where, new)
    return changed


def _choice(texts: Mapping[str, str], other: str) -> str:
    """A template that writes the text of the name under which it is rendered, and something else under any other."""
    if not texts:
        return ""
    branches = [f"if eq .Template.Name {json.dumps(name)} -}}}}\n{_escaped(text)}" for name, text in texts.items()]
    return f"{{{{- {'{{- else '.join(branches)}{{{{- else -}}}}{other}{{{{- end -}}}}\n"


def _kept(path: str, files: Files) -> str:
    """Where the old text of a template goes: to a file that no other has the name of, and that Helm does not render."""
    folder, base = posixpath.split(path)
    kept = f"_acreg-{base}"
    while f"{folder}/{kept}" in files:
        kept = f"_{kept}"
    return f"{folder}/{kept}"


def _escaped(text: str) -> str:
    """A text as a template that writes it."""
    return text.replace("{{", '{{ "{{" }}')
