"""`--check` of `acreg install`, `upgrade` and `template`: Helm is run only if every image is there."""

from __future__ import annotations

import os
import platform
import sys
import uuid
from typing import TYPE_CHECKING

import pytest
from helm.harness import LATEST, Namespace, tool

from registry.conftest import Acreg, Published, Run, counts, login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registry.servers import Registry

pytestmark = [pytest.mark.helm, pytest.mark.usefixtures("chart")]

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s, annotations: {%s}}
spec: {containers: [{name: main, image: "{{ .Values.%s }}"}]}
"""


@pytest.fixture(params=LATEST)
def helm(request: pytest.FixtureRequest) -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the Helm binaries under test are for Linux on x86-64")
    return tool(f"helm-{request.param}")


@pytest.fixture
def chart(acreg: Acreg, published: Published) -> None:
    """The folder `chart`: with a pod, and with a hook that no `helm install` waits for; their images are values."""
    folder = acreg.folder / "chart"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: chart\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(f"first: {published.references[0]}\nsecond: {published.references[1]}\n")
    (folder / "templates" / "a.yaml").write_text(POD % ("a", "", "first"))
    (folder / "templates" / "b.yaml").write_text(POD % ("b", "helm.sh/hook: test", "second"))


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    kubeconfig = os.environ.get("ACREG_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("ACREG_TEST_KUBECONFIG names no cluster")
    new = Namespace(f"acreg-{uuid.uuid4().hex[:8]}", tool("kubectl-1.29.1"), kubeconfig)
    new.run("create", "namespace", new.name)
    yield new
    new.run("delete", "namespace", new.name, "--wait=false")


def _mirror(acreg: Acreg, reference: str, target: Registry) -> None:
    assert acreg.run("mirror", "--list", "-", stdin=reference, **login(target)).code == 0


def _refused(run: Run, target: Registry, reference: str) -> bool:
    """Whether nothing was run, and the one missing image is named."""
    named = f"{target.host}/appcircle/{reference.rpartition('docker-registry/')[2]} (missing)"
    said = f"1 of 2 images cannot be pulled from the private registry: {named}"
    assert (run.code, run.stdout, said in run.stderr) == (1, "", True), run
    return True


@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST[:1], indirect=True)
def test_template(acreg: Acreg, published: Published, secured: Registry, helm: Path) -> None:
    environment = {**login(secured), "HELM_BIN": str(helm)}
    first, second = published.references[:2]
    _mirror(acreg, first, secured)
    assert _refused(acreg.run("template", "release", "chart", "--check", **environment), secured, second)
    _mirror(acreg, second, secured)
    done = acreg.run("template", "release", "chart", "--check", **environment)
    assert done.code == 0, done.stderr
    assert f"{secured.host}/appcircle/" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
def test_hooks_that_are_not_run_need_no_images(
    acreg: Acreg, published: Published, secured: Registry, helm: Path
) -> None:
    environment = {**login(secured), "HELM_BIN": str(helm)}
    first, second = published.references[:2]
    _mirror(acreg, first, secured)
    done = acreg.run("template", "release", "chart", "--check", "--no-hooks", **environment)
    assert done.code == 0, done.stderr
    assert _refused(
        acreg.run("template", "release", "chart", "--check", "--no-hooks=false", **environment), secured, second
    )


@pytest.mark.slow
@pytest.mark.cluster
def test_install_and_upgrade(
    acreg: Acreg, published: Published, secured: Registry, helm: Path, namespace: Namespace
) -> None:
    place = {"KUBECONFIG": namespace.kubeconfig, "HELM_NAMESPACE": namespace.name}
    environment = {**login(secured), **place, "HELM_BIN": str(helm)}
    first, second, third = published.references[:3]

    def stored() -> list[tuple[str, str]]:
        pods = namespace.get("pods")
        return [(pod["metadata"]["name"], pod["spec"]["containers"][0]["image"]) for pod in pods]

    def private(reference: str) -> str:
        return reference.replace(published.source, f"{secured.host}/appcircle")

    _mirror(acreg, first, secured)
    assert _refused(acreg.run("install", "release", "chart", "--check", **environment), secured, second)
    assert stored() == []
    assert namespace.get("secrets") == [], "no release either"

    copied = acreg.run("mirror", "--chart", "chart", **environment)
    assert (copied.code, counts(copied.stdout)["present"], counts(copied.stdout)["copied"]) == (0, 1, 1), copied
    wrong = acreg.run("install", "release", "chart", "--check", **{**environment, "ACREG_PASSWORD": "wrong"})
    assert (wrong.code, "refuses the user name" in wrong.stderr, stored()) == (1, True, [])
    done = acreg.run("install", "release", "chart", "--check", **environment)
    assert done.code == 0, done.stderr
    assert stored() == [("a", private(first))]
    checked = acreg.run("check", "--release", "release", "--retries", 0, **environment)
    assert checked.stdout.count(f"present  {private(first)} ") == 1, "and the hook, which stays public on Helm 3"

    upgrade = ("upgrade", "release", "chart", "--reuse-values", "--set", f"first={third}", "--check")
    assert _refused(acreg.run(*upgrade, **environment), secured, third)
    assert stored() == [("a", private(first))]
    _mirror(acreg, third, secured)
    done = acreg.run(*upgrade, **environment)
    assert done.code == 0, done.stderr
    assert stored() == [("a", private(third))]
    assert len(namespace.get("secrets")) == 2, "one for each revision"
