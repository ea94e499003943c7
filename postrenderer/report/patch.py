"""The change of a document as JSON Patch (RFC 6902), for reports."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from postrenderer.text.pointer import Path, pointer
from postrenderer.text.view import View


class Patch(NamedTuple):
    """The changes of a document.

    Attributes:
        operations: JSON Patch operations.
        nodes: for each of them the scalar that it replaces, or the node that it adds.
        before: the document as JSON has it.
        after: the same, changed.
    """

    operations: list[dict[str, Any]]
    nodes: list[yaml.Node]
    before: Any
    after: Any


def patch_of(root: yaml.Node, view: View) -> Patch:
    """The planned change of a document as a patch.

    Raises:
        RecursionError: aliases make the document endless, or larger than 2,000,000 nodes.
    """
    before, after = View().plain(root), view.plain(root)  # first, as these see that a document has no end
    operations = _operations(root, view)
    return Patch([operation for operation, _ in operations], [node for _, node in operations], before, after)


def _operations(root: yaml.Node, view: View) -> list[tuple[dict[str, Any], yaml.Node]]:
    """The operations on a document, each with its node.

    Aliases and merge keys show a change at several places, and each place gets an operation. A value that a duplicate
    key hides gets none. An added node has no place in the text.
    """
    found: list[tuple[dict[str, Any], yaml.Node]] = []
    stack: list[tuple[yaml.Node, Path]] = [(root, None)]
    while stack:
        node, path = stack.pop()
        if isinstance(node, yaml.ScalarNode):
            if view.is_changed(node):
                found.append(({"op": "replace", "path": pointer(path), "value": view.value(node)}, node))
            continue
        steps: list[tuple[yaml.Node, Path]]
        if isinstance(node, yaml.MappingNode):
            steps = [(value, (path, key)) for key, value in dict(view.fields(node)).items()]
        else:
            steps = [(view.node(item), (path, index)) for index, item in enumerate(view.items(node))]
        added = [(item, at) for item, at in steps if not item.start_mark]
        found += [({"op": "add", "path": pointer(at), "value": view.plain(item)}, item) for item, at in added]
        stack.extend((item, at) for item, at in reversed(steps) if item.start_mark)
    return found
