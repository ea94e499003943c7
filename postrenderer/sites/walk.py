"""A composed document as the mappings and scalars in it, in the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

import yaml

from postrenderer.sites.site import Api, Mapping, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postrenderer.sites.site import Path

Visit = Union[Mapping, Scalar]

_MERGE = "<<"
_OBJECT = frozenset(("apiVersion", "kind"))
"""What every object has (API conventions of Kubernetes, types); the first is forgiven a document that lacks it."""
_REVISITS = 10_000
"""How many nodes are visited again, through aliases, to learn all their paths. Beyond it each is visited once."""


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
        if isinstance(node, yaml.ScalarNode):
            if wanted(node.value):
                yield Scalar(node, path, key)
        elif isinstance(node, yaml.MappingNode):
            pairs = fields(node)
            mapping = Mapping(node, pairs, path, key, listed, _api(pairs, top=path is None or key == "items") or api)
            if not skip(mapping):
                yield mapping
                stack.extend((value, (path, name), name, False, mapping.api) for name, value in reversed(pairs))
        elif isinstance(node, yaml.SequenceNode):
            count = len(node.value)
            stack.extend((node.value[i], (path, i), key, True, api) for i in range(count - 1, -1, -1))


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
    pairs = [(key.value, value) for key, value in mapping.value if isinstance(key, yaml.ScalarNode)]
    if _MERGE in dict(pairs):
        merged = [value for key, value in pairs if key == _MERGE]
        pairs = [pair for pair in pairs if pair[0] != _MERGE]
        _merge(merged, pairs, {id(mapping)})
    return pairs


def _merge(sources: list[yaml.Node], pairs: list[tuple[str, yaml.Node]], within: set[int]) -> None:
    """Add to the pairs what merged mappings have and the pairs lack; a mapping that merges itself adds nothing."""
    for source in sources:
        if id(source) in within:
            continue
        within.add(id(source))
        if isinstance(source, yaml.SequenceNode):
            _merge(source.value, pairs, within)
        elif isinstance(source, yaml.MappingNode):
            theirs = [(key.value, value) for key, value in source.value if isinstance(key, yaml.ScalarNode)]
            own = {_MERGE, *(key for key, _ in pairs)}
            pairs += [pair for pair in theirs if pair[0] not in own]
            _merge([value for key, value in theirs if key == _MERGE], pairs, within)
