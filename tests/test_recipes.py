"""Each recipe's settings make of its manifest what the page shows, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from rendering import values

from postrenderer import settings
from postrenderer.rewrite import rewrite

PAGE = Path(__file__).resolve().parents[1] / ".github" / "docs" / "recipes.md"


class Recipe(NamedTuple):
    """A section of the page: its settings file, and its manifest before and after."""

    title: str
    settings: str
    before: str
    after: str


def recipes() -> list[Recipe]:
    """The sections of the page."""
    found = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        (configured,) = re.findall(r"^```yaml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        (diff,) = re.findall(r"^```diff\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        before, after = (
            "".join(line[1:] + "\n" for line in diff.splitlines() if line[:1] != other) for other in ("+", "-")
        )
        found.append(Recipe(section.partition("\n")[0], configured, before, after))
    return found


RECIPES = recipes()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_the_filter_does_what_the_page_shows(recipe: Recipe, tmp_path: Path) -> None:
    file = tmp_path / "acreg.yaml"
    file.write_text(recipe.settings, encoding="utf-8")
    loaded = settings.load({"config": str(file)}, {}, str(tmp_path))
    once = b"".join(rewrite(recipe.before.encode(), loaded).output)
    assert once.decode() == recipe.after
    assert b"".join(rewrite(once, loaded).output) == once
    assert recipe.before != recipe.after
    assert all(isinstance(document, dict) for document in values(recipe.before))


def test_there_are_the_ten_that_users_ask_for() -> None:
    words = ("Bitnami", "Quay", "Harbor", "ECR", "Artifactory", "air gap", "OpenShift", "Istio", "NVIDIA", "Strimzi")
    assert len(RECIPES) == len(words)
    assert [word for word, recipe in zip(words, RECIPES) if word not in recipe.title] == []
