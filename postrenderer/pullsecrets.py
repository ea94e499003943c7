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
    """Pull secrets added to one mapping, as edits of the text and as JSON Patch operations (RFC 6902)."""

    edits: list[Edit]
    operations: list[dict[str, Any]]
    names: list[str]
    paths: list[Path]
    """Where the mapping stands, once for each alias that leads to it."""


def add(text: str, mapping: yaml.MappingNode, paths: list[Path], names: tuple[str, ...]) -> Addition | None:
    """Add to a pod spec or ServiceAccount the secrets that it lacks, in front of those that it has.

    The nodes are changed as the text will be, so that a mapping that merges this one sees the change.

    Args:
        text: what the mapping was composed from.
        mapping: the pod spec or ServiceAccount.
        paths: where it stands, once for each alias that leads to it.
        names: the secrets that it has to have.

    Returns:
        None if nothing is missing.

    Raises:
        AcregError: the field holds something that is no list.
    """
    current = dict(fields(mapping)).get(FIELD)
    places: list[Path] = [(path, FIELD) for path in paths]
    if isinstance(current, yaml.SequenceNode):
        present = {_name(item) for item in current.value}
        missing = [name for name in names if name not in present]
        if not missing:
            return None
        entries = _entries(current, missing)
        operations = [_operation((place, index), entry) for place in places for index, entry in enumerate(entries)]
        return Addition([_extend(text, current, entries)], operations, missing, paths)
    objects = [{"name": name} for name in names]
    if current is None:
        write = _insert_flow if mapping.flow_style else _insert_block
        edits = [write(text, mapping, objects)]
    elif isinstance(current, yaml.ScalarNode) and not current.style and current.value in _NULL:
        edits = _fill(text, mapping, current, objects)
    else:
        raise AcregError(
            f"`{FIELD}` at {pointer(places[0])} is no list, so the pull secrets cannot be added. Kubernetes wants a "
            "list of `name: …` entries there: correct the chart's values, or run with --no-pull-secrets."
        )
    return Addition(edits, [_operation(place, objects) for place in places], list(names), paths)


def _operation(place: Path, value: object) -> dict[str, Any]:
    return {"op": "add", "path": pointer(place), "value": value}


def _name(item: yaml.Node) -> object:
    """The name that an entry of a list of pull secrets holds."""
    return dict(fields(item)).get("name", item).value if isinstance(item, yaml.MappingNode) else item.value


def _entries(current: yaml.SequenceNode, names: list[str]) -> list[Any]:
    """New entries of a list in the form of its first: plain names or `{name: …}`."""
    plain = bool(current.value) and current.value[0].id == "scalar"
    return [name if plain else {"name": name} for name in names]


def _extend(text: str, current: yaml.SequenceNode, entries: list[Any]) -> Edit:
    """Write entries in front of those of a list."""
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
    start = mapping.value[0][0].start_mark.index
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
    """Write the list in the place of a null: as lines below the key, or as JSON where there is no line for it."""
    start, end = content_start(text, current), current.end_mark.index
    index = next(index for index, (_, value) in enumerate(mapping.value) if value is current)
    key = mapping.value[index][0]
    in_line = bool(mapping.flow_style) or start != current.start_mark.index
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
    """Where a key of a block mapping starts, with the `?` of an explicit one."""
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
