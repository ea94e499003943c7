"""The nodes of a document by their paths, each with the object that it belongs to."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.sites.site import Api
from postrenderer.text import mappings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from postrenderer.text.pointer import Path


class Spot(NamedTuple):
    """A node of a document.

    Attributes:
        node: the node.
        path: where it stands in the document.
        api_version: `apiVersion` of the object that it belongs to.
        kind: its `kind`.
        depth: how many steps it is below that object.
    """

    node: yaml.Node | None
    path: Path
    api_version: str
    kind: str
    depth: int

    @property
    def api(self) -> Api:
        """What the object is that it belongs to."""
        return Api(self.api_version.rpartition("/")[0], self.kind)

    @property
    def steps(self) -> list[str | int]:
        """The way from the object to it."""
        found: list[str | int] = []
        path = self.path
        while path is not None and len(found) < self.depth:
            found.append(path[1])
            path = path[0]
        return found[::-1]


class Spots:
    """The nodes of a document. What was looked at once is kept.

    Args:
        root: the document.
    """

    def __init__(self, root: yaml.Node) -> None:
        self._root = root
        self._spots: dict[int, Spot] = {}
        self._children: dict[int, dict[str, yaml.Node]] = {}

    def at(self, path: Path) -> Spot:
        """The node at a path."""
        way = []
        while path is not None and id(path) not in self._spots:
            way.append(path)
            path = path[0]
        if path is None and id(None) not in self._spots:
            self._spots[id(None)] = self._of_object(Spot(self._root, None, "", "", 0))
        for below in reversed(way):
            self._spots[id(below)] = self.below(self._spots[id(below[0])], below)
        return self._spots[id(way[0] if way else path)]

    def below(self, above: Spot, path: tuple[Path, str | int]) -> Spot:
        """The node one step below another one."""
        node, step = above.node, path[1]
        child = None
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            child = next(iter(node.value[step : step + 1]), None)  # of two lists of a name the last one counts
        elif isinstance(node, yaml.MappingNode):
            child = self.fields(node).get(str(step))
        return self._of_object(Spot(child, path, above.api_version, above.kind, above.depth + 1))

    def _of_object(self, spot: Spot) -> Spot:
        """The spot, as an object of its own if it has `apiVersion` and `kind`."""
        if not isinstance(spot.node, yaml.MappingNode):
            return spot
        named = self.fields(spot.node)
        version, kind = named.get("apiVersion"), named.get("kind")
        if isinstance(version, yaml.ScalarNode) and isinstance(kind, yaml.ScalarNode):
            return spot._replace(api_version=version.value, kind=kind.value, depth=0)
        return spot

    def namespace(self, spot: Spot) -> str:
        """The namespace of the object that a node belongs to; empty if it does not say."""
        path = spot.path
        for _ in range(spot.depth):
            path = path[0] if path else None
        root = self.at(path).node
        metadata = self.fields(root).get("metadata") if isinstance(root, yaml.MappingNode) else None
        namespace = self.fields(metadata).get("namespace") if isinstance(metadata, yaml.MappingNode) else None
        return namespace.value if isinstance(namespace, yaml.ScalarNode) and not mappings.is_empty(namespace) else ""

    def fields(self, mapping: yaml.MappingNode) -> dict[str, yaml.Node]:
        """The fields of a mapping as Kubernetes sees them."""
        if id(mapping) not in self._children:
            self._children[id(mapping)] = dict(mappings.fields(mapping))
        return self._children[id(mapping)]

    def reached(self, spot: Spot, pattern: Sequence[str]) -> Iterator[Spot]:
        """The nodes below one to which the steps of a path with patterns lead; itself if there are no steps."""
        if not pattern:
            yield spot
            return
        steps: Iterable[str | int] = ()
        if isinstance(spot.node, yaml.MappingNode):
            steps = self.fields(spot.node)
        elif isinstance(spot.node, yaml.SequenceNode):
            steps = range(len(spot.node.value))
        for step in steps:
            if fnmatchcase(str(step), pattern[0]):
                yield from self.reached(self.below(spot, (spot.path, step)), pattern[1:])


def leads_to(pattern: Sequence[str], steps: Sequence[str | int]) -> bool:
    """Whether a path with patterns leads to these steps."""
    return len(pattern) == len(steps) and all(fnmatchcase(str(step), wanted) for wanted, step in zip(pattern, steps))
