"""Where a node stands in a document: the way to it, and that way as a JSON pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, TypeVar, Union

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = Optional[tuple["Path", Union[str, int]]]
"""The way to a node from its document's root (None), each step a mapping key or a list index."""

_Value = TypeVar("_Value")


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join("/" + step for step in reversed(steps))


def steps(text: str) -> list[str]:
    """The steps of a JSON pointer, unescaped."""
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def place_of(wanted: yaml.Node, roots: Iterable[yaml.Node]) -> str:
    """Where a node of documents stands, as a JSON pointer; a key stands where its mapping does, a root nowhere."""
    stack: list[tuple[yaml.Node, Path]] = [(root, None) for root in roots]
    seen: set[int] = set()
    while stack:
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
    return ""


def nearest(path: Path, values: dict[int, _Value]) -> _Value:
    """The value of a path, or of the nearest one above it that has one.

    Args:
        path: the path.
        values: by the id() of their paths; the root's, id(None), is there. Paths that are passed get the same value, so
            that none is passed twice.
    """
    passed = []
    while id(path) not in values:
        passed.append(id(path))
        path = path[0] if path else None
    value = values[id(path)]
    values.update(dict.fromkeys(passed, value))
    return value
