"""The outline of a document: its text without the parts that hold no hint of an image.

Composing costs more than all else, and most of a workload's text is labels, probes, resources and variables. What is
cut out is the value of a key on its own line, from the next line to the line before the next key of that depth, or the
lines of a long block scalar. Keys and items of lists stay, so that every path stays what it is.

Whether lines are what they look like can only be told of plain block style. So nothing is cut from a document that has
anchors, explicit keys, tabs for indentation, or quotes and brackets that a line leaves open, outside of block scalars.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.scalars import Edit, splice

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEY = rb"[\w./$-][\w./$ -]*"
_PARENT = re.compile(rb"( *(?:- +)*)" + _KEY)
_HEADED = re.compile(rb"( *(?:- +)*)(?:(" + _KEY + rb"|\"[^\"\\\n]*\"|'[^'\n]*'): +)?(?:!\S* +)?")
_HEADER = rb"[-+0-9]{0,2}[ \t]*(?:#[^\n]*)?\n"
_MARKS = ((b":\n", re.compile(rb":\n")), (b"|", re.compile(rb"\|" + _HEADER)), (b">", re.compile(rb">" + _HEADER)))
"""What ends a line before a value on the lines below: of a key, and of a block scalar."""
_IN_LINE = rb"(?!(?:[^\n\"'\[\]{}]|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')*[\]}] *(?:#[^\n]*)?\n)"
_UNSURE = (
    (b'"', re.compile(rb"\"(?<=[ \n\[{,]\")(?:[^\"\\\n]|\\[^\n])*\\?\n")),
    (b"'", re.compile(rb"'(?<=[ \n\[{,]')[^'\n]*(?:''[^'\n]*)*\n")),
    (b"[", re.compile(rb"\[(?<=[ \n]\[)" + _IN_LINE)),
    (b"{", re.compile(rb"\{(?<=[ \n]\{)" + _IN_LINE)),
    (b"&", re.compile(rb"&(?<=[ \n\[{,]&)[\w-]")),
    (b"*", re.compile(rb"\*(?<=[ \n\[{,]\*)[\w-]")),
    (b"?", re.compile(rb"\?(?<=[ \n]\?)\s")),
    (b"\t", re.compile(rb"\t(?<=[ \n]\t)")),
)
"""What makes lines something else than they look like, unless it stands in a block scalar."""
_BREAKS = (b"\r", b"\n%", b"\n...")
_UNICODE_BREAKS = tuple(char.encode() for char in "\x85\u2028\u2029")
"""Other breaks of lines than the usual one, and what has a meaning at the start of a line."""
_ITEM = re.compile(rb"(?: *(?:#[^\n]*)?\n)* *-(?=[ \n])")
_LEAST = 48
"""Bytes of a collection that are worth a cut."""
_LONGEST_TAG = 128
"""A block scalar may as well be a tag, unless it is longer."""


class Outline(NamedTuple):
    """A text without what was cut out of it, and the cuts as edits that put it back."""

    text: str
    cuts: list[Edit]

    def whole(self, edits: Iterable[Edit]) -> str:
        """The whole text, with edits made that speak of the outline."""
        # What was cut out belongs to the line before it, and so stands in front of what is inserted there.
        return splice(self.text, sorted([*self.cuts, *sorted(edits)], key=itemgetter(0)))


def outline(raw: bytes, hints: list[int]) -> Outline:
    """Cut out what holds no hint.

    Args:
        raw: one YAML document, in UTF-8.
        hints: the offsets at which there is a hint of an image, sorted.

    Raises:
        UnicodeDecodeError: it is not UTF-8.
    """
    breaks = _BREAKS if raw.isascii() else _BREAKS + _UNICODE_BREAKS
    ranges = [] if raw.startswith(b"%") or any(found in raw for found in breaks) else _cuts(raw, hints)
    pieces, cuts = [], []
    position = length = 0
    for start, end in ranges:
        piece = raw[position:start].decode()
        pieces.append(piece)
        length += len(piece)
        cuts.append(Edit(length, length, raw[start:end].decode()))
        position = end
    pieces.append(raw[position:].decode())
    return Outline("".join(pieces), cuts)


def _cuts(raw: bytes, hints: list[int]) -> list[tuple[int, int]]:
    """The ranges that can go; none if the text is not sure to be what it looks like."""
    size = len(raw)
    hints = [*hints, size]
    unsure = [*(start for start, _ in _places(raw, _UNSURE)), size]
    cuts: list[tuple[int, int]] = []
    passed = protected = checked = 0
    for mark, below in _places(raw, _MARKS):
        if mark < passed:
            continue
        line = raw.rfind(b"\n", 0, mark) + 1
        hint = hints[bisect_left(hints, line)]
        if raw[mark] == _COLON:
            key = _PARENT.fullmatch(raw, line, mark)
            if key is None or mark < protected:
                continue
            after = _after_value(key.end(1) - line)
            if hint < mark:  # and may say something about what is below
                protected = _end(after, raw, mark, size)
                continue
            end = _end(after, raw, mark, min(hint, unsure[bisect_left(unsure, line)]))
            if end - below >= _LEAST:
                item = _ITEM.match(raw, below, end)  # a list stays one
                cuts.append((item.end(), end - raw.endswith(b"\n", below, end)) if item else (below, end))
            passed = max(passed, end)
        else:
            column = _column(raw, line, mark)
            if column is None:
                continue
            if column < 0 or unsure[checked] < mark:
                return []
            passed = _end(_after_scalar(column), raw, below - 1, size)
            checked = bisect_left(unsure, passed)
            if passed <= hint and passed - below > _LONGEST_TAG and mark >= protected:
                cuts.append((below, passed))
    return cuts if unsure[checked] == size else []


_COLON = ord(":")


def _places(raw: bytes, patterns: Iterable[tuple[bytes, re.Pattern[bytes]]]) -> list[tuple[int, int]]:
    """Where patterns stand, each of which begins with the literal in front of it; literals are quick to look for."""
    return sorted([match.span() for literal, pattern in patterns if literal in raw for match in pattern.finditer(raw)])


def _column(raw: bytes, line: int, mark: int) -> int | None:
    """The column of the key or dash in front of a block scalar; None in a comment, and -1 if it is none of these."""
    header = _HEADED.fullmatch(raw, line, mark)
    if header is None:
        return None if raw[line:mark].lstrip(b" ").startswith(b"#") else -1
    return header.end(1) - line if header[2] else header[1].rfind(b"-")


def _end(pattern: re.Pattern[bytes], raw: bytes, position: int, limit: int) -> int:
    """Where the line starts that a pattern finds up to a limit, which may be the text's end; 0 if it finds none."""
    found = pattern.search(raw, position, limit + 1)
    return found.start() + 1 if found else limit * (limit == len(raw))


@lru_cache(maxsize=256)
def _after_value(column: int) -> re.Pattern[bytes]:
    """What ends the value of a key: a line that is not deeper, and neither comment nor an item of a list below it."""
    shallower = rb" {0,%d}[^ \n#]|" % (column - 1) if column else b""
    return re.compile(rb"\n(?:%b {%d}(?![ \n#]|-[ \n]).)" % (shallower, column))


@lru_cache(maxsize=256)
def _after_scalar(column: int) -> re.Pattern[bytes]:
    """What ends a block scalar: a line that is not deeper than its key or the dash before it."""
    return re.compile(rb"\n {0,%d}[^ \n]" % column)
