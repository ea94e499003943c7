from __future__ import annotations

from typing import Any

import pytest
import yaml

from postrenderer.text import composer
from postrenderer.text.aliases import written_out

pytestmark = pytest.mark.usefixtures("loader")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0755", "0755"),
        ("'0755'", "'0755'"),
        ('"a\\nb"', '"a\\nb"'),
        ("|\n  a\n  b\n", '"a\\nb\\n"'),
        (">-\n  a\n  b\n", '"a b"'),
        ("a\n  b", "a b"),
        ("a, b", "'a, b'"),
        ("{a: [b, &x c], d: *x}", "{a: [b, c], d: c}"),
        ("a:\n- b: c\n  d:\n  e: ''\n", "{a: [{b: c, d: null, e: ''}]}"),
        ("!x {a: !y 1}", "!x {a: !y '1'}"),
        ("[grün 😀]", "[grün 😀]"),
        ("a: " + "word " * 100 + "end", "{a: " + "word " * 100 + "end}"),
    ],
)
def test_written_out(text: str, expected: str) -> None:
    (root,) = composer.compose(text).roots
    assert written_out(root) == expected


def test_written_out_means_the_same() -> None:
    (root,) = composer.compose("a: {b: '', ? [d] : e, f: \" #\", g: '[', h: \"é\\t\", i: [-1, '-', '?', x:y]}\n").roots
    again = composer.compose(f"[{written_out(root)}]").roots[0].value[0]
    assert strip(again) == strip(root)


def strip(node: yaml.Node) -> Any:  # noqa: ANN401  # nested tuples
    if isinstance(node, yaml.MappingNode):
        return [(strip(key), strip(value)) for key, value in node.value]
    return [strip(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else (node.tag, node.value)


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}"])
def test_what_holds_itself_cannot_be_written_out(text: str) -> None:
    with pytest.raises(RecursionError):
        written_out(composer.from_events(text).roots[0])


def test_what_multiplies_beyond_measure_cannot_be_written_out() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcd", "bcde")]
    (root,) = composer.compose("\n".join(lines)).roots
    by_key = {key.value: value for key, value in root.value}
    assert written_out(by_key["c"]).count("x") == 1_000
    with pytest.raises(RecursionError):
        written_out(by_key["e"])
