"""Pull secrets: what a mapping lacks, and how it merges with what is there.

Source: `imagePullSecrets` of PodSpec and ServiceAccount, Kubernetes API core/v1: a list of `{name: …}`. Custom
resources have other names and forms for it; a list that has entries gets more of the form of its first.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer.apis.forms import NAME, NAMES, OBJECT, OBJECTS, REFERENCE
from postrenderer.errors import AcregError
from postrenderer.text.layout import before, content_start, line_end, newline, separator
from postrenderer.text.pointer import Path, pointer
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    from postrenderer.text.view import View

_ONE = (OBJECT, NAME, REFERENCE)
"""The forms that hold one secret alone."""


class Field(NamedTuple):
    """The name of the field that holds pull secrets, and its form as the catalogue calls it."""

    name: str = "imagePullSecrets"
    form: str = OBJECTS


POD_SPEC = Field()


class Holder(NamedTuple):
    """A mapping that has to have the pull secrets.

    Attributes:
        node: the mapping.
        paths: all the paths that lead to it.
        field: its field for them.
        namespace: that of its object; empty if it does not say.
    """

    node: yaml.MappingNode
    paths: list[Path]
    field: Field = POD_SPEC
    namespace: str = ""


_STR, _SEQ, _MAP = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_SAFE_PLAIN = regex(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z0-9-]*")
"""Names that no YAML parser takes for anything but a string."""


class Addition(NamedTuple):
    """Pull secrets that a mapping lacked and has now."""

    names: list[str]
    paths: list[Path]
    """Where the mapping stands, once for each alias that leads to it."""


def missing(view: View, holder: Holder, names: tuple[str, ...]) -> list[str]:
    """The pull secrets of these names that a mapping lacks, as the document will be; where one is enough, the first."""
    current = _current(view, holder)
    if holder.field.form in _ONE:
        return list(names[:1]) if current is None or _is_empty(current) else []
    items = view.items(current) if isinstance(current, yaml.SequenceNode) else ()
    present = {_name(view, item) for item in items}
    return [name for name in names if name not in present]


def obstacle(text: str, view: View, holder: Holder, names: tuple[str, ...]) -> str:
    """Why a custom resource cannot take these pull secrets, in plain words; empty if it can, or has them."""
    current, field = _current(view, holder), holder.field
    place = f"`{field.name}` at {pointer((holder.paths[0], field.name))}"
    if field.form == REFERENCE and not holder.namespace and (current is None or _is_empty(current)):
        return f"{place} needs a namespace, and the object does not say its own: fill it in"
    if current is None:
        return ""
    if _is_empty(current):
        fits = isinstance(current, yaml.SequenceNode) and field.form not in _ONE
        return "" if fits or _is_free(text, holder.node, current) else f"{place} is an alias or has one: fill it in"
    if field.form not in _ONE:
        return "" if isinstance(current, yaml.SequenceNode) else f"{place} is not a list: correct it"
    held = _name(view, current)
    return "" if held in names else f"{place} holds `{held}` and takes one Secret alone: see that it opens the registry"


def add(text: str, view: View, holder: Holder, names: list[str]) -> list[Edit]:
    """Plan to add pull secrets to a mapping that lacks them, in front of those that it has.

    Args:
        text: what the mapping was composed from.
        view: the document as it will be; it gets what is planned, too.
        holder: the pod spec, ServiceAccount or part of a custom resource; it has at least one key.
        names: the secrets that it lacks.

    Returns:
        The edits of the text that add them.

    Raises:
        AcregError: the field holds something else.
    """
    mapping, field = holder.node, holder.field
    current = _current(view, holder)
    if isinstance(current, yaml.SequenceNode) and field.form not in _ONE:
        return [_extend(text, view, current, names, field)]
    value = _value(names, holder)
    if current is None or all(own is not current for _, own in mapping.value):  # of its own it has none
        return [insert(text, view, mapping, field, value)]
    if _is_empty(current) and _is_free(text, mapping, current):
        return _fill(text, view, mapping, current, value)
    raise AcregError(
        f"`{field.name}` at {pointer((holder.paths[0], field.name))} is not a list, so pull secrets cannot be added. "
        "Correct the chart's values, or run with --no-pull-secrets."
    )


def insert(text: str, view: View, mapping: yaml.MappingNode, field: Field, value: Any) -> Edit:  # noqa: ANN401
    """Write a field that a mapping has not, with a value that JSON can hold, in front of one of its keys."""
    write = _insert_flow if mapping.flow_style else _insert_block
    return write(text, view, mapping, field, value)


def _current(view: View, holder: Holder) -> yaml.Node | None:
    """What stands in the field; None if nothing does."""
    return dict(view.fields(holder.node)).get(holder.field.name)


def _is_empty(value: yaml.Node) -> bool:
    """Whether a value is null, or an empty text, list or mapping."""
    return not value.value or (isinstance(value, yaml.ScalarNode) and not value.style and value.value in _NULL)


def _is_free(text: str, mapping: yaml.MappingNode, value: yaml.Node) -> bool:
    """Whether an empty value stands in the mapping itself, behind a colon, and without an anchor or tag in its way.

    A value with an anchor has aliases that are to stay empty.
    """
    key = next((key for key, own in mapping.value if own is value), None)
    start, end = value.start_mark.index, value.end_mark.index
    if key is None or start < key.end_mark.index or "&" in text[start:end]:
        return False
    return ":" in text[key.end_mark.index : start]


def _value(names: list[str], holder: Holder) -> Any:  # noqa: ANN401  # what JSON can hold
    """What the field holds when it holds these secrets alone."""
    form = holder.field.form
    entries = [_entry(name, form) for name in names]
    if form == REFERENCE:
        return {**entries[0], "namespace": holder.namespace}
    return entries[0] if form in _ONE else entries


def _entry(name: str, form: str) -> Any:  # noqa: ANN401  # what JSON can hold
    return name if form in (NAMES, NAME) else {"name": name}


def _name(view: View, item: yaml.Node) -> str:
    """The name that an entry of a list of pull secrets holds; empty if it holds none."""
    name = dict(view.fields(item)).get("name") if isinstance(item, yaml.MappingNode) else item
    return name.value if isinstance(name, yaml.ScalarNode) else ""


def _extend(text: str, view: View, current: yaml.SequenceNode, names: list[str], field: Field) -> Edit:
    """Write names in front of the entries of a list, in the form of its first: plain names or `{name: …}`."""
    if current.value:
        field = Field(form=NAMES if isinstance(current.value[0], yaml.ScalarNode) else OBJECTS)
    entries = [_entry(name, field.form) for name in names]
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


def _insert_flow(
    text: str,
    view: View,
    mapping: yaml.MappingNode,
    field: Field,
    value: Any,  # noqa: ANN401  # what JSON can hold
) -> Edit:
    """Write the whole field in front of a flow mapping's first key, as JSON."""
    is_own = 0 in _own_keys(mapping)
    start = _key_start(text, mapping.value[0][0]) if is_own else content_start(text, mapping) + len("{")
    view.insert(mapping, 0, _key(field, quoted=True), _node(value, quoted=True))
    return Edit(start, start, f'"{field.name}": {_json(value)},{separator(text, start)}')


