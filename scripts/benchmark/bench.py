"""Measure acreg against other programs that read the same manifests, all in turn, round after round, in one run.

    scripts/bench                                    everything, three rounds; dist/acreg.pyz, built if it is not there
    scripts/bench --rounds 9 --json bench.json 1MB   one stream, more rounds
    scripts/bench wrapper                            `acreg template` beside `helm template`
    scripts/bench --corpus DIR                       with real renders, DIR/rendered/*.yaml; else ACREG_CORPUS names DIR

It prints medians: of CPU time, user and system, of wall time and of peak memory, as the system counts them for a whole
process, start-up included. A ratio is that of two programs of one round, and the median of all rounds is printed.
acreg is compared with a process that composes the stream once with PyYAML's C loader, out of the zipapp.
Real streams come first: the generated ones flatter acreg, as more of their bytes lie in documents without images.
Helm and kubectl are real and come from scripts/tools.py; kbld is measured too if it is on PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import programs
import real
import streams
import targets
import wrapper
from programs import PATH, REGISTRY, ROOT, Program, Sample
from streams import Stream
from targets import COMPOSING, Figures

REAL = ("real-1.2MB", "appcircle", "real-168")
GENERATED = {
    "1MB": Stream(1, images=0.5, schemas=0),
    "10MB": Stream(10, images=0.18, schemas=0.4),
    "like-corpus-1MB": Stream(1, images=0.09, schemas=0.8),
    "like-corpus-10MB": Stream(10, images=0.09, schemas=0.8),
    "like-corpus-100MB": Stream(100, images=0.09, schemas=0.8),
}
STREAMS = (*REAL, *GENERATED)
ALL = (*STREAMS, wrapper.NAME)
OFTEN = {
    "real-1.2MB": 5,
    "appcircle": 9,
    "real-168": 3,
    "like-corpus-1MB": 3,
    "like-corpus-10MB": 3,
    "like-corpus-100MB": 3,
}
"""How often a round goes over a stream: what takes moments has more noise, and so have differences of streams."""


def main() -> int:
    """Measure, print, and return 0 if every target that was measured is met, else 1."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=str(__doc__), allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("streams", nargs="*", metavar="STREAM", help=f"of {', '.join(ALL)}; all if none is named")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--zipapp", type=Path, default=ROOT / "dist" / "acreg.pyz")
    parser.add_argument("--corpus", type=Path, default=os.environ.get("ACREG_CORPUS") or None)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    if set(options.streams) - set(ALL):
        parser.error(f"the streams are {', '.join(ALL)}")
    if options.corpus and not real.charts(options.corpus):
        parser.error(f"{options.corpus} has no rendered/*.yaml")
    names = [name for name in STREAMS if name in (options.streams or STREAMS)]
    with_helm = not options.streams or wrapper.NAME in options.streams
    if not options.corpus:
        for name in [name for name in names if name.startswith("real-")]:
            names.remove(name)
            print(f"{name}: skipped, as it is made of real charts. ACREG_CORPUS or --corpus names a folder of them.")
    if not names and not with_helm:
        return 0
    if not options.zipapp.exists():
        subprocess.run([ROOT / "scripts" / "build", options.zipapp], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        for line in wrapper.measure(Path(scratch), options.zipapp.resolve(), options.rounds, say) if with_helm else ():
            print(line)
        samples = {name: make_sample(name, Path(scratch), options.corpus) for name in names}
        sizes = {name: sample.file.stat().st_size for name, sample in samples.items()}
        found = measure(samples, programs.make(Path(scratch), options.zipapp.resolve()), options.rounds)
    print_table(sizes, found)
    reached = list(targets.check(sizes, found))
    for target in reached:
        verdict = "met" if target.met else "NOT MET"
        print(f"{verdict:8}{target.value:6.2f} of at most {target.limit:5.2f}  {target.what}")
    if options.json:
        figures = [{"stream": s, "program": p, "rounds": [f._asdict() for f in found[s, p]]} for s, p in found]
        about = {"python": platform.python_version(), "machine": platform.platform(), "bytes": sizes}
        options.json.write_text(json.dumps({**about, "figures": figures}, indent=2) + "\n", encoding="utf-8")
    return 0 if all(target.met for target in reached) else 1


def make_sample(name: str, folder: Path, corpus: Path) -> Sample:
    """Write a stream and its settings into a folder of its name, and beside a generated one what kustomize needs.

    It is written piece by piece: the system takes the memory of this process for memory of those that it starts.
    """
    file = folder / name / "all.yaml"
    file.parent.mkdir()
    settings = file.with_name("acreg.yaml")
    settings.write_text(programs.REAL_SETTINGS if name in REAL else programs.SETTINGS, encoding="utf-8")
    with file.open("wb") as output:
        if name == "real-1.2MB":
            output.writelines(real.first_documents(real.charts(corpus), 1_200_000))
        elif name == "real-168":
            output.writelines(real.joined(real.charts(corpus)))
        elif name == "appcircle":
            chart = ROOT / "tests" / "charts" / "appcircle"
            subprocess.run([programs.tool("helm-3.19.0"), "template", "server", chart], stdout=output, check=True)
        else:
            write_kustomization(file, streams.write(GENERATED[name], output))
    return Sample(file, settings)


def write_kustomization(file: Path, references: list[str]) -> None:
    """Write what kustomize needs to move the images of a stream, beside it."""
    repositories = {reference.partition("@")[0].rpartition(":")[0] for reference in references}
    images = [{"name": name, "newName": f"{REGISTRY}/{PATH}/{name}"} for name in sorted(repositories)]
    kustomization = {"resources": [file.name], "images": images}
    file.with_name("kustomization.yaml").write_text(json.dumps(kustomization), encoding="utf-8")


def measure(samples: dict[str, Sample], peers: dict[str, Program], rounds: int) -> dict[tuple[str, str], list[Figures]]:
    """Run every program over every stream, in turn, and return the figures by stream and program."""
    found: dict[tuple[str, str], list[Figures]] = {}
    for number in range(rounds):
        for stream in (name for name in samples for _ in range(OFTEN.get(name, 1))):
            for name, program in peers.items():
                if stream in (program.streams or samples):
                    say(f"round {number + 1}: {stream}, {name:30}")
                    shutil.rmtree(samples[stream].file.parents[1] / programs.COLD, ignore_errors=True)
                    found.setdefault((stream, name), []).append(programs.run(program, samples[stream]))
    say(f"{'':70}\r")
    return found


def say(progress: str) -> None:
    """Overwrite the line of progress, where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r{progress}", end="", file=sys.stderr, flush=True)


def print_table(sizes: dict[str, int], found: dict[tuple[str, str], list[Figures]]) -> None:
    """Print the medians, with each program's CPU time as a multiple of that of composing."""
    if not found:
        return
    print(f"{'stream':18} {'program':20} {'CPU s':>8} {'wall s':>8} {'peak MiB':>9} {'CPU / compose':>15}")
    for (stream, program), runs in found.items():
        cpu, wall, memory = map(statistics.median, zip(*runs))
        ratio = statistics.median(run.cpu / its.cpu for run, its in zip(runs, found[stream, COMPOSING]))
        print(f"{stream:18} {program:20} {cpu:8.3f} {wall:8.3f} {memory / 2**20:9.1f} {ratio:15.2f}")
    print("".join(f"\n{name}: {size:,} bytes" for name, size in sizes.items()).strip() + "\n")


if __name__ == "__main__":
    sys.exit(main())
