"""Run a real Helm with acreg as its post-renderer, each in homes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import forks
from process import GO

REPOSITORY = Path(__file__).resolve().parents[2]
CHARTS = REPOSITORY / "tests" / "charts"
VALUES = CHARTS / "values"
ALL_VERSIONS = ("3.14.0", "3.17.3", "3.19.0", "4.1.4", "4.2.3", "4.3.1")
ENDS = ("3.14.0", "3.19.0", "4.1.4", "4.3.1")
"""The first and the last of each major version, for what Helm has changed or may change between minor versions."""
LATEST = ("3.19.0", "4.3.1")
"""The last of each major version, for what depends on no more; the plugin's life and the journey go through all."""
RELEASE = "appcircle-server"
PRIVATE = "registry.spacetech.com:8083/appcircle"


@cache
def tool(name: str) -> Path:
    """Return the path of a binary such as `helm-3.19.0`, fetched if it is not there."""
    run = subprocess.run(
        [sys.executable, REPOSITORY / "scripts" / "tools.py", name], stdout=subprocess.PIPE, check=True
    )
    return Path(run.stdout.decode().strip())


class Run(NamedTuple):
    """How a program ended. The text is as it was written, carriage returns and all."""

    code: int
    stdout: str
    stderr: str


class Helm(NamedTuple):
    """A Helm binary with its own environment and the name by which it knows its post-renderer."""

    major: int
    binary: Path
    environment: dict[str, str]
    post_renderer: str = ""

    def through(self, program: Path, plugins: Path) -> Helm:
        """Return this Helm with a program as its post-renderer, registered in a plugins directory if it is Helm 4."""
        if self.major == 3:
            return self._replace(post_renderer=str(program))
        subprocess.run(
            [REPOSITORY / "scripts" / "register-helm4", plugins, program], stdout=subprocess.PIPE, check=True
        )
        environment = {**self.environment, "HELM_PLUGINS": str(plugins)}
        return self._replace(post_renderer="acreg-postrenderer", environment=environment)

    def run(self, *arguments: str | Path, stdin: str = "", acreg_values: Path | None = None) -> Run:
        """Run `helm ARGUMENTS`, with ACREG_VALUES set if it is given."""
        more = {"ACREG_VALUES": str(acreg_values)} if acreg_values else {}
        run = subprocess.run(
            [self.binary, *arguments],
            input=stdin.encode(),
            capture_output=True,
            env={**self.environment, **more},
            check=False,
        )
        return Run(run.returncode, run.stdout.decode(), run.stderr.decode())

    def output(self, *arguments: str | Path, acreg_values: Path | None = None) -> str:
        """Return what `helm ARGUMENTS` prints; it must succeed."""
        run = self.run(*arguments, acreg_values=acreg_values)
        assert run.code == 0, run.stderr
        return run.stdout


def helm_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which Helm sees nothing of the user's, and the zipapp runs on this Python."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(home),
        "HELM_CACHE_HOME": str(home / "cache"),
        "HELM_CONFIG_HOME": str(home / "config"),
        "HELM_DATA_HOME": str(home / "data"),
        "HELM_PLUGINS": str(home / "plugins"),
        **GO,
        **more,
    }


def acreg(helm: Helm, zipapp: Path, *arguments: str | Path, stdin: str = "", folder: Path = REPOSITORY) -> Run:
    """Run `acreg ARGUMENTS` of the zipapp with a Helm, as Helm runs its plugin; Helm starts the zipapp itself."""
    environment = {**helm.environment, "HELM_BIN": str(helm.binary)}
    run = forks.run([*map(str, arguments)], stdin.encode(), environment, folder, zipapp)
    return Run(run.returncode, run.stdout.decode(), run.stderr.decode())


class Namespace(NamedTuple):
    """A namespace of a real cluster."""

    name: str
    kubectl: Path
    kubeconfig: str

    def run(self, *arguments: str) -> bytes:
        """Return what `kubectl ARGUMENTS` prints; it must succeed."""
        return subprocess.run(self._command(*arguments), stdout=subprocess.PIPE, check=True).stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `kubectl ARGUMENTS`, which prints into a pipe."""
        return subprocess.Popen(self._command(*arguments), stdout=subprocess.PIPE)

    def _command(self, *arguments: str) -> list[str | Path]:
        return [self.kubectl, "--kubeconfig", self.kubeconfig, "--namespace", self.name, *arguments]

    def get(self, kinds: str) -> list[Any]:
        """Return the objects of the kinds, such as `deployments,jobs`, as the API server stores them."""
        items: list[Any] = json.loads(self.run("get", kinds, "--output=json"))["items"]
        return items
