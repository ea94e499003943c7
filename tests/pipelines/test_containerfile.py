"""The image for CI in containers: what it copies is installed, in a folder instead of an image."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from helm.harness import REPOSITORY, helm_environment, tool

from pipelines.workspace import PIPELINES

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (PIPELINES / "Containerfile").read_text(encoding="utf-8")


@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.slow
def test_the_plugin_is_installed_from_what_is_copied(tmp_path: Path, zipapp: Path) -> None:
    for names, target in re.findall(r"^COPY (?:--chmod=\d+ )?((?!--)\S.*) (/opt/\S+)$", TEXT, re.MULTILINE):
        for name in names.split():
            source = zipapp if name == "dist/acreg.pyz" else REPOSITORY / name
            place = tmp_path / target.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, place)
            else:
                place = place / source.name if target.endswith("/") else place
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)
    (install,) = re.findall(r"&& (helm plugin install .*)$", TEXT, re.MULTILINE)
    (data,) = re.findall(r"HELM_DATA_HOME=(\S+)", TEXT)
    environment = helm_environment(tmp_path, HELM_DATA_HOME=f"{tmp_path}{data}")
    del environment["HELM_PLUGINS"]
    helm = tool("helm-4.3.1")
    environment["PATH"] = f"{helm.parent}:{environment['PATH']}"
    line = install.replace("/opt", f"{tmp_path}/opt")
    subprocess.run(["sh", "-ec", line], env=environment, check=True, capture_output=True)
    shown = subprocess.run([helm, "acreg", "version"], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("acreg ")
