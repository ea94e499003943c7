from __future__ import annotations

import os
import platform
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from helm.harness import LATEST, RELEASE, Helm, Namespace, helm_environment, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=LATEST)
def helm(request: pytest.FixtureRequest, tmp_path: Path, zipapp: Path, shiv_root: Path) -> Helm:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the Helm binaries under test are for Linux on x86-64")
    version: str = request.param
    environment = helm_environment(tmp_path, SHIV_ROOT=str(shiv_root))
    plain = Helm(int(version[0]), tool(f"helm-{version}"), environment)
    return plain.through(zipapp, tmp_path / "plugins")


@pytest.fixture
def namespace(helm: Helm) -> Iterator[Namespace]:
    """A new namespace in the cluster of ACREG_TEST_KUBECONFIG, for one release; `helm` is pointed at it."""
    kubeconfig = os.environ.get("ACREG_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("ACREG_TEST_KUBECONFIG names no cluster")
    new = Namespace(f"acreg-{uuid.uuid4().hex[:8]}", tool("kubectl-1.29.1"), kubeconfig)
    new.run("create", "namespace", new.name)
    helm.environment.update(KUBECONFIG=kubeconfig, HELM_NAMESPACE=new.name)
    yield new
    helm.output("uninstall", RELEASE, "--no-hooks", "--ignore-not-found")
    new.run("delete", "namespace", new.name, "--wait=false")
