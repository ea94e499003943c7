from __future__ import annotations

import pytest

from postrenderer.sites.site import Api, Mapping, pointer
from postrenderer.sites.walk import fields, walk
from postrenderer.text import composer


def visits(text: str) -> list[str]:
    (root,) = composer.compose(text).roots
    return [pointer(visit.path) for visit in walk(root, lambda _: False)]


def apis(text: str) -> dict[str, Api]:
    (root,) = composer.compose(text).roots
    return {pointer(visit.path): visit.api for visit in walk(root, lambda _: False) if isinstance(visit, Mapping)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", [""]),
        ("a: b\nc: [d, {e: f}]\n", ["", "/a", "/c/0", "/c/1", "/c/1/e"]),
        ("a/b: {c~d: e}\n", ["", "/a~1b", "/a~1b/c~0d"]),
        ("a: &x {b: c}\nd: *x\n", ["", "/a", "/a/b", "/d", "/d/b"]),
        ("a: 1\na: 2\n", ["", "/a", "/a"]),
        ("{? [x] : y, z: w}", ["", "/z"]),
    ],
)
def test_walk_visits_in_the_order_of_the_text(text: str, expected: list[str]) -> None:
    assert visits(text) == expected


def test_keys_are_those_of_the_nearest_mapping() -> None:
    (root,) = composer.compose("images: [[a], {b: c}]\n").roots
    found = [(visit.key, getattr(visit, "listed", None)) for visit in walk(root, lambda _: False)]
    assert found == [("", False), ("images", None), ("images", True), ("b", None)]


def test_skipped_mappings_hide_what_is_below() -> None:
    (root,) = composer.compose("a: {b: {c: d}}\ne: f\n").roots
    assert [pointer(visit.path) for visit in walk(root, lambda mapping: mapping.key == "a")] == ["", "/e"]


def test_aliases_that_multiply_are_cut_short() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
    assert len(visits(text)) < 20_000


def test_what_belongs_to_which_object() -> None:
    found = apis(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: apps/v1, kind: Job, spec: {ref: {kind: X, name: y}}}\n"
        "- {kind: Secret, data: {a: b}}\n- {data: {a: b}}\n"
    )
    assert found["/items/0"] == found["/items/0/spec"] == found["/items/0/spec/ref"] == Api("apps", "Job")
    assert found["/items/1/data"] == Api("", "Secret")
    assert found[""] == found["/items/2/data"] == Api("", "List")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: 1, <<: {a: 2, b: 3}}", {"a": "1", "b": "3"}),
        ("{<<: [{a: 1}, {a: 2, b: 3}]}", {"a": "1", "b": "3"}),
        ("{<<: {<<: {a: 1}, b: 2}}", {"a": "1", "b": "2"}),
        ("&x {a: 1, <<: *x}", {"a": "1"}),
        ("{<<: 5, a: 1}", {"a": "1"}),
    ],
)
def test_fields_resolve_merge_keys(text: str, expected: dict[str, str]) -> None:
    (root,) = composer.compose(text).roots
    assert {key: value.value for key, value in fields(root)} == expected  # type: ignore[arg-type]  # a mapping


def test_what_merges_too_much_keeps_what_is_its_own() -> None:
    many = ", ".join(f"k{n}: v" for n in range(5_000))
    (root,) = composer.compose(f"x: &x {{{many}}}\ny: {{a: 1, <<: *x}}").roots
    merged = dict(fields(root.value[1][1]))
    assert merged["a"].value == "1"
    assert "k1" in merged
    assert len(merged) < 2_000
