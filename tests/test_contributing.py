"""What CONTRIBUTING.md says of the code is there, and its example is what acreg does."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from rendering import PRIVATE, render

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_path_is_there() -> None:
    named = set(re.findall(r"(?:postrenderer|tests|scripts)(?:/[\w.-]+)+", TEXT))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_example() -> None:
    (argument,) = re.findall(r'args: \["(.*)"\]', TEXT)
    pod = f'kind: Pod\nspec:\n  containers:\n    - image: {PRIVATE}/app:1\n      args: ["{argument}"]\n'
    (becomes,) = re.findall(r"turns it into `<private>(.*?)`", TEXT)
    assert f'args: ["--sidecar-image={PRIVATE}{becomes}"]' in render(pod)


def test_it_is_one_screen() -> None:
    assert len(TEXT.splitlines()) <= 70


@pytest.mark.skipif(os.name != "posix", reason="a shell script")
def test_some_tests_run_without_lint_and_build(tmp_path: Path) -> None:
    environment = {**os.environ, "ACREG_PYZ": str(tmp_path / "none"), "PYTEST_ADDOPTS": ""}
    run = subprocess.run(
        [ROOT / "scripts" / "test", "tests/text/test_pointer.py", "-k", "escape or pointer", "-q"],
        env={name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^\d+ passed", run.stdout, re.MULTILINE)
    assert "All checks passed" not in run.stdout
    assert run.stderr == ""
