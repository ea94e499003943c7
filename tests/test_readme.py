"""What the README says on its first screen."""

from __future__ import annotations

from pathlib import Path

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def test_it_says_where_acreg_runs() -> None:
    assert "Linux, macOS and WSL" in " ".join(README.splitlines()[:50])
