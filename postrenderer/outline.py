"""The outline of a document: its text without the parts that hold no hint of an image.

Composing costs more than all else, and most of a workload's text is labels, probes, resources and variables. What is
cut out is the collection below a key, from the next line to the line before the next key of that depth, or the lines of
a block scalar. Keys stay, and so does what may belong to an image beside it: a name, a value, a version, a single word.
In Kubernetes' own workloads a key goes with its value, and the rest of a mapping at once, if nothing there may count.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import lines
from postrenderer.text.scalars import Edit, splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_KEY = rb"(?!- )[\w./$-][\w./$ -]*"
_QUOTED = rb"\"[^\"\\\n]*\"|'[^'\n]*'"
_PARENT = re.compile(rb"( *(?:- +)*)(?!(?:apiVersion|kind) *\Z)" + _KEY)  # a text or none says what an object is
_SAYING = rb"name|value|tag|version|digest|sha|kind"
_WORDS_THAT_STAY = _SAYING + rb"|branch|chart|dependenc|git"
_STAYS = re.compile(rb"- |#|(?i:" + _WORDS_THAT_STAY + rb")")
"""In lines with keys that count by themselves: the first of an item, those beside an image or a repository of code."""
_TEXT_ENTRY = re.compile(rb" *(?:- +)*[^\s#-][^\n#]*: +[^\s#!&|>][^\n#]*\n")
"""A line with a key and a text, behind which another key is not its mapping's first."""
_KNOWN = re.compile(rb"^apiVersion: (?:apps/|batch/)?v1$", re.MULTILINE)
"""What has no keys that count but those of pod specs: the first, and how lists are indented, count in others."""
_ITEMS, _POD_IN_LIST = b"\nitems:", b"- containers:"
"""Where other objects or pod specs stand in lists: of these the first keys count, and where lists are indented."""
_HOLDING = (b"spec", b"template", b"ontainers")
"""Ends of keys that have images somewhere below, in what is _KNOWN: there is no need to look where their values end."""
_TEMPLATE = b"  template:\n"
_IDLE = re.compile(
    rb"( +)(?:imagePullPolicy|replicas|revisionHistoryLimit|serviceAccountName|hostNetwork"
    rb"|(?:restart|dns|podManagement)Policy|(?:terminationGracePeriod|minReady)Seconds): [\w\"-]+\n"
)
"""Lines of workloads that stand beside what goes, and say nothing of an image."""
_HEADED = re.compile(rb"( *(?:- +)*)(?:(" + _KEY + rb"|" + _QUOTED + rb"): +)?(?:!\S* +)?")
_INDENT = re.compile(rb" *(?:- +)*")
_HEADER = rb"[-+0-9]{0,2}[ \t]*(?:#[^\n]*)?\n"
_KEY_END = b":\n"
"""What ends a line with a key before its value on the lines below."""
_MARKS = (
    (b": ", re.compile(rb": (?=[ #!\n]) *(?:[#!][^\n]*)?\n")),
    (b"|", re.compile(rb"\|" + _HEADER)),
    (b">", re.compile(rb">" + _HEADER)),
)
"""Other ends before such a value: with a tag or a comment, and of the header of a block scalar."""
_COLLECTION = re.compile(rb"(?: *(?:#[^\n]*)?\n)* *(?:(-)(?:[ \n]|\Z)|(?:" + _KEY + rb"|" + _QUOTED + rb") *:[ \n])")
"""The start of a list, in its group, or of a mapping."""
_OF_SCALARS = b"|>"
_LEAST = 48
"""Bytes that are worth a cut."""
_BESIDE = re.compile(rb"(?i:" + _SAYING + rb")(?![A-Za-z])")
"""In keys and flags whose text, whatever it is, may say something about an image beside it."""
_WORDS = re.compile(rb"\s*(?:[{$%<]\S*|[^\s{$%<]+)\s+\S")
"""The start of what is no image, tag or tool: more than one word, and no template that belongs to the first."""


