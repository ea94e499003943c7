"""Values of a chart as a tree, and settings in it."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple, Optional, Union

Path = tuple[Union[str, int], ...]
"""Where a value stands: mapping keys and list indices."""

Render = Callable[[Optional[dict[str, Any]]], bytes]
"""Renders a chart with more values on top of those that it has."""


class Setting(NamedTuple):
    """A value of the overlay, and the references that it was found in."""

    path: Path
    value: Any
    sources: list[str]


def assign(tree: dict[str, Any], values: object, path: Path, new: object) -> None:
    """Set a value in a tree of values; a list that it stands in is taken over from `values` whole."""
    node: Any = tree
    for key, following in zip(path, [*path[1:], None]):
        values = values[key] if isinstance(values, list) or (isinstance(values, dict) and key in values) else None  # type: ignore[index]
        if following is None:
            node[key] = new
        elif isinstance(following, int):
            node = node[key] = node.get(key) or copy.deepcopy(values) if isinstance(node, dict) else node[key]
        elif isinstance(node, list):
            node = node[int(key)]
        else:
            node = node.setdefault(key, {})
