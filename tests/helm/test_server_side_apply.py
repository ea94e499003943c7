"""A real API server takes what acreg makes of custom resources, and what it stores still holds each pull secret.

The schemas are those of public operators, as far as images and pull secrets go: names and types of fields alone, with
nothing unknown let through, so that a field that an API does not have is refused or pruned.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from rendering import PRIVATE, SECRET, render

from helm.harness import Namespace, tool

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.xdist_group("kinds"),  # one process installs and removes the kinds
]

TEXT, NUMBER = "string", "integer"
SECRETS = [{"name": TEXT}]
CONTAINERS = [{"name": TEXT, "image": TEXT}]
PARTS = {"registry": TEXT, "repository": TEXT, "name": TEXT, "tag": TEXT}
NEW = [{"name": SECRET}]
OLD = [{"name": "old"}]


class Operator(NamedTuple):
    """An operator's kind, its shape, and an object of it.

    Attributes:
        api_version: of the kind.
        kind: the kind.
        shape: the fields of `spec` that are about images, with their types.
        spec: of the object.
        secrets: what is stored at the JSON pointers of pull secrets in it.
    """

    api_version: str
    kind: str
    shape: dict[str, Any]
    spec: dict[str, Any]
    secrets: dict[str, Any]

    @property
    def plural(self) -> str:
        return f"{self.kind.lower()}s"

    @property
    def group(self) -> str:
        return self.api_version.partition("/")[0]

    def definition(self) -> dict[str, Any]:
        """The CustomResourceDefinition, whose schema has these fields and no other."""
        schema = {"type": "object", "properties": {"spec": _schema(self.shape)}}
        version = {"name": self.api_version.partition("/")[2], "served": True, "storage": True}
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{self.plural}.{self.group}"},
            "spec": {
                "group": self.group,
                "scope": "Namespaced",
                "names": {"kind": self.kind, "plural": self.plural, "singular": self.kind.lower()},
                "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
            },
        }

    def object(self) -> dict[str, Any]:
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": {"name": "demo"}, "spec": self.spec}


def _schema(shape: Any) -> dict[str, Any]:  # noqa: ANN401  # a text, a list or a mapping
    if isinstance(shape, str):
        return {"type": shape}
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    if "*" in shape:
        return {"type": "object", "additionalProperties": _schema(shape["*"])}
    return {"type": "object", "properties": {name: _schema(field) for name, field in shape.items()}}


OPERATORS = [
    Operator(
        "k8s.keycloak.org/v2alpha1",
        "Keycloak",
        {"image": TEXT, "imagePullSecrets": SECRETS, "instances": NUMBER},
        {"image": "quay.io/keycloak/keycloak:26.0", "instances": 1},
        {"/imagePullSecrets": NEW},
    ),
    Operator(
        "monitoring.coreos.com/v1",
        "Prometheus",
        {"image": TEXT, "imagePullSecrets": SECRETS, "containers": CONTAINERS, "thanos": {"image": TEXT}},
        {
            "image": "quay.io/prometheus/prometheus:v3",
            "thanos": {"image": "quay.io/thanos/thanos:v1"},
            "containers": [{"name": "side", "image": "quay.io/a/b:1"}],
            "imagePullSecrets": OLD,
        },
        {"/imagePullSecrets": [*NEW, *OLD]},
    ),
    Operator(
        "minio.min.io/v2",
        "Tenant",
        {"image": TEXT, "imagePullSecret": {"name": TEXT}, "sideCars": {"containers": CONTAINERS}},
        {"image": "quay.io/minio/minio:1", "sideCars": {"containers": [{"name": "side", "image": "quay.io/a/b:1"}]}},
        {"/imagePullSecret": NEW[0], "/sideCars/imagePullSecrets": None},
    ),
    Operator(
        "opensearch.opster.io/v1",
        "OpenSearchCluster",
        {
            "general": {"image": TEXT, "imagePullSecrets": SECRETS},
            "dashboards": {"image": TEXT, "imagePullSecrets": SECRETS},
        },
        {
            "general": {"image": "opensearchproject/opensearch:2"},
            "dashboards": {"image": "a/b:2", "imagePullSecrets": []},
        },
        {"/general/imagePullSecrets": NEW, "/dashboards/imagePullSecrets": NEW},
    ),
    Operator(
        "core.libopenstorage.org/v1",
        "StorageCluster",
        {"image": TEXT, "imagePullSecret": TEXT, "stork": {"image": TEXT}},
        {"image": "portworx/oci-monitor:3", "stork": {"image": "openstorage/stork:1"}},
        {"/imagePullSecret": SECRET, "/stork/imagePullSecret": None},
    ),
    Operator(
        "platform.confluent.io/v1beta1",
        "Kafka",
        {"image": {"application": TEXT, "init": TEXT, "pullSecretRef": [TEXT]}},
        {"image": {"application": "confluentinc/cp-server:7", "init": "confluentinc/init:2"}},
        {"/image/pullSecretRef": [SECRET]},
    ),
    Operator(
        "apps.kruise.io/v1alpha1",
        "ImagePullJob",
        {"image": TEXT, "pullSecrets": [TEXT]},
        {"image": "nginx:1.27", "pullSecrets": ["old"]},
        {"/pullSecrets": [SECRET, "old"]},
    ),
    Operator(
        "awx.ansible.com/v1beta1",
        "AWX",
        {
            "image": TEXT,
            "image_version": TEXT,
            "image_pull_secrets": [TEXT],
            "image_pull_secret": TEXT,
            "ee_pull_credentials_secret": TEXT,
            "ee_images": CONTAINERS,
        },
        {
            "image": "quay.io/ansible/awx",
            "image_version": "24",
            "ee_images": [{"name": "ee", "image": "quay.io/a/ee:1"}],
        },
        {"/image_pull_secrets": [SECRET], "/ee_images/0/imagePullSecrets": None},
    ),
    Operator(
        "k6.io/v1alpha1",
        "TestRun",
        {
            "runner": {"image": TEXT, "imagePullSecrets": SECRETS},
            "starter": {"image": TEXT, "imagePullSecrets": SECRETS},
        },
        {"runner": {"image": "grafana/k6:1"}, "starter": {"image": "ghcr.io/a/b:1", "imagePullSecrets": OLD}},
        {"/runner/imagePullSecrets": NEW, "/starter/imagePullSecrets": [*NEW, *OLD]},
    ),
    Operator(
        "pkg.crossplane.io/v1",
        "Provider",
        {"package": TEXT, "packagePullSecrets": SECRETS},
        {"package": "xpkg.upbound.io/upbound/provider-aws:v1"},
        {"/packagePullSecrets": NEW},
    ),
    Operator(
        "operators.coreos.com/v1alpha1",
        "CatalogSource",
        {"sourceType": TEXT, "image": TEXT, "secrets": [TEXT]},
        {"sourceType": "grpc", "image": "quay.io/operatorhubio/catalog:latest"},
        {"/secrets": [SECRET]},
    ),
    Operator(
        "fluxcd.controlplane.io/v1",
        "FluxInstance",
        {"distribution": {"version": TEXT, "registry": TEXT, "imagePullSecret": TEXT, "artifactPullSecret": TEXT}},
        {"distribution": {"version": "2.x", "registry": "ghcr.io/fluxcd"}},
        {"/distribution/imagePullSecret": SECRET, "/distribution/artifactPullSecret": None},
    ),
    Operator(
        "operator.knative.dev/v1beta1",
        "KnativeServing",
        {"registry": {"default": TEXT, "override": {"*": TEXT}, "imagePullSecrets": SECRETS}},
        {"registry": {"default": "gcr.io/a/b/${NAME}:v1", "override": {"activator": "gcr.io/a/c:1"}}},
        {"/registry/imagePullSecrets": NEW},
    ),
    Operator(
        "k8ssandra.io/v1alpha1",
        "K8ssandraCluster",
        {"medusa": {"containerImage": {**PARTS, "pullSecretRef": {"name": TEXT}}}},
        {"medusa": {"containerImage": {"repository": "k8ssandra", "name": "medusa", "tag": "0.22"}}},
        {"/medusa/containerImage/pullSecretRef": NEW[0]},
    ),
    Operator(
        "postgresql.cnpg.io/v1",
        "Cluster",
        {"imageName": TEXT, "imagePullSecrets": SECRETS},
        {"imageName": "ghcr.io/cloudnative-pg/postgresql:17"},
        {"/imagePullSecrets": NEW},
    ),
    Operator(
        "run.cnrm.cloud.google.com/v1beta1",
        "RunService",
        {"template": {"containers": CONTAINERS}},
        {"template": {"containers": [{"name": "a", "image": "gcr.io/a/b:1"}]}},
        {"/template/imagePullSecrets": None},
    ),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Namespace]:
    """A new namespace of the cluster that ACREG_TEST_KUBECONFIG names, in which the kinds are installed."""
    kubeconfig = os.environ.get("ACREG_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("ACREG_TEST_KUBECONFIG names no cluster")
    new = Namespace(f"acreg-{uuid.uuid4().hex[:8]}", tool("kubectl-1.29.1"), kubeconfig)
    definitions = [operator.definition() for operator in OPERATORS]
    names = [f"customresourcedefinitions/{one['metadata']['name']}" for one in definitions]
    new.run("create", "namespace", new.name)
    try:
        assert _apply(new, definitions) == ""
        new.run("wait", "--for=condition=Established", "--timeout=60s", *names)
        yield new
    finally:
        new.run("delete", "--ignore-not-found", "--wait=false", f"namespace/{new.name}")
        new.run("delete", "--ignore-not-found", "--wait=false", *names)


def _apply(cluster: Namespace, objects: list[dict[str, Any]]) -> str:
    """Apply objects on the side of the API server; return why it refuses them, empty if it does not."""
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    flags = ["--kubeconfig", cluster.kubeconfig, "--namespace", cluster.name, "--server-side", "--validate=false"]
    command = [str(cluster.kubectl), "apply", *flags, "--filename=-"]
    run = subprocess.run(command, input=listed, capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.kind)
def test_what_is_stored_has_the_pull_secrets(cluster: Namespace, operator: Operator) -> None:
    made = json.loads(render(json.dumps(operator.object()), pull_secrets=(SECRET,)))
    assert _apply(cluster, [made]) == ""
    (stored,) = cluster.get(f"{operator.plural}.{operator.group}")
    assert stored["spec"] == made["spec"]
    assert PRIVATE in json.dumps(stored["spec"])
    assert {place: _at(stored["spec"], place) for place in operator.secrets} == operator.secrets


def test_a_field_that_no_schema_has_is_refused(cluster: Namespace) -> None:
    wrong = OPERATORS[-1].object()
    wrong["metadata"]["name"] = "wrong"
    wrong["spec"] = {"template": {"containers": [], "imagePullSecrets": NEW}}
    assert "imagePullSecrets" in _apply(cluster, [wrong])


def _at(node: Any, place: str) -> object:  # noqa: ANN401  # what JSON can hold
    for step in place.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node.get(step)
        if node is None:
            return None
    found: object = node
    return found
