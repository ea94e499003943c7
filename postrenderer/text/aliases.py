"""A node written out where an alias of another document stood."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN_LIMIT = 100_000
"""Nodes that the aliases of a document may stand for where they are written out."""


def written_out(node: yaml.Node, budget: Iterator[int] | None = None) -> str:
    """A node as YAML on one line, without anchors and aliases; plain scalars that may be plain there stay plain.

    Args:
        node: the node.
        budget: as many numbers as nodes may be written; WRITTEN_LIMIT if several aliases do not share one.

    Raises:
        RecursionError: the node holds itself, or more nodes than that with its aliases written out.
    """
    written = _in_flow_style(node, iter(range(WRITTEN_LIMIT)) if budget is None else budget)
    listed = yaml.SequenceNode("tag:yaml.org,2002:seq", [written], flow_style=True)
    text: str = yaml.serialize(listed, Dumper=yaml.BaseDumper, width=sys.maxsize, allow_unicode=True)
    return text.strip()[1:-1]


def _in_flow_style(node: yaml.Node, budget: Iterator[int]) -> yaml.Node:
    if next(budget, None) is None:
        raise RecursionError
    if isinstance(node, yaml.MappingNode):
        pairs = [(_in_flow_style(key, budget), _in_flow_style(value, budget)) for key, value in node.value]
        return yaml.MappingNode(node.tag, pairs, flow_style=True)
    if isinstance(node, yaml.SequenceNode):
        return yaml.SequenceNode(node.tag, [_in_flow_style(item, budget) for item in node.value], flow_style=True)
    empty = not node.value and not node.style  # type: ignore[attr-defined]  # the third kind
    return yaml.ScalarNode(node.tag, "null" if empty else node.value, style=node.style)  # type: ignore[attr-defined]  # the third kind
