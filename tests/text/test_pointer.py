from __future__ import annotations

import pytest
import yaml

from postrenderer.text import composer
from postrenderer.text.pointer import Path, nearest, place_of, pointer, steps


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, ""),
        ((None, "a"), "/a"),
        (((None, "a"), 0), "/a/0"),
        ((((None, "a/b"), "c~d"), "~1"), "/a~1b/c~0d/~01"),
        ((None, ""), "/"),
    ],
)
def test_pointer(path: Path, expected: str) -> None:
    assert pointer(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("/", [""]), ("/a/0", ["a", "0"]), ("/a~1b/c~0d/~01", ["a/b", "c~d", "~1"])],
)
def test_steps(text: str, expected: list[str]) -> None:
    assert steps(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WANTED\n", ""),
        ("a: b\nc: WANTED\n", "/c"),
        ("a: [b, {c/d: WANTED}]\n", "/a/1/c~1d"),
        ("a: {WANTED: b}\n", "/a"),  # a key stands where its mapping does
        ("a: {? {x: WANTED} : b}\n", "/a/x"),
        ("a: &a [*a, WANTED]\n", "/a/1"),
        ("a: b\n---\nc: WANTED\n", "/c"),
        ("a: b\n", ""),
    ],
)
def test_place_of_a_node(text: str, expected: str) -> None:
    roots = composer.from_events(text).roots
    stack, seen = list(roots), set()
    wanted = composer.compose("other").roots[0]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.value == "WANTED":
            wanted = node
        elif not isinstance(node, yaml.ScalarNode):
            stack += [child for item in node.value for child in (item if isinstance(item, tuple) else (item,))]
    assert place_of(wanted, roots) == expected


def test_the_nearest_value_above_a_path_is_found_without_passing_a_path_twice() -> None:
    class Counted(dict[int, str]):
        asked = 0

        def __contains__(self, key: object) -> bool:
            self.asked += 1
            return super().__contains__(key)

    paths: list[Path] = [None]
    for step in range(1000):
        paths.append((paths[-1], step))
    values = Counted({id(None): "root", id(paths[500]): "middle"})
    assert [nearest(path, values) for path in reversed(paths)] == ["middle"] * 501 + ["root"] * 500
    assert values.asked < 3 * len(paths)
