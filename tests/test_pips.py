"""pip as the scripts run it, with a mock in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


def run(tmp_path: Path, function: str, failures: int) -> tuple[int, int, str]:
    """Call a function of scripts/pips.py where the module pip, a mock, fails so often.

    Returns:
        The exit code, how often pip was run, and what was said.
    """
    runs = tmp_path / "runs"
    runs.write_text("")
    mock = f"import sys\nruns = open({str(runs)!r}, 'a+')\nruns.write('x')\nruns.seek(0)\n"
    mock += f"sys.exit('ERROR: broken' if len(runs.read()) <= {failures} else 0)\n"
    (tmp_path / "pip.py").write_text(mock, encoding="utf-8")
    code = f"import pips\npips.PAUSES = (0, 0)\npips.{function}('download', 'x')\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(SCRIPTS)])}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, len(runs.read_text()), ended.stderr


@pytest.mark.parametrize(
    ("function", "failures", "ended"),
    [
        ("pip", 0, (0, 1)),
        ("pip", 2, (0, 3)),
        ("pip", 9, (1, 3)),
        ("pip_here", 0, (0, 1)),
        ("pip_here", 3, (0, 4)),
        ("pip_here", 9, (1, 4)),
    ],
)
def test_a_failing_download_is_tried_again(
    tmp_path: Path, function: str, failures: int, ended: tuple[int, int]
) -> None:
    code, runs, said = run(tmp_path, function, failures)
    assert (code, runs) == ended
    assert ("pip download failed; next try in 0 s" in said) is (failures > (function == "pip_here"))