def _insert_block(
    text: str,
    view: View,
    mapping: yaml.MappingNode,
    field: Field,
    value: Any,  # noqa: ANN401  # what JSON can hold
) -> Edit:
    """Write the whole field in front of a block mapping's `containers` or of another key that is alone on its line."""
    order = [index for index, (key, _) in enumerate(mapping.value) if key.value == "containers"]
    own = _own_keys(mapping)
    order = [*(index for index in order if index in own), *own] or [0]
    for index in (*order, order[0]):  # the first, if none is alone
        start = _key_start(text, mapping.value[index][0]) if index in own else content_start(text, mapping)
        indent = before(text, start)
        if not indent.strip(" "):
            break
    indent = newline(text, start) + " " * len(indent)
    lines = _block_lines(value, indent, _list_offset(text, mapping))
    view.insert(mapping, index, _key(field), _node(value))
    return Edit(start, start, f"{field.name}:{lines}{indent}")


def _fill(
    text: str,
    view: View,
    mapping: yaml.MappingNode,
    current: yaml.Node,
    value: Any,  # noqa: ANN401  # what JSON can hold
) -> list[Edit]:
    """Write the value in the place of an empty one.

    In the place of a null it goes to the lines below the key. It goes there as JSON if there are no lines for it, or
    if the empty value is a text, list or mapping, which may stand anywhere.
    """
    start, end = current.start_mark.index, current.end_mark.index
    key = next(key for key, own in mapping.value if own is current)
    is_null = isinstance(current, yaml.ScalarNode) and not current.style
    in_line = bool(mapping.flow_style) or not is_null
    offset = _list_offset(text, mapping)
    view.replace(current, _node(value, quoted=in_line))
    if in_line:
        start = start if is_null else content_start(text, current)
        space = "" if text[start - 1].isspace() else " "
        return [Edit(start, end, space + _json(value))]
    indent = newline(text, end) + " " * len(before(text, _key_start(text, key)))
    lines = _block_lines(value, indent, offset)
    removed = [Edit(start - 1 if text[start - 1] == " " else start, end, "")] if end > start else []
    if isinstance(value, str):
        return [Edit(removed[0].start if removed else start, end, lines)]
    below = line_end(text, end)
    return [*removed, Edit(below, below, lines)]


def _own_keys(mapping: yaml.MappingNode) -> list[int]:
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
    """What stands behind a key: a name on its line, or the lines below; only a list may stand in the key's column."""
    if isinstance(value, str):
        return f" {_block_scalar(value)}"
    if isinstance(value, dict):
        return "".join(f"{indent}{offset or '  '}{key}: {_block_scalar(text)}" for key, text in value.items())
    return "".join(indent + offset + _block_entry(entry) for entry in value)


def _block_entry(entry: Any) -> str:  # noqa: ANN401  # a name, or a mapping with one
    return f"- {_block_scalar(entry)}" if isinstance(entry, str) else f"- name: {_block_scalar(entry['name'])}"


def _block_scalar(name: str) -> str:
    return name if _SAFE_PLAIN.fullmatch(name) else _json(name)


def _key(field: Field, *, quoted: bool = False) -> yaml.ScalarNode:
    return yaml.ScalarNode(_STR, field.name, style='"' if quoted else None)


def _node(value: Any, *, quoted: bool = False) -> yaml.Node:  # noqa: ANN401  # what JSON can hold
    """What composing the written text gives."""
    if isinstance(value, list):
        return yaml.SequenceNode(_SEQ, [_node(item, quoted=quoted) for item in value])
    if isinstance(value, dict):
        pairs = [(_key(Field(key), quoted=quoted), _node(text, quoted=quoted)) for key, text in value.items()]
        return yaml.MappingNode(_MAP, pairs)
    return yaml.ScalarNode(_STR, value, style='"' if quoted or not _SAFE_PLAIN.fullmatch(value) else None)


def _json(value: Any) -> str:  # noqa: ANN401  # what JSON can hold
    """A value as JSON. The names of Secrets need no escapes, and importing json takes a fiftieth of a run."""
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_json(key)}: {_json(text)}' for key, text in value.items())}}}"
    return f'"{value}"'
