from __future__ import annotations

from contextlib import nullcontext

import pytest
import yaml

from postrenderer.text import composer, mappings
from postrenderer.text.mappings import TooMuchMergedError, check_merges, fields, is_merge

pytestmark = pytest.mark.usefixtures("loader")


def mapping(text: str) -> yaml.MappingNode:
    (root,) = composer.from_events(text).roots
    assert isinstance(root, yaml.MappingNode)
    return root


def entries(text: str) -> list[tuple[str, str | None]]:
    """The keys and values of a mapping; values that are no scalars as None."""
    return [(key, value.value if isinstance(value, yaml.ScalarNode) else None) for key, value in fields(mapping(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", []),
        ("{a: 1, b: 2}", [("a", "1"), ("b", "2")]),
        # Duplicates are all there; Kubernetes sees the last.
        ("{a: 1, a: 2}", [("a", "1"), ("a", "2")]),
        # A key that is no scalar hides what it leads to.
        ("{? [x] : y, z: w}", [("z", "w")]),
        # Merged entries stand where the merge key does: behind an own key they override it.
        ("{<<: {a: 2, b: 3}, a: 1}", [("a", "2"), ("b", "3"), ("a", "1")]),
        ("{a: 1, <<: {a: 2, b: 3}}", [("a", "1"), ("a", "2"), ("b", "3")]),
        ("{<<: {a: 1}, <<: {a: 2}}", [("a", "1"), ("a", "2")]),
        ("{<<: {<<: {a: 1}, b: 2}}", [("a", "1"), ("b", "2")]),
        # Of several sources the first wins, so it is taken last.
        ("{<<: [{a: 1}, {a: 2, b: 3}]}", [("a", "2"), ("b", "3"), ("a", "1")]),
        # What cannot be merged is nothing.
        ("{<<: 5, a: 1}", [("a", "1")]),
        ("{<<: {b: 2, ? [x] : y}, a: 1, ? {x: y} : z}", [("b", "2"), ("a", "1")]),
        ("{<<: [5, {b: 2}], a: 1}", [("b", "2"), ("a", "1")]),
        # What holds itself is merged once.
        ("&x {a: 1, <<: *x}", [("a", "1")]),
        # A quoted `<<` is a key like others, also beside one that merges.
        ('{"<<": {a: 1}}', [("<<", None)]),
        ('{"<<": x, <<: {a: 1}}', [("<<", "x"), ("a", "1")]),
        ('{!!merge "<<": {a: 1}}', [("a", "1")]),
        ("{!!str <<: {a: 1}}", [("a", "1")]),
        ("{!x <<: y}", [("<<", "y")]),
    ],
)
def test_entries(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert entries(text) == expected


def test_one_mapping_that_is_merged_twice_counts_each_time() -> None:
    """Of `[*x, *y]` the entries of x win, also if y merges x and replaces them."""
    base = "x: &x {a: 1}\ny: &y {<<: *x, a: 2}\nz: {}\n"
    root = mapping(base.replace("{}", "{<<: [*x, *y]}"))
    found = dict(fields(root.value[2][1]))
    assert found["a"].value == "1"
    root = mapping(base.replace("{}", "{<<: *x, a: 3, <<: *x}"))
    assert dict(fields(root.value[2][1]))["a"].value == "1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<: x", True),
        ('"<<": x', False),
        ("'<<': x", False),
        ('!!merge "<<": x', True),
        ("!!merge x: y", False),
        ("!!str <<: x", True),
        ("!x <<: y", False),
        ("a: b", False),
        ("? [<<]\n: x", False),
    ],
)
def test_merge_keys(text: str, expected: bool) -> None:  # noqa: FBT001  # a table
    ((key, _),) = mapping(text).value
    assert is_merge(key) is expected


def test_entries_may_be_planned_ones() -> None:
    root = mapping("{a: 1, <<: {b: 2}}")
    one, other = mapping("{c: 3}"), mapping("{d: 4}")
    planned = {id(root): [*root.value, *one.value], id(root.value[1][1]): other.value}
    found = fields(root, lambda node: planned.get(id(node), node.value))
    assert [(key, value.value) for key, value in found] == [("a", "1"), ("d", "4"), ("c", "3")]


def test_what_merges_too_many_entries() -> None:
    many = ", ".join(f"k{number}: v" for number in range(5_000))
    root = mapping(f"x: &x {{{many}}}\ny: {{a: 1, <<: *x}}\nz: {{<<: *x, <<: {{b: 2}}}}")
    once, again = root.value[1][1], root.value[2][1]
    assert len(fields(once)) == 5_001
    with pytest.raises(TooMuchMergedError):
        fields(again)


def test_what_merges_too_many_mappings() -> None:
    root = mapping(f"x: {{<<: [{', '.join(['{}'] * 1_000)}]}}\ny: {{<<: [{', '.join(['{}'] * 1_002)}]}}")
    assert fields(root.value[0][1]) == []
    with pytest.raises(TooMuchMergedError):
        fields(root.value[1][1])


@pytest.mark.parametrize("times", [4, 5])
def test_what_merges_too_many_entries_in_all(times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mapping merges few enough: it is their number that counts."""
    monkeypatch.setattr(mappings, "_MOST_IN_ALL", 8)  # a merge key is replaced by three entries, and so adds two
    text = "x: &x {a: 1, b: 2, c: 3}\n" + "".join(f"y{number}: {{<<: *x}}\n" for number in range(times))
    with pytest.raises(TooMuchMergedError) if times > 4 else nullcontext():
        check_merges(text, composer.from_events(text).roots)


@pytest.mark.parametrize("text", ["{a: 1, <<: &s [*s]}", "{<<: &s [{b: 2}, [*s], *s], a: 1}"])
def test_a_list_of_merges_may_hold_itself(text: str) -> None:
    """Lists in it are no mappings, and merged by no parser."""
    assert entries(text)[-1] == ("a", "1")


def test_what_multiplies_by_merging() -> None:
    lines = ["a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}" for n in range(1, 12)]
    root = mapping("\n".join(lines))
    with pytest.raises(TooMuchMergedError):
        fields(root.value[-1][1])
