"""Small manifests from public bug reports, which ACREG_CASES names, and tables of others of the same kinds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from kinds_of_cases import KINDS, Row, api, config, container
from rendering import PRIVATE, SECRET, render, settings, summary

from postrenderer.findings import find
from postrenderer.plan.decide import MOVED, UNSURE

CASES = Path(os.environ.get("ACREG_CASES") or "/nonexistent").resolve()
LEFT_ALONE = {"22-eck-container-registry": "the corpus has the same line as one that stays: it is reported as left"}


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda case: case.stem)
def test_cases(case: Path) -> None:
    raw = case.read_bytes()
    output = render(raw.decode(), pull_secrets=(SECRET,))
    left = [entry["reference"] for entry in summary(raw.decode(), pull_secrets=(SECRET,))["left"]]
    wrong = []
    for line in case.with_suffix(".expected.txt").read_text(encoding="utf-8").splitlines():
        word, _, text = line.partition(" ")
        if word == "OUT" and text.startswith("NOALARM "):
            holds = text[8:] not in left
        elif word == "LEFT":
            holds = any(text in reference for reference in left)
        else:
            holds = (text in output) == (word == "OUT") or word not in ("OUT", "NOT")
        wrong += [] if holds else [line]
    if case.stem in LEFT_ALONE:
        assert wrong
        assert left
    else:
        assert wrong == []


@pytest.mark.skipif(not os.environ.get("ACREG_CASES"), reason="needs cases from bug reports, named by ACREG_CASES")
def test_there_are_cases() -> None:
    assert len(list(CASES.glob("*.yaml"))) == len(list(CASES.glob("*.expected.txt"))) > 0


def test_each_kind_has_five_members() -> None:
    sizes = {kind: len(rows) for kind, rows in KINDS.items()} | {kind: len(rows) for kind, rows in SECRETS.items()}
    assert min(sizes.values()) >= 5, sizes


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in KINDS.items() for row in rows])
def test_what_becomes_of_the_references(kind: str, row: Row) -> None:
    findings = [one for document in find(row.text.encode(), settings()) for one in document.findings]
    found = {one.source: one.kind for one in findings if one.kind not in (UNSURE, "private")}
    assert found == row.becomes, kind
    output = render(row.text, pull_secrets=())
    assert (output != row.text) == (MOVED in row.becomes.values())
    for one in findings:
        assert (one.target in output) == (one.target in row.text or "base64" in kind) or one.kind == MOVED


OLD = [{"name": "old"}]
NEW = [{"name": SECRET}]
NAMES: list[tuple[str, str, Any]] = [
    (
        api("k8s.keycloak.org/v2alpha1", "Keycloak", "{image: a/b, imagePullSecrets: [{name: old}]}"),
        "spec/imagePullSecrets",
        [*NEW, *OLD],
    ),
    (
        api("monitoring.coreos.com/v1", "Alertmanager", "{image: a/b, imagePullSecrets: []}"),
        "spec/imagePullSecrets",
        NEW,
    ),
    (
        api("k6.io/v1alpha1", "TestRun", "{starter: {image: a/b, imagePullSecrets: null}}"),
        "spec/starter/imagePullSecrets",
        NEW,
    ),
    (
        api("acme.io/v1", "Widget", "{image: a/b, imagePullSecrets: [{name: old}]}"),
        "spec/imagePullSecrets",
        [*NEW, *OLD],
    ),
    (api("acme.io/v1", "Widget", "{web: {image: a/b}, imagePullSecrets: []}"), "spec/imagePullSecrets", NEW),
    (
        api("acme.io/v1", "Widget", "{web: {image: a/b, imagePullSecrets: []}, imagePullSecrets: []}"),
        "spec/web/imagePullSecrets",
        NEW,
    ),
]
FORMS: list[tuple[str, str, Any]] = [
    (api("core.libopenstorage.org/v1", "StorageCluster", "{image: a/b}"), "spec/imagePullSecret", SECRET),
    (api("minio.min.io/v2", "Tenant", "{image: a/b}"), "spec/imagePullSecret", {"name": SECRET}),
    (api("apps.kruise.io/v1alpha1", "ImagePullJob", "{image: a/b}"), "spec/pullSecrets", [SECRET]),
    (
        api("awx.ansible.com/v1beta1", "AWX", "{image: a/b, image_pull_secrets: []}"),
        "spec/image_pull_secrets",
        [SECRET],
    ),
    (api("acme.io/v1", "Widget", "{image: a/b, imagePullSecret: ''}"), "spec/imagePullSecret", SECRET),
    (
        api("acme.io/v1", "Widget", "{image: a/b, imagePullSecret: {}}"),
        "spec/imagePullSecret",
        {"name": SECRET},
    ),
    (
        api(
            "sme.sap.com/v1alpha1",
            "CAPApplicationVersion",
            "{registrySecrets: [old], workloads: [{deploymentDefinition: {image: a/b}}]}",
        ),
        "spec/registrySecrets",
        [SECRET, "old"],
    ),
    (api("weka.weka.io/v1alpha1", "WekaClient", "{image: a/b}"), "spec/imagePullSecret", SECRET),
    (
        api("database.oracle.com/v4", "SingleInstanceDatabase", "{image: {pullFrom: 'a.io/b/c:1'}}"),
        "spec/image/pullSecrets",
        SECRET,
    ),
    (
        api("planetscale.com/v2", "VitessCluster", "{images: {mysqld: {mysql80Compatible: 'a/b:1'}}}"),
        "spec/imagePullSecrets",
        NEW,
    ),
    (
        api("build.openshift.io/v1", "Build", "{strategy: {sourceStrategy: {from: {kind: DockerImage, name: a/b}}}}"),
        "spec/strategy/sourceStrategy/pullSecret",
        {"name": SECRET},
    ),
    (
        api("build.openshift.io/v1", "BuildConfig", "{source: {images: [{from: {kind: DockerImage, name: a/b}}]}}"),
        "spec/source/images/0/pullSecret",
        {"name": SECRET},
    ),
]
VARIABLES: list[tuple[str, str, Any]] = [
    (container(f"env: [{{name: A_IMAGE_PULL_SECRETS, value: {value}}}]"), "spec/containers/0/env/0/value", new)
    for value, new in (
        ("old", f"old,{SECRET}"),
        ("'old'", f"old,{SECRET}"),
        ('"old, older"', f"old, older,{SECRET}"),
        (SECRET, SECRET),
        ("old.io", f"old.io,{SECRET}"),
    )
]
FOREIGN: list[tuple[str, str, Any]] = [
    (
        api("run.cnrm.cloud.google.com/v1beta1", "RunService", "{template: {containers: [{image: a/b}]}}"),
        "spec/template/imagePullSecrets",
        None,
    ),
    (
        api("run.cnrm.cloud.google.com/v1beta1", "RunJob", "{template: {template: {containers: [{image: a/b}]}}}"),
        "spec/template/template/imagePullSecrets",
        None,
    ),
    (
        api("minio.min.io/v2", "Tenant", "{sideCars: {containers: [{image: a/b}]}}"),
        "spec/sideCars/imagePullSecrets",
        None,
    ),
    (
        api("weblogic.oracle/v9", "Domain", "{image: a/b, serverPod: {containers: [{image: a/b}]}}"),
        "spec/serverPod/imagePullSecrets",
        None,
    ),
    (api("acme.io/v1", "Widget", "{containers: [{image: a/b}]}"), "spec/imagePullSecrets", None),
    (api("acme.io/v1", "Widget", "{workers: {containers: [{image: a/b}]}}"), "spec/workers/imagePullSecrets", None),
]
LINES: list[tuple[str, str, Any]] = [
    (text.replace("\n", "\r\n"), "spec/imagePullSecrets", NEW)
    for text in (
        "kind: Pod\nspec:\n  imagePullSecrets:\n  containers:\n  - image: mcr.microsoft.com/windows/nanoserver:1   \n",
        "kind: Pod\nspec:\n  imagePullSecrets: \n  containers:\n  - image: a/b\n    command: ['C:\\\\a\\\\b.exe']\n",
        "kind: Pod\nspec:\n  imagePullSecrets: ~\n  containers:\n  - image: a/b\n",
        "kind: Pod\nspec:\n  imagePullSecrets: null # none\n  containers:\n  - image: a/b\n",
        "kind: Pod\nspec:\n  containers:\n  - image: a/b\n",
        "kind: Pod\nspec: {containers: [{image: a/b}]}\n",
    )
]
SECRETS = {
    "fields that stand there": NAMES,
    "fields with other names and forms": FORMS,
    "variables in flow style": VARIABLES,
    "containers of other schemas": FOREIGN,
    "lines that end with CR LF": LINES,
}


@pytest.mark.parametrize(("text", "path", "wanted"), [row for rows in SECRETS.values() for row in rows])
def test_where_the_pull_secret_goes(text: str, path: str, wanted: object) -> None:
    output = render(text, pull_secrets=(SECRET,))
    (found,) = yaml.safe_load_all(output)
    for step in path.split("/"):
        found = found[int(step)] if isinstance(found, list) else found.get(step)
    assert found == wanted
    assert PRIVATE in output
    assert output.count("\r\n") == output.count("\n") * ("\r" in text)


def test_a_registry_in_front_is_reported_in_a_sentence() -> None:
    (entry,) = summary(config("container-registry: docker.elastic.co\n"))["left"]
    assert "`container-registry`" in entry["reason"]
