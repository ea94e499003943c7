from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import judge
import pytest
from helm.harness import tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.helm

CUTS: tuple[tuple[str, list[str]], ...] = (
    ("a: 1\n---\nb: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\r\n---\r\nb: 2\r\n", ["a: 1", "b: 2"]),
    ("a: 1\n---b: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\r\n---b: 2\r\n", ["a: 1", "b: 2"]),
    ("a: 1\n----: 2\n", ["a: 1", "-: 2"]),
    ("a: 1\n--- &x\nb: 2\n", ["a: 1", "&x\nb: 2"]),
    ("a: 1\n--- !!map\nb: 2\n", ["a: 1", "!!map\nb: 2"]),
    ("a: 1\n--- {b: c}\n", ["a: 1", "{b: c}"]),
    ("a: 1\n---\t{b: 2}\n", ["a: 1", "{b: 2}"]),
    ("a: 1\n---#c\nb: 2\n", ["a: 1", "#c\nb: 2"]),
    ("a: 1\n---\xa0b: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\n---\x85b: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\n---\u2028b: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\n---\x0bb: 2\n", ["a: 1", "b: 2"]),
    ("a: 1\n---\ufeffb: 2\n", ["a: 1", "\ufeffb: 2"]),
    ("a: 1\n---\r---\rb: 2\n", ["a: 1", "---\rb: 2"]),
    ("a: 1\r---\rb: 2\n", ["a: 1\r---\rb: 2"]),
    ("a: 1\x85---\x85b: 2\n", ["a: 1\x85---\x85b: 2"]),
    ("a: 1\u2028---\nb: 2\n", ["a: 1\u2028---\nb: 2"]),
    ("a: |\n  x\n---\nb: 1\n", ["a: |\n  x", "b: 1"]),
    ("a: |\n  ---\n  x\n", ["a: |\n  ---\n  x"]),
    ("---a: 1\n", ["a: 1"]),
    (" ---\na: 1\n", ["a: 1"]),
    ("\xa0---\na: 1\n", ["a: 1"]),
    ("\u2028\n---a: 1\n", ["a: 1"]),
    ("a: 1\n   \n---b: 1   \n\n", ["a: 1", "b: 1"]),
    ("---\n---a: 1\n", ["---a: 1"]),
    ("a: 1\n---\n\n---\nb: 2\n---\n# c\n---\nc: 1\n", ["a: 1", "---\nb: 2", "# c", "c: 1"]),
    ("a: '{{ x }}'\n---\nb: 1\n", ["a: '{{ x }}'", "b: 1"]),
)
BREAKS = ("\n", "\n", "\r\n", "\r", "\x85", "\u2028", "\n\n", "\n  \n", "\r\n\r\n")
MARKERS = ("---", "--- ", "---\t", "--- \t#c", "---\n", "---\r\n\n", "---\x85", "---\u2028")
GLUED = ("----: 1", "---a: 1", "---b: {c: 1}")
"""Markers for Helm alone, with a key behind, as any of them may also stand where Helm sees no marker."""
LINES = ("# a", "#b", "# --- c", "", "  ", "#---", "# ---\x85#")
STREAMS = 2_000


def generated(rnd: Random) -> str:
    """Comments, white space and markers of every kind."""
    text = rnd.choice(("", "", " ", "\n", "\xa0", "\u2028"))
    for _ in range(rnd.randint(1, 12)):
        glued = GLUED if text[-1:] in ("", "\n") else ()
        text += rnd.choice((*LINES, *MARKERS, *MARKERS, *glued, *glued)) + rnd.choice(BREAKS)
    return text + rnd.choice(("", "", " ", "\n", "# c"))


@pytest.mark.parametrize(("stream", "pieces"), CUTS)
def test_cuts_as_the_table_says(stream: str, pieces: list[str]) -> None:
    assert judge.cut(stream) == pieces


def test_helm_cuts_as_the_table_says(tmp_path: Path) -> None:
    assert judge.printed(tool("helm-3.19.0"), [stream for stream, _ in CUTS], tmp_path) == [
        pieces for _, pieces in CUTS
    ]


@pytest.mark.parametrize(("version", "cut"), [("3.19.0", judge.cut), ("4.3.1", judge.cut_4)])
def test_the_judge_cuts_as_helm_does(version: str, cut: Callable[[str], list[str]], tmp_path: Path) -> None:
    streams = [generated(Random(seed)) for seed in range(STREAMS)]  # noqa: S311  # repeatable
    streams += [stream for stream, _ in CUTS]
    assert judge.printed(tool(f"helm-{version}"), streams, tmp_path) == [cut(stream) for stream in streams]
