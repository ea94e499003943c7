"""A fork of acreg ends, writes and knows as a process of its own does."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import forks
import pytest
from process import POD, outcome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["render", "--strict"],
        ["version", "-o", "json"],
        ["config", "show"],
        ["images", "-f", "missing.yaml"],
        ["nosuch"],
    ],
    ids=" ".join,
)
@pytest.mark.zipapp
@pytest.mark.parametrize("of_zipapp", [False, True], ids=["module", "zipapp"])
def test_as_a_process(
    arguments: list[str],
    of_zipapp: bool,  # noqa: FBT001  # a parameter of the test
    zipapp: Path,
    shiv_root: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "acreg.yaml").write_text("registry: r.example.com\n", encoding="utf-8")
    known = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SHIV_ROOT": str(shiv_root), "ACREG_OTHERS": "keep"}
    command: list[str | Path] = [sys.executable, zipapp] if of_zipapp else [sys.executable, "-m", "postrenderer"]
    environment = {**known, "PYTHONPATH": str(forks.REPOSITORY)}
    process = subprocess.run(
        [*command, *arguments], input=POD, env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    fork = forks.run(arguments, POD, known, tmp_path, zipapp if of_zipapp else None)
    assert outcome(fork) == outcome(process)
