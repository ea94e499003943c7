from __future__ import annotations

import re
from unittest import mock

import pytest

from postrenderer.text.regex import regex


def test_it_is_compiled_at_its_first_use_and_once() -> None:
    with mock.patch.object(re, "compile", wraps=re.compile) as compiled:
        pattern = regex(r"a+", re.IGNORECASE)
        assert compiled.call_count == 0
        assert pattern.search("bAa")
        assert pattern.fullmatch("aa")
        assert pattern.search("b") is None
        compiled.assert_called_once_with(r"a+", re.IGNORECASE)


def test_it_has_what_patterns_have() -> None:
    pattern = regex(r"(\d)(x)?")
    text = "a1xb2"
    assert (pattern.pattern, pattern.flags) == (r"(\d)(x)?", 0)
    assert [match.group() for match in pattern.finditer(text)] == ["1x", "2"]
    assert pattern.findall(text) == [("1", "x"), ("2", "")]
    assert pattern.match(text) is None
    found = pattern.match(text, 1, 2)
    assert found is not None
    assert found.group() == "1"
    assert pattern.sub("-", text) == "a-b-"
    assert regex(r"\d").split(text) == ["a", "xb", ""]


def test_it_reads_bytes() -> None:
    found = regex(rb"b+").search(b"abbc")
    assert found is not None
    assert found.span() == (1, 3)


def test_what_no_pattern_has() -> None:
    with pytest.raises(AttributeError):
        _ = regex("a").missing  # type: ignore[attr-defined]  # it is missing


def test_what_is_no_pattern() -> None:
    pattern = regex("(")
    with pytest.raises(re.error):
        pattern.search("")


def test_patterns_are_keys_of_their_own() -> None:
    one, other = regex("a"), regex("a")
    assert {one: 1, other: 2}[one] == 1
