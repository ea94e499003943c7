"""Measure `acreg mirror` beside other programs that copy the same images, between two registries on this machine.

    scripts/bench-mirror              36 images, three rounds
    scripts/bench-mirror --rounds 9   more rounds

It prints medians of wall time, and of CPU time of the program and all that it starts: for the first copy, and for the
second one, when everything is there. crane and skopeo are measured too if they are on PATH, one image after the other,
as both have no list of images with other names. It needs docker-registry, skopeo and pytest.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from registry import images  # noqa: E402  # found by the line above
from registry.servers import Registry  # noqa: E402

COUNT = 36


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="scripts/bench-mirror", description=str(__doc__), allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="acreg-bench-") as name:
        folder = Path(name)
        source = Registry(folder / "source")
        source.start()
        try:
            names = _fill(folder, source)
            for number in range(rounds):
                _round(folder / str(number), source, names, found)
        finally:
            source.stop()
    print(f"{'program':10} {'copy':8} {'wall':>8} {'CPU':>8}")
    for (program, which), samples in found.items():
        wall, cpu = (statistics.median(sample[part] for sample in samples) for part in range(2))
        print(f"{program:10} {which:8} {wall:6.2f} s {cpu:6.2f} s")
    return 0


def _fill(folder: Path, source: Registry) -> list[str]:
    """Push images of one platform and of two, and return their references."""
    names = []
    for number in range(COUNT):
        media = images.DOCKER if number % 2 else images.OCI
        platforms = ("amd64", "arm64") if number % 3 == 0 else ("amd64",)
        image = folder / "images" / str(number)
        images.build(image, f"image {number}", media, platforms)
        names.append(f"{source.host}/source/app-{number}:1")
        flags = ("--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false")
        command = ["skopeo", "copy", *flags, f"dir:{image}", f"docker://{names[-1]}"]
        subprocess.run(command, check=True)
    return names


def _round(
    folder: Path, source: Registry, names: list[str], found: dict[tuple[str, str], list[tuple[float, float]]]
) -> None:
    """Copy with each program to an empty registry of its own, twice."""
    for program in ("acreg", "crane", "skopeo"):
        if program != "acreg" and not shutil.which(program):
            continue
        target = Registry(folder / program)
        target.start()
        try:
            for which in ("first", "second"):
                sample = _measured(_commands(program, folder, source, target, names), folder, source, target)
                found.setdefault((program, which), []).append(sample)
        finally:
            target.stop()


def _commands(program: str, folder: Path, source: Registry, target: Registry, names: list[str]) -> list[list[str]]:
    pairs = [(name, name.replace(f"{source.host}/source", f"{target.host}/private")) for name in names]
    if program == "crane":
        return [["crane", "copy", "--insecure", *pair] for pair in pairs]
    if program == "skopeo":
        flags = ("--quiet", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false")
        return [["skopeo", "copy", *flags, *(f"docker://{name}" for name in pair)] for pair in pairs]
    listed = folder / "images.txt"
    listed.write_text("\n".join(names), encoding="utf-8")
    return [[sys.executable, "-m", "postrenderer", "mirror", "--list", str(listed)]]


def _measured(commands: list[list[str]], folder: Path, source: Registry, target: Registry) -> tuple[float, float]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "ACREG_REGISTRY": target.host,
        "ACREG_REPOSITORY_PATH": "private",
        "ACREG_SOURCES": f"{source.host}/source",
        "ACREG_INSECURE_REGISTRIES": f"{source.host},{target.host}",
    }
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    for command in commands:
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
