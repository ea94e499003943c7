"""acreg as a process of its own, for the tests of what may happen to one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from effort import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
POD = b"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: nginx:1\n"
MOVED = b"registry.example.com/mirror/nginx:1"
SECRET = b"\n  imagePullSecrets:\n  - name: containerregistry\n  containers:"
FILTER = (sys.executable, "-m", "postrenderer")
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
"""The variables with which scripts/coverage reaches the processes that tests start."""
GO = {"GOGC": "off", "GOMEMLIMIT": "128MiB"}
"""Lets programs in Go, such as Helm, skopeo and docker-registry, collect little garbage, a quarter of their time."""


def moved(text: bytes) -> bytes:
    """What becomes of a text with POD in it."""
    return text.replace(b"nginx:1", MOVED).replace(b"\n  containers:", SECRET)


def containers(count: int) -> bytes:
    """A pod with so many containers more."""
    return POD + b"".join(b"  - name: c%d\n    image: nginx:1\n" % number for number in range(count))


def environment(home: Path, **more: str) -> dict[str, str]:
    """The variables that a run needs, and more."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(REPOSITORY),
        "ACREG_REGISTRY": "registry.example.com",
        "ACREG_REPOSITORY_PATH": "mirror",
        **MEASURED,
        **more,
    }


def start(home: Path, command: Sequence[str | Path] = FILTER, **more: str) -> subprocess.Popen[bytes]:
    """Start it with its streams in pipes."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=home, env=environment(home, **more))


def run(
    stdin: bytes, home: Path, command: Sequence[str | Path] = FILTER, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end."""
    process = start(home, command, **more)
    try:
        stdout, stderr = process.communicate(stdin, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def outcome(run: subprocess.CompletedProcess[bytes]) -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr."""
    return run.returncode, run.stdout, run.stderr
