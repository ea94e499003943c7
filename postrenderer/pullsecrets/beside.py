"""Mappings beside an image: ECK's Elasticsearch has `spec.image` and `spec.nodeSets[].podTemplate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.text.mappings import fields, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.text.pointer import Path

NEAR = 4
"""How many steps below the mapping of an image a pod template of any API may be: `nodeSets/0/podTemplate/spec`."""
_LEVELS = 6
"""The same for a place that an API is known to have: RisingWave's `components/meta/nodeGroups/0/template/spec`."""
_OBJECT = frozenset(("apiVersion", "kind"))


def mappings(node: yaml.Node | None, path: Path) -> Iterator[Path]:
    """The places of the mappings below a node, without other objects; one place for a mapping with aliases.

    Args:
        node: the node.
        path: where it stands.
    """
    seen: set[int] = set()
    level: list[tuple[yaml.Node | None, Path]] = [(node, path)]
    for _ in range(_LEVELS):
        below: list[tuple[yaml.Node | None, Path]] = []
        for above, at in level:
            for child, place in _children(above, at):
                if id(child) not in seen and not fields_of(child).keys() >= _OBJECT:
                    seen.add(id(child))
                    below.append((child, place))
        yield from (place for child, place in below if isinstance(child, yaml.MappingNode))
        level = below


def _children(node: yaml.Node | None, path: Path) -> Iterator[tuple[yaml.Node, Path]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((child, (path, name)) for name, child in fields(node))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((child, (path, index)) for index, child in enumerate(node.value))
