"""From planned changes to edited text, and the proof that the text says what was planned."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer.sites.secrets import decoded, encoded
from postrenderer.sites.site import Path, pointer
from postrenderer.sites.walk import fields
from postrenderer.text.scalars import Edit, apply, in_text

if TYPE_CHECKING:
    from collections.abc import Iterable


class Change(NamedTuple):
    """New text for parts of one scalar's value, decoded if it is base64."""

    node: yaml.ScalarNode
    edits: list[Edit]
    encoding: str


def rewrite(text: str, changes: Iterable[Change]) -> list[Edit]:
    """Change the nodes' values as planned.

    Returns:
        The edits that do the same to the text that the nodes were composed from.

    Raises:
        ValueError: a value cannot be found again in its text.
    """
    edits = []
    for node, planned, encoding in changes:
        parts = _encoded(node.value, planned) if encoding else planned
        edits += in_text(text, node, parts)
        if not node.style and any("[" in part.text for part in parts):
            node.style = "'"
        node.value = apply(node.value, parts)
    return edits


def keys_among(root: yaml.Node, changes: Iterable[Change]) -> bool:
    """Whether a scalar that is to change is a key too, as an alias of a key is."""
    changed = {id(change.node) for change in changes}
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
            continue
        for key, value in node.value:
            if id(key) in changed:
                return True
            stack += (key, value)
    return False


def operations(root: yaml.Node, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """What was done to a document's nodes, as JSON Patch operations (RFC 6902).

    Aliases and merge keys show a change at several places, each of which gets an operation. What a duplicate key hides
    gets none. A node without a place in the text is one that was added.

    Args:
        root: the document, of which plain() can be made.
        changes: those that were made to its scalars.
    """
    changed = {id(change.node) for change in changes}
    found: list[dict[str, Any]] = []
    stack: list[tuple[yaml.Node, Path]] = [(root, None)]
    while stack:
        node, path = stack.pop()
        if isinstance(node, yaml.ScalarNode):
            if id(node) in changed:
                found.append({"op": "replace", "path": pointer(path), "value": node.value})
            continue
        items = dict(fields(node)).items() if isinstance(node, yaml.MappingNode) else enumerate(node.value)
        steps: list[tuple[yaml.Node, Path]] = [(item, (path, step)) for step, item in items]
        found += [{"op": "add", "path": pointer(at), "value": plain(item)} for item, at in steps if not item.start_mark]
        stack.extend((item, at) for item, at in reversed(steps) if item.start_mark)
    return found


def _encoded(value: str, edits: list[Edit]) -> list[Edit]:
    """Edits of a base64 value that do what the given ones do to the text in it, line by line as it is wrapped."""
    new = encoded(apply(decoded(value), edits))
    lines = list(re.finditer(r"\S+", value))
    made, position = [], 0
    for line in lines[:-1]:
        length = line.end() - line.start()
        made.append(Edit(line.start(), line.end(), new[position : position + length]))
        position += length
    return [*made, Edit(lines[-1].start(), lines[-1].end(), new[position:])]


def difference(planned: list[yaml.Node], written: list[yaml.Node]) -> str | None:
    """Compare composed documents: tags, values, order, and whether a scalar is plain and so open to interpretation.

    Returns:
        Where the first difference is, as a JSON pointer; None if there is none.
    """
    if len(planned) != len(written):
        return f"{len(planned)} documents became {len(written)}"
    stack: list[tuple[Iterable[Any], Iterable[Any]]] = [(planned, written)]
    seen: set[tuple[int, int]] = set()
    while stack:
        for a, b in zip(*stack.pop()):
            kind = type(a)
            if kind is not type(b) or a.tag != b.tag:
                return _place(planned, a)
            if kind is yaml.ScalarNode:
                if a.value != b.value or (not a.style) is not (not b.style):
                    return _place(planned, a)
            elif len(a.value) != len(b.value):
                return _place(planned, a)
            elif (id(a), id(b)) not in seen:
                seen.add((id(a), id(b)))
                if kind is yaml.SequenceNode:
                    stack.append((a.value, b.value))
                else:
                    stack.append((chain.from_iterable(a.value), chain.from_iterable(b.value)))
    return None


def _place(roots: list[yaml.Node], wanted: yaml.Node) -> str:
    """Where a node of documents stands, as a JSON pointer; a key stands where its mapping does."""
    stack: list[tuple[yaml.Node, Path]] = [(root, None) for root in roots]
    seen: set[int] = set()
    while True:  # it is there
        node, path = stack.pop()
        if node is wanted:
            return pointer(path)
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += ((item, (path, index)) for index, item in enumerate(node.value))
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            stack += ((key, path), (value, (path, key.value)))


PLAIN_LIMIT = 2_000_000
"""Nodes that a document may have with its aliases written out."""


def plain(root: yaml.Node) -> Any:  # noqa: ANN401  # what JSON can hold
    """A composed document as JSON has it, all scalars as strings, merge keys resolved, of duplicate keys the last.

    Raises:
        RecursionError: aliases make it endless, or larger than PLAIN_LIMIT.
    """
    budget = iter(range(PLAIN_LIMIT))

    def convert(node: yaml.Node) -> Any:  # noqa: ANN401  # what JSON can hold
        if next(budget, None) is None:
            raise RecursionError
        if isinstance(node, yaml.MappingNode):
            return {key: convert(value) for key, value in fields(node)}
        if isinstance(node, yaml.SequenceNode):
            return [convert(item) for item in node.value]
        return node.value

    return convert(root)
