"""The lines of manifests as people may see them: `***` stands for each value of a Secret.

Of a Secret only apiVersion, kind, type, its name, namespace and labels, and the keys of its data are shown. A text that
holds the manifest of a Secret, such as one in a ConfigMap, is not shown at all, nor is a document that may be a Secret
and cannot be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from postrenderer.errors import AcregError
from postrenderer.report.withheld import SECRET_KINDS, holds_secret
from postrenderer.text import mappings, reading, stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from postrenderer.text.stream import Document

MASK = "***"

_SECRET, _METADATA, _VALUE = "secret", "metadata", "value"
_PARTS = {"metadata": _METADATA, "items": _SECRET}
"""Fields of a Secret that are not values: its metadata, and the items of a SecretList, which need no kind."""
_SHOWN = {
    _SECRET: {"apiVersion", "kind", "type", "immutable"},
    _METADATA: {"name", "namespace", "labels", "generateName"},
}
_SUSPICIOUS = (b"Secret", b"\\", b"!")
"""Without one of these no document says that it is a Secret: a word may be escaped, or base64 behind a tag."""
_REST_OF_LINE = re.compile(r"\S[^\n]*")


def lines(data: bytes) -> list[str]:
    """Return the lines of a stream of manifests in UTF-8, with the values of Secrets masked."""
    return "".join(map(_masked, stream.documents(data))).removesuffix("\n").split("\n")


def _masked(document: Document) -> str:
    """The text of a document with as many lines as it has, and masked values."""
    raw = document.raw()
    whole = raw.decode(errors="replace")
    if not any(word in raw for word in _SUSPICIOUS):
        return whole
    try:
        read = reading.read(document)
        if read.whole(read.text) != raw:  # aliases were written out, and no place is where it was
            return _hidden(whole)
        shift = len(read.before)
        ranges = [(start + shift, end + shift) for root in read.roots for start, end in _values(root, read.text)]
        unread = max((root.end_mark.index for root in read.roots), default=0)
        ranges.append((unread + shift, len(whole)))  # nobody has read it
    except (AcregError, mappings.TooMuchMergedError):
        return _hidden(whole)
    parts, at = [], 0
    for start, end in _joined(ranges):
        parts += [whole[at:start], _hidden(whole[start:end])]
        at = end
    return "".join([*parts, whole[at:]])


def _hidden(text: str) -> str:
    return _REST_OF_LINE.sub(MASK, text)


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same parts of a text, in their order, none within another."""
    end = 0
    for start, stop in sorted(ranges):
        if stop > end:
            yield max(start, end), stop
            end = stop


def _values(root: yaml.Node, text: str) -> Iterator[tuple[int, int]]:
    """Where the values of Secrets stand in a document's text; aliases may have them stand anywhere."""
    work: list[tuple[yaml.Node, str]] = [(root, "")]
    seen: set[tuple[int, str]] = set()
    while work:
        node, part = work.pop()
        if (id(node), part) in seen:
            continue
        seen.add((id(node), part))
        if isinstance(node, yaml.ScalarNode):
            if part or holds_secret(node.value):
                yield node.start_mark.index, node.end_mark.index
        elif isinstance(node, yaml.SequenceNode):
            work += [(item, part) for item in node.value]
        elif isinstance(node, yaml.MappingNode):
            part = part or _SECRET * _is_secret(node)
            if part in _SHOWN:
                yield from _around(node, text, _SHOWN[part] | _PARTS.keys())
            work += _below(node, part)


def _below(mapping: yaml.MappingNode, part: str) -> Iterator[tuple[yaml.Node, str]]:
    """The nodes in a mapping that are not shown as they are, each with the part of a Secret that it belongs to."""
    for key, value in mapping.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not part:
            yield from ((key, ""), (value, ""))
        elif name not in _SHOWN.get(part, ()):
            yield value, _PARTS.get(name, _VALUE) if part == _SECRET else _VALUE


def _is_secret(mapping: yaml.MappingNode) -> bool:
    return any(
        key == "kind" and isinstance(value, yaml.ScalarNode) and value.value in SECRET_KINDS
        for key, value in mappings.fields(mapping)
    )


def _around(mapping: yaml.MappingNode, text: str, shown: AbstractSet[str]) -> Iterator[tuple[int, int]]:
    """Where the text behind the keys of a mapping is, and behind the keys one level deeper: comments too."""
    for key, value, end in _entries(mapping):
        if isinstance(key, yaml.ScalarNode) and key.value in shown:
            continue
        is_block = isinstance(value, yaml.MappingNode) and not value.flow_style
        if isinstance(value, yaml.MappingNode) and is_block and key.end_mark.index <= value.start_mark.index < end:
            yield _behind(key, text, value.start_mark.index)
            for inner, _, stop in _entries(value):
                yield _behind(inner, text, stop)
        else:
            yield _behind(key, text, end)


def _entries(mapping: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node, int]]:
    """The keys and values of a mapping, and where each ends: in block style at the next key."""
    keys = [key.start_mark.index for key, _ in mapping.value[1:]]
    for (key, value), end in zip(mapping.value, [*keys, mapping.end_mark.index]):
        yield key, value, key.end_mark.index if mapping.flow_style else end


def _behind(key: yaml.Node, text: str, end: int) -> tuple[int, int]:
    """Where the text behind a key and its colon is, up to an end."""
    start = key.end_mark.index
    return (text.find(":", start, end) + 1 or start, end) if end > start else (start, start)
