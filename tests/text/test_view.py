from __future__ import annotations

from typing import Any

import pytest
import yaml

from postrenderer.text import composer
from postrenderer.text.view import View

pytestmark = pytest.mark.usefixtures("loader")


def root_of(text: str) -> yaml.MappingNode:
    root = composer.from_events(text).roots[0]
    assert isinstance(root, yaml.MappingNode)
    return root


def scalar(value: str, style: str | None = None) -> yaml.ScalarNode:
    """A node that stands in no text."""
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=style)


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
    assert View().plain(root_of(text)) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "a: &a [x, x]\n" + "".join(f"{n}: &{n} [{', '.join([f'*{o}'] * 9)}]\n" for o, n in zip("abcdefgh", "bcdefghi")),
    ],
)
def test_aliases_without_end_have_no_plain_form(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postrenderer.text.view._PLAIN_LIMIT", 20_000)
    with pytest.raises(RecursionError):
        View().plain(root_of(text))


def test_without_a_plan_it_shows_what_was_read() -> None:
    root = root_of("a: b\nc: [d]\n")
    view = View()
    assert view.planned == set()
    assert view.entries(root) is root.value
    assert view.items(root.value[1][1]) is root.value[1][1].value
    assert view.value(root.value[0][1]) == "b"
    assert view.node(root) is root
    assert not view.is_changed(root.value[0][1])


def test_a_change_shows_wherever_its_scalar_does() -> None:
    root = root_of("a: &x b\nc: *x\nd: &m {e: *x}\nf: {<<: *m}\ng: b\n")
    node = root.value[0][1]
    view = View()
    view.change(node, "new")
    assert view.plain(root) == {"a": "new", "c": "new", "d": {"e": "new"}, "f": {"e": "new"}, "g": "b"}
    assert view.is_changed(node)
    assert view.planned == {id(node)}


def test_a_replacement_shows_wherever_its_scalar_does() -> None:
    root = root_of("a: &x\nc: [*x]\nd: &m {e: *x}\nf: {<<: *m}\n")
    node = root.value[0][1]
    view = View()
    view.replace(node, yaml.SequenceNode("tag:yaml.org,2002:seq", [scalar("n")]))
    assert view.plain(root) == {"a": ["n"], "c": [["n"]], "d": {"e": ["n"]}, "f": {"e": ["n"]}}
    assert not view.is_changed(node)
    assert view.planned == {id(node)}


def test_items_and_entries_that_are_added() -> None:
    root = root_of("a: &s [x]\nb: *s\nc: &m {d: e}\nf: {<<: *m}\n")
    items, mapping = root.value[0][1], root.value[2][1]
    view = View()
    view.prepend(items, [scalar("one"), scalar("two")])
    view.prepend(items, [scalar("zero")])
    view.insert(mapping, 0, scalar("k"), scalar("v"))
    view.insert(mapping, 1, scalar("l"), scalar("w"))
    everything = ["zero", "one", "two", "x"]
    merged = {"k": "v", "l": "w", "d": "e"}
    assert view.plain(root) == {"a": everything, "b": everything, "c": merged, "f": merged}
    assert [key for key, _ in view.fields(root.value[3][1])] == ["k", "l", "d"]


def test_no_node_is_changed() -> None:
    root = root_of("a: &s [x]\nb: {c: d}\n")
    view = View()
    view.prepend(root.value[0][1], [scalar("n")])
    view.insert(root.value[1][1], 0, scalar("k"), scalar("v"))
    view.change(root.value[1][1].value[0][1], "new")
    view.change(root.value[0][1].value[0], "other")
    assert View().plain(root) == {"a": ["x"], "b": {"c": "d"}}


def test_the_content_of_each_kind_of_node() -> None:
    root = root_of("a: b\nc: [d]\n")
    view = View()
    view.change(root.value[0][1], "new")
    view.prepend(root.value[1][1], [scalar("n")])
    assert view.content(root) is root.value
    assert view.content(root.value[0][1]) == "new"
    assert [item.value for item in view.content(root.value[1][1])] == ["n", "d"]
    assert view.planned == {id(root.value[0][1]), id(root.value[1][1])}
