from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helm.conftest import helm, namespace, shiv_root  # noqa: F401  # fixtures

from pipelines import workspace

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm, Namespace

    from pipelines.workspace import Workspace


@pytest.fixture
def checkout(
    helm: Helm,  # noqa: F811  # the fixture
    namespace: Namespace,  # noqa: F811  # the fixture
    tmp_path: Path,
    zipapp: Path,
    shiv_root: Path,  # noqa: F811  # the fixture
) -> Workspace:
    """A checkout on a machine that reaches the cluster, with NAMESPACE as a variable of the pipeline."""
    made = workspace.make(tmp_path / "machine", helm, zipapp, shiv_root, namespace.kubectl)
    made.environment.update(KUBECONFIG=namespace.kubeconfig, NAMESPACE=namespace.name)
    return made
