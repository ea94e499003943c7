"""A composed document as the mappings and scalars in it, in the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

import yaml

from postrenderer.sites.site import Api, Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, KeysView

    from postrenderer.sites.site import Path

Visit = Union[Mapping, Scalar]

_MERGE = "<<"
_OBJECT = frozenset(("apiVersion", "kind"))
"""What every object has (API conventions of Kubernetes, types); the first is forgiven a document that lacks it."""
_REVISITS = 10_000
"""How many nodes are visited again, through aliases, to learn all their paths. Beyond it each is visited once."""

_SOURCES, _MERGED = 100, 1_000
"""How many mappings, and how many of their entries, are merged into one; those beyond count where they stand."""


def walk(root: yaml.Node, skip: Callable[[Mapping], bool], wanted: Callable[[str], object] = bool) -> Iterator[Visit]:
    """Visit every mapping and every wanted scalar below a node, the node included, in the order of the text.

    Keys are no values, and keys that are no scalars hide what they lead to. A node with aliases is visited at each of
    its places, but a document that multiplies itself by aliases is cut short.

    Args:
        root: the composed document.
        skip: says of a mapping that nothing below it is to be visited, nor itself.
        wanted: says of the value of a scalar whether it is to be visited.
    """
    stack: list[tuple[yaml.Node, Path, str, bool, Api]] = [(root, None, "", False, Api("", ""))]
    seen: set[int] = set()
    open_aliases = _REVISITS
    while stack:
        node, path, key, listed, api = stack.pop()
        if id(node) in seen:
            open_aliases -= 1
            if open_aliases < 0:
                continue
        else:
            seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pairs, keys = _entries(node)
            own = _api(pairs, top=path is None or key == "items") if "kind" in keys else None
            mapping = Mapping(node, pairs, keys, path, key, listed, own or api)
            if not skip(mapping):
                yield mapping
                stack += [
                    (value, (path, name), name, False, mapping.api)
                    for name, value in reversed(pairs)
                    if not isinstance(value, yaml.ScalarNode) or wanted(value.value)
                ]
        elif isinstance(node, yaml.SequenceNode):
            count = len(node.value)
            stack.extend((node.value[i], (path, i), key, True, api) for i in range(count - 1, -1, -1))
        elif isinstance(node, yaml.ScalarNode) and wanted(node.value):
            yield Scalar(node, path, key)


def _api(pairs: list[tuple[str, yaml.Node]], *, top: bool) -> Api | None:
    """What the object with these fields is; None if they are not those of an object."""
    texts = {key: value.value for key, value in pairs if key in _OBJECT and isinstance(value, yaml.ScalarNode)}
    if "kind" in texts and (top or "apiVersion" in texts):
        return Api(texts.get("apiVersion", "").rpartition("/")[0], texts["kind"])
    return None


def fields(mapping: yaml.MappingNode) -> list[tuple[str, yaml.Node]]:
    """The entries of a mapping whose key is a scalar, duplicates included, then what its merge keys add.

    Source: https://yaml.org/type/merge.html. The mapping's own entries win, and of several merged mappings the first.
    """
    return _entries(mapping)[0]


def _entries(mapping: yaml.MappingNode) -> tuple[list[tuple[str, yaml.Node]], KeysView[str]]:
    """The same, with their keys."""
    pairs = [(key.value, value) for key, value in mapping.value if isinstance(key, yaml.ScalarNode)]
    keys = dict(pairs).keys()
    if _MERGE not in keys:
        return pairs, keys
    merged = _merged(mapping, pairs)
    return merged, dict(merged).keys()


def _merged(mapping: yaml.MappingNode, pairs: list[tuple[str, yaml.Node]]) -> list[tuple[str, yaml.Node]]:
    """The entries of a mapping, and what its merge keys add."""
    found = [pair for pair in pairs if pair[0] != _MERGE]
    known = {_MERGE, *(key for key, _ in found)}
    seen = {id(mapping)}  # a mapping that merges itself adds nothing
    sources = [value for key, value in reversed(pairs) if key == _MERGE]
    most = len(found) + _MERGED
    while sources and len(seen) <= _SOURCES:
        source = sources.pop()
        if id(source) in seen:
            continue
        seen.add(id(source))
        if isinstance(source, yaml.SequenceNode):
            sources.extend(reversed(source.value))
        elif isinstance(source, yaml.MappingNode):
            theirs = _own(source, most - len(found))
            found += [pair for pair in theirs if pair[0] not in known]
            known.update(dict(theirs))
            sources.extend(value for key, value in reversed(theirs) if key == _MERGE)
    return found


def _own(mapping: yaml.MappingNode, most: int) -> list[tuple[str, yaml.Node]]:
    return [(key.value, value) for key, value in mapping.value[:most] if isinstance(key, yaml.ScalarNode)]
