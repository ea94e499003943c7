from __future__ import annotations

import re

import pytest
import yaml

from postrenderer.plan.prove import fault, loses_its_lines
from postrenderer.text import composer
from postrenderer.text.view import View

pytestmark = pytest.mark.usefixtures("loader")


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
    assert fault(written, composer.compose(planned).roots, View()) is None


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
        ("a: b\nc: d\n", "c: d\na: b\n", "its root"),
        ("a: b\n", "x: b\n", "its root"),
        ("a: b\n", "a: b\nc: d\n", "its root"),
        ("a: b\n", "a: b\n---\nc: d\n", "1 documents became 2"),
        ("a: &x [b]\nc: *x\n", "a: [b]\nc: [d]\n", "/c/0"),
        ("a: &x [b]\nc: *x\nd: [e]\n", "a: &x [b]\nc: *x\nd: [f]\n", "/d/0"),
        ("a: &x {b: c, d: [*x]}\n", "a: &x {b: z, d: [*x]}\n", "/a/b"),
        ("a: b\n---\nc: {d: e}\n", "a: b\n---\nc: {d: f}\n", "/c/d"),
    ],
)
def test_difference(planned: str, written: str, place: str) -> None:
    assert fault(written, composer.compose(planned).roots, View()) == place


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a: [\n", "did not find expected node content|expected the node content, but found '<stream end>'"),
        ("a: *x\n", "found undefined alias x"),
        ("a: b: c\n", "mapping values are not allowed (in this context|here)"),
        ("a: \x01\n", "unacceptable character #x0001: (control|special) characters are not allowed\n  in .*"),
    ],
)
def test_what_is_no_yaml(written: str, said: str) -> None:
    place = fault(written, composer.compose("a: b\n").roots, View())
    assert place is not None
    assert re.fullmatch(said, place)


def test_what_is_too_deep() -> None:
    assert fault("- " * 20_001 + "x", composer.compose("a: b\n").roots, View()) == "its root"


def planned(text: str) -> tuple[list[yaml.Node], View]:
    """Documents in which each `x` becomes `z`, each null a list, and the first list and mapping have something more."""
    roots = composer.compose(text).roots
    view, stack = View(), list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.SequenceNode):
            view.prepend(node, [scalar("added")])
            stack += node.value
        elif isinstance(node, yaml.MappingNode):
            view.insert(node, 0, scalar("key"), scalar("added"))
            stack += [value for _, value in node.value]
        elif isinstance(node, yaml.ScalarNode) and node.value == "x":
            view.change(node, "z")
        elif isinstance(node, yaml.ScalarNode) and node.value == "null":
            view.replace(node, yaml.SequenceNode("tag:yaml.org,2002:seq", [scalar("added")]))
    return roots, view


def scalar(value: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: x\nb: y\n", "key: added\na: z\nb: y\n"),
        ("a: x\n", "key: added\na: 'z'\n"),  # a new value may be put into quotes
        ("a: 'x'\n", 'key: added\na: "z"\n'),
        ("a: [x, y]\n", "key: added\na: [added, z, y]\n"),
        ("a: {b: x}\n", "key: added\na: {key: added, b: z}\n"),
        ("a: null\n", "key: added\na: [added]\n"),
        ("a: null\n", "key: added\na:\n- added\n"),
        ("[x]\n---\n- y\n", "[added, z]\n---\n- added\n- y\n"),
    ],
)
def test_what_was_planned(before: str, after: str) -> None:
    assert fault(after, *planned(before)) is None


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("a: x\n", "key: added\na: x\n", "/a"),  # not done
        ("a: x\n", "key: added\na: zz\n", "/a"),
        ("a: 'x'\n", "key: added\na: z\n", "/a"),  # quotes may come, not go
        ("a: x\n", "key: added\na: !y z\n", "/a"),
        ("a: x\n", "key: added\na: [z]\n", "/a"),
        ("a: x\nb: y\n", "key: added\na: z\nb: 'y'\n", "/b"),  # what stays has the quotes that it had
        ("a: x\n", "a: z\n", "its root"),
        ("a: x\n", "key: other\na: z\n", "its root"),
        ("a: x\n", "key: 'added'\na: z\n", "its root"),
        ("a: [y]\n", "key: added\na: [y]\n", "/a"),
        ("a: [y]\n", "key: added\na: [y, added]\n", "its root"),
        ("a: [y]\n", "key: added\na: [added, added, y]\n", "/a"),
        ("a: null\n", "key: added\na: null\n", "/a"),
        ("a: null\n", "key: added\na: [other]\n", "its root"),
        ("a: {b: x}\n", "key: added\na: {b: z}\n", "/a"),
    ],
)
def test_what_was_not_planned(before: str, after: str, place: str) -> None:
    assert fault(after, *planned(before)) == place


@pytest.mark.parametrize(
    ("before", "after", "loses"),
    [
        ("  a: 1\n", "  a: 1\n  b: 2\n", True),
        ("  a: 1\n", "  b: 2\n  a: 1\n", True),
        ("  a: 1\n", "  a: 2\n", False),  # each value stays on its own line
        ("  - a\n", "  - a\n  - b\n", True),
        ("  - |\n    a: b: c\n", "  - |\n    a: b: c\n  - d\n", True),
        ("a: 1\n", "a: 1\nb: 2\n", False),
        ("  a: 1\n  b: 2\n", "  a: 1\n  b: 3\n", False),  # Helm could not read it before either
        # Helm cuts at the marker, so the lines behind it are what it trims.
        ("%YAML 1.1\n---\n  a: 1\n", "%YAML 1.1\n---\n  a: 1\n  b: 2\n", True),
        ("%YAML 1.1\n---\na: 1\n", "%YAML 1.1\n---\na: 1\nb: 2\n", False),
        ("%YAML 1.1\n# c\n--- \n\n  a: 1\n", "%YAML 1.1\n# c\n--- \n\n  a: 1\n  b: 2\n", True),
        # A comment before the first key keeps its indentation.
        ("# c\n  a: 1\n", "# c\n  a: 1\n  b: 2\n", False),
    ],
)
def test_lines_that_lose_their_indentation(before: str, after: str, loses: bool) -> None:  # noqa: FBT001  # a table
    assert loses_its_lines(before, after, composer.compose(after).roots, View()) is loses
