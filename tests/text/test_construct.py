from __future__ import annotations

import pytest
import yaml

from postrenderer.text import construct

_TENS = ["&a0 [x, x, x, x, x, x, x, x, x, x]", *(f"&a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9))]
ALIASES = "a: [" + ", ".join(_TENS) + "]\n"
_MERGED = ["&a0 {k: v}", *(f"&a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12))]
MERGES = "a: [" + ", ".join(_MERGED) + "]\n"
DEEP = "a: " + "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "text",
    [ALIASES, MERGES, DEEP, "a: &a [*a]", "a: 2001-99-99", "a: 0x_", "a: [", "{[a]: b}", b"\xff", "a: b\n--- c\n"],
    ids=["aliases", "merges", "deep", "endless", "no date", "no number", "no YAML", "no key", "no UTF-8", "two"],
)
def test_what_would_take_time_or_memory_or_is_no_value(text: str | bytes) -> None:
    with pytest.raises(yaml.YAMLError):
        construct.load(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: {b: [1, x]}", {"a": {"b": [1, "x"]}}),
        ("a: &a {k: v}\nb: *a\nc: {<<: *a, d: e}", {"a": {"k": "v"}, "b": {"k": "v"}, "c": {"k": "v", "d": "e"}}),
        ("a: [" + "x, " * 200_000 + "]", {"a": ["x"] * 200_000}),
        ("&a a: *a", {"a": "a"}),
    ],
    ids=["nothing", "a mapping", "aliases", "long", "a key"],
)
def test_everything_else_is_read(text: str, value: object) -> None:
    assert construct.load(text) == value
