"""What scripts/mutate runs in a copy of the checkout: mutmut makes the mutants, and a process for each runs the tests.

    python scripts/mutation.py postrenderer/plan/pieces.py tests/plan/test_pieces.py ...

The process is a fork of one that has collected the tests and has seen which functions each of them calls. It begins
with the tests that have noticed most mutants so far, so most processes run one or two tests. What became of the mutants
is written to `outcomes.json`: pairs of a word and, for survivors, the difference.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import math
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mutmut import __main__ as mutmut  # type: ignore[import-not-found]  # scripts/lock/mutate.txt has it
from mutmut.mutation.diff_apply import get_diff_for_mutant  # type: ignore[import-not-found]
from mutmut.mutation.trampoline import set_mutant_under_test  # type: ignore[import-not-found]
from mutmut.state import state  # type: ignore[import-not-found]

OPTIONS = ("--rootdir=.", "-qs", "--tb=native", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-k", "not Python")
"""The same examples for each mutant, one of the two parsers, and no time spent on how a failure looks.

With `-s`, as pytest would give a mutant's process the standard output back otherwise, to print dots to.
"""
JOBS = 2
SECONDS = 4
"""The CPU time, beside three times what it takes without a mutation, after which a test counts as one that runs for
ever, which is as good as noticed."""
BYTES = 2**31
"""What such a mutant may fill until then."""


class Mutants:
    """A plugin for pytest that runs the tests once as they are, and then those that concern it for each mutant.

    Args:
        names: the mutants, as mutmut calls them.

    Attributes:
        outcomes: by the names, `noticed`, `runs for ever`, `survived` or `no tests`.
    """

    def __init__(self, names: list[str]) -> None:
        self.outcomes: dict[str, str] = {}
        self._names = names
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed."""
        self._failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests, in place of pytest's own loop."""
        seconds, concerned = self._run_as_they_are(session.items)
        gc.freeze()
        notices: Counter[str] = Counter()
        running: dict[int, tuple[str, Path]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for name in self._names:
                if len(running) == JOBS:
                    self._reap(running, notices)
                items = concerned[name.rpartition("__mutmut_")[0]]
                items.sort(key=lambda item: (-notices[item.nodeid], seconds[item.nodeid]))
                noticed_by = Path(folder, name)
                child = os.fork()
                if child == 0:
                    self._run_mutant(name, items, seconds, noticed_by)
                running[child] = (name, noticed_by)
            while running:
                self._reap(running, notices)
        return True

    def _passes(self, item: pytest.Item) -> bool:
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed

    def _run_as_they_are(self, items: list[pytest.Item]) -> tuple[dict[str, float], dict[str, list[pytest.Item]]]:
        """Run each test; return how long each takes, and those that call each function."""
        set_mutant_under_test("stats")
        seconds: dict[str, float] = {}
        concerned: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items:
            start = time.process_time()
            if not self._passes(item):
                pytest.exit(f"{item.nodeid} fails without a mutation", returncode=1)
            seconds[item.nodeid] = time.process_time() - start
            for function in state()._stats:  # noqa: SLF001  # where mutmut's own plugin reads them
                concerned[function].append(item)
            state()._stats.clear()  # noqa: SLF001
        return seconds, concerned

    def _run_mutant(self, name: str, items: list[pytest.Item], seconds: dict[str, float], noticed_by: Path) -> None:
        """Run tests until one fails, write its name down, and end the process."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
        set_mutant_under_test(name)
        for item in items:
            limit = time.process_time() + SECONDS + 3 * seconds[item.nodeid]
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), resource.RLIM_INFINITY))
            if not self._passes(item):
                noticed_by.write_text(item.nodeid, encoding="utf-8")
                os._exit(1)
        os._exit(0 if items else 2)

    def _reap(self, running: dict[int, tuple[str, Path]], notices: Counter[str]) -> None:
        """Wait for a mutant's process to end."""
        child, status = os.wait()
        name, noticed_by = running.pop(child)
        if noticed_by.exists():
            notices[noticed_by.read_text(encoding="utf-8")] += 1
        ends = {0: "survived", 1: "noticed", 2: "no tests", -signal.SIGXCPU: "runs for ever"}
        self.outcomes[name] = ends.get(os.waitstatus_to_exitcode(status), "noticed")
        if self.outcomes[name] != "noticed":
            print("", self.outcomes[name], name, flush=True)


def main(source: str, *tests: str) -> int:
    """Mutate a module, and return pytest's exit code."""
    names = _made(source)
    mutants = Mutants(names)
    os.chdir("mutants")
    ended = pytest.main([*OPTIONS, *tests], plugins=[mutants])
    os.chdir("..")
    outcomes = [
        (outcome, get_diff_for_mutant(name, path=Path(source)) if outcome in ("survived", "no tests") else "")
        for name, outcome in mutants.outcomes.items()
    ]
    Path("outcomes.json").write_text(json.dumps(outcomes), encoding="utf-8")
    return ended


def _made(source: str) -> list[str]:
    """Make the mutants below `mutants/`, and return their names."""
    set_mutant_under_test("mutant_generation")
    Path("mutants").mkdir()
    with contextlib.redirect_stdout(io.StringIO()):  # mutmut prints the name of each file
        mutmut.copy_src_dir()
        mutmut.copy_also_copy_files()
        mutmut.setup_source_paths()
        mutmut.create_mutants(JOBS)
    return list(json.loads(Path("mutants", f"{source}.meta").read_text(encoding="utf-8"))["exit_code_by_key"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