class _ByColumn(dict[int, "re.Pattern[bytes]"]):
    """Patterns by the column that they speak of: at hand for the usual ones."""

    def __init__(self, pattern: Callable[[int], bytes]) -> None:
        """Make those of the first columns; `pattern` gives the text of a column's."""
        self._pattern = pattern
        super().__init__((column, re.compile(pattern(column))) for column in range(_USUAL))

    def __missing__(self, column: int) -> re.Pattern[bytes]:
        """Make one of another column."""
        return re.compile(self._pattern(column))


_USUAL = 24
_AFTER_VALUE = _ByColumn(lambda column: rb"\n(?!%b )(?!%b-[ \n]) *[^ \n#]" % (b" " * column, b" " * column))
"""What ends the value of a key: a line that is not deeper, and neither comment nor an item of a list below it."""
_AFTER_SCALAR = _ByColumn(lambda column: rb"\n(?!%b ) *[^ \n]" % (b" " * column))
"""What ends a block scalar: a line that is not deeper than its key or the dash before it."""
_AFTER_MAPPING = _ByColumn(lambda column: rb"\n(?!%b) *[^ \n#]" % (b" " * column))
"""What ends the mapping whose keys stand in a column behind the first: a line that is less deep, and no comment."""
_KEYS = _ByColumn(lambda column: rb"\n%b(-*[^\s#:-][^\n:]*)" % (b" " * column))
"""The key of a line in a column."""


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
    ranges = _cuts(raw, hints) if lines.are_simple(raw) else []
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
    unsure = [*lines.unsure(raw), size]
    cuts: list[tuple[int, int]] = []
    known = raw.find(_ITEMS) < 0 and raw.find(_POD_IN_LIST) < 0 and _KNOWN.search(raw) is not None
    passed = protected = checked = 0
    marks = _Marks(raw)
    mark = -1
    while place := marks.first(max(passed, mark + 1)):
        mark, below = place
        line = raw.rfind(b"\n", 0, mark) + 1
        hint = hints[bisect_left(hints, line)]
        if raw[mark] in _OF_SCALARS:
            header = _header(raw, line, mark)
            if header is None:
                continue
            column, key = header
            if column < 0 or unsure[checked] < mark:
                return []
            passed = _end(_AFTER_SCALAR[column], raw, below - 1, size)
            checked = bisect_left(unsure, passed)
            beside = line if key else _item_before(raw, line, column)
            hint = hints[bisect_left(hints, beside)]
            if passed <= hint and mark >= protected and _says_nothing(key or raw[beside:line], raw, below, passed):
                cuts.append((below, passed))
        elif mark < protected:
            continue
        elif hint < mark:  # and may say something about what is below
            protected = _end(_AFTER_VALUE[_indent(raw, line)], raw, mark, size)
        elif not (known and raw.endswith(_HOLDING, line, mark)):
            limit = min(hint, unsure[bisect_left(unsure, line)])
            column, end = _value(raw, line, place, limit)
            if end and known and not _stays(raw[line:mark]) and (passed == line or _leaves_another(raw, line)):
                passed = _rest(raw, line, column, limit) or end
                start = _above(raw, line, column, cuts[-1][1] if cuts else 0)
                cuts.append((cuts.pop()[0] if cuts and cuts[-1][1] == start else start, passed))
            else:
                passed, found = _collection(raw, below, end)
                cuts += found
    return cuts if unsure[checked] == size else []


class _Marks:
    """The ends of lines before a value on the lines below, looked for as far as they are asked for."""

    def __init__(self, raw: bytes) -> None:
        """Take the text to look in."""
        self._raw = raw
        self._key = -1
        self._others = lines.places(raw, _MARKS)[::-1]

    def first(self, position: int) -> tuple[int, int] | None:
        """Where the first one from a position on starts and ends; None if there is none. Positions may only grow."""
        if self._key < position:
            found = self._raw.find(_KEY_END, position)
            self._key = found if found >= 0 else len(self._raw)
        while self._others and self._others[-1][0] < position:
            self._others.pop()
        if self._others and self._others[-1][0] < self._key:
            return self._others[-1]
        return (self._key, self._key + len(_KEY_END)) if self._key < len(self._raw) else None


