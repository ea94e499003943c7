"""A stream of manifests as documents with offsets.

The stream stays bytes. It is cut where Helm cuts it, without being parsed: at each line break that `---` follows, with
white space behind it or not (Helm's releaseutil.SplitManifests). To YAML, too, a `---` at column 0 ends a document
wherever it stands, inside a block scalar as well (YAML 1.2, 9.1.2 "Document Markers").
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.text import composer
from postrenderer.text.layout import is_bare

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = b"---"

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
"""Byte order marks and the encoding that each one announces (YAML 1.2, 5.2)."""
_CUT = (b"\n---", b"\r\n")
"""Bytes at which Helm cuts or shortens a stream, whatever its encoding: two characters such as U+2D0A in UTF-16."""


class Encoded(NamedTuple):
    """A stream as UTF-8 without its byte order mark, and how to write it as it came."""

    data: bytes
    bom: bytes
    encoding: str

    def restore(self, pieces: list[bytes | memoryview]) -> list[bytes | memoryview]:
        """UTF-8 text in the encoding of the stream, behind its byte order mark."""
        if self.encoding != "utf-8":
            pieces = [str(piece, "utf-8").encode(self.encoding) for piece in pieces]
        return [self.bom, *pieces]


def decode(raw: bytes) -> Encoded:
    """Take the byte order mark off a stream and turn UTF-16 into UTF-8; without a mark the bytes stay as they are.

    Raises:
        AcregError: the stream has two marks, announces UTF-16 and is none, or is UTF-16 and does not announce it, or
            Helm would cut it inside a character, and may find UTF-8 behind that.
    """
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            data = raw[len(bom) :]
            if data.startswith(bom):  # the second one moves the first line by a column
                raise AcregError(
                    f"The manifests start with two byte order marks of {encoding}, and Helm's parsers expect one at "
                    "most. Take them off the files that they are joined from."
                )
            if encoding == "utf-8":
                return Encoded(data, bom, encoding)
            if any(sign in raw for sign in _CUT):
                raise AcregError(
                    f"The manifests start with a byte order mark of {encoding}, but Helm would find line breaks of "
                    "UTF-8 in them. Send them as UTF-8, as Helm writes them."
                )
            try:
                return Encoded(data.decode(encoding).encode(), bom, encoding)
            except UnicodeError as error:
                raise AcregError(
                    f"The manifests start with a byte order mark of {encoding}, but byte {error.args[2]} does not fit "
                    "it. Send them as UTF-8, as Helm writes them."
                ) from None
    if b"\0" in raw[:2]:
        raise AcregError("The manifests are neither UTF-8 nor start with a byte order mark. Send them as UTF-8.")
    return Encoded(raw, b"", "utf-8")


class Document(NamedTuple):
    """A piece of the stream: from its `---` line, or the stream's start, to the next one.

    Attributes:
        position: its number, from 0.
        data: the stream, in UTF-8.
        start: where it begins in the stream, with its `---`.
        end: where it ends.
        stream: what is known of the whole stream.
    """

    position: int
    data: bytes
    start: int
    end: int
    stream: _Stream

    @property
    def line(self) -> int:
        """The number of its first line in the stream, from 1."""
        return self.stream.line(self.start)

    def raw(self) -> bytes:
        """The document, as UTF-8."""
        return self.data[self.start : self.end]

    def text(self) -> str:
        """The document, decoded.

        Raises:
            AcregError: it is not UTF-8.
        """
        raw = self.raw()
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            line = self.line + raw.count(b"\n", 0, error.start)
            raise AcregError(
                f"The manifests are not UTF-8: byte 0x{raw[error.start]:02x} at line {line} of the stream, in document "
                f"{self.position + 1}. Save the template or values file that it comes from as UTF-8."
            ) from None

    def earlier_anchor(self, name: str) -> yaml.Node | None:
        """The node that an anchor names in the nearest document before this one that defines it."""
        return self.stream.anchors_before(self.start).get(name)


class _Stream:
    """Line numbers and anchors of the whole stream, remembered so that each part of it is read once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._counted, self._line = 0, 1
        self._read = 0
        self._anchors: dict[str, yaml.Node] = {}

    def line(self, position: int) -> int:
        """The number of the line that starts at an offset, from 1."""
        if position < self._counted:
            self._counted, self._line = 0, 1
        self._line += self._data.count(b"\n", self._counted, position)
        self._counted = position
        return self._line

    def anchors_before(self, end: int) -> dict[str, yaml.Node]:
        """The anchors of all documents before an offset, which starts one; of two of a name the later one."""
        while self._read < end:
            start, self._read = self._read, min(_next_marker(self._data, self._read), end)
            if self._data.find(b"&", start, self._read) >= 0:
                try:
                    self._anchors.update(composer.from_events(self._data[start : self._read].decode()).anchors)
                except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
                    continue  # it is refused, or its anchors are of no use, where it is read itself
        return self._anchors


def documents(data: bytes) -> Iterator[Document]:
    """Cut a stream.

    Positions count the pieces from 0; a piece before the first `---` counts only if it holds more than white space and
    comments. Directives (`%YAML`, `%TAG`) are a piece of their own, as they are to Helm.
    """
    start, position, stream = 0, 0, _Stream(data)
    while start < len(data):
        end = _next_marker(data, start)
        yield Document(position, data, start, end, stream)
        if start or data.startswith(_MARKER) or _has_content(data[:end]):
            position += 1
        start = end


def around(data: bytes, position: int) -> tuple[int, int]:
    """Where the document of a stream that holds a position starts and ends."""
    return data.rfind(b"\n" + _MARKER, 0, position + len(_MARKER)) + 1, _next_marker(data, position)


def _next_marker(data: bytes, start: int) -> int:
    """Where the first `---` behind a line break and behind an offset begins, or the end of the data."""
    found = data.find(b"\n" + _MARKER, start)
    return found + 1 if found >= 0 else len(data)


def _has_content(piece: bytes) -> bool:
    """Whether a piece holds anything but white space, comments, directives and markers."""
    lines = (line.decode(errors="replace") for line in io.BytesIO(piece))  # the first ones tell
    return not all(is_bare(line) or line.strip() in ("---", "...") for line in lines)
