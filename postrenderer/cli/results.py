"""The table of copied or checked images: a line for each, and once why some were not tried."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from postrenderer.cli import show
from postrenderer.registry.work import NOT_TRIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HEADERS = ("STATUS", "IMAGE", "DIGEST", "NOTE")
_LONG = 60
"""Characters: a note that several images have is said once from there on."""
_DIGEST = len("sha256:") + 12
"""How much of a digest tells images apart for people."""
_SHORT = NOT_TRIED.partition(":")[0]


def table(rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Print the table of images, unless none was tried; long notes that several have in common stand once below it.

    Args:
        rows: status, image, digest and note of each.
    """
    counts = Counter(note for *_, note in rows)
    below = {
        note: _SHORT if note.startswith(NOT_TRIED) else "see below"
        for note, count in counts.items()
        if (count > 1 and len(note) > _LONG) or note.startswith(NOT_TRIED)
    }
    if any(below.get(note) != _SHORT for *_, note in rows):
        shown = [(status, image, digest[:_DIGEST], below.get(note, note)) for status, image, digest, note in rows]
        show.table(_HEADERS, shown)
    for note in below:
        show.write(note)


def in_a_sentence(images: Iterable[tuple[str, str]]) -> str:
    """Name images with what is wrong with them, each reason once.

    Args:
        images: the name of each, and what is wrong with it.
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in images:
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(
        reason if reason.startswith(NOT_TRIED) else f"{', '.join(names)} ({reason})"
        for reason, names in by_reason.items()
    )
