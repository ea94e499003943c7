"""Pull secrets: what a mapping lacks, and how it merges with what is there.

Source: `imagePullSecrets` of PodSpec and ServiceAccount, Kubernetes API core/v1: a list of `{name: …}`. Some custom
resources keep plain names in it; a list of plain names gets plain names.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.layout import before, content_start, line_end, newline, separator
from postrenderer.scalars import Edit
from postrenderer.sites.site import Path, pointer
from postrenderer.sites.walk import fields

FIELD = "imagePullSecrets"

_STR, _SEQ, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_SAFE_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z0-9-]*")
"""Names that no YAML parser takes for anything but a string."""


class Addition(NamedTuple):
    """Pull secrets that a mapping lacked and has now."""

    names: list[str]
    paths: list[Path]
    """Where the mapping stands, once for each alias that leads to it."""


def missing(mapping: yaml.MappingNode, names: tuple[str, ...]) -> list[str]:
    """The pull secrets of these names that a pod spec or ServiceAccount lacks."""
    current = dict(fields(mapping)).get(FIELD)
    present = {_name(item) for item in current.value} if isinstance(current, yaml.SequenceNode) else set()
    return [name for name in names if name not in present]


def add(text: str, mapping: yaml.MappingNode, path: Path, names: list[str]) -> list[Edit]:
    """Add pull secrets to a pod spec or ServiceAccount that lacks them, in front of those that it has.

    The nodes are changed as the text will be, so that a mapping that merges this one sees the change.

    Args:
        text: what the mapping was composed from.
        mapping: the pod spec or ServiceAccount.
        path: where it stands, for errors.
        names: the secrets that it lacks.

    Raises:
        AcregError: the field holds something that is no list.
    """
    current = dict(fields(mapping)).get(FIELD)
    if isinstance(current, yaml.SequenceNode):
        return [_extend(text, current, names)]
    objects = [{"name": name} for name in names]
    if current is None or all(value is not current for _, value in mapping.value):  # of its own it has none
        write = _insert_flow if mapping.flow_style else _insert_block
        return [write(text, mapping, objects)]
    if isinstance(current, yaml.ScalarNode) and not current.style and current.value in _NULL:
        edits = _fill(text, mapping, current, objects)
        if edits:
            return edits
    raise AcregError(
        f"`{FIELD}` at {pointer((path, FIELD))} is no list, so the pull secrets cannot be added. Kubernetes wants a "
        "list of `name: …` entries there: correct the chart's values, or run with --no-pull-secrets."
    )


def _name(item: yaml.Node) -> str:
    """The name that an entry of a list of pull secrets holds; empty if it holds none."""
    name = dict(fields(item)).get("name") if isinstance(item, yaml.MappingNode) else item
    return name.value if isinstance(name, yaml.ScalarNode) else ""


def _extend(text: str, current: yaml.SequenceNode, names: list[str]) -> Edit:
    """Write names in front of the entries of a list, in the form of its first: plain names or `{name: …}`."""
    plain = bool(current.value) and current.value[0].id == "scalar"
    entries: list[Any] = [name if plain else {"name": name} for name in names]
    start = content_start(text, current)
    if current.flow_style:
        start += 1
        after = ""
        if current.value:
            first = current.value[0].start_mark.index
            start = first if start <= first < current.end_mark.index else start  # an alias stands elsewhere
            after = "," + separator(text, start)
        new = "".join(json.dumps(entry) + after for entry in entries[:-1]) + json.dumps(entries[-1]) + after
    else:
        after = newline(text, start) + " " * len(before(text, start))
        new = "".join(_block_entry(entry) + after for entry in entries)
    current.value[:0] = [_node(entry, quoted=bool(current.flow_style)) for entry in entries]
    return Edit(start, start, new)


def _insert_flow(text: str, mapping: yaml.MappingNode, objects: list[dict[str, str]]) -> Edit:
    """Write the whole field in front of a flow mapping's first key, as JSON."""
    start = _key_start(text, mapping.value[0][0])
    mapping.value.insert(0, (_node(FIELD, quoted=True), _node(objects, quoted=True)))
    return Edit(start, start, f'"{FIELD}": {json.dumps(objects)},{separator(text, start)}')


