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
@pytest.mark.parametrize(
    "text", ["x: " + "[" * 1500 + "]" * 1500, "".join(f"{' ' * i}a:\n" for i in range(1500))], ids=["brackets", "lines"]
)
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


@pytest.mark.parametrize("text", ['"\\U08000050"', '"\\Uffffffff"', "[" * 600 + '"\\U08000050"' + "]" * 600])
def test_an_escape_beyond_unicode_is_no_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        composer.compose(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_nesting_beyond_a_limit(monkeypatch: pytest.MonkeyPatch, opening: str, closing: str) -> None:
    monkeypatch.setattr(composer, "_DEEPEST", 600)
    assert len(composer.compose(opening * 600 + closing * 600).roots) == 1
    with pytest.raises(RecursionError):
        composer.compose(opening * 601 + closing * 601)


@pytest.mark.parametrize("text", ["a: b\x7fc\n", "# \x7f\na: b\n", "a: 'b\x7f'\n", 'a: "b\x7f"\n'])
def test_a_delete_is_read_as_what_no_reference_holds(text: str) -> None:
    (root,) = composer.compose(text).roots
    value = root.value[0][1]
    assert value.value in ("b", "b\ufffd", "b\ufffdc")
    assert ("\x7f" in text.split(":")[1]) == ("\ufffd" in value.value)
    assert value.end_mark.index <= len(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: b\n...\n}not yaml\n", ["b"]),
        ("a: b\n...\n%x\n- : [\n", ["b"]),
        ("a: b\n...\n---\nc: d\n", ["b", "d"]),  # what is YAML is read, too
        ("a: &x b\n...\nc: *x\n", ["b"]),
        ("a: &x b\n...\n--- {c: &x d, e: *x}\n", ["b", "d"]),
        ("a: &x b\r---\rc: &x d\re: *x\r...\rf: *x\r", ["b"]),
    ],
)
def test_a_manifest_ends_with_its_first_document(text: str, values: list[str]) -> None:
    roots = composer.manifest(text).roots
    assert [root.value[0][1].value for root in roots] == values


def test_a_manifest_borrows_from_elsewhere() -> None:
    elsewhere = yaml.ScalarNode("tag:yaml.org,2002:str", "z")
    composed = composer.manifest("a: *x\n", {"x": elsewhere}.get)
    assert composed.borrowed == [(3, 5, elsewhere)]


@pytest.mark.parametrize("text", ["{a: b}{c: d}\n", " {}\n{}\n", "{} \t{"])
def test_a_manifest_has_no_brace_behind_its_first_document(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        composer.manifest(text)


@pytest.mark.parametrize("text", ["a: *x\n", "a: [\n", "a: b: c\n", 'a: "\\U08000050"\n...\n'])
def test_a_manifest_whose_first_document_is_not_yaml(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        composer.manifest(text)


def test_an_anchor_is_of_its_document_alone() -> None:
    text = "a: &x b\n--- {c: *x}\n"
    with pytest.raises(yaml.YAMLError, match="found undefined alias x"):
        composer.compose(text)
    elsewhere = yaml.ScalarNode("tag:yaml.org,2002:str", "z")
    assert composer.compose(text, {"x": elsewhere}.get).borrowed == [(16, 18, elsewhere)]
