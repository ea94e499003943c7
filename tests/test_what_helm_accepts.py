"""What Helm installs passes, with its image moved, or stands in REFUSED with the reason. Real Helm says what it reads."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import judge
import pytest
from accepted import ACCEPTED
from helm.harness import LATEST, tool
from rendering import REGISTRY, settings

from postrenderer.errors import AcregError
from postrenderer.pipeline import post_render

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.helm

REFUSED: dict[str, str] = {
    "tag before a comma": "for Go the comma is a part of the tag, for libyaml it ends an entry: they disagree on what follows",
    "tag before a bracket": "likewise",
    "image that is a key elsewhere": "a change of the image would change a key; the message says to write it out",
}
"""What is refused though Helm reads it, and why."""


class Judged(NamedTuple):
    """How the filter ended, and the images of pods that each version of Helm reads before and after."""

    error: str
    before: dict[str, list[str]]
    after: dict[str, list[str]]


def filtered(text: str) -> tuple[str, str]:
    """What the filter makes of a stream, and its error."""
    try:
        return b"".join(post_render(text.encode(), settings()).output).decode(), ""
    except AcregError as error:
        return "", str(error)
    except Exception as error:  # noqa: BLE001  # the test that needs this stream says it
        return "", repr(error)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Judged]]:
    """The judgement of each text of ACCEPTED."""
    outputs = {name: filtered(text) for name, text in ACCEPTED.items()}
    texts = [*ACCEPTED.values(), *(output for output, _ in outputs.values())]
    documents = list(dict.fromkeys(piece for text in texts for piece in judge.pieces(text)))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)  # json reads deep lists with recursion
    read = {
        version: dict(zip(documents, judge.read(tool(f"helm-{version}"), documents, tmp_path_factory.mktemp("judge"))))
        for version in LATEST
    }

    def images(text: str) -> dict[str, list[str]]:
        return {
            version: [image for piece in judge.pieces(text) for image in judge.pod_images(read[version][piece])]
            for version in LATEST
        }

    yield {
        name: Judged(error, images(ACCEPTED[name]), images(output)) for name, (output, error) in outputs.items()
    }
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_helm_accepts_is_accepted(name: str, judged: dict[str, Judged]) -> None:
    error, before, after = judged[name]
    assert all("evil.io/x:1" in images for images in before.values()), "Helm does not read the image"
    if name in REFUSED:
        assert error
        return
    assert not error
    for version in LATEST:
        assert len(after[version]) == len(before[version])
        assert all(image.startswith(f"{REGISTRY}/") for image in after[version])


def test_what_is_refused_is_listed_once() -> None:
    assert REFUSED.keys() <= ACCEPTED.keys()
