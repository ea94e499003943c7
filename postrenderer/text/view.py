"""A document as it will be: the nodes that were read, seen through what is planned. No node is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.text import mappings

if TYPE_CHECKING:
    from collections.abc import Iterable


_PLAIN_LIMIT = 2_000_000
"""Nodes that a document may have with its aliases written out."""


class View:
    """What will be read back where a node stands now.

    A change is remembered for the node itself. So it shows wherever the node does: at its anchor, at each of its
    aliases, and in each mapping that merges it.
    """

    def __init__(self) -> None:
        self._values: dict[int, str] = {}
        self._replacements: dict[int, yaml.Node] = {}
        self._items: dict[int, list[yaml.Node]] = {}
        self._entries: dict[int, list[tuple[yaml.Node, yaml.Node]]] = {}

    def change(self, scalar: yaml.ScalarNode, value: str) -> None:
        """Plan a new value of a scalar."""
        self._values[id(scalar)] = value

    def replace(self, old: yaml.Node, node: yaml.Node) -> None:
        """Plan another node in the place of a scalar, or of an empty list or mapping."""
        self._replacements[id(old)] = node

    def prepend(self, sequence: yaml.SequenceNode, items: Iterable[yaml.Node]) -> None:
        """Plan more items in front of those of a sequence."""
        self.insert_items(sequence, 0, items)

    def insert_items(self, sequence: yaml.SequenceNode, index: int, items: Iterable[yaml.Node]) -> None:
        """Plan more items of a sequence, in front of the one that stands at an index now."""
        present = self.items(sequence)
        self._items[id(sequence)] = [*present[:index], *items, *present[index:]]

    def insert(self, mapping: yaml.MappingNode, index: int, key: yaml.Node, value: yaml.Node) -> None:
        """Plan an entry more of a mapping, in front of the one that stands at an index now."""
        entries = list(self.entries(mapping))
        entries.insert(index, (key, value))
        self._entries[id(mapping)] = entries

    @property
    def planned(self) -> set[int]:
        """The nodes, by their id(), in whose place something else will be read, or more."""
        return {*self._values, *self._replacements, *self._items, *self._entries}

    def is_changed(self, scalar: yaml.Node) -> bool:
        """Whether a scalar gets another value."""
        return id(scalar) in self._values

    def node(self, node: yaml.Node) -> yaml.Node:
        """The node that stands in the place of a node."""
        return self._replacements.get(id(node), node)

    def value(self, scalar: yaml.Node) -> str:
        """The value of a scalar."""
        value: str = self._values.get(id(scalar), scalar.value)
        return value

    def items(self, sequence: yaml.Node) -> list[yaml.Node]:
        """The items of a sequence."""
        items: list[yaml.Node] = self._items.get(id(sequence), sequence.value)
        return items

    def entries(self, mapping: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
        """The keys and values of a mapping, merge keys included."""
        entries: list[tuple[yaml.Node, yaml.Node]] = self._entries.get(id(mapping), mapping.value)
        return entries

    def content(self, node: yaml.Node) -> Any:  # noqa: ANN401  # as the nodes have it
        """The value of a scalar, the items of a sequence, or the keys and values of a mapping."""
        if isinstance(node, yaml.ScalarNode):
            return self.value(node)
        return self.items(node) if isinstance(node, yaml.SequenceNode) else self.entries(node)

    def plain(self, root: yaml.Node) -> Any:  # noqa: ANN401  # what JSON can hold
        """A document as JSON has it: all scalars as strings, merge keys resolved, of duplicate keys the last.

        Raises:
            RecursionError: aliases make it endless, or larger than 2,000,000 nodes.
        """
        budget = iter(range(_PLAIN_LIMIT))

        def convert(node: yaml.Node) -> Any:  # noqa: ANN401  # what JSON can hold
            if next(budget, None) is None:
                raise RecursionError
            node = self.node(node)
            if isinstance(node, yaml.MappingNode):
                return {key: convert(value) for key, value in self.fields(node)}
            if isinstance(node, yaml.SequenceNode):
                return [convert(item) for item in self.items(node)]
            return self.value(node)

        return convert(root)

    def fields(self, mapping: yaml.MappingNode) -> list[tuple[str, yaml.Node]]:
        """The entries of a mapping with merge keys resolved, as `mappings.fields`."""
        return [(key, self.node(value)) for key, value in mappings.fields(mapping, self.entries)]
