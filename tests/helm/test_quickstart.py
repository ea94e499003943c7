from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from helm.harness import REPOSITORY, tool

if TYPE_CHECKING:
    from pathlib import Path

STRAGGLERS = """\
europe-west1-docker.pkg.dev/appcircle/docker-registry/appcircle-vault:v3.27.3
europe-west1-docker.pkg.dev/appcircle/docker-registry/cert-utils-operator:v1.3.12
europe-west1-docker.pkg.dev/appcircle/docker-registry/kube-rbac-proxy:v0.11.0
europe-west1-docker.pkg.dev/appcircle/docker-registry/toolbox:1.5.1
registry.k8s.io/ingress-nginx/controller:v1.11.3
registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.4.4
"""
"""What the chart's own two globals leave public, hooks too."""


@pytest.mark.helm
@pytest.mark.slow
@pytest.mark.zipapp
def test_quickstart_shows_the_stragglers(tmp_path: Path) -> None:
    """Under Helm 3 alone, which keeps hooks apart: tests/registry/test_readme_blocks.py runs it under Helm 4."""
    environment = {
        "PATH": os.pathsep.join([str(tool("helm-3.19.0").parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
    }
    run = subprocess.run(
        [REPOSITORY / "scripts" / "quickstart"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("== 1/4 ")
    lines = run.stdout.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("PUBLIC IMAGE"))
    table = lines[head + 1 : lines.index("", head)]
    assert [line.split()[0].partition("@")[0] for line in table] == STRAGGLERS.split()
    assert all(line.split()[1].startswith("registry.spacetech.com:8083/appcircle/") for line in table)
    assert "  with acreg:    60 of 60\n" in run.stdout
    assert "dist/acreg.pyz upgrade --install RELEASE CHART -f values.yaml" in run.stdout
    assert not (tmp_path / ".shiv").exists()
    assert not (tmp_path / ".cache" / "helm").exists()
