"""The programs to measure, and how one of them is run and measured."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

from targets import ACREG, COMPOSING, RULES, Figures

ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.path.realpath(sys.executable)  # no version manager's shim, no virtual environment
REGISTRY, PATH = "registry.example.com:8083", "mirror"
COLD = "cold"
"""The folder of extractions that is removed before each run."""
REAL_SETTINGS = "keep: [mirror.gcr.io, registry.example.com, quay.io/minio, quay.io/kiwigrid]\n"
"""Keeps the images that the real charts have under several names, which would collide."""
SETTINGS = """\
keep: [registry.example.com]
rules:
- {from: docker.io, to: hub}
- {from: quay.io, to: quay}
- {from: ghcr.io, to: ghcr}
- {from: gcr.io, to: gcr}
- {from: registry.k8s.io, to: k8s}
"""
"""Keeps the generated images of different registries apart."""
COMPOSE = """\
import sys
sys.path.insert(0, sys.argv[1])
import yaml
for root in yaml.compose_all(sys.stdin.buffer.read(), Loader=yaml.CSafeLoader):
    pass
"""


class Sample(NamedTuple):
    """A stream to measure with, and the settings to read it with, as files."""

    file: Path
    settings: Path


class Program(NamedTuple):
    """A program to measure, and the streams that it is measured with: all if there are no names."""

    command: list[str]
    environment: dict[str, str]
    streams: tuple[str, ...] = ()


def make(folder: Path, zipapp: Path) -> dict[str, Program]:
    """Return the programs by their names, with the zipapp extracted below the folder that has the streams.

    Composing starts as anybody starts Python, with its site-packages. As these may hold much that is slow to import,
    it is measured a second time without them, as the zipapp starts, for streams that are so short that it shows.
    """
    environment = surroundings(folder)
    rules = folder / "rules.yaml"
    more = (f"- {{from: quay.io/none-{number}, to: none-{number}}}\n" for number in range(10_000))
    rules.write_text(SETTINGS + "".join(more), encoding="utf-8")
    for _ in range(2):
        subprocess.run([zipapp], env=environment, stdin=subprocess.DEVNULL, check=True)
    (site_packages,) = map(str, folder.glob("warm/*/site-packages"))
    short = ("real-1.2MB", "appcircle")
    grown = ("appcircle", "like-corpus-10MB", "like-corpus-100MB")
    programs = {
        "python3": Program([PYTHON, "-c", "pass"], environment, short),
        "python3 -I -S": Program([PYTHON, "-I", "-S", "-c", "pass"], environment, short),
        COMPOSING: Program([PYTHON, "-c", COMPOSE, site_packages], environment),
        ACREG: Program([str(zipapp)], environment),
        f"{COMPOSING}, -I -S": Program([PYTHON, "-I", "-S", "-c", COMPOSE, site_packages], environment, short),
        "acreg, cold": Program([str(zipapp)], {**environment, "SHIV_ROOT": str(folder / COLD)}, ("appcircle",)),
        RULES: Program([str(zipapp)], {**environment, "ACREG_CONFIG": str(rules)}, grown),
    }
    if (folder / "1MB").exists():
        kustomize = [tool("kubectl-1.29.1"), "kustomize", str(folder / "1MB")]
        programs["kubectl kustomize"] = Program(kustomize, environment, ("1MB",))
    kbld = shutil.which("kbld")
    if kbld:  # it lists the images that it finds; to change them it would ask their registries
        programs["kbld"] = Program([kbld, "-f", "-", "--unresolved-inspect"], environment, short)
    return programs


def surroundings(folder: Path) -> dict[str, str]:
    """Return an environment with nothing of the user's, in which acreg has a registry and its own folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "SHIV_ROOT": str(folder / "warm"),
        "ACREG_PYTHON": PYTHON,
        "ACREG_REGISTRY": REGISTRY,
        "ACREG_REPOSITORY_PATH": PATH,
    }


def tool(name: str) -> str:
    """Return the path of a tool, fetched if it is not there."""
    command = [sys.executable, str(ROOT / "scripts" / "tools.py"), name]
    return subprocess.check_output(command, text=True).strip()


def run(program: Program, sample: Sample) -> Figures:
    """Run a program with a stream on its standard input, through a pipe as Helm does it, and measure it."""

    def feed() -> None:
        with contextlib.suppress(BrokenPipeError), sample.file.open("rb") as source, process.stdin as target:  # type: ignore[union-attr]  # a pipe
            shutil.copyfileobj(source, target)  # some programs read nothing

    environment = {"ACREG_CONFIG": str(sample.settings), **program.environment}
    started = time.perf_counter()
    process = subprocess.Popen(program.command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    feeder = threading.Thread(target=feed)
    feeder.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    feeder.join()
    process.returncode = status
    if status:
        sys.exit(f"scripts/bench: {' '.join(program.command[:3])} failed on {sample.file}, see above")
    return Figures(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)
