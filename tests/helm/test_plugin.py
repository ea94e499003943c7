from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from helm.harness import PRIVATE, REPOSITORY, VALUES
from postrenderer import __version__
from postrenderer.cli.program import HELM4_MANIFEST as HELM4_MANIFEST_TEXT

if TYPE_CHECKING:
    from helm.harness import Helm

MANIFEST = REPOSITORY / "plugin.yaml"
HELM4_MANIFEST = REPOSITORY / "scripts" / "helm4" / "acreg-postrenderer.yaml"
REGISTER = REPOSITORY / "scripts" / "register-helm4"


@pytest.mark.parametrize("manifest", [MANIFEST, HELM4_MANIFEST], ids=lambda path: path.name)
def test_manifests_have_the_version_of_the_package(manifest: Path) -> None:
    assert yaml.safe_load(manifest.read_text(encoding="utf-8"))["version"] == __version__


def test_the_manifest_that_a_run_brings_along_is_the_registered_one() -> None:
    manifest = HELM4_MANIFEST_TEXT.format(name="acreg-postrenderer", version=__version__)
    assert yaml.safe_load(manifest) == yaml.safe_load(HELM4_MANIFEST.read_text(encoding="utf-8"))


def test_no_other_manifest_is_named_plugin_yaml() -> None:
    listed = subprocess.run(["git", "ls-files", "*plugin.yaml"], cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    assert listed.stdout.decode().split() == ["plugin.yaml"]


@pytest.mark.helm
@pytest.mark.zipapp
def test_every_helm_runs_the_plugin(helm: Helm, zipapp: Path) -> None:
    folder = Path(helm.environment["HELM_PLUGINS"], "acreg")
    (folder / "dist").mkdir(parents=True)
    shutil.copy(MANIFEST, folder)
    (folder / "dist" / "acreg.pyz").symlink_to(zipapp)

    listed = helm.run("plugin", "list")
    assert listed.stdout.splitlines()[1].split()[:2] == ["acreg", __version__]
    assert listed.stderr == ""

    stream = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx}]}\n"
    run = helm.run("acreg", stdin=stream, acreg_values=VALUES / "private.yaml")
    assert run.code == 0, run.stderr
    assert f"image: {PRIVATE}/nginx}}" in run.stdout


def register(*arguments: str | Path, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([REGISTER, *arguments], capture_output=True, text=True, env={"PATH": path}, check=False)


def test_register_and_remove(tmp_path: Path) -> None:
    zipapp = tmp_path / "some acreg.pyz"
    zipapp.touch()
    folder = tmp_path / "plugins" / "acreg-postrenderer"
    for _ in range(2):
        assert register(folder.parent, zipapp).stdout == f"{folder}\n"
        assert (folder / "acreg.pyz").resolve() == zipapp
        assert (folder / "plugin.yaml").read_bytes() == HELM4_MANIFEST.read_bytes()
    for _ in range(2):
        assert register("--remove", folder.parent).returncode == 0
        assert list(folder.parent.iterdir()) == []


def test_register_names_a_missing_zipapp(tmp_path: Path) -> None:
    run = register(tmp_path, tmp_path / "none.pyz")
    assert (run.returncode, run.stdout) == (1, "")
    assert "none.pyz; run scripts/build" in run.stderr


@pytest.mark.parametrize(
    ("version", "message"), [("v3.19.0+g1", "is not Helm 4"), (None, "no helm on PATH")], ids=["helm-3", "no-helm"]
)
def test_register_without_a_directory_needs_helm_4(tmp_path: Path, version: str | None, message: str) -> None:
    for program in ("bash", "dirname"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    if version:
        helm = tmp_path / "helm"
        helm.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
        helm.chmod(0o755)
    run = register(path=str(tmp_path))
    assert (run.returncode, run.stdout) == (1, "")
    assert message in run.stderr
