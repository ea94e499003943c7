from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from interpreters import without_extension

from postrenderer.text import composer

REPOSITORY = Path(__file__).resolve().parents[1]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As a shell's background jobs have it, and so what the tests start and interrupt would have it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def zipapp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zipapp under test: built from this checkout, or the one that ACREG_PYZ names.

    Where the tests run without PyYAML's C extension, it has none either.
    """
    folder = tmp_path_factory.mktemp("dist")
    built = Path(os.environ.get("ACREG_PYZ") or folder / "acreg.pyz").resolve()
    if not built.exists():
        subprocess.run([REPOSITORY / "scripts" / "build", built], check=True)
    return built if yaml.__with_libyaml__ else without_extension(built, folder / "python-only" / "acreg.pyz")


@pytest.fixture(params=[composer.Loader, composer.PythonLoader], ids=["C", "Python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read YAML with PyYAML's C extension and then with its Python code, as users have either."""
    monkeypatch.setattr(composer, "Loader", request.param)
