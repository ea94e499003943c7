"""Which documents of a stream are chart hooks, which Helm tells by an annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.text import reading, stream, tags
from postrenderer.text.mappings import fields, fields_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANNOTATION = "helm.sh/hook"
_SPELLED = regex(
    rb"%b|%b|%b|\\(?:[xuU]|[\s/\x80-\xff])" % (_ANNOTATION.encode(), tags.BINARY.encode(), tags.DIRECTIVE.encode())
)
"""The annotation, or what may spell it: base64, or an escape in double quotes."""


def positions(raw: bytes) -> set[int]:
    """Return the positions of the documents that are chart hooks: those with the annotation `helm.sh/hook`.

    Helm reads `Metadata` and `ANNOTATIONS` as well (SimpleHead in releaseutil, by Go's encoding/json).
    """
    found = set()
    for document in stream.documents(stream.decode(raw).data):
        if _SPELLED.search(document.data, document.start, document.end):
            roots = reading.read(document).roots
            metadata = (node for root in roots for node in _values(root, "metadata"))
            annotations = (node for data in metadata for node in _values(data, "annotations"))
            if any(_ANNOTATION in fields_of(node) for node in annotations):
                found.add(document.position)
    return found


def _values(node: yaml.Node, name: str) -> Iterator[yaml.Node]:
    """The values of the fields with a name, in upper or lower case."""
    if isinstance(node, yaml.MappingNode):
        yield from (value for key, value in fields(node) if key.casefold() == name)
