"""Install the plugin from the archives of a release, and by the README's lines."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest

from helm.harness import LATEST, REPOSITORY
from helm.servers import serve
from helm.test_plugin_lifecycle import home, pytestmark
from postrenderer import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from helm.test_plugin_lifecycle import Home

__all__ = ["pytestmark"]

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def release(zipapp: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the release archives."""
    folder = tmp_path_factory.mktemp("release")
    package: list[str | Path] = [sys.executable, REPOSITORY / "scripts" / "package", zipapp, folder]
    subprocess.run(package, check=True, capture_output=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    return folder


def check_release(at: Home) -> None:
    """The installed plugin works, knows when its zipapp is damaged, and goes without a trace."""
    assert at.output("acreg", "version") == f"acreg {__version__}\n"
    plugin = at.plugins / "acreg"
    with (plugin / "dist" / "acreg.pyz").open("ab") as damaged:
        damaged.write(b"x")
    environment = {**at.helm.environment, "ACREG_PYZ": "", "HELM_PLUGIN_DIR": str(plugin)}
    hook: list[str | Path] = [plugin / "scripts" / "plugin-hook", "update"]
    run = subprocess.run(hook, env=environment, capture_output=True, check=False)
    assert (run.returncode, b"is not the file that it should be" in run.stderr) == (1, True)
    at.output("plugin", "uninstall", "acreg")
    assert list(at.plugins.iterdir()) == []


@pytest.mark.parametrize("version", LATEST)
def test_release_archives_from_a_server(tmp_path: Path, zipapp: Path, release: Path, version: str) -> None:
    at = home(tmp_path, zipapp, version, tmp_path)
    unsigned = ["--verify=false"] if at.helm.major > 3 else []
    with serve(release) as address:
        at.output("plugin", "install", f"{address}/acreg-{__version__}.tgz", *unsigned, ACREG_PYZ="")
    check_release(at)


@pytest.mark.parametrize("version", LATEST)
def test_release_archives_on_disk(tmp_path: Path, zipapp: Path, release: Path, version: str) -> None:
    at = home(tmp_path, zipapp, version, tmp_path / "acreg")
    if at.helm.major > 3:
        at.output("plugin", "install", release / f"acreg-{__version__}-helm4.tgz", "--verify=false", ACREG_PYZ="")
    else:
        with tarfile.open(release / f"acreg-{__version__}.tgz") as archive:
            archive.extractall(at.source)  # noqa: S202  # ours
        at.install(ACREG_PYZ="")
    check_release(at)
