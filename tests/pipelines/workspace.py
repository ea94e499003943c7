"""A checkout as pipelines have it, on a clean machine: a chart, values, a kustomization, a script that deploys."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from helm.harness import CHARTS, PRIVATE, REPOSITORY, VALUES, Helm, Run, helm_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PIPELINES = REPOSITORY / "scripts" / "pipelines"
TARGETS = {f"{PRIVATE}/toolbox:1.5.1", f"{PRIVATE}/hashicorp/vault-k8s:1.6.2"}
"""What the chart's images become."""

DEPLOY = """\
#!/bin/sh
exec helm upgrade --install appcircle-server ./chart --namespace "$NAMESPACE" -f values.yaml
"""
OVERLAY = """\
resources: [pod.yaml]
namePrefix: overlay-
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: toolbox}
spec: {containers: [{name: toolbox, image: europe-west1-docker.pkg.dev/appcircle/docker-registry/toolbox:1.5.1}]}
"""


class Workspace(NamedTuple):
    """The checkout, and the environment of the machine that works on it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, **environment: str) -> Run:
        """Run a program."""
        known = {**self.environment, **environment}
        run = subprocess.run(command, cwd=self.folder, env=known, capture_output=True, text=True, check=False)
        return Run(run.returncode, run.stdout, run.stderr)

    def sh(self, text: str, shell: tuple[str, ...] = ("sh", "-e"), **environment: str) -> Run:
        """Run lines of a script."""
        return self.run(*shell, "-c", text, **environment)

    def on_path(self, folder: str) -> Workspace:
        """Return the same with a folder in front of the others on PATH."""
        path = os.pathsep.join([folder, self.environment["PATH"]])
        return self._replace(environment={**self.environment, "PATH": path})

    def knowing(self, variables: Mapping[str, str]) -> Workspace:
        """Return the same with more variables, and those that it has before."""
        return self._replace(environment={**variables, **self.environment})


def make(folder: Path, helm: Helm, zipapp: Path, shiv_root: Path, kubectl: Path) -> Workspace:
    """Make a checkout, with helm, kubectl and acreg.pyz on PATH, and ACREG_URL as a pipeline's variable."""
    checkout = folder / "checkout"
    shutil.copytree(CHARTS / "plain", checkout / "chart")
    shutil.copy(VALUES / "private.yaml", checkout / "values.yaml")
    (checkout / "overlay").mkdir()
    (checkout / "overlay" / "kustomization.yaml").write_text(OVERLAY, encoding="utf-8")
    (checkout / "overlay" / "pod.yaml").write_text(POD, encoding="utf-8")
    (checkout / "deploy.sh").write_text(DEPLOY, encoding="utf-8")
    (checkout / "deploy.sh").chmod(0o755)
    programs = folder / "bin"
    programs.mkdir()
    (programs / "acreg.pyz").symlink_to(zipapp)
    (programs / "helm").symlink_to(helm.binary)
    (programs / "kubectl").symlink_to(kubectl)
    (folder / "temporary").mkdir()
    environment = helm_environment(
        folder / "home",
        SHIV_ROOT=str(shiv_root),
        ACREG_URL=zipapp.as_uri(),
        ACREG_SHA256=hashlib.sha256(zipapp.read_bytes()).hexdigest(),
        **{name: str(folder / "temporary") for name in ("RUNNER_TEMP", "AGENT_TEMPDIRECTORY", "WORKSPACE_TMP")},
    )
    return Workspace(checkout, environment).on_path(str(programs))
