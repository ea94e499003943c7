from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.cli import results

if TYPE_CHECKING:
    import pytest

LONG = "quay.io refuses this for a reason that takes more than a few words to tell the user"


def test_a_reason_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    notes = (LONG, LONG, f"{LONG}, too", "short", "short", "not tried: it is full")
    results.table([("failed", f"image{number}", "", note) for number, note in enumerate(notes)])
    *table, one, two = capsys.readouterr().out.splitlines()
    assert [line.partition("        ")[2].strip() for line in table[1:]] == [
        "see below",
        "see below",
        f"{LONG}, too",
        "short",
        "short",
        "not tried",
    ]
    assert (one, two) == (LONG, "not tried: it is full")


def test_where_none_was_tried_there_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    results.table([("failed", name, "", "not tried: it is full") for name in "ab"])
    results.table([])
    assert capsys.readouterr().out == "not tried: it is full\n"


def test_a_sentence() -> None:
    images = [("a", "missing"), ("b", "missing"), ("c", "not tried: it is full"), ("d", "not tried: it is full")]
    assert results.in_a_sentence(images) == "a, b (missing); not tried: it is full"
