"""`acreg template` beside `helm template`: what the wrapper takes, with the renderings that Helm 3's hooks need."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import programs
from programs import ROOT, Program, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from targets import Figures

NAME = "wrapper"
"""What selects it on the command line."""
_HELMS = ("helm-3.19.0", "helm-4.3.1")
_CHARTS = {"hooks": "appcircle", "no hooks": "plain"}
"""Charts of the tests, by what they have."""


def measure(folder: Path, zipapp: Path, rounds: int, say: Callable[[str], None]) -> Iterator[str]:
    """Run Helm and the wrapper in turn, round after round, and yield the lines of a table.

    Args:
        folder: for files of ours.
        zipapp: acreg.
        rounds: how often each is run.
        say: is told what runs.
    """
    nothing = folder / "nothing"
    nothing.touch()
    sample = Sample(nothing, nothing)
    yield f"{'chart':10} {'Helm':12} {'helm CPU, wall s':>18} {'acreg CPU, wall s':>18} {'acreg / helm: CPU':>18}"
    for what, chart in _CHARTS.items():
        for helm in _HELMS:
            pair = _programs(folder, zipapp, helm, chart)
            runs: list[tuple[Figures, ...]] = []
            for number in range(rounds + 1):
                say(f"round {number}: {what}, {helm:30}")
                runs.append(tuple(programs.run(program, sample) for program in pair))
            yield f"{what:10} {helm:12} {_line(runs[1:])}"  # the first one warms up


def _line(runs: list[tuple[Figures, ...]]) -> str:
    """The medians, and that of the ratios of each round."""
    medians = (
        (statistics.median(run[at].cpu for run in runs), statistics.median(run[at].wall for run in runs))
        for at in (0, 1)
    )
    ratio = statistics.median(mine.cpu / its.cpu for its, mine in runs)
    return " ".join(f"{cpu:11.2f} {wall:6.2f}" for cpu, wall in medians) + f" {ratio:18.1f}"


def _programs(folder: Path, zipapp: Path, helm: str, chart: str) -> tuple[Program, Program]:
    """`helm template` and `acreg template`, for a chart of the tests."""
    binary = programs.tool(helm)
    environment = {**programs.surroundings(folder), "HELM_BIN": binary, "ACREG_SHIM_DEPTH": "1"}  # it says nothing
    arguments = ["template", "server", str(ROOT / "tests" / "charts" / chart)]
    return Program([binary, *arguments], environment), Program([str(zipapp), *arguments], environment)
