from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from postrenderer import composer

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def zipapp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zipapp under test: built from this checkout, or the one that ACREG_PYZ names."""
    built = os.environ.get("ACREG_PYZ")
    if built:
        return Path(built).resolve()
    target = tmp_path_factory.mktemp("dist") / "acreg.pyz"
    subprocess.run([REPOSITORY / "scripts" / "build", target], check=True)
    return target


@pytest.fixture(params=[composer.Loader, composer.PythonLoader], ids=["C", "Python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read YAML with PyYAML's C extension and then with its Python code, as users have either."""
    monkeypatch.setattr(composer, "Loader", request.param)
