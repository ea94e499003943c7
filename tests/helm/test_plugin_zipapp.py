"""Where the plugin's install hook gets the zipapp from, and which it refuses."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from registry.servers import free_port, make_authority, needs

from helm.harness import LATEST, REPOSITORY
from helm.servers import serve
from helm.test_plugin_lifecycle import home, pytestmark, source_in
from postrenderer import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helm.test_plugin_lifecycle import Home

__all__ = ["pytestmark"]


class Release:
    """The zipapp on a server, and the authority that vouches for the server."""

    def __init__(self, address: str, authority: Path, sha256: str) -> None:
        self.address = address
        self.authority = authority
        self.sha256 = sha256


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, zipapp: Path) -> Iterator[Release]:
    needs("curl", "openssl")
    folder = tmp_path_factory.mktemp("release")
    authority, certificate = make_authority(folder / "authority")
    (folder / "files").mkdir()
    shutil.copy(zipapp, folder / "files" / "acreg.pyz")
    with serve(folder / "files", certificate) as address:
        yield Release(f"{address}/acreg.pyz", authority, hashlib.sha256(zipapp.read_bytes()).hexdigest())


@pytest.fixture(params=LATEST)
def at(request: pytest.FixtureRequest, tmp_path: Path, zipapp: Path) -> Home:
    return home(tmp_path, zipapp, request.param, source_in(tmp_path / "acreg"))


def refusal(at: Home, **environment: str) -> str:
    """Install, which must fail and leave no zipapp; return what is said."""
    run = at.run("plugin", "install", at.source, **environment)
    assert run.code != 0
    assert not (at.source / "dist").exists()
    at.output("plugin", "uninstall", "acreg")
    return run.stdout + run.stderr


def test_from_an_address(at: Home, published: Release) -> None:
    known = {"ACREG_PYZ": published.address, "CURL_CA_BUNDLE": str(published.authority)}
    assert "ACREG_PYZ_SHA256 must say what is expected" in refusal(at, **known)
    said = refusal(at, **known, ACREG_PYZ_SHA256="0" * 64)
    assert f"{published.address} is not the file that it should be: its SHA-256 is not {'0' * 64}" in said

    at.install(**known, ACREG_PYZ_SHA256=published.sha256)
    assert at.output("acreg", "version") == f"acreg {__version__}\n"


def test_an_address_out_of_reach(at: Home, published: Release) -> None:
    checked = {"ACREG_PYZ_SHA256": published.sha256}
    nowhere = f"https://127.0.0.1:{free_port()}/acreg.pyz"
    assert f"{nowhere} cannot be downloaded" in refusal(at, ACREG_PYZ=nowhere, **checked)
    assert "cannot be downloaded" in refusal(at, ACREG_PYZ=published.address, **checked)  # from an unknown authority
    assert "cannot be downloaded" in refusal(
        at, ACREG_PYZ=f"{published.address}.gone", CURL_CA_BUNDLE=str(published.authority), **checked
    )
    plain = published.address.replace("https://", "http://")
    assert "only a path or an https address" in refusal(at, ACREG_PYZ=plain, **checked)


def test_from_a_path(at: Home, zipapp: Path, tmp_path: Path) -> None:
    assert "is not the file that it should be" in refusal(at, ACREG_PYZ_SHA256="0" * 64)
    assert "there is no such file" in refusal(at, ACREG_PYZ=str(tmp_path / "none.pyz"))
    at.install(ACREG_PYZ_SHA256=hashlib.sha256(zipapp.read_bytes()).hexdigest())
    assert at.output("acreg", "version") == f"acreg {__version__}\n"


def test_without_a_package_index(at: Home) -> None:
    unreachable = f"http://127.0.0.1:{free_port()}/simple"
    environment = {"PIP_INDEX_URL": unreachable, "PIP_RETRIES": "0", "PIP_CONFIG_FILE": "/dev/null"}
    for name in ("scripts/build", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, at.source / name)
    for name in ("scripts/zipapp", "scripts/lock", "postrenderer"):
        shutil.copytree(REPOSITORY / name, at.source / name)
    said = refusal(at, ACREG_PYZ="", **environment)
    assert "pip" in said
    assert "the zipapp could not be built, see above" in said
    assert "name it in ACREG_PYZ" in said


def test_a_path_with_a_line_break_is_not_two_to_remove(at: Home, zipapp: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (precious / "acreg").mkdir(parents=True)
    for cache in (f"{precious}/acreg\n/x", f"{tmp_path}/x\n{precious}"):
        at.install(ACREG_PYZ=str(zipapp), HELM_CACHE_HOME=cache)
        at.output("plugin", "uninstall", "acreg", HELM_CACHE_HOME=cache)
        assert (precious / "acreg").is_dir()


def hook(plugin: Path, **environment: str) -> subprocess.Popen[str]:
    """Start the install hook of a plugin's folder, as Helm does."""
    known = {"PATH": os.environ["PATH"], "HOME": str(plugin.parent / "home"), "HELM_PLUGIN_DIR": str(plugin)}
    command: list[str | Path] = [plugin / "scripts" / "plugin-hook", "install"]
    return subprocess.Popen(
        command, env={**known, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.parametrize("name", ["-x two words é*?", "back\\slash '$(touch planted)\"`", "line\nbreak"])
def test_the_hook_in_a_folder_with_a_strange_name(name: str, zipapp: Path, tmp_path: Path) -> None:
    """The zipapp comes with the release, and is checked there; or it is named, and its hash is in capitals."""
    plugin = source_in(tmp_path / name)
    sha256 = hashlib.sha256(zipapp.read_bytes()).hexdigest()
    (plugin / "dist").mkdir()
    shutil.copy(zipapp, plugin / "dist")
    (plugin / "SHA256SUMS").write_text(f"{sha256}  dist/acreg.pyz\n")
    for environment in ({}, {"ACREG_PYZ": str(zipapp), "ACREG_PYZ_SHA256": sha256.upper()}):
        run = hook(plugin, **environment)
        assert (run.communicate()[0].splitlines()[0], run.returncode) == (f"acreg {__version__}", 0)
    assert not list(tmp_path.rglob("planted"))


def test_four_hooks_at_once(zipapp: Path, tmp_path: Path) -> None:
    plugin = source_in(tmp_path / "acreg")
    sha256 = hashlib.sha256(zipapp.read_bytes()).hexdigest()
    runs = [hook(plugin, ACREG_PYZ=str(zipapp), ACREG_PYZ_SHA256=sha256) for _ in range(4)]
    assert [(run.communicate()[0].count("Use it:"), run.returncode) for run in runs] == [(1, 0)] * 4
    assert [path.name for path in plugin.iterdir() if path.name.startswith(".acreg")] == []
    assert (plugin / "dist" / "acreg.pyz").read_bytes() == zipapp.read_bytes()


def test_what_is_changed_after_the_check_is_not_installed(zipapp: Path, tmp_path: Path) -> None:
    """A stand-in for another user, who replaces the file between its check and its use."""
    plugin, given = source_in(tmp_path / "acreg"), Path(shutil.copy(zipapp, tmp_path))
    stand_in = tmp_path / "bin" / "sha256sum"
    stand_in.parent.mkdir()
    real = shutil.which("sha256sum")
    stand_in.write_text(f"#!/bin/sh\n'{real}' \"$@\"\nprintf '#!/bin/sh\\necho planted\\n' >'{given}'\n")
    stand_in.chmod(0o755)
    sha256 = hashlib.sha256(zipapp.read_bytes()).hexdigest()
    path = f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"
    run = hook(plugin, ACREG_PYZ=str(given), ACREG_PYZ_SHA256=sha256, PATH=path)
    assert (run.communicate()[0].splitlines()[0], run.returncode) == (f"acreg {__version__}", 0)
    assert "planted" in given.read_text()
