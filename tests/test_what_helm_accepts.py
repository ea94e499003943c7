"""What Helm installs passes with its image moved, or stands in REFUSED with the reason. Real Helm is the judge."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import judge
import pytest
from accepted import ACCEPTED, POD
from helm.harness import LATEST, tool
from rendering import REGISTRY, settings

from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.helm

REFUSED: dict[str, str] = {
    "tag before a comma": "for Go the comma is a part of the tag, for libyaml it ends an entry",
    "tag before a bracket": "for Go the bracket is a part of the tag, for libyaml it begins a list",
    "byte order mark as the start of a key": "libyaml takes the mark for the end of the document",
    "byte order mark at the start of a line in quotes": "behind it Go's parser may skip signs, see tags.refuse_skipped",
    "byte order mark at the start of a line in a list": "behind it Go's parser may skip signs, see tags.refuse_skipped",
    "colon at the end in a flow mapping": "libyaml wants a space between `:` and `}`",
    "colon before a comma": "libyaml wants a space between `:` and `,`",
    "colon before a bracket": "libyaml wants a space between `:` and `]`",
    "escaped apostrophe": "YAML has no such escape, and libyaml refuses it",
    "root in flow style behind another": "kubectl reads an object there, and Helm does in a hook",
    "image that is a key elsewhere": "a change of the image would change a key; the message says to write it out",
}
"""What is refused though Helm reads it, and why."""


REFUSED_CHARACTERS = {
    f"U+FEFF at column 0 {place}" for place in ("before a key", "before a comment", "in double quotes")
}
"""Characters in places where libyaml takes them for something else, or refuses them."""

CODE_POINTS = (
    *(0x0, 0x8, 0x9, 0xB, 0xC, 0xD, 0xE, 0x1F, 0x20, 0x7E, 0x7F, 0x84, 0x85, 0x86, 0x9F, 0xA0, 0xAD, 0x1680, 0x180E),
    *(0x200A, 0x200B, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xD7FF, 0xE000, 0xFDD0, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF),
    *(0x10000, 0x1FFFE, 0x1FFFF, 0xE0001, 0x10FFFD, 0x10FFFF),
)
"""The ends of the ranges that Helm accepts or refuses as a whole, and what is white space or a mark of some kind.

Of all code points Helm's parsers refuse, in every context, U+0000 to U+0008, U+000B, U+000C, U+000E to U+001F, U+007F
to U+0084, U+0086 to U+009F, U+FFFE and U+FFFF; but what is cut off around a document they do not see.
"""
CONTEXTS = {
    "in a plain scalar": f"{POD}a: b%sc\n",
    "behind a plain scalar": f"{POD}a: b%s\n",
    "before a plain scalar": f"{POD}a: %sb\n",
    "in double quotes": f'{POD}a: "b%sc"\n',
    "in single quotes": f"{POD}a: 'b%sc'\n",
    "in a comment": f"{POD}a: b # %s\n",
    "in a block": f"{POD}a: |\n  b%sc\n",
    "in a key": f"{POD}a%sb: c\n",
    "in a flow list": f"{POD}a: [b%sc, d]\n",
    "at column 0 in double quotes": f'{POD}a: "b\n%sc"\n',
    "at column 0 before a key": f"{POD}%sa: b\n",
    "at column 0 before a comment": f"{POD}%s# a\n",
    "at the start": f"%s{POD}",
    "on a line before": f"%s\n{POD}",
    "on a line behind": f"{POD}%s\n",
    "behind a marker": f"a: b\n---%s{POD}",
    "behind a marker and a space": f"a: b\n--- %s\n{POD}",
    "on the line behind a marker": f"a: b\n---\n%s{POD}",
    "before a marker": f"{POD}%s---\na: b\n",
}


class Judged(NamedTuple):
    """How the filter ended, and the images of pods that each version of Helm reads before and after."""

    error: str
    before: dict[str, list[str]]
    after: dict[str, list[str]]


def filtered(text: str) -> tuple[str, str]:
    """What the filter makes of a stream, and its error."""
    try:
        return b"".join(rewrite(text.encode(), settings()).output).decode(), ""
    except AcregError as error:
        return "", str(error)
    except Exception as error:  # noqa: BLE001  # the test that needs this stream says it
        return "", repr(error)


def judged(texts: dict[str, str], folder: Callable[[], Path]) -> dict[str, Judged]:
    """The judgement of each text, by its name."""
    outputs = {name: filtered(text) for name, text in texts.items()}
    both = [*texts.values(), *(output for output, _ in outputs.values())]
    documents = list(dict.fromkeys(piece for text in both for piece in judge.pieces(text)))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)  # json reads deep lists with recursion
    read = {v: dict(zip(documents, judge.read(tool(f"helm-{v}"), documents, folder()))) for v in LATEST}
    sys.setrecursionlimit(limit)

    def images(text: str) -> dict[str, list[str]]:
        return {
            v: [image for piece in judge.pieces(text) for image in judge.pod_images(read[v][piece])] for v in LATEST
        }

    return {name: Judged(error, images(texts[name]), images(output)) for name, (output, error) in outputs.items()}


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    """The judgement of each text of ACCEPTED."""
    return judged(ACCEPTED, lambda: tmp_path_factory.mktemp("judge"))


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_helm_accepts_is_accepted(name: str, accepted: dict[str, Judged]) -> None:
    error, before, after = accepted[name]
    assert all("evil.io/x:1" in images for images in before.values()), "Helm does not read the image"
    if name in REFUSED:
        assert error
        return
    assert not error
    for version in LATEST:
        assert len(after[version]) == len(before[version])
        assert all(image.startswith(f"{REGISTRY}/") for image in after[version])


@pytest.fixture(scope="module")
def characters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    """The judgement of each code point in each context."""
    texts = {f"U+{point:04X} {name}": text % chr(point) for name, text in CONTEXTS.items() for point in CODE_POINTS}
    return judged(texts, lambda: tmp_path_factory.mktemp("judge"))


@pytest.mark.parametrize("context", CONTEXTS)
def test_each_character_that_helm_accepts_is_accepted(context: str, characters: dict[str, Judged]) -> None:
    read = [
        (name, each)
        for name, each in characters.items()
        if name.partition(" ")[2] == context and any(each.before.values())
    ]
    assert read
    assert {name for name, each in read if each.error} <= REFUSED_CHARACTERS
    for name, each in read:
        assert {image for images in each.after.values() for image in images if "evil.io" in image} == set(), name


def test_what_is_refused_is_listed_once() -> None:
    assert REFUSED.keys() <= ACCEPTED.keys()
