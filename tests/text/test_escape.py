from __future__ import annotations

import json
import sys

import pytest

from postrenderer.text import escape

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
BIDI = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("sign", [*CONTROLS, *BIDI, "\u2028", "\u2029"], ids=ascii)
def test_what_a_terminal_acts_on_is_written_out(sign: str) -> None:
    written = f"a\\u{ord(sign):04x}b"
    assert escape.line(f"a{sign}b") == written
    assert escape.lines(f"a{sign}b") == (f"a{sign}b" if sign in "\n\t" else written)


@pytest.mark.parametrize("text", ["", "grün 😀\u00a0", "a\\nb", "---"])
def test_what_it_only_shows_stays(text: str) -> None:
    assert escape.line(text) == escape.lines(text) == text


def test_json_stays_json() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, min(sys.maxunicode, 0x10FFFF) + 1, 7)]))
    assert json.loads(escape.lines(json.dumps({"a": every}, ensure_ascii=False, indent=2))) == {"a": every}
