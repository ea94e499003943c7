"""Templates in a text that YAML reads all the same: `{{ .image }}` is a mapping that is a key of another mapping."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGN = "{{"
"""How a template begins."""
WHOLE = regex(r"\{\{[^{}]*\}\}")
"""A template; it may have line breaks (Go 1.16)."""
_Span = TypeVar("_Span", bound=Any)


def places(roots: Iterable[yaml.Node]) -> list[range]:
    """Where the templates stand, in their order, as indices into the text that was composed."""
    found: list[range] = []
    stack: list[yaml.Node] = list(roots)
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
        elif isinstance(node, yaml.MappingNode):
            if node.flow_style and any(isinstance(key, yaml.MappingNode) for key, _ in node.value):
                found.append(range(node.start_mark.index, node.end_mark.index))
            else:
                stack += [value for _, value in node.value]
    return sorted(found, key=lambda place: place.start)


def within(found: list[range], spans: Iterable[_Span]) -> list[_Span]:
    """Those of some spans, which have a `start`, that start in one of these places."""
    starts = [place.start for place in found]
    return [span for span in spans if found and span.start in found[bisect_right(starts, span.start) - 1]]
