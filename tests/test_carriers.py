"""Objects that carry what others run: each image in them moves, and its pull secret goes where the carrier hands it on.

A row is an object, the references that move, and what stands at the pointers of pull secrets then; a list of them that
stands in a tree of Helm values is filled, and none is added there.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from kinds_of_cases import api
from rendering import PRIVATE, SECRET, render, settings

from postrenderer.findings import find
from postrenderer.plan.decide import MOVED

NEW = [{"name": SECRET}]
IMAGE = "image: {repository: quay.io/a/b, tag: '1'}"
REDIS = "redis: {image: {repository: redis, tag: '7'}, imagePullSecrets: [{name: old}]}"
VALUES = f"{{{IMAGE}, imagePullSecrets: [], {REDIS}, side: {{image: 'quay.io/a/c:1'}}}}"
MOVES = ["quay.io/a/b:1", "redis:7", "quay.io/a/c:1"]

Carrier = tuple[str, list[str], dict[str, Any]]


def values(version: str, kind: str, before: str, after: str, path: str) -> Carrier:
    """A carrier of a tree of values."""
    filled = {f"{path}/imagePullSecrets": NEW, f"{path}/redis/imagePullSecrets": [*NEW, {"name": "old"}]}
    return api(version, kind, before + VALUES + after), MOVES, {**filled, f"{path}/side/imagePullSecrets": None}


CARRIERS: dict[str, Carrier] = {
    "OLM Subscription": (
        api(
            "operators.coreos.com/v1alpha1",
            "Subscription",
            "{config: {env: [{name: RELATED_IMAGE_A, value: 'quay.io/a/b:1'},"
            " {name: A_IMAGE_PULL_SECRETS, value: old}]}}",
        ),
        ["quay.io/a/b:1"],
        {"/spec/config/env/1/value": f"old,{SECRET}"},
    ),
    "OLM ClusterServiceVersion": (
        api(
            "operators.coreos.com/v1alpha1",
            "ClusterServiceVersion",
            "{install: {spec: {deployments: [{spec: {template: {spec: {containers: [{image: 'quay.io/a/b:1',"
            " env: [{name: RELATED_IMAGE_A, value: 'quay.io/a/c:1'}]}]}}}}]}},"
            " relatedImages: [{name: a, image: 'quay.io/a/c:2'}]}",
        ),
        ["quay.io/a/b:1", "quay.io/a/c:1", "quay.io/a/c:2"],
        {"/spec/install/spec/deployments/0/spec/template/spec/imagePullSecrets": NEW, "/spec/imagePullSecrets": None},
    ),
    "OLM CatalogSource": (
        api("operators.coreos.com/v1alpha1", "CatalogSource", "{sourceType: grpc, image: 'quay.io/a/b:1'}"),
        ["quay.io/a/b:1"],
        {"/spec/secrets": [SECRET]},
    ),
    "Flux HelmRelease": values("helm.toolkit.fluxcd.io/v2", "HelmRelease", "{values: ", "}", "/spec/values"),
    "Helm controller's HelmChart": values("helm.cattle.io/v1", "HelmChart", "{values: ", "}", "/spec/values"),
    "Rancher App": values("catalog.cattle.io/v1", "App", "{values: ", "}", "/spec/values"),
    "Argo CD Application": values(
        "argoproj.io/v1alpha1",
        "Application",
        "{source: {helm: {valuesObject: ",
        "}}}",
        "/spec/source/helm/valuesObject",
    ),
    "Argo CD Application of several sources": values(
        "argoproj.io/v1alpha1",
        "Application",
        "{sources: [{helm: {valuesObject: ",
        "}}]}",
        "/spec/sources/0/helm/valuesObject",
    ),
    "what charts share": (
        api(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            f"{{values: {{global: {{imagePullSecrets: []}}, web: {{{IMAGE}}}, {REDIS}}}}}",
        ),
        ["quay.io/a/b:1", "redis:7"],
        {
            "/spec/values/global/imagePullSecrets": NEW,
            "/spec/values/web/imagePullSecrets": None,
            "/spec/values/redis/imagePullSecrets": [*NEW, {"name": "old"}],
        },
    ),
    "values without a list": (
        api(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            f"{{values: {{global: {{}}, containers: [{{image: 'quay.io/a/d:1'}}], {IMAGE}}}}}",
        ),
        ["quay.io/a/d:1", "quay.io/a/b:1"],
        {"/spec/values/imagePullSecrets": None, "/spec/values/global/imagePullSecrets": None},
    ),
    "Argo CD parameters": (
        api(
            "argoproj.io/v1alpha1",
            "Application",
            "{source: {helm: {parameters: [{name: image.repository, value: quay.io/a/b}, {name: image.tag, value: '1'},"
            " {name: side.image, value: 'quay.io/a/c:1'}]}}}",
        ),
        ["quay.io/a/b:1", "quay.io/a/c:1"],
        {"/spec/imagePullSecrets": None},
    ),
    "FluxInstance": (
        api("fluxcd.controlplane.io/v1", "FluxInstance", "{distribution: {version: 2.x, registry: ghcr.io/fluxcd}}"),
        ["ghcr.io/fluxcd"],
        {"/spec/distribution/imagePullSecret": SECRET, "/spec/distribution/artifactPullSecret": None},
    ),
    "KnativeServing": (
        api(
            "operator.knative.dev/v1beta1",
            "KnativeServing",
            "{registry: {default: 'gcr.io/a/b/${NAME}:v1', override: {c: 'gcr.io/a/c:1'}}}",
        ),
        ["gcr.io/a/b", "gcr.io/a/c:1"],
        {"/spec/registry/imagePullSecrets": NEW},
    ),
    "Crossplane Provider": (
        api("pkg.crossplane.io/v1", "Provider", "{package: 'xpkg.upbound.io/a/b:v1', packagePullSecrets: []}"),
        ["xpkg.upbound.io/a/b:v1"],
        {"/spec/packagePullSecrets": NEW},
    ),
    "Crossplane Function": (
        api("pkg.crossplane.io/v1", "Function", "{package: 'xpkg.upbound.io/a/b:v1'}"),
        ["xpkg.upbound.io/a/b:v1"],
        {"/spec/packagePullSecrets": NEW},
    ),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_images_and_pull_secrets_of_carriers(name: str) -> None:
    text, moves, secrets = CARRIERS[name]
    found = [one for document in find(text.encode(), settings()) for one in document.findings]
    assert {one.source for one in found if one.kind == MOVED} == set(moves)
    output = render(text, pull_secrets=(SECRET,))
    assert output.count(f"{PRIVATE}/") == len(moves)
    (made,) = yaml.safe_load_all(output)
    assert {place: at(made, place) for place in secrets} == secrets
    assert output.count(SECRET) == str(secrets.values()).count(SECRET)


def at(node: Any, place: str) -> object:  # noqa: ANN401  # what YAML can hold
    """What stands at a JSON pointer; None if nothing does."""
    for step in place.split("/")[1:]:
        node = node[int(step)] if isinstance(node, list) else node.get(step)
        if node is None:
            return None
    result: object = node
    return result
