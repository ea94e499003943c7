"""A node written out where an alias of another document stood."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITTEN_LIMIT = 100_000
"""Nodes that an alias may stand for where it is written out."""


def written_out(node: yaml.Node) -> str:
    """A node as YAML on one line, without anchors and aliases; plain scalars that may be plain there stay plain.

    Raises:
        RecursionError: the node holds itself, or more than _WRITTEN_LIMIT nodes with its aliases written out.
    """
    budget = iter(range(_WRITTEN_LIMIT))
    listed = yaml.SequenceNode("tag:yaml.org,2002:seq", [_in_flow_style(node, budget)], flow_style=True)
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
