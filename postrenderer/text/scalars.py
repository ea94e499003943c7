"""Where the characters of a scalar's value stand in the YAML text that it was read from.

A value differs from its text by quotes, escapes, indentation, folded lines, a block header, an anchor and a tag. An
image reference holds no white space and no quote, so inside a style without escapes its n-th occurrence in the value
is its n-th occurrence in the text. Only a double-quoted scalar with escapes needs to be decoded.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.text.layout import BREAKS, content_start, first_line_end
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import yaml

_BREAK = regex(rf"\r\n|[{BREAKS}]")
_DOUBLE_QUOTED = regex(
    rf"(?P<continued>\\(?=[{BREAKS}])[ \t{BREAKS}]+)"
    r"|(?P<escape>\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.))"
    rf"|(?P<fold>[ \t]*[{BREAKS}][ \t{BREAKS}]*)"
    rf"|(?P<text>[^\\ \t{BREAKS}]+|[ \t]+)",
)


BINARY_TAG = "tag:yaml.org,2002:binary"
"""The tag of a scalar that stands for the text that its base64 says."""
_BEHIND = regex(rf"(?:[ \t{BREAKS}]|(?<=[ \t{BREAKS}])#[^{BREAKS}]*)*")
"""White space and comments."""
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
"""How double quotes write characters that they cannot hold (YAML 1.2, 5.7)."""
_FLOW_ENDS = (",", "]", "}")
"""Only in flow style one of these follows a plain scalar."""


class Edit(NamedTuple):
    """A replacement: the characters from start to end, as indices into a text or a value, become the new text."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made.

    Raises:
        ValueError: two edits overlap.
    """
    pieces: list[str] = []
    position = 0
    for start, end, new in sorted(edits):
        if start < position:
            raise ValueError(f"edits overlap at {start}")
        pieces += (text[position:start], new)
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def in_text(text: str, node: yaml.ScalarNode, edits: Iterable[Edit]) -> list[Edit]:
    """Turn edits of a scalar's value into edits of the text that the scalar was composed from.

    Each edit replaces a run without white space, as image references are. A plain scalar that could not hold the new
    text is put into quotes: an IPv6 host starts with a bracket, and a comma ends an entry in flow style.

    Raises:
        ValueError: the run does not stand in the text as it stands in the value.
    """
    end = node.end_mark.index
    start = content_start(text, node)
    raw = text[start:end]
    ordered = sorted(edits)
    if node.tag == BINARY_TAG and node.style not in ("|", ">"):
        quote = node.style or ""
        return [Edit(start, end, quote + base64.b64encode(apply(node.value, ordered).encode()).decode() + quote)]
    if not node.style and _needs_quotes(text, end, "".join(edit.text for edit in ordered)):
        return [Edit(start, end, _quoted(apply(raw, _shifted(raw, node.value, ordered, 0))))]
    if node.style == '"' and "\\" in raw:
        moved = _through_escapes(raw, ordered)
    else:
        moved = _shifted(raw, node.value, ordered, first_line_end(raw) if node.style in ("|", ">") else 0)
    return [Edit(start + s, start + e, escaped(new, node.style)) for s, e, new in moved]


def _needs_quotes(text: str, end: int, new: str) -> bool:
    """Whether a plain scalar that ends at an index cannot hold a new text."""
    if "[" in new or "," not in new:
        return "[" in new
    behind = _BEHIND.match(text, end)
    return behind is not None and text[behind.end() : behind.end() + 1] in _FLOW_ENDS


def escaped(new: str, style: str | None) -> str:
    """A new text as a scalar of a style writes it: between quotes some characters are written in another way."""
    if style == '"':
        return new.translate(_ESCAPES)
    return new.replace("'", "''") if style == "'" else new


def _quoted(raw: str) -> str:
    """The raw text of a plain scalar in quotes."""
    if '"' in raw or "\\" in raw:
        return "'" + escaped(raw, "'") + "'"
    return f'"{raw}"'


def _shifted(raw: str, value: str, edits: list[Edit], position: int) -> Iterator[Edit]:
    """Edits of a value as edits of its raw text, found by going from occurrence to occurrence, which may overlap."""
    done = 0
    for start, end, new in edits:
        run = value[start:end]
        done, position = value.index(run, done), raw.index(run, position)
        while done < start:
            done, position = value.index(run, done + 1), raw.index(run, position + 1)
        done, position = end, position + len(run)
        yield Edit(position - len(run), position, new)


class _Segment(NamedTuple):
    """A part of a double-quoted scalar: where it starts in the value, and its place in the raw text."""

    value_start: int
    start: int
    end: int
    literal: bool


def segments(raw: str) -> Iterator[_Segment]:
    """The parts of a double-quoted scalar's raw text that make its value (YAML 1.2, 5.7 and 7.3.1)."""
    position = 0
    for match in _DOUBLE_QUOTED.finditer(raw, 1, len(raw) - 1):
        kind, (start, end) = match.lastgroup, match.span()
        yield _Segment(position, start, end, kind == "text")
        if kind == "text":
            position += end - start
        elif kind == "escape":
            position += 1
        else:
            breaks = _BREAK.findall(match.group())
            folds = kind == "continued" or breaks[0] not in "\u2028\u2029"  # which are kept where others fold
            position += max(len(breaks) - folds, kind == "fold")


def _through_escapes(raw: str, edits: list[Edit]) -> Iterator[Edit]:
    """Edits of a double-quoted value as edits of its raw text, found by decoding the escapes."""
    parts = list(segments(raw))
    starts = [segment.value_start for segment in parts]
    for start, end, new in edits:
        first, last = parts[bisect_right(starts, start) - 1], parts[bisect_right(starts, end - 1) - 1]
        yield Edit(
            first.start + (start - first.value_start if first.literal else 0),
            last.start + end - last.value_start if last.literal else last.end,
            new,
        )
