"""Writing values that JSON can hold into a YAML text, in the style of what stands around them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.text.layout import before, content_start, line_end, newline, separator
from postrenderer.text.mappings import STRING_TAG, is_null
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from postrenderer.text.view import View

_STR, _SEQ, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_SAFE_PLAIN = regex(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z0-9-]*")
"""Names that no YAML parser takes for anything but a string."""
_BLOCK_HEADER = regex(r"[|>][-+\d]*")
"""How a block scalar begins; an empty one ends behind its line break (YAML 1.2, 8.1.1)."""


def insert(text: str, view: View, mapping: yaml.MappingNode, field: tuple[str, Any], behind: int = 0) -> Edit:
    """Write a field that a mapping has not in front of one of its keys.

    Args:
        text: what the mapping was composed from.
        view: the document as it will be; it gets the field, too.
        mapping: the mapping.
        field: its name, and a value that JSON can hold.
        behind: how many keys must stay in front of it; if any, one that is no alias follows them.
    """
    write = _insert_flow if mapping.flow_style else _insert_block
    return write(text, view, mapping, field, behind)


def prepend(text: str, view: View, current: yaml.SequenceNode, entries: list[Any]) -> Edit:
    """Write entries in front of those of a list."""
    start = content_start(text, current)
    if current.flow_style:
        start += 1
        between = ", "
        if current.value:
            first = current.value[0].start_mark.index
            start = first if start <= first < current.end_mark.index else start  # an alias stands elsewhere
            between = "," + separator(text, start)
        new = between.join(map(_json, entries)) + (between if current.value else "")
    else:
        after = newline(text, start) + " " * len(before(text, start))
        new = "".join(_block_entry(entry) + after for entry in entries)
    view.prepend(current, [_node(entry, quoted=bool(current.flow_style)) for entry in entries])
    return Edit(start, start, new)


def insert_item(text: str, view: View, sequence: yaml.SequenceNode, index: int, names: list[str]) -> Edit:
    """Write strings in front of one of the items of a list, which stands in the list itself."""
    start = sequence.value[index].start_mark.index
    after = "," + separator(text, start) if sequence.flow_style else newline(text, start) + before(text, start)
    nodes = [_node(name, quoted=True) for name in names]
    view.insert_items(sequence, index, nodes)
    return Edit(start, start, "".join(_json(name) + after for name in names))


def _insert_flow(text: str, view: View, mapping: yaml.MappingNode, field: tuple[str, Any], behind: int) -> Edit:
    """Write the whole field in front of the first key of a flow mapping that it may precede, as JSON."""
    name, value = field
    own = own_keys(mapping)
    index = next(index for index in own if index >= behind) if behind else 0
    is_own = index in own
    start = _key_start(text, mapping.value[index][0]) if is_own else content_start(text, mapping) + len("{")
    view.insert(mapping, index, _key(name, quoted=True), _node(value, quoted=True))
    return Edit(start, start, f'"{name}": {_json(value)},{separator(text, start)}')


def _insert_block(text: str, view: View, mapping: yaml.MappingNode, field: tuple[str, Any], behind: int) -> Edit:
    """Write the whole field in front of a block mapping's `containers` or of another key that is alone on its line."""
    name, value = field
    own = [index for index in own_keys(mapping) if index >= behind]
    order = [*(index for index in own if mapping.value[index][0].value == "containers"), *own] or [0]
    for index in (*order, order[0]):  # the first, if none is alone
        start = _key_start(text, mapping.value[index][0]) if index in own else content_start(text, mapping)
        indent = before(text, start)
        if not indent.strip(" "):
            break
    indent = newline(text, start) + " " * len(indent)
    lines = _block_lines(value, indent, _list_offset(text, mapping))
    view.insert(mapping, index, _key(name), _node(value))
    return Edit(start, start, f"{name}:{lines}{indent}")


def is_free(text: str, mapping: yaml.MappingNode, value: yaml.Node) -> bool:
    """Whether an empty value stands in the mapping itself, behind a colon, and without an anchor or tag in its way.

    A value with an anchor has aliases that are to stay empty, and `!!str ~` is a text.
    """
    key = next((key for key, own in mapping.value if own is value), None)
    start, end = value.start_mark.index, value.end_mark.index
    if key is None or start < key.end_mark.index or "&" in text[start:end]:
        return False
    if "!" in text[start:end] and is_null(value) and value.tag == STRING_TAG:
        return False
    return ":" in text[key.end_mark.index : start]


