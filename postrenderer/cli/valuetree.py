"""Values of a chart as a tree, and settings in it."""

from __future__ import annotations

import copy
from typing import Any, Callable, NamedTuple, Optional, Union

ValuePath = tuple[Union[str, int], ...]
"""Where a value stands: mapping keys and list indices."""

Render = Callable[[Optional[dict[str, Any]]], bytes]
"""Renders a chart with more values on top of those that it has."""


class ChartValue(NamedTuple):
    """A value of the overlay, and the references that it was found in."""

    path: ValuePath
    value: Any
    sources: list[str]


def assign(tree: dict[str, Any], values: object, path: ValuePath, new: object) -> None:
    """Set a value in a tree of values; a list that it stands in is taken over from `values` whole."""
    node: Any = tree
    given: Any = values  # what stands in the same place
    for key, following in zip(path, path[1:]):
        known = isinstance(given, list) or (isinstance(given, dict) and key in given)
        given = given[key] if known else None
        if isinstance(node, dict) and key not in node:
            node[key] = copy.deepcopy(given) if isinstance(following, int) else {}
        node = node[key]
    node[path[-1]] = new
