"""The layout of a table for a terminal of some width."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import combinations, zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = "  "
_INDENT = "  "
"""Of the second and later columns of a stacked row."""

_FOLD = "    "
"""Of the second and later lines of a cell."""

_DIGEST = re.compile(r"(@sha256:[0-9a-f]{7})[0-9a-f]{57}\b")
_BREAK = re.compile(r"(?<=[/ ])|(?=@)")
"""Where a cell may go on in the next line: behind a space or a slash, before a digest."""
_WORDS = re.compile(r"(?<= )")


class Line(NamedTuple):
    """One line of a table; `begins` is whether a row begins with it."""

    text: str
    begins: bool


class Layout(NamedTuple):
    """A table as lines.

    Attributes:
        head: the lines with the names of the columns.
        rows: the lines of the rows.
        stacked: whether the columns are spread over several lines.
    """

    head: list[str]
    rows: list[Line]
    stacked: bool


def shorten(cell: str) -> str:
    """Shorten the digests in a text for people, as `app@sha256:1f2e3d4…`."""
    return _DIGEST.sub(r"\1…", cell)


def lay_out(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Layout:
    """Fit a table into a width, in few lines, and with few references torn apart.

    Cells fold between words, behind a slash and before a digest. Where that would tear most rows apart, the columns are
    stacked instead, the second and later lines indented:

        IMAGE
          BECOMES                               CLASS
        quay.io/acme/app:v1
          registry.example.com/acme/app:v1      podspec

    A word that is wider than the terminal keeps its length, so that it can be copied whole.

    Args:
        headers: the names of the columns.
        rows: as many cells each; columns that are empty in all rows are left out.
        width: how many characters the terminal has.
    """
    used = [number for number in range(len(headers)) if any(row[number] for row in rows)] or [0]
    table = [[row[number] for number in used] for row in (headers, *rows)]
    columns = [_Column(cells) for cells in zip(*table)]
    layouts = (
        _lines_of(table, columns, [0, *cuts], width)
        for count in range(len(columns))
        for cuts in combinations(range(1, len(columns)), count)
    )
    return min(layouts, key=lambda found: found[0])[1]


class _Column:
    """The cells of a column, by their lengths."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.lengths = sorted(map(len, cells))
        self.references = sorted(len(cell) for cell in cells if " " not in cell)
        self.narrowest = max(len(cells[0]), *map(_narrowest, cells))

    def folded(self, width: int) -> int:
        """How many cells are wider than that."""
        return len(self.lengths) - bisect_right(self.lengths, width)

    def torn(self, width: int) -> int:
        """How many of them are references."""
        return len(self.references) - bisect_right(self.references, width)

    def next_narrower(self, width: int) -> int:
        """The greatest width below one that folds more cells than it does."""
        shorter = bisect_left(self.lengths, width) - 1
        return max(self.lengths[shorter] if shorter >= 0 else 0, self.narrowest)


def _lines_of(
    table: Sequence[Sequence[str]], columns: Sequence[_Column], starts: Sequence[int], width: int
) -> tuple[float, Layout]:
    """Lay a table out with the columns that begin at `starts` beginning a line; in front, how bad that is."""
    groups, bad = [], 0
    for start, end in zip(starts, [*starts[1:], len(columns)]):
        room = width - len(_INDENT) * bool(start)
        widths = _shrink(columns[start:end], room)
        bad += sum(column.torn(width) for column, width in zip(columns[start:end], widths))
        if end - start > 1 and _total(widths) > room:
            bad += len(table) * width  # the terminal would tear every line
        groups.append((start, widths))
    head, *rows = (list(_lines(row, groups)) for row in table)
    lines = [line for row in rows for line in row]
    layout = Layout([line.text for line in head], lines, len(groups) > 1)
    return len(lines) + bad + len(rows) * (len(groups) - 1) * 0.75, layout


def _shrink(columns: Sequence[_Column], room: int) -> list[int]:
    """Narrow columns until they fit, first where that folds the fewest cells for the most room."""
    widths = [column.lengths[-1] for column in columns]
    while (excess := _total(widths) - room) > 0:
        steps = []
        for number, (column, width) in enumerate(zip(columns, widths)):
            gain = min(width - column.next_narrower(width), excess)
            if gain > 0:
                cost = column.folded(width - gain) + column.torn(width - gain)
                steps.append((cost / gain, number, gain))
        if not steps:
            break
        _, number, gain = min(steps)
        widths[number] -= gain
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _lines(row: Sequence[str], groups: Sequence[tuple[int, list[int]]]) -> Iterator[Line]:
    for start, widths in groups:
        folded = [_fold(cell, width) for cell, width in zip(row[start:], widths)]
        for number, parts in enumerate(zip_longest(*folded, fillvalue="")):
            text = _GAP.join(part.ljust(width) for part, width in zip(parts, widths)).rstrip()
            if text:
                yield Line(_INDENT * bool(start) + text, not start and not number)


def _narrowest(cell: str) -> int:
    first, *more = _BREAK.split(cell)
    return max([len(first.rstrip()), *(len(_FOLD + piece.rstrip()) for piece in more)])


def _fold(cell: str, width: int) -> list[str]:
    """Cut a cell into lines, of which the second and later ones are indented; a word that fits into one stays whole."""
    if len(cell) <= width:
        return [cell]
    lines, current = [], ""
    for word in _WORDS.split(cell):
        fits = len(_FOLD + word.rstrip()) <= width
        for piece in [word] if fits else _BREAK.split(word):
            if current.strip() and len((current + piece).rstrip()) > width:
                lines.append(current.rstrip())
                current = _FOLD
            current += piece
    return [*lines, current.rstrip()]
