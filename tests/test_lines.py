from __future__ import annotations

import pytest

from postrenderer.lines import are_simple, unsure


@pytest.mark.parametrize("text", ["", "a: b\n", "a: é\n", "a: 50%\n %\n", "a...\n ...\n", "---\n# a comment\na: b"])
def test_simple_lines(text: str) -> None:
    assert are_simple(text.encode())


@pytest.mark.parametrize(
    "text", ["a: b\r\n", "a: b\n...\n", "%YAML 1.1\n---\na: b\n", "a\n%TAG\n", "a: b\x85", "a: b\u2028", "a: b\u2029"]
)
def test_lines_that_are_not_simple(text: str) -> None:
    assert not are_simple(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        'a: "b\n  c"\n',
        'a: "b \\"\n  c"\n',
        'a: "b\\\n  c"\n',
        '- "b: c\n',
        "a: 'b\n  c'\n",
        "a: 'it''s\n",
        "a: [b,\n",
        "a: ['[', b, # ]\n",
        "a: {b: c,\n",
        'a: {b: "}",\n',
        "a: &b c\n",
        "a: *b\n",
        "[*b]\n",
        "? a\n",
        "?\n",
        "a:\tb\n",
    ],
)
def test_what_makes_lines_something_else(text: str) -> None:
    assert unsure(text.encode())[0] in {text.find(sign) for sign in "\"'[{&*?\t"}


@pytest.mark.parametrize(
    "text",
    [
        'a: "b"\n',
        'a: "b \\" c"\n',
        "a: 'it''s'\n",
        "a: it's 5\" long\n",
        "a: [b, 'c]', \"d]\"]\n",
        "a: [] # why\n",
        "a: {b: '}'}\n",
        "a: b[c\n",
        "a: b&c\n",
        "a: b*c\n",
        "a: 5 * 3\n",
        "a: what?\n",
    ],
)
def test_what_is_as_it_looks(text: str) -> None:
    assert unsure(text.encode()) == []
