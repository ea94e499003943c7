"""What the README says on its first screen."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_says_where_acreg_runs() -> None:
    assert "Linux, macOS and WSL" in " ".join(README.splitlines()[:50])


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert ".github/docs/recipes.md" in links
    assert [link for link in links if not (ROOT / link).exists()] == []
