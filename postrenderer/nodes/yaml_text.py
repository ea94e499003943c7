"""A mapping merged into a YAML text that keeps everything else as it is, comments too."""

from __future__ import annotations

import json
from typing import Any

import yaml

from postrenderer.errors import AcregError
from postrenderer.text import composer
from postrenderer.text.mappings import is_null
from postrenderer.text.scalars import Edit, apply
from postrenderer.text.view import View


def merge(text: str, wanted: dict[str, Any]) -> str:
    """Add to a text what it lacks of a mapping: mappings key by key, lists item by item; other values are replaced.

    Raises:
        AcregError: the text is no YAML mapping, or holds something else where a mapping or a list is to be, or has
            aliases or merge keys through which a change would reach more than its place.
    """
    try:
        return _merge(text, wanted)
    except yaml.YAMLError as error:
        raise AcregError(f"The file is not YAML: {' '.join(str(error).split())}.") from None
    except RecursionError:
        raise AcregError("The file is nested too deep, or an alias in it stands for itself.") from None


def _merge(text: str, wanted: dict[str, Any]) -> str:
    roots = composer.compose(text).roots
    roots = [root for root in roots if not is_null(root)]
    if not roots:
        return _end(text) + yaml.safe_dump(wanted, sort_keys=False, width=2**31)
    if len(roots) > 1:
        raise AcregError("The file holds several documents: merge into one of them by hand.")
    merged = apply(text, _edits(text, roots[0], wanted, ""))
    expected = _merged(View().plain(roots[0]), wanted)
    if View().plain(composer.compose(merged).roots[0]) != expected:
        raise AcregError(
            "The file has aliases or merge keys, through which a change would reach more than its place. Nothing was "
            "written: merge it by hand."
        )
    return merged


def _edits(text: str, node: yaml.Node, wanted: Any, place: str) -> list[Edit]:  # noqa: ANN401  # what JSON can hold
    if isinstance(wanted, dict) and isinstance(node, yaml.MappingNode):
        present = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        edits = []
        missing = {}
        for key, value in wanted.items():
            if key not in present:
                missing[key] = value
            elif is_null(present[key]) and isinstance(value, (dict, list)):
                edits.append(_fill(present[key], value))
            else:
                edits += _edits(text, present[key], value, f"{place}/{key}")
        return edits + ([_insert(text, node, missing)] if missing else [])
    if isinstance(wanted, list) and isinstance(node, yaml.SequenceNode):
        present_items = View().plain(node)
        lacking = [item for item in wanted if _plain(item) not in present_items]
        return [_insert(text, node, lacking)] if lacking else []
    if isinstance(wanted, (dict, list)) or not isinstance(node, yaml.ScalarNode):
        raise AcregError(f"The file holds something else at {place or '/'}: merge it by hand.")
    if node.value == _plain(wanted):
        return []
    return [Edit(node.start_mark.index, node.end_mark.index, json.dumps(wanted))]


def _fill(node: yaml.Node, value: Any) -> Edit:  # noqa: ANN401  # what JSON can hold
    """Put a value in the place of a null, as JSON, which is YAML that fits on a line."""
    return Edit(node.start_mark.index, node.end_mark.index, ("" if node.value else " ") + json.dumps(value))


def _insert(text: str, node: yaml.CollectionNode, items: dict[str, Any] | list[Any]) -> Edit:
    """Write items behind those that a collection has."""
    if node.flow_style:
        close = node.end_mark.index - 1
        inner = json.dumps(items)[1:-1]
        start = close
        while text[start - 1].isspace():
            start -= 1
        return Edit(start, start, f", {inner}" if node.value and text[start - 1] != "," else inner)
    first = node.value[0][0] if isinstance(node, yaml.MappingNode) else node
    indent = " " * first.start_mark.column
    written = yaml.safe_dump(items, sort_keys=False, width=2**31).splitlines()
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = "".join(f"{indent}{line}{line_end}" for line in written)
    end = _line_end(text, _last(node).end_mark.index)
    return Edit(end, end, lines if text[:end].endswith("\n") else f"{line_end}{lines}".rstrip("\r\n"))


def _last(node: yaml.Node) -> yaml.Node:
    """Return the last node that ends where its text ends: block collections reach to the next token."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        if isinstance(last, tuple):
            key, value = last
            is_own = value.start_mark.index >= key.start_mark.index  # an alias's node stands elsewhere
            node = value if is_own and not (is_null(value) and not value.value) else key
        else:
            node = last
    return node


def _line_end(text: str, index: int) -> int:
    if index and text[index - 1] == "\n":
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _end(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _plain(value: Any) -> Any:  # noqa: ANN401  # what JSON can hold
    """A value as the composer has it: all scalars are texts."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


def _merged(old: Any, new: Any) -> Any:  # noqa: ANN401  # what JSON can hold
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return old + [item for item in map(_plain, new) if item not in old]
    return _plain(new)
