from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
import yaml

from postrenderer import patch
from postrenderer.text import composer
from postrenderer.text.scalars import Edit, apply

pytestmark = pytest.mark.usefixtures("loader")


def root_of(text: str) -> yaml.MappingNode:
    (root,) = composer.compose(text).roots
    assert isinstance(root, yaml.MappingNode)
    return root


def scalars(node: yaml.Node) -> dict[int, yaml.ScalarNode]:
    """All scalars that are no keys."""
    if isinstance(node, yaml.ScalarNode):
        return {id(node): node}
    items = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
    return {key: value for item in items for key, value in scalars(item).items()}


def changes(root: yaml.Node, old: str, new: str) -> list[patch.Change]:
    """The change of each scalar that has the old value."""
    return [patch.Change(node, [Edit(0, len(old), new)], "") for node in scalars(root).values() if node.value == old]


@pytest.mark.parametrize(
    ("text", "expected", "paths"),
    [
        ("a: x\nb: x # c\nc: y\n", "a: z\nb: z # c\nc: y\n", ["/a", "/b"]),
        ("a:\n- x\n- b/c~d: 'x'\n", "a:\n- z\n- b/c~d: 'z'\n", ["/a/0", "/a/1/b~1c~0d"]),
        # Where aliases and merge keys show it.
        ("a: &a x\nb: *a\n", "a: &a z\nb: *a\n", ["/a", "/b"]),
        ("a: &a [x]\nb: [*a, *a]\n", "a: &a [z]\nb: [*a, *a]\n", ["/a/0", "/b/0/0", "/b/1/0"]),
        ("a: &a {c: x}\nb:\n  <<: *a\n", "a: &a {c: z}\nb:\n  <<: *a\n", ["/a/c", "/b/c"]),
        ("a: &a {c: x}\nb:\n  <<: *a\n  c: y\n", "a: &a {c: z}\nb:\n  <<: *a\n  c: y\n", ["/a/c"]),
        # Not what a duplicate key hides, which is changed nevertheless.
        ("a: x\na: x\n", "a: z\na: z\n", ["/a"]),
        ("a: [y, x]\na: [y]\n", "a: [y, z]\na: [y]\n", []),
    ],
)
def test_scalars(text: str, expected: str, paths: list[str]) -> None:
    root = root_of(text)
    made = changes(root, "x", "z")
    assert apply(text, patch.rewrite(text, made)) == expected
    assert patch.operations(root, made) == [{"op": "replace", "path": path, "value": "z"} for path in paths]


def test_a_value_that_may_no_longer_be_plain_is_quoted() -> None:
    text = "a: x\nb: 'x'\nc: [x]\n"
    root = root_of(text)
    edits = patch.rewrite(text, changes(root, "x", "[::1]:5000/x"))
    assert apply(text, edits) == "a: '[::1]:5000/x'\nb: '[::1]:5000/x'\nc: ['[::1]:5000/x']\n"
    assert [node.style for node in scalars(root).values()] == ["'", "'", "'"]


def test_a_value_that_may_stay_plain_does() -> None:
    text = "a: x\nb: 'x'\n"
    root = root_of(text)
    assert apply(text, patch.rewrite(text, changes(root, "x", "z"))) == "a: z\nb: 'z'\n"
    assert [bool(node.style) for node in scalars(root).values()] == [False, True]


def wrapped(text: str, width: int) -> str:
    encoded = b64encode(text.encode()).decode()
    return "\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))


@pytest.mark.parametrize("old", ["quay.io/a/b:1", "a/b:1", "x"])
@pytest.mark.parametrize("new", ["registry.example.com:8083/mirror/a/b:1", "b", "[::1]:5000/x"])
@pytest.mark.parametrize("width", [8, 12, 76, 1000])
@pytest.mark.parametrize("end", ["", "\n", " \n\n"])
def test_base64_keeps_its_wrapping(old: str, new: str, width: int, end: str) -> None:
    """All lines but the last stay as long as they were; the last takes what is left."""
    value = wrapped(f"image: {old}\nname: {old}\n", width) + end
    text = "v: |+\n" + "".join(f"  {line}\n" for line in value.split("\n")[: value.count("\n") + (not end)])
    node = next(iter(scalars(root_of(text)).values()))
    before = [line for line in node.value.split("\n") if line.strip()]
    edits = [Edit(7, 7 + len(old), new), Edit(14 + len(old), 14 + 2 * len(old), new)]
    patch.rewrite(text, [patch.Change(node, edits, "base64")])
    after = [line for line in node.value.split("\n") if line.strip()]
    assert b64decode("".join(after)).decode() == f"image: {new}\nname: {new}\n"
    assert len(after) <= len(before)
    assert [len(line) for line in after[:-1]] == [len(line) for line in before[: len(after) - 1]]


