from __future__ import annotations

import jsonpatch  # type: ignore[import-untyped]  # ships no types
import pytest
import yaml

from postrenderer.report.patch import patch_of
from postrenderer.text import composer
from postrenderer.text.view import View

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


def changed(root: yaml.Node, old: str, new: str) -> View:
    """A view in which each scalar that has the old value has the new one."""
    view = View()
    for node in scalars(root).values():
        if node.value == old:
            view.change(node, new)
    return view


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("a: x\nb: x # c\nc: y\n", ["/a", "/b"]),
        ("a:\n- x\n- b/c~d: 'x'\n", ["/a/0", "/a/1/b~1c~0d"]),
        # Where aliases and merge keys show it.
        ("a: &a x\nb: *a\n", ["/a", "/b"]),
        ("a: &a [x]\nb: [*a, *a]\n", ["/a/0", "/b/0/0", "/b/1/0"]),
        ("a: &a {c: x}\nb:\n  <<: *a\n", ["/a/c", "/b/c"]),
        ("a: &a {c: x}\nb:\n  <<: *a\n  c: y\n", ["/a/c"]),
        # Not what a duplicate key hides.
        ("a: x\na: x\n", ["/a"]),
        ("a: [y, x]\na: [y]\n", []),
    ],
)
def test_scalars(text: str, paths: list[str]) -> None:
    root = root_of(text)
    made = patch_of(root, changed(root, "x", "z"))
    assert made.operations == [{"op": "replace", "path": path, "value": "z"} for path in paths]
    assert jsonpatch.apply_patch(made.before, made.operations) == made.after
    assert made.before == View().plain(composer.compose(text).roots[0])


def test_added_nodes() -> None:
    """What has no place in the text was added; the operations count with what was added before."""
    root = root_of("a: [y, x]\nb: c\nd:\n")
    view = changed(root, "x", "z")
    view.prepend(root.value[0][1], [scalar("n")])
    view.insert(root, 0, scalar("k"), yaml.SequenceNode("", [scalar("v")]))
    view.replace(root.value[2][1], yaml.SequenceNode("", [scalar("w")]))
    made = patch_of(root, view)
    assert made.operations == [
        {"op": "add", "path": "/k", "value": ["v"]},
        {"op": "add", "path": "/d", "value": ["w"]},
        {"op": "add", "path": "/a/0", "value": "n"},
        {"op": "replace", "path": "/a/2", "value": "z"},
    ]
    assert made.before == {"a": ["y", "x"], "b": "c", "d": ""}
    assert made.after == {"k": ["v"], "a": ["n", "y", "z"], "b": "c", "d": ["w"]}
    assert jsonpatch.apply_patch(made.before, made.operations) == made.after


def scalar(value: str) -> yaml.ScalarNode:
    """A node that stands in no text."""
    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


def test_a_list_that_others_share_is_extended_at_each_place() -> None:
    root = root_of("a: &s [x]\nb: *s\nc: &m {d: *s}\ne: {<<: *m}\n")
    view = View()
    view.prepend(root.value[0][1], [scalar("n")])
    made = patch_of(root, view)
    assert [(operation["op"], operation["path"]) for operation in made.operations] == [
        ("add", path) for path in ("/a/0", "/b/0", "/c/d/0", "/e/d/0")
    ]
    assert jsonpatch.apply_patch(made.before, made.operations) == made.after


@pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: *a}\n"])
def test_aliases_without_end_have_no_patch(text: str) -> None:
    root = root_of(text)
    with pytest.raises(RecursionError):
        patch_of(root, View())
