from __future__ import annotations

import os
import platform
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from helm.harness import REPOSITORY, Helm, Namespace, helm_environment, tool

if TYPE_CHECKING:
    from pathlib import Path

HELM_VERSIONS = ("3.14.0", "3.19.0", "4.1.4", "4.3.1")


@pytest.fixture(scope="session")
def shiv_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the extracted zipapp, however many homes there are."""
    return tmp_path_factory.mktemp("shiv")


@pytest.fixture(params=HELM_VERSIONS)
def helm(request: pytest.FixtureRequest, tmp_path: Path, zipapp: Path, shiv_root: Path) -> Helm:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the Helm binaries under test are for Linux on x86-64")
    version: str = request.param
    major = int(version[0])
    environment = helm_environment(tmp_path, SHIV_ROOT=str(shiv_root))
    post_renderer = str(zipapp)
    if major > 3:
        subprocess.run([REPOSITORY / "scripts" / "register-helm4", environment["HELM_PLUGINS"], zipapp], check=True)
        post_renderer = "acreg-postrenderer"
    return Helm(major, tool(f"helm-{version}"), environment, post_renderer)


@pytest.fixture
def namespace(helm: Helm) -> Namespace:
    """Return a new namespace in the cluster of ACREG_TEST_KUBECONFIG; `helm` is pointed at it."""
    kubeconfig = os.environ.get("ACREG_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("ACREG_TEST_KUBECONFIG names no cluster")
    new = Namespace(f"acreg-{uuid.uuid4().hex[:8]}", tool("kubectl-1.29.1"), kubeconfig)
    subprocess.run([new.kubectl, "--kubeconfig", kubeconfig, "create", "namespace", new.name], check=True)
    helm.environment.update(KUBECONFIG=kubeconfig, HELM_NAMESPACE=new.name)
    return new
