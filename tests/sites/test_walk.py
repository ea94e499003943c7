from __future__ import annotations

import pytest

from postrenderer.sites.hints import Hints
from postrenderer.sites.site import Api, MappingVisit
from postrenderer.sites.walk import walk
from postrenderer.text import composer
from postrenderer.text.mappings import TooMuchMergedError
from postrenderer.text.pointer import pointer


def visits(text: str) -> list[str]:
    (root,) = composer.compose(text).roots
    return [pointer(visit.path) for visit in walk(root)]


def apis(text: str) -> dict[str, Api]:
    (root,) = composer.compose(text).roots
    return {pointer(visit.path): visit.api for visit in walk(root) if isinstance(visit, MappingVisit)}


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
    found = [(visit.key, getattr(visit, "listed", None)) for visit in walk(root)]
    assert found == [("", False), ("images", None), ("images", True), ("b", None)]


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


def stays(api: Api, key: str) -> str:
    return "why" if (api.group, key) == ("policies", "rules") else ""


def staying(text: str) -> list[str]:
    """What stays in a document, and is visited nevertheless."""
    (root,) = composer.compose(text).roots
    return [pointer(visit.path) for visit in walk(root, stays) if visit.stays]


RULES = "rules: {a: {b: c}, d: [e]}"
ALL = ["/rules", "/rules/a", "/rules/a/b", "/rules/d/0"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"apiVersion: policies/v1\nkind: P\n{RULES}\n", ALL),
        # Its place does not matter, and an item of a list speaks for itself.
        (
            f"apiVersion: policies/v1\nkind: P\nx: {{y: [{{{RULES}}}]}}\n",
            [f"/x/y/0{path}" for path in ALL],
        ),
        (
            f"apiVersion: v1\nkind: List\nitems:\n- {{apiVersion: policies/v1, kind: P, {RULES}}}\n- {{{RULES}}}\n",
            [f"/items/0{path}" for path in ALL],
        ),
        (f"apiVersion: other/v1\nkind: P\n{RULES}\n", []),
        # Anybody can write a kind into an object, so it excuses nothing below.
        (f"apiVersion: v1\nkind: Pod\nx: {{apiVersion: policies/v1, kind: P, {RULES}}}\n", []),
        (f"apiVersion: policies/v1\nkind: P\nx: {{apiVersion: policies/v1, kind: P, {RULES}}}\n", []),
        # It does not make an image of what stays already, either.
        (
            "apiVersion: policies/v1\nkind: P\nrules: {x: {apiVersion: v1, kind: Pod, y: z}}\n",
            ["/rules", "/rules/x", "/rules/x/apiVersion", "/rules/x/kind", "/rules/x/y"],
        ),
        # What contradicts itself excuses nothing.
        (f"apiVersion: policies/v1\nkind: P\nkind: Q\n{RULES}\n", []),
        (f"apiVersion: policies/v1\napiVersion: other/v1\nkind: P\n{RULES}\n", []),
        (f"apiVersion: policies/v1\nkind: P\n<<: {{kind: Q}}\n{RULES}\n", []),
        (f"apiVersion: policies/v1\nkind: P\nkind: P\n{RULES}\n", ALL),
    ],
)
def test_what_stays_is_visited_with_the_reason(text: str, expected: list[str]) -> None:
    assert staying(text) == expected


def test_an_item_takes_from_its_list_what_it_lacks() -> None:
    found = apis("apiVersion: v1\nkind: List\nitems:\n- {a: {b: c}}\n- {kind: Secret, a: {b: c}}\n")
    assert found["/items/0"] == found["/items/0/a"] == Api("", "List")
    assert found["/items/1"] == found["/items/1/a"] == Api("", "Secret")


def test_only_wanted_scalars_are_visited() -> None:
    (root,) = composer.compose("a: yes\nb: [no, yes]\nc: ''\n").roots
    found = [pointer(visit.path) for visit in walk(root, wanted=lambda value: value == "yes")]
    assert found == ["", "/a", "/b/1"]
    assert [pointer(visit.path) for visit in walk(root)] == ["", "/a", "/b/0", "/b/1"]


def test_parts_without_a_hint_are_passed_over() -> None:
    text = "a: {b: c}\nd: {e: HERE, f: g}\nimage: {h: i}\n"
    (root,) = composer.compose(text).roots
    hints = Hints([text.index("HERE")])
    assert [pointer(visit.path) for visit in walk(root, hints=hints)] == ["", "/d", "/d/e", "/image"]


def test_what_merges_too_much_ends_the_walk() -> None:
    (root,) = composer.compose(f"x: &x {{a: 1}}\ny: {{<<: [{', '.join(['*x'] * 1_002)}]}}\n").roots
    with pytest.raises(TooMuchMergedError):
        list(walk(root))
