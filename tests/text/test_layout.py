from __future__ import annotations

import pytest

from postrenderer.text import composer, layout

pytestmark = pytest.mark.usefixtures("loader")

ENDS = ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize(
    "value",
    [
        "|b",
        "&x |b",
        "!!str |b",
        "&x !!str |b",
        "!<tag:yaml.org,2002:str> &x |'b'",
        "! |'b'",
        "&x\n  |b",
        "&x # one\n  # two\n\n  |b",
        '!x # b\n  |"b"',
        "&x\r\n  # b\r\n  |b",
        "&x |[b]",
        "&x\n  # c\n  |- b",
        "&x|",
        "&x |>\n  b",
        "|'&x b'",
    ],
)
def test_content_start(value: str) -> None:
    before, after = f"a: {value}".split("|", 1)
    (root,) = composer.compose(before + after + "\n").roots
    assert layout.content_start(before + after + "\n", root.value[0][1]) == len(before)


@pytest.mark.parametrize("end", ENDS)
def test_lines(end: str) -> None:
    text = f"one{end}  two{end}three"
    at = text.index("two")
    assert layout.line_start(text, 1) == 0
    assert layout.line_start(text, at) == at - 2
    assert layout.before(text, at + 1) == "  t"
    assert layout.line_end(text, 0) == 3
    assert layout.line_end(text, at) == at + 3
    assert layout.line_end(text, len(text) - 1) == len(text)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("a\nb\n", 0, "\n"),
        ("a\r\nb\n", 0, "\r\n"),
        ("a\r\nb\n", 3, "\n"),
        ("a\nb\r\n", 2, "\r\n"),
        ("a\r\nb", 3, "\r\n"),
        ("a\nb", 2, "\n"),
        ("a", 0, "\n"),
        ("", 0, "\n"),
        ("a\rb\r", 0, "\n"),
        ("a\nb\r\nc", 5, "\r\n"),
        ("\nb", 1, "\n"),
        ("\r\nb", 2, "\r\n"),
        ("\n\nb", 2, "\n"),
    ],
)
def test_newline(text: str, position: int, expected: str) -> None:
    assert layout.newline(text, position) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, |b: 2}", " "),
        ("|{a: 1}", " "),
        ("{\n  |a: 1\n}", "\n  "),
        ("{\r\n\t|a: 1\r\n}", "\r\n\t"),
        ("[\n|a\n]", "\n"),
        ("{a: 1,\n |b: 2}", "\n "),
    ],
)
def test_separator(text: str, expected: str) -> None:
    before, after = text.split("|")
    assert layout.separator(before + after, len(before)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("", True), (" \t\r", True), ("  # a", True), ("%YAML 1.1", True), ("a", False), (" - #", False), ("---", False)],
)
def test_lines_without_content(line: str, expected: bool) -> None:  # noqa: FBT001  # a parameter
    assert layout.is_bare(line) is expected