def test_added_nodes() -> None:
    """What has no place in the text was added; the operations count with what was added before."""
    root = root_of("a: [y, x]\nb: c\n")
    items = root.value[0][1].value
    items.insert(0, yaml.ScalarNode("tag:yaml.org,2002:str", "n"))
    root.value.insert(0, (yaml.ScalarNode("", "k"), yaml.SequenceNode("", [yaml.ScalarNode("", "v")])))
    made = [patch.Change(items[2], [Edit(0, 1, "z")], "")]
    patch.rewrite("a: [y, x]\nb: c\n", made)
    assert patch.operations(root, made) == [
        {"op": "add", "path": "/k", "value": ["v"]},
        {"op": "add", "path": "/a/0", "value": "n"},
        {"op": "replace", "path": "/a/2", "value": "z"},
    ]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a: 0644\nb: yes\nc: 22:22\nd: 1e+06\ne: =\nf:\ng: ~\n",
         {"a": "0644", "b": "yes", "c": "22:22", "d": "1e+06", "e": "=", "f": "", "g": "~"}),
        ("a: [x, {b: 'c'}]\n", {"a": ["x", {"b": "c"}]}),
        ("a: 1\na: 2\n", {"a": "2"}),
        ("a: &a {b: c}\nd:\n  <<: *a\n  e: f\n", {"a": {"b": "c"}, "d": {"b": "c", "e": "f"}}),
    ],
)  # fmt: skip
def test_plain(text: str, plain: Any) -> None:  # noqa: ANN401  # what JSON can hold
    assert patch.plain(root_of(text)) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "a: &a [x, x]\n" + "".join(f"{n}: &{n} [{', '.join([f'*{o}'] * 9)}]\n" for o, n in zip("abcdefgh", "bcdefghi")),
    ],
)
def test_aliases_without_end_have_no_plain_form(text: str) -> None:
    with pytest.raises(RecursionError):
        patch.plain(root_of(text))


@pytest.mark.parametrize(
    ("planned", "written"),
    [
        ("a: 1\n", "{a: 1} # c\n"),
        ("a: 'x'\n", 'a: "x"\n'),
        ("a: &x 1\nb: *x\n", "a: &x 1\nb: *x\n"),
        ("a: &x [*x]\n", "a: &x [*x]\n"),
        ("a: !x 1\n", "a: !x 1\n"),
        ("", ""),
    ],
)
def test_no_difference(planned: str, written: str) -> None:
    assert patch.difference(composer.compose(planned).roots, composer.compose(written).roots) is None


@pytest.mark.parametrize(
    ("planned", "written", "place"),
    [
        ("a: 1\n", "a: 2\n", "/a"),
        ("a: 1\n", "a: '1'\n", "/a"),
        ("a: '1'\n", "a: 1\n", "/a"),
        ("a: !x 1\n", "a: 1\n", "/a"),
        ("a: {b: [c, d]}\n", "a: {b: [c, e]}\n", "/a/b/1"),
        ("a: {b/c: [d]}\n", "a: {b/c: [d, e]}\n", "/a/b~1c"),
        ("a: [b]\n", "a: {b: c}\n", "/a"),
        ("a: b\nc: d\n", "c: d\na: b\n", ""),
        ("a: b\n", "x: b\n", ""),
        ("a: b\n", "a: b\nc: d\n", ""),
        ("a: b\n", "a: b\n---\nc: d\n", "1 documents became 2"),
        ("a: &x [b]\nc: *x\n", "a: [b]\nc: [d]\n", "/c/0"),
        ("a: &x {b: c, d: [*x]}\n", "a: &x {b: z, d: [*x]}\n", "/a/b"),
        ("a: b\n---\nc: {d: e}\n", "a: b\n---\nc: {d: f}\n", "/c/d"),
    ],
)
def test_difference(planned: str, written: str, place: str) -> None:
    assert patch.difference(composer.compose(planned).roots, composer.compose(written).roots) == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: x\n", False),
        ("x: a\nb: x\n", False),  # a key of the same text is another scalar
        ("? &k x\n: 1\nb: *k\n", True),
        ("a:\n- b\n- ? &k x\n  : 1\n- *k\n", True),
        ("a: {c: {? &k x : 1}}\nb: [*k]\n", True),
        ("first: &k x\nsecond: 1\n? {*k : 1}\n: 2\n", True),  # in a key that is a mapping
        ("a: &a {b: x, c: &c [1, *a]}\n", False),  # it holds itself, and is looked at once
        ("- &k x\n- {b: 1, *k : 2}\n", True),
    ],
)
def test_keys_among_what_changes(text: str, expected: bool) -> None:  # noqa: FBT001  # a table
    root = composer.from_events(text).roots[0]
    seen: set[int] = set()
    stack, found = [root], []
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            found.append(node)
        else:
            stack += [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
    planned = [patch.Change(node, [Edit(0, 1, "z")], "") for node in found if node.value == "x"]
    assert planned
    assert patch.keys_among(root, planned) is expected
    assert patch.keys_among(root, []) is False
