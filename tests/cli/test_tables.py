"""Tables on terminals of 80, 120 and 200 columns: what is in tests/cli/screens was looked at and is right."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest

from postrenderer.cli import show, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.conftest import Ended

SCREENS = Path(__file__).parent / "screens"
SETTINGS = ("--values", "values.yaml", "--config", "acreg.yaml")
COMMANDS = {
    "images": ("images", *SETTINGS, "-f", "manifests.yaml"),
    "verify": ("verify", *SETTINGS, "-f", "manifests.yaml"),
    "config": ("config", "show", *SETTINGS),
}


@pytest.fixture
def screen(
    acreg: Callable[..., Ended], empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, int], str]:
    """What a command shows on a terminal of some width, without colour."""
    for file in SCREENS.glob("*.yaml"):
        shutil.copy(file, empty_folder)
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(name: str, width: int) -> str:
        monkeypatch.setenv("COLUMNS", str(width))
        return acreg(*COMMANDS[name]).out

    return run


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_screens(screen: Callable[[str, int], str], name: str, width: int) -> None:
    golden = SCREENS / f"{name}-{width}.txt"
    shown = screen(name, width)
    if os.environ.get("ACREG_WRITE_SCREENS"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
    assert max(map(len, shown.splitlines())) <= width


def test_one_line_for_each_image_where_there_is_room(screen: Callable[[str, int], str]) -> None:
    images = set(re.findall(r"image: (\S+)", (SCREENS / "manifests.yaml").read_text(encoding="utf-8")))
    lines = screen("images", 250).splitlines()
    assert [line.split()[0] for line in lines[1:]] == sorted(map(tables.shorten, images))


LONG = "registry.example.com:8083/team/application:v1.2.3"


@pytest.mark.parametrize(
    ("row", "width", "lines"),
    [
        (("a:1", "b:1"), 80, ["a:1    b:1"]),
        ((LONG, "two words"), 80, [f"{LONG}  two words"]),
        ((LONG, "some words"), 60, [f"{LONG}  some", f"{' ' * 55}words"]),
        ((LONG, LONG), 60, [LONG, f"  {LONG}"]),
        (("a" * 30, "x"), 20, ["a" * 30, "  x"]),
        (("web of (app/templates)", ""), 22, ["web of (app/templates)"]),
        (("web of (app/templates)", ""), 21, ["web of", "    (app/templates)"]),
        (("web of (app/templates)", ""), 18, ["web of (app/", "    templates)"]),
        (("team/application", "x"), 15, ["team/", "    application", "  x"]),
        ((f"{LONG}@sha256:1234567…", ""), 50, [LONG, "    @sha256:1234567…"]),
    ],
)
def test_cells_fold_or_stand_below(row: Sequence[str], width: int, lines: list[str]) -> None:
    layout = tables.lay_out(("IMAGE", "TO"), [row], width)
    assert [line.text for line in layout.rows] == lines
    assert [line.begins for line in layout.rows] == [True, *[False] * (len(lines) - 1)]


def test_empty_columns_are_left_out() -> None:
    assert tables.lay_out(("A", "B", "C"), [("1", "", "2"), ("3", "", "4")], 80).head == ["A  C"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (f"app:v1@sha256:{'0123456789abcdef' * 4}", "app:v1@sha256:0123456…"),
        (f"from app@sha256:{'a' * 64} on", "from app@sha256:aaaaaaa… on"),
        ("app@sha256:0123", "app@sha256:0123"),
        (f"sha256:{'a' * 64}", f"sha256:{'a' * 64}"),
    ],
)
def test_digests_are_short_for_people(cell: str, shown: str) -> None:
    assert tables.shorten(cell) == shown


def test_digests_are_whole_for_programs(acreg: Callable[..., Ended], empty_folder: Path) -> None:
    for file in SCREENS.glob("*.yaml"):
        shutil.copy(file, empty_folder)
    for form in ("table", "txt", "tsv", "json"):
        assert f"controller:v1.11.3@sha256:{'d3adb33f' * 8}" in acreg(*COMMANDS["images"], "-o", form).out


def test_long_sentences_hang_beside_their_heads(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    show.hanging("note  ", "one two three four", "")
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    show.hanging("note  ", "one two three four", "")
    assert capfd.readouterr().out.splitlines() == ["note  one two three four", "note  one two three", "      four"]
