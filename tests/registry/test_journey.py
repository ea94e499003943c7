"""From one values file to a release whose images all come from the private registry, then upgraded and rolled back."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml
from helm.harness import ALL_VERSIONS, LATEST, Namespace, tool

from registry.servers import PASSWORD, USERNAME, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registry.conftest import Acreg, Published, Run
    from registry.servers import Registry

pytestmark = [pytest.mark.helm, pytest.mark.cluster, pytest.mark.slow]

HOOK = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-%(name)s
  annotations: {helm.sh/hook: "%(events)s", helm.sh/hook-delete-policy: before-hook-creation}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: %(image)s}]}}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: fixed, image: %(fixed)s}]
      containers:
        - name: web
          image: {{ .Values.global.imageRegistry | default .Values.registry }}/{{ .Values.global.imageRepositoryPath
            | default .Values.path }}/%(name)s
"""
COMPLETE = '{"status": {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}}'
KINDS = "deployments,jobs"


@contextmanager
def stand_in_for_controllers(namespace: Namespace) -> Iterator[None]:
    """Complete each Job by its status, as no controllers run on the API server of the tests."""
    watch = namespace.start("get", "jobs", "--watch", '--output=jsonpath={.metadata.name} {.status.succeeded}{"\\n"}')

    def work() -> None:
        assert watch.stdout
        for line in watch.stdout:
            name, *succeeded = line.decode().split()
            if not succeeded:
                words = ("patch", "job", name, "--subresource=status", "--type=merge", "-p")
                with suppress(subprocess.CalledProcessError):  # Helm was faster and deleted it
                    namespace.run(*words, COMPLETE)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        watch.kill()
        worker.join()
        watch.communicate()


@pytest.fixture(params=ALL_VERSIONS)
def helm(request: pytest.FixtureRequest) -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the Helm binaries under test are for Linux on x86-64")
    needs("skopeo")
    return tool(f"helm-{request.param}")


@pytest.fixture
def namespace() -> Iterator[Namespace]:
    kubeconfig = os.environ.get("ACREG_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("ACREG_TEST_KUBECONFIG names no cluster")
    new = Namespace(f"acreg-{uuid.uuid4().hex[:8]}", tool("kubectl-1.29.1"), kubeconfig)
    new.run("create", "namespace", new.name)
    yield new
    new.run("delete", "namespace", new.name, "--wait=false")


def write_chart(folder: Path, published: Published, name: str = "app") -> list[str]:
    """Write a chart with an image in its values, one that is fixed, a hook and a test, and return its images."""
    tagged = [reference for reference in published.references if "@" not in reference]
    web, fixed, hook, test, _ = tagged[:5]
    registry, _, path = published.source.partition("/")
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text(f"global: {{}}\nregistry: {registry}\npath: {path}\nhook: {hook}\n")
    deployment = DEPLOYMENT % {"fixed": fixed, "name": web.removeprefix(f"{published.source}/")}
    (folder / "templates" / "web.yaml").write_text(deployment)
    made = {"name": "hook", "events": "pre-install,pre-upgrade", "image": "{{ .Values.hook }}"}
    (folder / "templates" / "hook.yaml").write_text(HOOK % made)
    (folder / "templates" / "test.yaml").write_text(HOOK % {"name": "test", "events": "test", "image": test})
    return sorted([web, fixed, hook, test])


class Workplace(NamedTuple):
    """A folder with a chart and one values file; a Helm, a cluster's namespace, and the private registry."""

    acreg: Acreg
    helm: Path
    namespace: Namespace
    registry: Registry
    path: str
    """Below which the images lie, in the source and in the private registry."""
    sources: list[str]
    """The images of the chart."""
    values: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HELM_BIN": str(self.helm),
            "KUBECONFIG": self.namespace.kubeconfig,
            "HELM_NAMESPACE": self.namespace.name,
            "ACREG_USERNAME": USERNAME,
            "ACREG_PASSWORD": PASSWORD,
        }

    def run(self, *arguments: str, code: int = 0) -> Run:
        ran = self.acreg.run(*arguments, **self.environment)
        assert ran.code == code, (arguments, ran)
        return ran

    def plain_helm(self, *arguments: str) -> str:
        environ = {**self.acreg.environment, **self.environment}
        return subprocess.run([self.helm, *arguments], env=environ, capture_output=True, check=True).stdout.decode()

    def change_the_hook(self, image: str) -> None:
        """Give the hook another image, in the chart's own values."""
        defaults = self.acreg.folder / "chart" / "values.yaml"
        text = defaults.read_text()
        defaults.write_text(text.replace(yaml.safe_load(text)["hook"], image))

    def assert_private(self, *objects: str) -> None:
        """Every image of the objects lies on the private registry, and every pod spec names the pull secret."""
        found = [one for one in self.namespace.get(KINDS) if one["metadata"]["name"] in objects]
        assert sorted(one["metadata"]["name"] for one in found) == sorted(objects)
        for one in found:
            pod = one["spec"]["template"]["spec"]
            assert pod["imagePullSecrets"] == [{"name": "containerregistry"}]
            containers = [*pod.get("initContainers", ()), *pod["containers"]]
            assert all(each["image"].startswith(f"{self.registry.host}/{self.path}/") for each in containers)


