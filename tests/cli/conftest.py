from __future__ import annotations

from typing import TYPE_CHECKING, Callable, NamedTuple

import pytest

from postrenderer import cli
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = ["--registry", "registry.spacetech.com:8083", "--repository-path", "appcircle"]
PRIVATE = "registry.spacetech.com:8083/appcircle"
POD = """\
# Source: app/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  containers:
    - name: c
      image: nginx:1.27
"""
HOOK = """\
---
apiVersion: batch/v1
kind: Job
metadata:
  name: j
  annotations:
    helm.sh/hook: pre-install
spec: {template: {spec: {containers: [{name: c, image: quay.io/a/b@sha256:%s}]}}}
""" % ("0" * 64)


class Ended(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and an environment without settings."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HELM_CACHE_HOME", str(tmp_path / "cache"))
    for variable in ("ACREG_CONFIG", "ACREG_VALUES", "ACREG_LAST_RUN", *(option.variable for option in OPTIONS)):
        monkeypatch.delenv(variable or "ACREG_NONE", raising=False)
    return folder


@pytest.fixture
def acreg(capfdbinary: pytest.CaptureFixture[bytes]) -> Callable[..., Ended]:
    """Run a command in this process."""

    def run(*arguments: str | Path) -> Ended:
        code = cli.main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Ended(code, out.decode(), err.decode())

    return run
