"""`acreg template --check`, and so install and upgrade: Helm is run only if every image is there."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import pytest
from helm.harness import tool

from registry.conftest import Acreg, Published, login

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry

POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, annotations: {{{annotations}}}}}
spec: {{containers: [{{name: main, image: "{image}"}}]}}
"""


@pytest.fixture(params=["helm-3.19.0", "helm-4.3.1"])
def helm(request: pytest.FixtureRequest) -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the Helm binaries under test are for Linux on x86-64")
    return tool(request.param)


def test_helm_runs_only_if_every_image_is_there(
    acreg: Acreg, published: Published, secured: Registry, helm: Path
) -> None:
    templates = acreg.folder / "chart" / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 1.0.0\n")
    first, second = published.references[:2]
    (templates / "a.yaml").write_text(POD.format(name="a", annotations="", image=first))
    (templates / "b.yaml").write_text(POD.format(name="b", annotations="helm.sh/hook: pre-install", image=second))
    environment = {**login(secured), "HELM_BIN": str(helm)}
    command = ("template", "release", "chart", "--check", "--allow-public-hooks")
    (acreg.folder / "one.txt").write_text(first)
    assert acreg.run("mirror", "--list", "one.txt", **environment).code == 0
    refused = acreg.run(*command, **environment)
    assert (refused.code, refused.stdout) == (1, "")
    assert "1 of 2 images cannot be pulled from the private registry" in refused.stderr
    (acreg.folder / "one.txt").write_text(second)
    assert acreg.run("mirror", "--list", "one.txt", **environment).code == 0
    done = acreg.run(*command, **environment)
    assert done.code == 0, done.stderr
    assert f"{secured.host}/appcircle/" in done.stdout
