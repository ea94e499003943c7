from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from helm.harness import CHARTS, PRIVATE, REPOSITORY, tool
from helm.manifests import documents, images, moved_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.helm
@pytest.mark.slow
@pytest.mark.zipapp
@pytest.mark.parametrize("helm", ["helm-3.19.0", "helm-4.3.1"])
def test_quickstart_shows_every_image_before_and_after(helm: str, tmp_path: Path) -> None:
    environment = {
        "PATH": os.pathsep.join([str(tool(helm).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
    }
    run = subprocess.run(
        [REPOSITORY / "scripts" / "quickstart"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    shown = set(re.findall(r"^  (\S+).*\n→ (\S+)$", run.stdout, re.MULTILINE))
    listed = (CHARTS / "images.txt").read_text(encoding="utf-8").split()
    assert {(image, moved_text(image)) for image in listed} < shown
    assert str(REPOSITORY / "dist" / "acreg.pyz") in run.stdout
    assert re.search(r"^left +0$", run.stdout, re.MULTILINE)
    after = REPOSITORY / ".cache" / f"quickstart-v{helm[5]}" / "after.yaml"
    assert {image for image in images(documents(after.read_text(encoding="utf-8"))) if PRIVATE not in image} == set()
