"""Real renders of many charts, with reviewed references, which are no part of this project: ACREG_CORPUS names them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("ACREG_CORPUS") or "/nonexistent").resolve()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("corpus"),  # one process has the score
    pytest.mark.skipif(
        not os.environ.get("ACREG_CORPUS"), reason="needs a corpus of rendered charts, named by ACREG_CORPUS"
    ),
]


class Score(NamedTuple):
    """What the corpus' scorer says."""

    hits: dict[str, tuple[int, int]]
    """By class of reference, how many were moved and how many there are."""
    totals: dict[str, int]
    flaws: list[str]
    """A line for each, which begins with the name of the file."""


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> Score:
    folder = tmp_path_factory.mktemp("corpus")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ACREG_", "HELM_"))}
    environment |= {"PYTHONPATH": str(REPOSITORY), "HELM_CACHE_HOME": str(folder)}
    scorer: list[str | Path] = [sys.executable, CORPUS / "score.py", CORPUS, "--misses", "1000000"]
    scorer += ["--json", folder / "score.json", "--", sys.executable, "-m", "postrenderer"]
    done = subprocess.run(
        scorer,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "score.json").exists(), done.stderr
    classes = re.findall(r"^(\S.*?) +(\d+) of +(\d+)$", done.stdout, re.MULTILINE)
    return Score(
        {label: (int(hit), int(every)) for label, hit, every in classes},
        json.loads((folder / "score.json").read_text()),
        [line for line in done.stdout.splitlines() if re.match(r"\S+\.yaml  ", line)],
    )


def test_every_image_of_a_pod_is_moved(score: Score) -> None:
    assert score.totals["files"] > 0
    for label in ("podspec", "image-volume"):
        hit, every = score.hits[label]
        assert hit == every > 0


def test_every_pod_has_the_secret_and_a_second_pass_changes_nothing(score: Score) -> None:
    must_not_be = ("failed runs", "wrong targets", "pod specs without the secret", "second pass changed", "core_missed")
    assert {flaw: score.totals[flaw] for flaw in must_not_be if score.totals.get(flaw)} == {}


def test_nothing_else_changes(score: Score) -> None:
    free = ambiguous()
    assert [flaw for flaw in score.flaws if tuple(re.split(r"  (?:\S+  )?(?:line )?", flaw)[:2]) not in free] == []


def ambiguous() -> set[tuple[str, str]]:
    """The places that may change or not, as file and line; the scorer knows none, as the corpus gives no lines."""
    found = {("loft-sh-vcluster__vcluster.yaml", "39")}  # listed for the render with etcd, which has the same Secret
    for entry in json.loads((CORPUS / "ambiguous.json").read_text("utf-8")):
        text = (CORPUS / "rendered" / entry["file"]).read_text("utf-8")
        offset = entry["char_offset"]
        if offset is None:  # inside base64: the key's line
            offset = re.search(rf"^ *{re.escape(entry['json_pointer'].rpartition('/')[2])}:", text, re.MULTILINE).end()  # type: ignore[union-attr]
        found.add((entry["file"], str(text.count("\n", 0, offset) + 1)))
    return found
