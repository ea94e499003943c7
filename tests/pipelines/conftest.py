from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helm.conftest import helm, namespace  # noqa: F401  # fixtures
from helm.harness import tool

from pipelines import workspace

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm, Namespace

    from pipelines.workspace import Workspace


@pytest.fixture
def offline(
    helm: Helm,  # noqa: F811  # the fixture
    tmp_path: Path,
    zipapp: Path,
    shiv_root: Path,
) -> Workspace:
    """A checkout on a machine that knows no cluster."""
    return workspace.make(tmp_path / "machine", helm, zipapp, shiv_root, tool("kubectl-1.29.1"))


@pytest.fixture
def checkout(offline: Workspace, namespace: Namespace) -> Workspace:  # noqa: F811  # the fixture
    """A checkout on a machine that reaches the cluster, with NAMESPACE as a variable of the pipeline."""
    offline.environment.update(KUBECONFIG=namespace.kubeconfig, NAMESPACE=namespace.name)
    return offline
