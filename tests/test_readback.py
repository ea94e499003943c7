from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import settings as acreg_settings
from styles import stream

from postrenderer import composer, patch, readback
from postrenderer.pipeline import post_render
from postrenderer.scalars import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Iterable


class Call(NamedTuple):
    text: str
    edits: list[Edit]
    planned: list[yaml.Node]
    touched: list[yaml.Node]


def calls(text: str) -> list[Call]:
    """What the pipeline asks of the self-check."""
    found = []

    def difference(
        text: str, _: str, edits: list[Edit], planned: list[yaml.Node], touched: Iterable[yaml.Node]
    ) -> None:
        found.append(Call(text, edits, planned, list(touched)))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(readback, "difference", difference)
        post_render(text.encode(), acreg_settings())
    return found


def agrees(call: Call) -> bool:
    """Whether the text says what was planned, read as a whole."""
    try:
        return patch.difference(call.planned, composer.compose(apply(call.text, call.edits)).roots) is None
    except (yaml.YAMLError, ValueError):
        return False


def proven(call: Call) -> bool:
    """Whether the self-check says so."""
    try:
        return readback.difference(call.text, apply(call.text, call.edits), *call[1:]) is None
    except (yaml.YAMLError, ValueError):
        return False


def small(call: Call) -> bool:
    """Whether reading parts was enough."""
    try:
        parts = readback._parts(sorted(call.edits), call.planned)  # noqa: SLF001  # what the test is about
        texts = readback._texts(call.text, apply(call.text, call.edits), parts)  # noqa: SLF001  # likewise
        return readback._covers(parts, call.touched) and readback._says(texts, parts)  # noqa: SLF001  # likewise
    except (yaml.YAMLError, readback._NoPartsError):  # noqa: SLF001  # likewise
        return False


POD = """\
apiVersion: v1
kind: Pod
spec:
  # the only one
  containers:
  - name: a
    image: nginx:1 # not latest
    command: ["a", 'b']
  - image: nginx:2
    name: b
    args:
    - --image=nginx:3
  tolerations: []
status: null
"""


@pytest.mark.usefixtures("loader")
def test_parts_are_enough_and_small() -> None:
    (call,) = calls(POD)
    parts = readback._parts(sorted(call.edits), call.planned)  # noqa: SLF001  # what the test is about
    texts = readback._texts(call.text, apply(call.text, call.edits), parts)  # noqa: SLF001  # likewise
    assert [text.split() for text in texts] == [
        ["imagePullSecrets:", "-", "name:", "containerregistry"],
        ["image:", "registry.spacetech.com:8083/appcircle/nginx:1", "#", "not", "latest"],
        ["image:", "registry.spacetech.com:8083/appcircle/nginx:2"],
        ["args:", "-", "--image=registry.spacetech.com:8083/appcircle/nginx:3"],
    ]
    assert small(call)


@pytest.mark.parametrize(
    ("text", "enough"),
    [
        (POD, True),
        (POD.replace("\n", "\r\n"), True),
        (POD.replace("  containers:", "  containers: &c"), True),
        (POD.replace("status: null", "status: &c null\nagain: *c"), True),
        (POD.replace("image: nginx:1", "image: &c nginx:1").replace("status: null", "status: *c"), False),
        (POD.replace("image: nginx:2", "image: |-\n      nginx:2"), True),
        (POD.replace("args:", "? args\n    :"), False),
        (POD.replace("status: null", "status: null\n...\n---\nimage: nginx"), True),
        (POD.replace("nginx:2", "&c nginx:2").replace("[]", "[*c]"), False),
        ('{"image": "nginx"}\n', False),
        ("- image: nginx\n", False),
        ("image: nginx\r---\rimage: nginx\r", False),
        ("image: nginx\ra: b\r", False),
        ("%TAG !e! tag:example.com,2000:\n---\nspec:\n  image: !e!x nginx\n", False),
        ("x: &a [b]\ny:\n  images: [*a, nginx]\n", False),
    ],
)
@pytest.mark.usefixtures("loader")
def test_parts_are_enough(text: str, enough: bool) -> None:  # noqa: FBT001  # of a table
    for call in calls(text):
        assert small(call) == enough
        assert proven(call)
        assert agrees(call)


@pytest.mark.parametrize(
    "wrong", ["x", "a: b", "a #b", "'", '"', "a\n  b: c", "&a b", "*a", "!!int 1", "[", "", "- a", "|"]
)
@pytest.mark.parametrize("index", range(4))
def test_what_is_not_planned_is_seen(wrong: str, index: int) -> None:
    (call,) = calls(POD)
    edits = sorted(call.edits)
    edits[index] = edits[index]._replace(text=wrong)
    assert not proven(call._replace(edits=edits))
    edits.pop(index)
    assert not proven(call._replace(edits=edits))


PIECES = (":", " #", "'", '"', "\n", " x", ": x", "\n    x", "\n  ", "{", "&a ", "#", "\n- x", "\r", "\t", "\n...\n")


@settings(max_examples=500)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_says_what_reading_the_whole_says(seed: int, change: int) -> None:
    """With the edits as planned, and with one that is moved, cut, lost or done in another place."""
    rnd = Random(change)  # noqa: S311  # repeatable
    for call in calls(stream(Random(seed)).text):  # noqa: S311  # likewise
        assert proven(call)
        assert agrees(call)
        edits = list(call.edits)
        index = rnd.randrange(len(edits))
        start, end, new = edits[index]
        by = rnd.choice((-1, 1, -start, len(call.text) - end, rnd.randint(-start, len(call.text) - end)))
        piece = rnd.choice(PIECES)
        edits[index] = rnd.choice(
            (
                Edit(start + by, end + by, new),
                Edit(start, end, new[1:]),
                Edit(start, end, new[:-1]),
                Edit(start, end, new + piece),
                Edit(start, end, piece + new),
                Edit(start, start, ""),
                Edit(start, end, new.replace("\n", "\n ")),
                Edit(start, min(end + rnd.randint(0, 9), len(call.text)), new),
                Edit(max(0, start - rnd.randint(0, 9)), end, new),
            )
        )
        wrong = call._replace(edits=edits)
        assert proven(wrong) == agrees(wrong)
