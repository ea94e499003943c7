"""Whether the lines of a YAML text are what they look like, which can only be told of plain block style.

Elsewhere a line may be part of a quoted text or of a collection in brackets, an anchor may name what is below it, and
tabs, explicit keys and other line breaks change what belongs where.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FLAT = rb"[^\n#\"'\[\]{}]*"
_IN_LINE = rb"(?!%b(?:(?:\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*')%b)*[\]}] *(?:#[^\n]*)?\n)" % (_FLAT, _FLAT)
_NODE = rb"(?<![^ \n\[{,:]%b)(?<![^ \n\[\]{},\"']:%b)[\w-]"
_UNSURE = (
    (b'"', re.compile(rb"\"(?<![^ \n\[{,]\")(?![^\"\\\n]*\")(?:[^\"\\\n]|\\[^\n])*\\?\n")),
    (b"'", re.compile(rb"'(?<![^ \n\[{,]')[^'\n]*(?:''[^'\n]*)*\n")),
    (b"[", re.compile(rb"\[(?<![^ \n]\[)" + _IN_LINE)),
    (b"{", re.compile(rb"\{(?<![^ \n]\{)" + _IN_LINE)),
    (b"&", re.compile(rb"&" + _NODE % (b"&", b"&"))),
    (b"*", re.compile(rb"\*" + _NODE % (rb"\*", rb"\*"))),
    (b"?", re.compile(rb"\?(?<![^ \n]\?)\s")),
    (b"\t", re.compile(rb"\t")),
)
"""What makes lines something else than they look like, unless it stands in a block scalar."""
_BREAKS = tuple(char.encode() for char in "\x85\u2028\u2029")
"""Breaks of lines in Unicode."""
_DIRECTIVE = re.compile(rb"^%", re.MULTILINE)
DOCUMENT_END = re.compile(rb"\.\.(?<=\n\.\.)\.")
"""A line that ends a document, behind which another may start without `---` (YAML 1.2, 9.1.2)."""


def are_simple(raw: bytes) -> bool:
    """Whether all lines of a document, in UTF-8, end with the usual break, and none is a directive or ends it."""
    if raw.find(b"\r") >= 0 or DOCUMENT_END.search(raw) or (raw.find(b"%") >= 0 and _DIRECTIVE.search(raw)):
        return False
    return raw.isascii() or not any(found in raw for found in _BREAKS)


def unsure(raw: bytes) -> list[int]:
    """The offsets, sorted, of what makes lines something else than they look like, unless it is in a block scalar.

    These are anchors and aliases, explicit keys, tabs, and quotes and brackets that a line leaves open.
    """
    return [start for start, _ in places(raw, _UNSURE)]


def places(raw: bytes, patterns: Iterable[tuple[bytes, re.Pattern[bytes]]]) -> list[tuple[int, int]]:
    """Where patterns stand, each of which begins with the literal in front of it; literals are quick to look for."""
    return sorted(
        [match.span() for literal, pattern in patterns if raw.find(literal) >= 0 for match in pattern.finditer(raw)]
    )
