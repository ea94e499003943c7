"""A stream of manifests from bytes to bytes: each reference points at the private registry, nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError, InternalError
from postrenderer.findings import check_collisions, refuse_left, refuse_without_secret
from postrenderer.images.relocation import Relocation
from postrenderer.plan import prove
from postrenderer.plan.pieces import Piece, pieces
from postrenderer.text import stream
from postrenderer.text.scalars import apply

if TYPE_CHECKING:
    from postrenderer.plan.pieces import DocumentFindings
    from postrenderer.settings import Settings


class RewrittenStream(NamedTuple):
    """A stream after the rewrite.

    Attributes:
        output: the stream in its own encoding: its byte order mark, then one piece for each piece of the old one.
        found: what was found in the documents that were read.
        pieces: these documents with what changes in them, if the settings name a report, which tells it.
    """

    output: list[bytes | memoryview]
    found: list[DocumentFindings]
    pieces: list[Piece]


def rewrite(raw: bytes, settings: Settings) -> RewrittenStream:
    """Point every image reference of a stream at the private registry, add the pull secrets, change nothing else.

    Args:
        raw: the stream, in UTF-8, or in UTF-16 behind a byte order mark.
        settings: what is asked for.

    Raises:
        AcregError: the stream cannot be processed as asked.
        InternalError: the result is not what was planned.
    """
    encoded = stream.decode(raw)
    unread = memoryview(encoded.data)
    relocation = Relocation(settings)
    output: list[bytes | memoryview] = []
    found: list[DocumentFindings] = []
    reported: list[Piece] = []
    for piece in pieces(encoded.data, settings, relocation):
        if isinstance(piece, Piece):
            output.append(_applied(piece))
            found += piece.documents
            reported += [piece] if settings.report else []
        else:
            output.append(unread[piece.start : piece.end])
    check_collisions(found)
    refuse_left(found, settings)
    refuse_without_secret(found, settings)
    return RewrittenStream(encoded.restore(output), found, reported)


def _applied(piece: Piece) -> bytes:
    """The new text of a piece, read back and compared with what was planned."""
    if not piece.edits:
        return piece.reading.whole(piece.reading.text)
    reading, identity = piece.reading, piece.documents[0].identity
    text = apply(reading.text, piece.edits)
    place = prove.fault(text, reading.roots, piece.view)
    if place is not None:
        raise InternalError(
            f"{identity}: the edited text does not say what was planned, first at {place}. Nothing was written. "
            "This is a defect of acreg: please report it with the document."
        )
    if prove.loses_its_lines(reading.text, text, reading.roots, piece.view):
        line = reading.line + reading.roots[0].start_mark.line
        raise AcregError(
            f"{identity}: line {line} of the stream is indented, and Helm removes that indentation, so it could not "
            "read the document with its pull secret. Move the document to the left margin."
        )
    return reading.whole(text)
