"""What the README and the pages behind it say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_says_where_acreg_runs() -> None:
    assert "Linux, macOS and WSL" in " ".join(README.splitlines()[:50])


PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").rglob("*.md"))]


def links(page: Path) -> list[Path]:
    """The files that a page links to."""
    return [page.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not link.exists()] == []


def test_it_leads_to_every_page() -> None:
    assert {link.resolve() for link in links(PAGES[0])} >= set(PAGES[1:])


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 160
