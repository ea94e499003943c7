"""Measure acreg against other programs that read the same manifests, all in turn, round after round, in one run.

    scripts/bench                                    everything, three rounds; dist/acreg.pyz, built if it is not there
    scripts/bench --rounds 9 --json bench.json 1MB   one stream, more rounds
    scripts/bench --corpus DIR                       with real renders, DIR/rendered/*.yaml, in one stream

What is printed are medians, of ratios those of all rounds. User CPU and memory are what the system counts for a whole
process, start-up included.
Helm and kubectl are real and come from scripts/tools.py, PyYAML and its C extension out of the zipapp.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import streams
import targets
from streams import Stream
from targets import Figures

ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.path.realpath(sys.executable)
REGISTRY, PATH = "registry.example.com:8083", "mirror"
STREAMS = {
    "appcircle": None,
    "1MB": Stream(1, images=0.5, schemas=0),
    "10MB": Stream(10, images=0.18, schemas=0.4),
    "like-corpus-1MB": Stream(1, images=0.09, schemas=0.8),
    "like-corpus-10MB": Stream(10, images=0.09, schemas=0.8),
    "like-corpus-100MB": Stream(100, images=0.09, schemas=0.8),
}
ONLY_FOR = {
    "kubectl kustomize": ["1MB"],
    "acreg cold": ["appcircle"],
    "acreg, 10,000 rules": ["appcircle", "like-corpus-10MB", "like-corpus-100MB"],
}
OFTEN = {"appcircle": 5, "like-corpus-1MB": 3, "like-corpus-10MB": 3, "like-corpus-100MB": 3}
"""How often a round goes over a stream: what takes moments has more noise, and so have differences of streams."""
SETTINGS = """\
keep: [registry.example.com]
rules:
- {from: docker.io, to: hub}
- {from: quay.io, to: quay}
- {from: ghcr.io, to: ghcr}
- {from: gcr.io, to: gcr}
- {from: registry.k8s.io, to: k8s}
"""
"""Keeps the images of different charts in one stream apart."""
COMPOSE = """\
import sys
sys.path.insert(0, sys.argv[1])
import yaml
for root in yaml.compose_all(sys.stdin.buffer.read(), Loader=yaml.CLoader):
    pass
