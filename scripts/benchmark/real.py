"""Real streams to measure with: the chart of the tests, and renders of many charts that are no part of this project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DOCUMENT = re.compile(rb"^(?=---(?:\s|\Z))", re.MULTILINE)
_SCHEMA = re.compile(rb"^kind:[ \t]*[\"']?CustomResourceDefinition\b", re.MULTILINE)


def charts(corpus: Path) -> list[Path]:
    """Return the renders of a corpus, `<corpus>/rendered/*.yaml`, in the order of their names."""
    return sorted(corpus.glob("rendered/*.yaml"))


def joined(files: list[Path]) -> Iterator[bytes]:
    """Yield files as parts of one stream: each begins with a line `---`, and each ends with a line end.

    A file without the line gets one, as `a: 1` becomes `---`, `a: 1`.
    """
    for file in files:
        content = file.read_bytes()
        head = b"" if _DOCUMENT.match(content) else b"---\n"
        end = b"" if content.endswith(b"\n") else b"\n"
        yield head + content + end


def first_documents(files: list[Path], limit: int) -> Iterator[bytes]:
    """Yield the first documents of files, CustomResourceDefinitions left out, up to `limit` bytes in all.

    It ends before the first document that is too much, so that it does not depend on what comes later.
    """
    size = 0
    for document in _documents(files):
        size += len(document)
        if size > limit:
            return
        yield document


def _documents(files: list[Path]) -> Iterator[bytes]:
    """Yield each document with the line `---` in front of it."""
    for content in joined(files):
        for document in _DOCUMENT.split(content):
            if document and not _SCHEMA.search(document):
                yield document
