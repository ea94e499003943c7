"""What `acreg install` and `secret` ask a real cluster about pull secrets, and what they make of it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from helm.charts import PUBLIC, chart, job, write
from helm.harness import LATEST, RELEASE, acreg
from helm.manifests import documents, pod_specs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helm.harness import Helm, Namespace, Run

pytestmark = [
    pytest.mark.helm,
    pytest.mark.zipapp,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.parametrize("helm", LATEST, indirect=True),
]

KEPT = "ghcr.io/kept/it:1"
POD = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: %(name)s}}
spec:
  serviceAccountName: %(account)s
  containers: [{{name: a, image: {PUBLIC}}}, {{name: b, image: {KEPT}}}]
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s}\n"
TWO = [{"name": "containerregistry"}, {"name": "harbor"}]
USER = "somebody"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A chart with pods whose ServiceAccounts it does not bring, and one whose ServiceAccount it brings."""
    files = {
        "templates/one.yaml": POD % {"name": "one", "account": "default"},
        "templates/two.yaml": POD % {"name": "two", "account": "brought"},
        "templates/brought.yaml": ACCOUNT % "brought",
        "templates/hook.yaml": job().replace("containers:", f"containers:\n        - {{name: kept, image: '{KEPT}'}}"),
    }
    return write(chart("app", {**files}), tmp_path / "chart")


@pytest.fixture
def other(namespace: Namespace) -> Iterator[Namespace]:
    """Another namespace than that of the release."""
    new = namespace._replace(name=f"{namespace.name}-other")
    new.run("create", "namespace", new.name)
    yield new
    new.run("delete", "namespace", new.name, "--wait=false")


def create(namespace: Namespace, folder: Path, account: str) -> None:
    """Create a ServiceAccount that has a pull secret."""
    file = folder / f"{account}.yaml"
    file.write_text(f"{ACCOUNT % account}imagePullSecrets: [{{name: harbor}}]\n", encoding="utf-8")
    namespace.run("apply", "-f", str(file))


def install(helm: Helm, zipapp: Path, folder: Path, *more: str) -> Run:
    words = ("upgrade", "--install", RELEASE, folder, "--no-hooks", "--registry", "r.example.com", "--keep", "ghcr.io")
    return acreg(helm, zipapp, *words, *more)


def secrets(helm: Helm) -> list[Any]:
    """The pull secrets of the pods of the release, its hooks last."""
    stored = documents(helm.output("get", "manifest", RELEASE)) + documents(helm.output("get", "hooks", RELEASE))
    return [spec["imagePullSecrets"] for spec in pod_specs(stored)]


def test_each_namespace_without_the_pull_secret_is_named_before_the_installation(
    helm: Helm, zipapp: Path, namespace: Namespace, other: Namespace, folder: Path
) -> None:
    elsewhere = POD.replace("{name: %(name)s}", f"{{name: three, namespace: {other.name}}}")
    (folder / "templates" / "three.yaml").write_text(elsewhere % {"account": "a"}, encoding="utf-8")
    said = [f"the namespace {one.name} lacks the pull secret containerregistry" for one in (namespace, other)]
    run = install(helm, zipapp, folder, "--namespace", namespace.name)
    assert (run.code, [run.stderr.count(text) for text in said]) == (0, [1, 1]), run.stderr
    (line,) = (line for line in run.stderr.splitlines() if said[1] in line)
    command = shlex.split(line.partition("To create it: helm acreg ")[2].partition(" | ")[0])
    made = acreg(helm, zipapp, *command, "--password-stdin", stdin="secret")
    assert f"name: containerregistry\n  namespace: {other.name}\n" in made.stdout, made.stderr
    for one in (namespace, other):
        one.run("create", "secret", "generic", "containerregistry")
    run = install(helm, zipapp, folder)
    assert (run.code, [run.stderr.count(text) for text in said]) == (0, [0, 0]), run.stderr


def test_pods_keep_the_secrets_of_their_accounts_in_the_cluster(
    helm: Helm, zipapp: Path, namespace: Namespace, folder: Path
) -> None:
    create(namespace, folder.parent, "default")
    run = install(helm, zipapp, folder)
    assert (run.code, "may lack" in run.stderr) == (0, False), run.stderr
    assert secrets(helm) == [TWO, TWO[:1], TWO]
    (one,) = (pod for pod in namespace.get("pods") if pod["metadata"]["name"] == "one")
    assert one["spec"]["imagePullSecrets"] == TWO


def test_what_the_cluster_does_not_show_is_said(helm: Helm, zipapp: Path, namespace: Namespace, folder: Path) -> None:
    create(namespace, folder.parent, "default")
    kinds = "pods,jobs.batch,configmaps,secrets"
    namespace.run("create", "role", USER, "--verb=*", f"--resource={kinds}")
    namespace.run("create", "rolebinding", USER, f"--role={USER}", f"--user={USER}")
    (folder / "templates" / "brought.yaml").unlink()
    run = install(helm, zipapp, folder, "--kube-as-user", USER)
    assert run.code == 0, run.stderr
    assert "which pull secrets the ServiceAccounts have cannot be seen: serviceaccounts is forbidden" in run.stderr
    assert "3 may lack the pull secrets of the ServiceAccount" in run.stderr.splitlines()[-1]
    assert f"{KEPT} of Pod one (" in acreg(helm, zipapp, "explain").stdout
    assert secrets(helm) == [TWO[:1]] * 3
    given = ("--username", "me", "--password-stdin", "--registry", "r.example.com", "--for-service-accounts")
    run = acreg(helm, zipapp, "secret", "--chart", folder, *given, "--kube-as-user", USER, stdin="x")
    assert (run.code, run.stdout) == (1, "")
    assert "a list without these would take them away: serviceaccounts is forbidden" in run.stderr


def test_the_secret_of_service_accounts(helm: Helm, zipapp: Path, namespace: Namespace, folder: Path) -> None:
    create(namespace, folder.parent, "default")
    given = ("--username", "me", "--password-stdin", "--registry", "r.example.com", "--for-service-accounts")
    for where in ((), ("--chart", folder)):
        run = acreg(helm, zipapp, "secret", "-n", namespace.name, *given, *where, stdin="x")
        assert run.code == 0, run.stderr
        made = [(one["kind"], one["metadata"]["name"]) for one in yaml.safe_load_all(run.stdout)]
        assert made == [("Secret", "containerregistry"), ("ServiceAccount", "default")]
        file = folder.parent / "made.yaml"
        file.write_text(run.stdout, encoding="utf-8")
        namespace.run("apply", "-f", str(file))
        account = json.loads(namespace.run("get", "serviceaccount", "default", "--output=json"))
        assert account["imagePullSecrets"] == TWO[::-1]