"""


class Peer(NamedTuple):
    """A program to measure."""

    command: list[str]
    environment: dict[str, str]


def main() -> int:
    """Measure, print, and return 0 if every target that was measured is met, else 1."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=str(__doc__), allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("streams", nargs="*", metavar="STREAM", help=f"of {', '.join(STREAMS)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--zipapp", type=Path, default=ROOT / "dist" / "acreg.pyz")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    if set(options.streams) - set(STREAMS):
        parser.error(f"the streams are {', '.join(STREAMS)}")
    if not options.zipapp.exists():
        subprocess.run([ROOT / "scripts" / "build", options.zipapp], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        files = make_streams(Path(scratch), options.streams or list(STREAMS))
        if options.corpus:
            files["corpus"] = Path(scratch, "corpus.yaml")
            join(sorted(options.corpus.glob("rendered/*.yaml")), files["corpus"])
        peers = make_peers(Path(scratch), options.zipapp.resolve())
        sizes = {name: file.stat().st_size for name, file in files.items()}
        found = measure(files, peers, options.rounds)
    medians = {key: Figures(*map(statistics.median, zip(*figures))) for key, figures in found.items()}
    print_table(sizes, medians)
    reached = list(targets.check(sizes, found))
    for target in reached:
        verdict = "met" if target.met else "NOT MET"
        print(f"{verdict:8}{target.value:6.2f} of at most {target.limit:5.2f}  {target.what}")
    if options.json:
        figures = [{"stream": s, "peer": p, "rounds": [f._asdict() for f in found[s, p]]} for s, p in found]
        about = {"python": platform.python_version(), "machine": platform.platform(), "bytes": sizes}
        options.json.write_text(json.dumps({**about, "figures": figures}, indent=2) + "\n", encoding="utf-8")
    return 0 if all(target.met for target in reached) else 1


def make_streams(folder: Path, names: list[str]) -> dict[str, Path]:
    """Write the streams to files, and beside that of 1 MB what kustomize needs."""
    files = {name: folder / name / "all.yaml" for name in names}
    for name, file in files.items():
        file.parent.mkdir()
        stream = STREAMS[name]
        if stream is None:
            chart = ROOT / "tests" / "charts" / "appcircle"
            with file.open("wb") as output:
                subprocess.run([tool("helm-3.19.0"), "template", "server", chart], stdout=output, check=True)
            continue
        with file.open("wb") as output:
            references = streams.write(stream, output)
        repositories = {reference.partition("@")[0].rpartition(":")[0] for reference in references}
        images = [{"name": name, "newName": f"{REGISTRY}/{PATH}/{name}"} for name in sorted(repositories)]
        settings = {"resources": [file.name], "images": images}
        file.with_name("kustomization.yaml").write_text(json.dumps(settings), encoding="utf-8")
    return files


def join(files: list[Path], target: Path) -> None:
    """Write files one behind the other, each as documents of its own."""
    with target.open("wb") as output:
        for file in files:
            output.write(b"---\n" + file.read_bytes() + b"\n")


def make_peers(folder: Path, zipapp: Path) -> dict[str, Peer]:
    """Return the programs by their names, with the zipapp extracted."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "SHIV_ROOT": str(folder / "warm"),
        "ACREG_PYTHON": PYTHON,
        "ACREG_REGISTRY": REGISTRY,
        "ACREG_REPOSITORY_PATH": PATH,
        "ACREG_CONFIG": str(folder / "acreg.yaml"),
    }
    (folder / "acreg.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "rules.yaml").write_text(
        SETTINGS + "".join(f"- {{from: quay.io/none-{number}, to: none-{number}}}\n" for number in range(10_000)),
        encoding="utf-8",
    )
    for _ in range(2):
        subprocess.run([zipapp], env=environment, stdin=subprocess.DEVNULL, check=True)
    (site_packages,) = folder.glob("warm/*/site-packages")
    return {
        "bare python3": Peer([PYTHON, "-I", "-S", "-c", "pass"], environment),
        "cat": Peer(["cat"], environment),
        "yaml.compose_all": Peer([PYTHON, "-I", "-S", "-c", COMPOSE, str(site_packages)], environment),
        "acreg": Peer([str(zipapp)], environment),
        "acreg, 10,000 rules": Peer([str(zipapp)], {**environment, "ACREG_CONFIG": str(folder / "rules.yaml")}),
        "acreg cold": Peer([str(zipapp)], {**environment, "SHIV_ROOT": str(folder / "cold")}),
        "kubectl kustomize": Peer([str(tool("kubectl-1.29.1")), "kustomize", str(folder / "1MB")], environment),
    }


def tool(name: str) -> str:
    """Return the path of a tool, fetched if it is not there."""
    command = [sys.executable, str(ROOT / "scripts" / "tools.py"), name]
    return subprocess.check_output(command, text=True).strip()


def measure(files: dict[str, Path], peers: dict[str, Peer], rounds: int) -> dict[tuple[str, str], list[Figures]]:
    """Run every program over every stream, in turn, and return the figures by stream and program."""
    found: dict[tuple[str, str], list[Figures]] = {}
    for number in range(rounds):
        for stream in (name for name in files for _ in range(OFTEN.get(name, 1))):
            for name, peer in peers.items():
                if stream in ONLY_FOR.get(name, files):
                    say(f"round {number + 1}: {stream}, {name:30}")
                    shutil.rmtree(files[stream].parents[1] / "cold", ignore_errors=True)
                    found.setdefault((stream, name), []).append(run(peer, files[stream]))
    say(f"{'':70}\r")
    return found


def say(progress: str) -> None:
    """Overwrite the line of progress, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{progress}", end="", file=sys.stderr, flush=True)


def run(peer: Peer, file: Path) -> Figures:
    """Run a program with a file on its standard input, through a pipe as Helm does it."""

    def feed() -> None:
        with contextlib.suppress(BrokenPipeError), file.open("rb") as source, process.stdin as target:  # type: ignore[union-attr]  # a pipe
            shutil.copyfileobj(source, target)  # some read nothing

    started = time.perf_counter()
    process = subprocess.Popen(peer.command, env=peer.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    feeder = threading.Thread(target=feed)
    feeder.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    feeder.join()
    process.returncode = status
    if status:
        sys.exit(f"scripts/bench: {' '.join(peer.command[:3])} failed on {file}, see above")
    return Figures(usage.ru_utime, wall, usage.ru_maxrss * 1024)


def print_table(sizes: dict[str, int], medians: dict[tuple[str, str], Figures]) -> None:
    """Print the medians, with each program's user CPU as a multiple of that of composing."""
    print(f"{'stream':18} {'program':20} {'user s':>8} {'wall s':>8} {'peak MiB':>9} {'user / compose':>15}")
    for (stream, peer), figures in medians.items():
        ratio = figures.user / medians[stream, "yaml.compose_all"].user
        mebibytes = figures.memory / 2**20
        print(f"{stream:18} {peer:20} {figures.user:8.3f} {figures.wall:8.3f} {mebibytes:9.1f} {ratio:15.2f}")
    print("".join(f"\n{name}: {size:,} bytes" for name, size in sizes.items()).strip() + "\n")


if __name__ == "__main__":
    sys.exit(main())