@pytest.fixture
def workplace(acreg: Acreg, published: Published, secured: Registry, helm: Path, namespace: Namespace) -> Workplace:
    known = {name: value for name, value in acreg.environment.items() if name != "ACREG_REPOSITORY_PATH"}
    acreg = acreg._replace(environment=known)  # the values file alone says where images go
    sources = write_chart(acreg.folder / "chart", published)
    path = published.source.partition("/")[2]
    values = f"global: {{imageRegistry: '{secured.host}', imageRepositoryPath: {path}}}\n"
    (acreg.folder / "values.yaml").write_text(values)
    return Workplace(acreg, helm, namespace, secured, path, sources, values)


OF_CHART = ("--chart", "chart", "-f", "values.yaml")
UPGRADE = ("upgrade", "--install", "app", "chart")


def newer(published: Published) -> str:
    """An image that the chart does not have."""
    return [reference for reference in published.references if "@" not in reference][4]


@pytest.mark.parametrize("helm", LATEST[-1:], indirect=True)
def test_the_way_of_the_images(workplace: Workplace, published: Published) -> None:
    """Up to the release, for which they must be there: each version of Helm renders the chart alike."""
    run = workplace.run
    run("config", "init", "-f", "values.yaml")
    run("check", *OF_CHART, code=1)
    run(*UPGRADE, "-f", "values.yaml", "--check", code=1)
    assert workplace.namespace.get(KINDS) == []
    assert "4 copied" in run("mirror", *OF_CHART).stdout
    assert "4 present" in run("mirror", *OF_CHART).stdout
    run("check", *OF_CHART, "--digests")
    secret = yaml.safe_load(run("secret").stdout)
    assert secret["metadata"] == {"name": "containerregistry", "namespace": workplace.namespace.name}
    assert workplace.registry.host in run("nodes", "k3s").stdout

    workplace.change_the_hook(newer(published))
    assert newer(published) in run("images", "--source-only", *OF_CHART).stdout.split()
    mirrored = run("mirror", *OF_CHART).stdout
    assert "1 copied" in mirrored
    assert "3 present" in mirrored


def test_the_whole_way(workplace: Workplace, published: Published) -> None:
    run, plain_helm, assert_private = workplace.run, workplace.plain_helm, workplace.assert_private
    values = yaml.safe_load(workplace.values)
    run("config", "init", "-f", "values.yaml")
    listed = run("images", "--source-only", *OF_CHART)
    assert listed.stdout.split() == workplace.sources, listed.stderr
    run("mirror", *OF_CHART)
    with stand_in_for_controllers(workplace.namespace):
        said = run(*UPGRADE, "-f", "values.yaml", "--check", "--timeout", "60s")
        assert said.stderr.splitlines()[-1].startswith("acreg: images: ")
        assert " 0 left; " in said.stderr.splitlines()[-1]
        assert_private("web", "app-hook")
        plain_helm("test", "app", "--timeout", "60s")
        assert_private("web", "app-hook", "app-test")
        assert json.loads(plain_helm("get", "values", "app", "--output=json")) == values

        workplace.change_the_hook(newer(published))
        run(*UPGRADE, "--reset-then-reuse-values", "--timeout", "60s")
        moved = newer(published).removeprefix(published.source)
        assert moved in json.dumps(workplace.namespace.get("jobs"))
        assert_private("web", "app-hook", "app-test")
        plain_helm("rollback", "app", "1", "--timeout", "60s")
        run("verify", "--release", "app", "--require-pull-secrets")
        assert json.loads(plain_helm("get", "values", "app", "--output=json")) == values
        plain_helm("uninstall", "app")
    assert workplace.namespace.get("deployments") == []
