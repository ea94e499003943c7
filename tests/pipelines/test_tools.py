"""The examples for what is no CI system: pipes, Argo CD, Flux, helmfile, Terraform."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import hcl2
import pytest
import yaml
from helm.harness import CHARTS, LATEST, PRIVATE, VALUES
from helm.manifests import SECRET, documents, images, pod_specs

from pipelines.workspace import PIPELINES, TARGETS, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm, Namespace

Node = Any  # parsed YAML
pytestmark = [pytest.mark.helm, pytest.mark.zipapp]
both = pytest.mark.parametrize("helm", LATEST, indirect=True)
last = pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
ARGOCD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: argocd-repo-server}
spec:
  selector: {matchLabels: {app: argocd-repo-server}}
  template:
    metadata: {labels: {app: argocd-repo-server}}
    spec:
      containers: [{name: argocd-repo-server, image: registry.example.com/argocd:v2}]
      volumes: [{name: var-files, emptyDir: {}}, {name: plugins, emptyDir: {}}]
"""


def load(name: str) -> Node:
    return yaml.safe_load((PIPELINES / name).read_text(encoding="utf-8"))


def assert_private(rendered: str) -> None:
    found = documents(rendered)
    assert images(found) == TARGETS
    assert [spec["imagePullSecrets"] for spec in pod_specs(found)] == [[SECRET]]


@pytest.mark.cluster
@last
def test_pipes(checkout: Workspace, namespace: Namespace, tmp_path: Path) -> None:
    config = tmp_path / "kubeconfig"
    shutil.copy(checkout.environment["KUBECONFIG"], config)
    known = {"KUBECONFIG": str(config), "ACREG_VALUES": "values.yaml"}
    used = checkout.run("kubectl", "config", "set-context", "--current", f"--namespace={namespace.name}", **known)
    assert used.code == 0, used.stderr

    pipes = (PIPELINES / "pipes.sh").read_text(encoding="utf-8")
    dry = checkout.sh(pipes.replace("kubectl apply", "kubectl apply --dry-run=client"), ("bash",), **known)
    assert dry.code == 0, dry.stderr
    assert len(re.findall(r"created \(dry run\)$", dry.stdout, re.MULTILINE)) == 3
    assert namespace.get("deployments,pods") == []

    assert checkout.sh(pipes, ("bash",), **known).code == 0
    assert images(namespace.get("deployments")) == TARGETS
    assert images(namespace.get("pods")) == {f"{PRIVATE}/toolbox:1.5.1"}

    public = checkout.sh(pipes.replace("| acreg.pyz > manifests.yaml", "> manifests.yaml"), ("bash",), **known)
    assert (public.code, "should be" in public.stdout) == (1, True)


@both
@pytest.mark.parametrize("chart", ["plain", "hooks-only"])
def test_argo_cd_renders(offline: Workspace, chart: str) -> None:
    folder = offline.folder / "application"
    shutil.copytree(CHARTS / chart, folder)
    shutil.copy(VALUES / "private.yaml", folder / "values.yaml")
    at = offline._replace(folder=folder)
    known = {"ARGOCD_APP_NAME": "r", "ARGOCD_APP_NAMESPACE": "n", "KUBE_VERSION": "1.31.0"}
    spec = load("argocd/config-management-plugin.yml")["spec"]
    made = [at.run(*spec[step]["command"], *spec[step].get("args", []), **known) for step in ("init", "generate")]
    assert [run.code for run in made] == [0, 0], [run.stderr for run in made]
    rendered = made[1].stdout
    assert (folder / spec["discover"]["fileName"]).exists()
    if chart == "plain":
        assert_private(rendered)
    else:  # which Helm 3 shows to no post-renderer
        assert rendered.count(f"{PRIVATE}/toolbox:1.5.1") == 2
        assert "europe-west1" not in rendered

    (folder / "values.yaml").write_text("{}", encoding="utf-8")
    failed = at.run(*spec["generate"]["command"], *spec["generate"]["args"], **known)
    assert (failed.code != 0, failed.stdout) == (True, "")