def fill(
    text: str,
    view: View,
    mapping: yaml.MappingNode,
    current: yaml.Node,
    value: Any,  # noqa: ANN401  # what JSON can hold
) -> list[Edit]:
    """Write the value in the place of an empty one that is free.

    In the place of a null it goes to the lines below the key. It goes there as JSON if there are no lines for it, or
    if the empty value is a text, list or mapping, which may stand anywhere.
    """
    start, end = current.start_mark.index, current.end_mark.index
    key = next(key for key, own in mapping.value if own is current)
    is_plain = isinstance(current, yaml.ScalarNode) and not current.style
    in_line = bool(mapping.flow_style) or not is_plain
    offset = _list_offset(text, mapping)
    view.replace(current, _node(value, quoted=in_line))
    if in_line:
        header = _BLOCK_HEADER.match(text, content_start(text, current))
        if header and current.value:
            end = text.rindex(current.value, header.end(), end) + len(current.value)
        elif header:
            end = header.end()  # a comment or empty lines behind it stay
        space = "" if text[start - 1].isspace() else " "
        return [Edit(start, end, space + _json(value))]
    indent = newline(text, end) + " " * len(before(text, _key_start(text, key)))
    lines = _block_lines(value, indent, offset)
    removed = [Edit(start - 1 if text[start - 1] == " " else start, end, "")] if end > start else []
    if lines.startswith(" "):
        return [Edit(removed[0].start if removed else start, end, lines)]
    below = line_end(text, end)
    return [*removed, Edit(below, below, lines)]


def own_keys(mapping: yaml.MappingNode) -> list[int]:
    """The indices of the keys that stand in a mapping by themselves: an alias has its place where its anchor is."""
    found = []
    reached = mapping.start_mark.index
    for index, (key, value) in enumerate(mapping.value):
        if key.start_mark.index >= reached:
            found.append(index)
        ends = (key.end_mark.index, value.end_mark.index)
        reached = max([reached, *(end for end in ends if end <= mapping.end_mark.index)])
    return found


def _key_start(text: str, key: yaml.Node) -> int:
    """Where a key starts, with the `?` of an explicit one."""
    start: int = key.start_mark.index
    bare = start
    while bare and text[bare - 1] in " \t":
        bare -= 1
    return bare - 1 if 0 < bare < start and text[bare - 1] == "?" else start


def _list_offset(text: str, mapping: yaml.MappingNode) -> str:
    """The spaces by which this mapping indents its lists below their keys: its containers, or the first."""
    first = [pair for pair in mapping.value if pair[0].value == "containers"]
    for key, value in chain(first, mapping.value):
        if isinstance(value, yaml.SequenceNode) and not value.flow_style and value.start_mark:
            start = content_start(text, value)
            indent = before(text, start)
            columns: int = len(indent) - key.start_mark.column
            if start > key.start_mark.index and not indent.strip(" :") and columns >= 0:
                return " " * columns
    return "  "


def _block_lines(value: Any, indent: str, offset: str) -> str:  # noqa: ANN401  # what JSON can hold
    """The text of a value behind its key: on the key's line or on the lines below; a list may stand in its column."""
    if isinstance(value, str):
        return f" {_block_scalar(value)}"
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return "".join(f"{indent}{offset or '  '}{key}: {_block_scalar(text)}" for key, text in value.items())
    if isinstance(value, dict) or len(value) > 1:  # one line, whatever the number
        return f" {_flow(value)}"
    return "".join(indent + offset + _block_entry(entry) for entry in value)


def _block_entry(entry: Any) -> str:  # noqa: ANN401  # a name, or a mapping with one
    return f"- {_block_scalar(entry)}" if isinstance(entry, str) else f"- name: {_block_scalar(entry['name'])}"


def _flow(value: Any) -> str:  # noqa: ANN401  # what JSON can hold
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(below)}' for key, below in value.items())}}}"
    return _block_scalar(value)


def _block_scalar(name: str) -> str:
    return name if _SAFE_PLAIN.fullmatch(name) else _json(name)


def _key(name: str, *, quoted: bool = False) -> yaml.ScalarNode:
    return yaml.ScalarNode(_STR, name, style='"' if quoted else None)


def _node(value: Any, *, quoted: bool = False) -> yaml.Node:  # noqa: ANN401  # what JSON can hold
    """The node that composing the written text will give."""
    if isinstance(value, list):
        return yaml.SequenceNode(_SEQ, [_node(item, quoted=quoted) for item in value])
    if isinstance(value, dict):
        pairs = [(_key(key, quoted=quoted), _node(text, quoted=quoted)) for key, text in value.items()]
        return yaml.MappingNode(_MAP, pairs)
    return yaml.ScalarNode(_STR, value, style='"' if quoted or not _SAFE_PLAIN.fullmatch(value) else None)


def _json(value: Any) -> str:  # noqa: ANN401  # what JSON can hold
    """A value as JSON. The names of Secrets need no escapes, and importing json takes a fiftieth of a run."""
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_json(key)}: {_json(text)}' for key, text in value.items())}}}"
    return f'"{value}"'
