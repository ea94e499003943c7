"""What is added to a text inside a scalar, written as the scalar is: a block with its indentation, quotes with escapes.

Words are what a value and its YAML text have in common, in every style without escapes: runs without white space, in
the same order. So a place in or beside the n-th word of the value is at the n-th word of the text.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from postrenderer.text.layout import content_start, first_line_end, line_start, newline
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit, escaped, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import yaml

_WORD = regex(r"\S+")
_QUOTE = "'"


def inserted(text: str, node: yaml.ScalarNode, edits: Iterable[Edit]) -> list[Edit]:
    """Turn edits of a scalar's value, which may add lines, into edits of the text that it was composed from.

    Args:
        text: the text.
        node: the scalar.
        edits: where each starts and ends, a word stands or ends on the same line.

    Raises:
        ValueError: the scalar cannot hold the new text where it goes, as a plain or folded one cannot hold new lines.
    """
    ordered = sorted(edits)
    if not ordered:
        return []
    start, end = content_start(text, node), node.end_mark.index
    raw = text[start:end]
    if node.style == '"':
        place = _in_double_quotes(raw)
    elif node.style == _QUOTE:
        place = _by_words(node.value, raw, 1, len(raw) - 1)
    elif node.style in ("|", ">"):
        place = _by_words(node.value, raw, first_line_end(raw), len(raw))
    else:
        raise ValueError("a plain scalar")
    if node.style in (_QUOTE, ">") and any("\n" in edit.text for edit in ordered):
        raise ValueError("its lines would join")
    found = []
    for edit in ordered:
        at, to = place(edit.start), place(edit.end)
        new = escaped(edit.text, node.style)
        if node.style == "|":
            column = at - line_start(raw, at) - (edit.start - line_start(node.value, edit.start))
            new = new.replace("\n", newline(text, start + at) + " " * column)
        found.append(Edit(start + at, start + to, new))
    return found


def _in_double_quotes(raw: str) -> Callable[[int], int]:
    """The places of a double-quoted value in its raw text."""
    parts = list(segments(raw))
    starts = [part.value_start for part in parts]

    def place(position: int) -> int:
        part = parts[bisect_right(starts, position) - 1]
        behind = position - part.value_start
        if behind and not part.literal:
            return part.end
        return min(part.start + behind, part.end)

    return place


def _by_words(value: str, raw: str, start: int, end: int) -> Callable[[int], int]:
    """The places of a value in its raw text, which begins and ends at these indices, by the words in both."""
    words, written = list(_WORD.finditer(value)), list(_WORD.finditer(raw, start, end))
    if len(words) != len(written):
        raise ValueError("other words")
    starts = [word.start() for word in words]

    def place(position: int) -> int:
        index = bisect_right(starts, position) - 1
        if index < 0:
            raise ValueError("in front of everything")
        word, same = words[index], written[index]
        inside = word.group()[: position - word.start()]
        beside = value[word.end() : position]
        at: int = same.start() + len(inside)
        if same.group() != word.group():  # a quote in single quotes is written twice
            at += inside.count(_QUOTE)
        if not raw.startswith(beside, at) or "\n" in beside:
            raise ValueError("on a line of its own")
        return at + len(beside)

    return place
