"""The change of a document as JSON Patch (RFC 6902), for reports."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from postrenderer.text.pointer import Path, pointer
from postrenderer.text.view import View

PLAIN_LIMIT = 2_000_000
"""Nodes that a document may have with its aliases written out."""


class Patch(NamedTuple):
    """What was done to a document.

    Attributes:
        operations: JSON Patch operations.
        before: the document as JSON has it.
        after: the same, changed.
    """

    operations: list[dict[str, Any]]
    before: Any
    after: Any


def patch(root: yaml.Node, view: View) -> Patch:
    """The planned change of a document as a patch.

    Raises:
        RecursionError: aliases make the document endless, or larger than PLAIN_LIMIT.
    """
    before, after = plain(root), plain(root, view)  # first, as their limit ends what aliases make endless
    return Patch(_operations(root, view), before, after)


def plain(root: yaml.Node, view: View | None = None) -> Any:  # noqa: ANN401  # what JSON can hold
    """A document as JSON has it, all scalars as strings, merge keys resolved, of duplicate keys the last.

    Args:
        root: the composed document.
        view: the changes to see it through, if there are any.

    Raises:
        RecursionError: aliases make it endless, or larger than PLAIN_LIMIT.
    """
    budget = iter(range(PLAIN_LIMIT))
    view = view or View()

    def convert(node: yaml.Node) -> Any:  # noqa: ANN401  # what JSON can hold
        if next(budget, None) is None:
            raise RecursionError
        node = view.node(node)
        if isinstance(node, yaml.MappingNode):
            return {key: convert(value) for key, value in view.fields(node)}
        if isinstance(node, yaml.SequenceNode):
            return [convert(item) for item in view.items(node)]
        return view.value(node)

    return convert(root)


def _operations(root: yaml.Node, view: View) -> list[dict[str, Any]]:
    """What is done to a document's nodes.

    Aliases and merge keys show a change at several places, each of which gets an operation. What a duplicate key hides
    gets none. A node without a place in the text is one that is added.
    """
    found: list[dict[str, Any]] = []
    stack: list[tuple[yaml.Node, Path]] = [(root, None)]
    while stack:
        node, path = stack.pop()
        if isinstance(node, yaml.ScalarNode):
            if view.is_changed(node):
                found.append({"op": "replace", "path": pointer(path), "value": view.value(node)})
            continue
        steps: list[tuple[yaml.Node, Path]]
        if isinstance(node, yaml.MappingNode):
            steps = [(value, (path, key)) for key, value in dict(view.fields(node)).items()]
        else:
            steps = [(view.node(item), (path, index)) for index, item in enumerate(view.items(node))]
        added = [(item, at) for item, at in steps if not item.start_mark]
        found += [{"op": "add", "path": pointer(at), "value": plain(item, view)} for item, at in added]
        stack.extend((item, at) for item, at in reversed(steps) if item.start_mark)
    return found
