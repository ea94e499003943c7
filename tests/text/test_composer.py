from __future__ import annotations

from typing import Any

import pytest
import yaml

from postrenderer.text import composer

pytestmark = pytest.mark.usefixtures("loader")


def shape(node: yaml.Node) -> Any:  # noqa: ANN401  # nested tuples
    """All that a node says and where it stands, for comparisons."""
    marks = (node.start_mark.index, node.end_mark.index)
    if isinstance(node, yaml.ScalarNode):
        return (node.tag, node.value, node.style, marks)
    if isinstance(node, yaml.MappingNode):
        return (node.tag, [(shape(key), shape(value)) for key, value in node.value], bool(node.flow_style), marks)
    assert isinstance(node, yaml.SequenceNode)
    return (node.tag, [shape(item) for item in node.value], bool(node.flow_style), marks)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "---\n---\n",
        "a: 1\nb:\n- 'x'\n- \"y\"\n- |\n  z\n- {c: d, e: [f]}\n",
        "a: &x {b: c}\nd: *x\ne:\n  <<: *x\n",
        "a: !!str 1\nb: !x 2\nc: ! 3\nd: !!map {}\ne: !y []\n",
        "? [a, b]\n: c\n? d\n",
        "--- a\n--- b\n",
        'ä: "\\u00e4 😀"\n',
        "a:\n  - - b\n    -\n",
    ],
)
def test_both_composers_agree(text: str) -> None:
    usual, own = composer.compose(text), composer.from_events(text)
    assert [shape(root) for root in own.roots] == [shape(root) for root in usual.roots]
    assert own.borrowed == usual.borrowed == []


def test_an_alias_is_the_node_of_its_anchor() -> None:
    for composed in (composer.compose("a: &x {b: c}\nd: *x\n"), composer.from_events("a: &x {b: c}\nd: *x\n")):
        (_, first), (_, second) = composed.roots[0].value
        assert first is second


def test_an_anchor_may_be_defined_twice() -> None:
    (root,) = composer.compose("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").roots
    assert [value.value for _, value in root.value] == ["1", "1", "2", "2"]


def test_a_collection_may_hold_itself() -> None:
    (root,) = composer.from_events("&a [*a]").roots
    assert root.value == [root]


@pytest.mark.slow
@pytest.mark.parametrize("text", ["x: " + "[" * 4000 + "]" * 4000, "".join(f"{' ' * i}a:\n" for i in range(1500))])
def test_nesting_has_no_limit(text: str) -> None:
    node, depth = composer.compose(text).roots[0], 0
    while node.value:
        node = node.value[0] if isinstance(node, yaml.SequenceNode) else node.value[0][1]
        depth += 1
    assert depth >= 1500


def test_anchors_from_elsewhere() -> None:
    elsewhere = yaml.ScalarNode("tag:yaml.org,2002:str", "z")
    composed = composer.compose("a: *x\nb: [*x, *y]\n", {"x": elsewhere, "y": elsewhere}.get)
    assert [(alias.start, alias.end, alias.node.value) for alias in composed.borrowed] == [
        (3, 5, "z"),
        (10, 12, "z"),
        (14, 16, "z"),
    ]


@pytest.mark.parametrize("text", ["a: *x\n", "a: [\n", "a: b: c\n", "\tx", "a: \x00"])
def test_what_is_not_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        composer.compose(text)


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
    assert composer.written_out(root) == expected


def test_written_out_means_the_same() -> None:
    (root,) = composer.compose("a: {b: '', ? [d] : e, f: \" #\", g: '[', h: \"é\\t\", i: [-1, '-', '?', x:y]}\n").roots
    again = composer.compose(f"[{composer.written_out(root)}]").roots[0].value[0]
    assert strip(again) == strip(root)


def strip(node: yaml.Node) -> Any:  # noqa: ANN401  # nested tuples
    if isinstance(node, yaml.MappingNode):
        return [(strip(key), strip(value)) for key, value in node.value]
    return [strip(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else (node.tag, node.value)


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}"])
def test_what_holds_itself_cannot_be_written_out(text: str) -> None:
    with pytest.raises(RecursionError):
        composer.written_out(composer.from_events(text).roots[0])


@pytest.mark.parametrize("text", ['"\\U08000050"', '"\\Uffffffff"', "[" * 600 + '"\\U08000050"' + "]" * 600])
def test_an_escape_beyond_unicode_is_no_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        composer.compose(text)
