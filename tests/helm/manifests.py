"""What a rendered chart must become, worked out the naive way: on parsed documents, by replacing text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from helm.harness import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = Any  # parsed YAML or JSON
LOADER: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
"""Every scalar is text."""
SECRET = {"name": "containerregistry"}
POD_SPEC = "\n  containers:\n"
PULL_SECRETS = "\n  imagePullSecrets:\n    - name: containerregistry"
# Where the images of the fixture charts come from, and where they must go.
MOVES = {
    "europe-west1-docker.pkg.dev/appcircle/docker-registry/": f"{PRIVATE}/",
    "registry.k8s.io/ingress-nginx/": f"{PRIVATE}/ingress-nginx/",
    "hashicorp/vault-k8s:": f"{PRIVATE}/hashicorp/vault-k8s:",
}


def documents(text: str) -> list[Node]:
    """Return the documents of a stream; a `kind: List` counts as its items."""
    found: list[Node] = []
    for document in yaml.load_all(text, LOADER):
        if document:
            found += document["items"] if document["kind"] == "List" else [document]
    return sorted(found, key=lambda one: (one["kind"], one["metadata"]["name"]))


def is_hook(document: Node) -> bool:
    return "helm.sh/hook" in document["metadata"].get("annotations", {})


def moved_text(text: str) -> str:
    for source, target in MOVES.items():
        text = text.replace(source, target)
    return text


def moved(node: Node) -> Node:
    """Return a copy with every image moved, and the secret in front of those that a pod spec has."""
    if isinstance(node, str):  # the pod in a ConfigMap gets the secret, too
        text = moved_text(node)
        return text if PULL_SECRETS in text else text.replace(POD_SPEC, PULL_SECRETS + POD_SPEC)
    if isinstance(node, list):
        return [moved(item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: moved(value) for key, value in node.items()}
    if "containers" in copy:
        secrets = copy.get("imagePullSecrets") or []
        copy["imagePullSecrets"] = secrets if SECRET in secrets else [SECRET, *secrets]
    return copy


def pod_specs(node: Node) -> Iterator[Node]:
    """Yield every mapping that has containers."""
    if isinstance(node, list):
        for item in node:
            yield from pod_specs(item)
    elif isinstance(node, dict):
        if "containers" in node:
            yield node
        for value in node.values():
            yield from pod_specs(value)


def images(node: Node) -> set[str]:
    """Return the images of all containers below a node."""
    return {
        container["image"]
        for spec in pod_specs(node)
        for container in [*spec.get("initContainers", []), *spec["containers"]]
    }