def _indent(raw: bytes, line: int) -> int:
    """The column of the first thing on a line behind the dashes."""
    indent = _INDENT.match(raw, line)
    return indent.end() - line if indent else 0


def _value(raw: bytes, line: int, mark: tuple[int, int], limit: int) -> tuple[int, int]:
    """The column of the key on a line, and where the value below it ends; 0 if not before a limit."""
    at, below = mark
    key = _PARENT.fullmatch(raw, line, at) if below == at + len(_KEY_END) else None
    column = key.end(1) - line if key else 0
    return column, _end(_AFTER_VALUE[column], raw, at, limit) if key else 0


def _collection(raw: bytes, start: int, end: int) -> tuple[int, list[tuple[int, int]]]:
    """Where the collection that starts at an offset ends, and what of it can go; 0 if it is none."""
    first = _COLLECTION.match(raw, start, end)
    if first is None:
        return 0, []
    stop = end
    if first[1]:  # a list stays one, with an empty item
        start, stop = first.end(1), end - raw.endswith(b"\n", start, end)
    return end, [(start, stop)] if stop - start >= _LEAST else []


def _rest(raw: bytes, line: int, column: int, limit: int) -> int:
    """Where the mapping ends that has the key in this column; 0 if not before a limit, or if a key behind may count."""
    end = _end(_AFTER_MAPPING[column], raw, line, limit) if column else 0
    return 0 if end and any(map(_stays, _KEYS[column].findall(raw, line, end))) else end


def _leaves_another(raw: bytes, line: int) -> bool:
    """Whether a mapping has other keys than that on this line: a text on the line before, or a template its spec."""
    if raw.endswith(_TEMPLATE, 0, line):
        return True
    return _TEXT_ENTRY.fullmatch(raw, raw.rfind(b"\n", 0, line - 1) + 1, line) is not None


def _above(raw: bytes, line: int, column: int, limit: int) -> int:
    """Where the idle lines start that stand above a line and in its column, from a limit on; the line if none do."""
    start = line
    while start > limit:
        above = raw.rfind(b"\n", 0, start - 1) + 1
        idle = _IDLE.fullmatch(raw, above, start)
        if idle is None or idle.end(1) - above != column:
            break
        start = above
    return start


def _header(raw: bytes, line: int, mark: int) -> tuple[int, bytes] | None:
    """The column of the key or dash in front of a block scalar, and the key; None in a comment, -1 if it is neither."""
    header = _HEADED.fullmatch(raw, line, mark)
    if header is None:
        return None if raw[line:mark].lstrip(b" ").startswith(b"#") else (-1, b"")
    return (header.end(1) - line, header[2]) if header[2] else (header[1].rfind(b"-"), b"")


def _item_before(raw: bytes, line: int, column: int) -> int:
    """Where the item before an item may start, which may be a flag; the item's line itself if it is the first."""
    if raw.endswith(b":\n", 0, line):
        return line
    return max(raw.rfind(b"\n" + raw[line : line + column] + b"-", 0, line), 0)


def _says_nothing(name: bytes, raw: bytes, start: int, end: int) -> bool:
    """Whether a block scalar without a hint is long, and says nothing of an image beside it either."""
    return end - start >= _LEAST and not _BESIDE.search(name) and _WORDS.match(raw, start, end) is not None


def _end(pattern: re.Pattern[bytes], raw: bytes, position: int, limit: int) -> int:
    """Where the line starts that a pattern finds up to a limit, which may be the text's end; 0 if it finds none."""
    found = pattern.search(raw, position, limit + 1)
    return found.start() + 1 if found else limit * (limit == len(raw))


@lru_cache(maxsize=4096)  # keys are the same everywhere
def _stays(key: bytes) -> bool:
    """Whether a key, with what stands before it on its line, stays in workloads."""
    return _STAYS.search(key) is not None
