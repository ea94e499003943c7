"""The example for Ansible, run by Ansible."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from helm.harness import REPOSITORY
from helm.manifests import SECRET, images, pod_specs

from pipelines.workspace import PIPELINES, TARGETS

if TYPE_CHECKING:
    from helm.harness import Namespace

    from pipelines.workspace import Workspace


@pytest.mark.slow
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.cluster
@pytest.mark.skipif(sys.version_info < (3, 11), reason="Ansible's packages begin with Python 3.11")
@pytest.mark.parametrize("helm", ["3.19.0"], indirect=True)
def test_ansible(checkout: Workspace, namespace: Namespace) -> None:
    script = [sys.executable, str(REPOSITORY / "scripts" / "ansible.py")]
    packages = subprocess.run(script, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    shutil.copy(PIPELINES / "playbook.yml", checkout.folder)
    for changed in (1, 0):
        run = checkout.run(
            *(sys.executable, "-m", "ansible", "playbook", "playbook.yml"),
            PYTHONPATH=packages,
            ANSIBLE_COLLECTIONS_PATH=packages,
            LC_ALL="C.UTF-8",
        )
        assert run.code == 0, run.stdout + run.stderr
        assert f"changed={changed} " in run.stdout
    stored = namespace.get("deployments")
    assert images(stored) == TARGETS
    assert [spec["imagePullSecrets"] for spec in pod_specs(stored)] == [[SECRET]]
