"""Searching a text costs time in proportion to its length, whatever it holds."""

from __future__ import annotations

import time

import pytest

from postrenderer import sites
from postrenderer.sites import embedded, text

SIZE = 10_000
"""Characters; a quadratic search of so many takes a second, and of four times as many sixteen."""

HOSTILE = [
    "a.",
    "a:",
    "a/",
    "a@",
    "1:",
    "-",
    "- ",
    " ",
    "\t \n",
    "_",
    "__a",
    ".",
    "[:",
    "[",
    "${",
    "$",
    "{{",
    ":-",
    "=",
    "image=",
    "image:",
    "image: ",
    "--image ",
    "--image=",
    "a=",
    "a: ",
    "# ",
    "{a=",
    ',a="',
    "\\",
    '"',
    "quay.io/",
    "quay.io/a",
    "quay.io/a:",
    "quay.io/a@",
    "quay.io/a@sha256:",
    "quay.io/a:1 ",
    "quay.io/a:1\n",
    "quay.io/a:1\r",
    "a/\x85",
    "# quay.io/a:1\n",
    "image: a/b:1\n{{\n",
    "repository: a/b\ntag: {{ x }}\n",
    "A_IMAGE=a/b:1\n",
    "skopeo copy a \\\n",
    "- image: a/b:1\n",
    "releases.",
    "docker.a.",
    "A" * 50 + ".",
    "é",
]


def known(reference: str) -> bool:
    return reference.startswith("quay.io/a")


def cost(content: str) -> float:
    """The least process time of several searches."""
    times = []
    for _ in range(3):
        start = time.process_time()
        embedded.may_be_document(content)
        text.spans(content, known)
        list(text.mentioned(content))
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text(unit: str) -> None:
    short, long = (unit * (size // len(unit)) for size in (SIZE, 4 * SIZE))
    assert cost(long) < 8 * cost(short) + 0.05


def test_a_document_with_many_references() -> None:
    def search(count: int) -> float:
        content = "items:\n" + "".join(f"- image: quay.io/a/b{i}:1\n" for i in range(count))
        start = time.process_time()
        assert len(sites.spans(content, known)) == count
        return time.process_time() - start

    short = min(search(500) for _ in range(3))
    assert min(search(2_000) for _ in range(3)) < 8 * short + 0.05
