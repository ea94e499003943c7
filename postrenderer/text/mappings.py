"""The entries of a mapping as Kubernetes' parser reads them: duplicate keys and merge keys included.

Helm, kubectl and the API server read YAML with the same parser (sigs.k8s.io/yaml). It takes a mapping's entries in
their order, a merge key's in its place, and a later entry replaces an earlier one of the same key. So `dict(fields(m))`
is what Kubernetes sees. A standard reader lets a mapping's own entries win (https://yaml.org/type/merge.html): the
entries that it would see are in the list, too, and whoever looks for images looks at all of them.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Callable

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MERGE = "<<"
_MERGE_TAG = "tag:yaml.org,2002:merge"
STRING_TAG = "tag:yaml.org,2002:str"
_NULL_TAG = "tag:yaml.org,2002:null"
_NULL = ("", "~", "null", "Null", "NULL")
"""How null is written (YAML 1.2, 10.3.2)."""
_MOST = 1_000
"""Entries, and mappings, that one mapping may merge: more than any chart has. Kubernetes' parser has a limit, too."""
_MOST_IN_ALL = 100_000
"""Entries that the merge keys of a document may add; Kubernetes' parser finds "excessive aliasing" from 400,000."""


Entries = Callable[[yaml.MappingNode], "list[tuple[yaml.Node, yaml.Node]]"]


class TooMuchMergedError(ValueError):
    """A mapping, or all those of a document, merge more than any Kubernetes object does."""


def own_entries(mapping: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The keys and values of a mapping as they stand in it."""
    entries: list[tuple[yaml.Node, yaml.Node]] = mapping.value
    return entries


def fields(mapping: yaml.MappingNode, entries: Entries = own_entries) -> list[tuple[str, yaml.Node]]:
    """The entries of a mapping whose key is a scalar, in the order in which Kubernetes' parser takes them.

    Args:
        mapping: the mapping.
        entries: gives a mapping's own entries, merge keys included.

    Raises:
        TooMuchMergedError: it merges 1,000 mappings or entries, and then still more.
    """
    scalar = yaml.ScalarNode
    pairs = [(key.value, value) for key, value in entries(mapping) if isinstance(key, scalar)]
    return _merged(mapping, entries) if _MERGE in dict(pairs) else pairs


def fields_of(node: yaml.Node | None) -> dict[str, yaml.Node]:
    """The fields of a node as Kubernetes sees them; empty if it is no mapping, or is absent."""
    return dict(fields(node)) if isinstance(node, yaml.MappingNode) else {}


def text_of(node: yaml.Node | None) -> str:
    """The text of a scalar; empty if the node is no scalar, or is absent."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def is_null(value: yaml.Node) -> bool:
    """Whether a value is null: without quotes, or in any style with the tag for it, `!!null "null"`."""
    if not isinstance(value, yaml.ScalarNode) or value.value not in _NULL:
        return False
    return value.tag == _NULL_TAG or (value.tag == STRING_TAG and not value.style)


def is_empty(value: yaml.Node) -> bool:
    """Whether a value is null, or an empty text, list or mapping."""
    return is_null(value) or not value.value


def check_merges(text: str, roots: list[yaml.Node]) -> None:
    """Count what merge keys add to the mappings of documents, before anybody reads one mapping a thousand times.

    Args:
        text: what the documents were composed from.
        roots: the documents.

    Raises:
        TooMuchMergedError: one mapping merges too much, or all of them together.
    """
    if _MERGE not in text and not ("!" in text and "\\" in text):  # `!!merge "\x3c<"` is a merge key, too
        return
    added = 0
    for node in collections(roots):
        if isinstance(node, yaml.MappingNode):
            added += len(fields(node)) - len(node.value)
            if added > _MOST_IN_ALL:
                raise TooMuchMergedError


def collections(roots: Iterable[yaml.Node]) -> Iterator[yaml.Node]:
    """The mappings and sequences of documents, keys included, in the order of the text; each once, whatever aliases do.

    Args:
        roots: the root nodes of the documents.
    """
    work, seen = list(roots)[::-1], set()
    while work:
        node = work.pop()
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        children = node.value if isinstance(node, yaml.SequenceNode) else chain.from_iterable(node.value)
        work += reversed(list(children))


def is_merge(key: yaml.Node) -> bool:
    """Whether a key merges other mappings: a plain `<<`, or one with the tag of merge keys."""
    plain = not getattr(key, "style", None) and key.tag == STRING_TAG
    return key.value == _MERGE and (plain or key.tag == _MERGE_TAG)


def _merged(mapping: yaml.MappingNode, entries: Entries) -> list[tuple[str, yaml.Node]]:
    """The entries of a mapping with merge keys; one that is merged several times is taken each time."""
    found: list[tuple[str, yaml.Node]] = []
    inside: set[int] = set()  # the mappings that are being merged: what holds itself is taken once
    mappings, merged = -1, -len(entries(mapping))  # without the mapping itself
    work: list[tuple[yaml.Node, yaml.Node | None]] = [(mapping, None)]  # keys and values; a mapping to merge has no key
    while work:
        node, value = work.pop()
        if value is node:
            inside.remove(id(node))
        elif value is not None:
            found.append((node.value, value))
        elif isinstance(node, yaml.SequenceNode):
            sources = [source for source in node.value if isinstance(source, yaml.MappingNode)]
            work += [(source, None) for source in sources]  # of several the first wins, so it is taken last
        elif isinstance(node, yaml.MappingNode) and id(node) not in inside:
            if mappings > _MOST or merged > _MOST:
                raise TooMuchMergedError
            own = entries(node)
            mappings, merged = mappings + 1, merged + len(own)
            inside.add(id(node))
            work.append((node, node))  # its end
            for key, entry in reversed(own):
                if is_merge(key):
                    work.append((entry, None))
                elif isinstance(key, yaml.ScalarNode):
                    work.append((key, entry))
    return found
