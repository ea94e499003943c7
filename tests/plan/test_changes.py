"""What changes in a scalar, written as the scalar is."""

from __future__ import annotations

import pytest

from postrenderer import sites
from postrenderer.errors import AcregError
from postrenderer.plan import changes
from postrenderer.plan.changes import Change
from postrenderer.text import composer
from postrenderer.text.scalars import Edit, apply
from postrenderer.text.view import View

ENTRY = "imagePullSecrets:\n- name: regcred\n"


def change_of(text: str, references: list[Edit], additions: list[Edit], encoding: str = "") -> Change:
    """A change of the value of the first key."""
    node = composer.compose(text).roots[0].value[0][1]
    return Change(node, encoding, references, additions)


HOLDABLE = [
    ("a: |\n  spec:\n", ENTRY, ENTRY),
    ("a: 'spec: {}'\n", ENTRY, None),
    ("a: >\n  spec: {}\n", ENTRY, None),
    ("a: spec\n", ENTRY, None),
    ('a: "spec:\\n"\n', ENTRY, ENTRY),
    ("a: '{}'\n", '"x": [\n  "regcred"\n],', '"x": [ "regcred" ],'),
    ("a: !!binary c3BlYzo=\n", ENTRY, ENTRY),
]
"""A scalar, what is to be added to it, and what it takes."""


@pytest.mark.parametrize(("text", "new", "expected"), HOLDABLE)
def test_what_a_scalar_can_hold(text: str, new: str, expected: str | None) -> None:
    taken = changes.holdable(text, change_of(text, [], []), [Edit(0, 0, new)])
    assert (taken[0].text if taken else taken) == expected


@pytest.mark.parametrize("text", ["a: spec\n", "a: |\n  spec:\n"])
def test_nothing_to_hold(text: str) -> None:
    assert changes.holdable(text, change_of(text, [], []), []) == []


MOVES = [
    ("a: x/y\n", "[::1]:5000/y", 'a: "[::1]:5000/y"\n'),
    ("a: |\n  image: x/y\n", "[::1]:5000/y", 'a: |\n  image: "[::1]:5000/y"\n'),
    ("a: |\n  b: |\n    image: x/y\n", "[::1]:5000/y", 'a: |\n  b: |\n    image: "[::1]:5000/y"\n'),
    ('a: "image: x/y"\n', "[::1]:5000/y", 'a: "image: \\"[::1]:5000/y\\""\n'),
    ("a: x/y and more\n", "r.io/y", "a: r.io/y and more\n"),
]
"""A document, what `x/y` in its scalar becomes, and the document behind that."""


@pytest.mark.parametrize(("text", "new", "expected"), MOVES)
def test_a_reference_is_written_as_the_text_needs_it(text: str, new: str, expected: str) -> None:
    root = composer.compose(text).roots[0]
    contents = sites.find(root, lambda _: False)
    start = root.value[0][1].value.index("x/y")
    change = Change(root.value[0][1], "", [Edit(start, start + len("x/y"), new)], [])
    moves, secrets = changes.edits(text, View(), change, contents)
    assert (apply(text, moves), secrets) == (expected, [])


def test_base64_is_written_anew() -> None:
    text = "a: eC95\n"
    change = change_of(text, [Edit(0, 1, "z")], [Edit(3, 3, "!")], "base64")
    view, nothing = View(), sites.Contents([], [], [], {})
    moves, secrets = changes.edits(text, view, change, nothing)
    assert (change.value, apply(text, moves), secrets) == ("x/y", "a: ei95IQ==\n", [])
    assert view.value(change.node) == "ei95IQ=="


def test_text_that_cannot_be_found_again() -> None:
    text = "a: !!binary |\n  eC95\n  eC95\n"
    change = change_of(text, [Edit(0, 1, "z")], [])
    with pytest.raises(AcregError, match=r"line 1 .* cannot be edited"):
        changes.edits(text, View(), change, sites.Contents([], [], [], {}))