@pytest.mark.cluster
@last
def test_argo_cd_takes_the_sidecar(checkout: Workspace) -> None:
    (checkout.folder / "argocd.yaml").write_text(ARGOCD, encoding="utf-8")
    patched = checkout.run(
        *("kubectl", "patch", "--local", "-f", "argocd.yaml", "-o", "yaml"),
        *("--patch-file", str(PIPELINES / "argocd" / "repo-server.yaml")),
    )
    assert patched.code == 0, patched.stderr
    (checkout.folder / "patched.yaml").write_text(patched.stdout, encoding="utf-8")
    taken = checkout.sh('kubectl apply -n "$NAMESPACE" --dry-run=server -o yaml -f patched.yaml')
    assert taken.code == 0, taken.stderr
    (spec,) = pod_specs(documents(taken.stdout))
    assert {container["name"] for container in spec["containers"]} == {"argocd-repo-server", "acreg"}
    assert {volume["name"] for volume in spec["volumes"]} == {"var-files", "plugins", "acreg-tmp"}


def test_the_sidecar_has_what_the_plugin_runs() -> None:
    dockerfile = (PIPELINES / "argocd" / "Dockerfile").read_text(encoding="utf-8")
    copied = dict(re.findall(r"^COPY (?:--\S+ )*(\S+) (\S+)$", dockerfile, re.MULTILINE))
    assert copied["config-management-plugin.yml"] == "/home/argocd/cmp-server/config/plugin.yaml"
    assert copied["acreg.pyz"] == "/usr/local/bin/acreg.pyz"


@last
def test_flux(offline: Workspace) -> None:
    for file in (PIPELINES / "flux").iterdir():
        shutil.copy(file, offline.folder)
    made = offline.sh("./export.sh && kubectl kustomize .")
    assert made.code == 0, made.stderr
    (release,) = [one for one in yaml.safe_load_all(made.stdout) if one]
    assert release["spec"]["valuesFrom"]
    (post_renderer,) = release["spec"]["postRenderers"]

    # What the helm-controller does with it.
    controller = offline.folder / "controller"
    controller.mkdir()
    rendered = offline.sh("helm template r ./chart -f values.yaml")
    (controller / "rendered.yaml").write_text(rendered.stdout, encoding="utf-8")
    kustomization = {"resources": ["rendered.yaml"], **post_renderer["kustomize"]}
    (controller / "kustomization.yaml").write_text(yaml.safe_dump(kustomization), encoding="utf-8")
    assert_private(offline.sh("kubectl kustomize controller").stdout)


@both
def test_helmfile(offline: Workspace, helm: Helm) -> None:
    content = load("helmfile.yaml")
    defaults, (release,) = content["helmDefaults"], content["releases"]
    run = offline.run(
        *("helm", "template", release["name"], release["chart"], "--namespace", release["namespace"]),
        *("--post-renderer", defaults["postRenderer"] if helm.major == 3 else helm.post_renderer),
        *(f"--post-renderer-args={argument}" for argument in defaults["postRendererArgs"]),
        *(f"--values={name}" for name in release["values"]),
        HELM_PLUGINS=helm.environment["HELM_PLUGINS"],
    )
    assert run.code == 0, run.stderr
    assert_private(run.stdout)


@pytest.mark.parametrize("helm", ["3.19.0"], indirect=True)  # the provider is a Helm 3
def test_terraform(offline: Workspace) -> None:
    with (PIPELINES / "main.tf").open(encoding="utf-8") as file:
        (resource,) = hcl2.load(file)["resource"]
    release = resource['"helm_release"']['"appcircle_server"']
    binary, *arguments = (
        text.strip('"').replace("${path.module}", ".")
        for text in (release["postrender"]["binary_path"], *release["postrender"]["args"])
    )
    run = offline.run(
        *("helm", "template", "r", release["chart"].strip('"').replace("${path.module}", ".")),
        *("--post-renderer", binary, *(f"--post-renderer-args={argument}" for argument in arguments)),
    )
    assert run.code == 0, run.stderr
    assert_private(run.stdout)
