"""Which documents of a stream are chart hooks."""

from __future__ import annotations

from postrenderer.text import reading, stream
from postrenderer.text.mappings import fields_of

_ANNOTATION = "helm.sh/hook"


def positions(raw: bytes) -> set[int]:
    """Return the positions of the documents that are chart hooks: those with the annotation `helm.sh/hook`."""
    found = set()
    for document in stream.documents(stream.decode(raw).data):
        if document.data.find(_ANNOTATION.encode(), document.start, document.end) < 0:
            continue
        for root in reading.read(document).roots:
            metadata = fields_of(fields_of(root).get("metadata"))
            if _ANNOTATION in fields_of(metadata.get("annotations")):
                found.add(document.position)
    return found
