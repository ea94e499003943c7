r"""Texts for people, without characters that move the cursor, ring the bell or reverse the order of letters.

A chart's names and references may hold them: the terminal's control characters (ECMA-48) and Unicode's for the order
of letters (UAX 9). They are written as JSON would write them, `\u001b` for ESC, so that JSON stays the same value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.text.regex import regex

if TYPE_CHECKING:
    import re

_UNSEEN = "\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_IN_LINES = regex(f"[\0-\b\x0b-\x1f{_UNSEEN}]")
_IN_LINE = regex(f"[\0-\x1f{_UNSEEN}]")


def lines(text: str) -> str:
    """Return a text of several lines for people: line feeds and tabs stay."""
    return _IN_LINES.sub(_escaped, text)


def line(text: str) -> str:
    """Return a text for people that is one line or a part of it."""
    return _IN_LINE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
