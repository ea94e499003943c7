"""Mappings below the one of an image."""

from __future__ import annotations

import pytest

from postrenderer.pullsecrets import beside
from postrenderer.text import composer
from postrenderer.text.pointer import pointer


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: {b: {}}\nc: [{}, 1]\n", ["/a", "/a/b", "/c/0"]),
        ("a: {b: {c: {d: {e: {f: {g: {}}}}}}}\n", ["/a", "/a/b", "/a/b/c", "/a/b/c/d", "/a/b/c/d/e", "/a/b/c/d/e/f"]),
        ("a: {apiVersion: v1, kind: Pod, spec: {}}\nb: {kind: c}\n", ["/b"]),
        ("a: text\n", []),
        ("text\n", []),
    ],
)
def test_mappings(text: str, places: list[str]) -> None:
    (root,) = composer.compose(text).roots
    assert sorted(map(pointer, beside.mappings(root, None))) == places


def test_a_mapping_with_aliases_is_visited_once() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 4)]
    (root,) = composer.compose(f"l0: &l0 {{a: {{}}}}\n{''.join(levels)}").roots
    assert sorted(map(pointer, beside.mappings(root, None))) == ["/l0", "/l0/a"]
