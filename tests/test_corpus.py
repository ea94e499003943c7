"""Real renders of many charts, with reviewed references, which are no part of this project: ACREG_CORPUS names them."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import sys
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from rendering import settings

from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite

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
    """What the scorer says of the filter, which it runs twice per chart: within this process, not as one of its own."""
    told = tmp_path_factory.mktemp("corpus") / "score.json"
    specification = importlib.util.spec_from_file_location("score", CORPUS / "score.py")
    assert specification is not None
    assert specification.loader is not None
    scorer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(scorer)
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), suppress(SystemExit):
        patch.setattr(scorer, "run", filtered)
        patch.setattr(sys, "argv", ["score.py", str(CORPUS), "--misses", "1000000", "--json", str(told), "--", "acreg"])
        scorer.main()
    classes = re.findall(r"^(\S.*?) +(\d+) of +(\d+)$", printed.getvalue(), re.MULTILINE)
    return Score(
        {label: (int(hit), int(every)) for label, hit, every in classes},
        json.loads(told.read_text()),
        [line for line in printed.getvalue().splitlines() if re.match(r"\S+\.yaml  ", line)],
    )


def filtered(_: list[str], manifests: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of the filter."""
    try:
        return 0, b"".join(rewrite(manifests.encode(), settings()).output).decode(), ""
    except AcregError as error:
        return error.exit_code, "", str(error)


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