def _insert_block(text: str, mapping: yaml.MappingNode, objects: list[dict[str, str]]) -> Edit:
    """Write the whole field in front of a block mapping's `containers` or of another key that is alone on its line."""
    starts = [_key_start(text, key) for key, _ in mapping.value]

    def rank(index: int) -> tuple[bool, bool]:
        return bool(before(text, starts[index]).strip(" ")), mapping.value[index][0].value != "containers"

    index = min(range(len(starts)), key=rank)
    start = starts[index]
    indent = newline(text, start) + " " * len(before(text, start))
    offset = _list_offset(mapping)
    entries = "".join(indent + offset + _block_entry(entry) for entry in objects)
    mapping.value.insert(index, (_node(FIELD), _node(objects)))
    return Edit(start, start, f"{FIELD}:{entries}{indent}")


def _fill(text: str, mapping: yaml.MappingNode, current: yaml.ScalarNode, objects: list[dict[str, str]]) -> list[Edit]:
    """Write the list in the place of a null: as lines below the key, or as JSON where there is no line for it.

    A null with an anchor has aliases that are to stay null, and one without a colon has no place: both get nothing.
    """
    start, end = current.start_mark.index, current.end_mark.index
    index = next(index for index, (_, value) in enumerate(mapping.value) if value is current)
    key = mapping.value[index][0]
    in_line = bool(mapping.flow_style)
    if "&" in text[start:end] or ":" not in text[key.end_mark.index : start]:
        return []
    offset = _list_offset(mapping)
    mapping.value[index] = (key, _node(objects, quoted=in_line))
    if in_line:
        space = "" if text[start - 1].isspace() else " "
        return [Edit(start, end, space + json.dumps(objects))]
    below = line_end(text, end)
    indent = newline(text, end) + " " * len(before(text, _key_start(text, key))) + offset
    removed = [Edit(start - 1 if text[start - 1] == " " else start, end, "")] if end > start else []
    return [*removed, Edit(below, below, "".join(indent + _block_entry(entry) for entry in objects))]


def _key_start(text: str, key: yaml.Node) -> int:
    """Where a key starts, with the `?` of an explicit one."""
    start: int = key.start_mark.index
    indicator = re.search(r"\?[ \t]+$", before(text, start))
    return start - (len(indicator.group()) if indicator else 0)


def _list_offset(mapping: yaml.MappingNode) -> str:
    """The spaces by which this mapping indents its lists below their keys."""
    for key, value in mapping.value:
        if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.start_mark:
            columns: int = value.start_mark.column - key.start_mark.column
            if value.start_mark.line > key.start_mark.line and columns >= 0:
                return " " * columns
    return "  "


def _block_entry(entry: Any) -> str:  # noqa: ANN401  # a name, or a mapping with one
    name = entry if isinstance(entry, str) else entry["name"]
    scalar = name if _SAFE_PLAIN.fullmatch(name) else json.dumps(name)
    return f"- {scalar}" if isinstance(entry, str) else f"- name: {scalar}"


def _node(value: Any, *, quoted: bool = False) -> yaml.Node:  # noqa: ANN401  # what JSON can hold
    """What composing the written text gives."""
    if isinstance(value, list):
        return yaml.SequenceNode(_SEQ, [_node(item, quoted=quoted) for item in value])
    if isinstance(value, dict):
        return yaml.MappingNode(_MAP, [(_node(k, quoted=quoted), _node(v, quoted=quoted)) for k, v in value.items()])
    quoted = quoted or (value not in (FIELD, "name") and not _SAFE_PLAIN.fullmatch(value))
    return yaml.ScalarNode(_STR, value, style='"' if quoted else None)
