"""What the page on pipelines says of the examples."""

from __future__ import annotations

import re
from pathlib import Path

from helm.harness import REPOSITORY

from pipelines.workspace import PIPELINES

DOCS = REPOSITORY / ".github" / "docs"
LINKS = re.findall(r"\]\(../../(scripts/pipelines[^)]*)\)", (DOCS / "pipelines.md").read_text(encoding="utf-8"))


def test_it_leads_to_every_example() -> None:
    assert [link for link in LINKS if not (REPOSITORY / link).exists()] == []
    linked = {Path(link).relative_to("scripts/pipelines").parts[:1] for link in LINKS}
    assert linked - {()} == {(path.name,) for path in PIPELINES.iterdir()}


def test_its_pipes_are_those_that_are_run() -> None:
    pipes = (PIPELINES / "pipes.sh").read_text(encoding="utf-8").replace(" --no-hooks", "")
    filters = (DOCS / "helm.md").read_text(encoding="utf-8")
    shown = re.findall(r"^(?:helm template|kubectl kustomize) .*?kubectl apply -f -", filters, re.MULTILINE)
    assert len(shown) == 2
    assert all(f"{line}\n" in pipes for line in shown)


def test_every_example_says_how_far_it_was_tested() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in PIPELINES.rglob("*") if path.is_file()}
    told = {path for path, text in texts.items() if re.search(r"(?i)^(?:#|//) (?:not )?tested: ", text, re.MULTILINE)}
    assert {path.relative_to(PIPELINES).as_posix() for path in set(texts) - told} == {
        "flux/helmrelease.yaml",
        "flux/kustomization.yaml",
    }
