from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import built
import effort
import hypothesis
import pytest
import yaml
from interpreters import without_extension
from process import GO

from postrenderer.text import composer

if TYPE_CHECKING:
    from collections.abc import Iterator

# How long an example takes says how busy the machine is, so no time limit and no health check of time ends a test. What
# fixtures make for one example serves the others, too.
hypothesis.settings.register_profile(
    "acreg",
    parent=effort.examples(100),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("acreg")

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As a shell's background jobs have it, and so what the tests start and interrupt would have it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.update(GO)
gc.disable()  # until all tests are collected, as it would go through some thousand again and again

PYTHON = Path(sys.executable).resolve()
if Path(shutil.which("python3") or "").resolve() != PYTHON:
    # A shim of a version manager, such as pyenv's, takes longer to find Python than Python then takes to start.
    os.environ["PATH"] = f"{PYTHON.parent}{os.pathsep}{os.environ['PATH']}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slowest start first, so that no process works on one alone in the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_sessionfinish() -> None:
    """Save what scripts/coverage has measured: xdist kills a worker that takes ten seconds more, as busy ones do."""
    coverage = sys.modules.get("coverage")
    measured = coverage.Coverage.current() if coverage else None
    if measured:
        measured.save()


def pytest_collection_finish() -> None:
    """Leave alone from now on what was imported and collected, as the collector frees none of it."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def zipapp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zipapp under test, see `built`; without PyYAML's C extension where the tests run without it."""
    zipapp = built.zipapp()
    if yaml.__with_libyaml__:
        return zipapp
    return without_extension(zipapp, tmp_path_factory.mktemp("python-only") / "acreg.pyz")


@pytest.fixture(scope="session")
def shiv_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the extracted zipapp, for tests that care neither where it is nor how it comes there."""
    return tmp_path_factory.mktemp("shiv")


@pytest.fixture(params=[composer.Loader, composer.PythonLoader], ids=["C", "Python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read YAML with PyYAML's C extension and then with its Python code, as users have either."""
    monkeypatch.setattr(composer, "Loader", request.param)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 KiB with an earlier report on it."""
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        (folder / "report.json").write_text("{}", encoding="utf-8")
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
