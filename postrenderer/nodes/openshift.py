"""OpenShift: `image.config.openshift.io/cluster`, and mirror sets (config.openshift.io/v1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postrenderer.nodes.model import NodeFile

if TYPE_CHECKING:
    from postrenderer.nodes.model import Target

_API = "config.openshift.io/v1"
_CA_NAME = "private-registry-ca"


def files(target: Target) -> list[NodeFile]:
    """Return the merge patch of the image configuration, the ConfigMap it names, and the mirror sets."""
    spec: dict[str, Any] = {}
    if target.insecure:
        spec["registrySources"] = {"insecureRegistries": [target.registry]}
    if target.ca_file:
        spec["additionalTrustedCA"] = {"name": _CA_NAME}
    found = []
    if target.ca_file:
        found.append(_authority(target))
    if spec:
        found.append(_patch(spec))
    if target.mirrors:
        found += [_mirror_set("ImageTagMirrorSet", "imageTagMirrors", target)]
        found += [_mirror_set("ImageDigestMirrorSet", "imageDigestMirrors", target)]
    nothing = ("OpenShift needs nothing more: it speaks HTTPS to every registry, and pods bring the pull secret.",)
    return found or [NodeFile("image.config", nothing, "yaml", {})]


def _patch(spec: dict[str, Any]) -> NodeFile:
    about = (
        "The cluster's image configuration: save it as patch.yaml, then",
        "`oc patch image.config.openshift.io/cluster --type merge --patch-file patch.yaml`.",
        "A merge patch replaces whole lists: where the cluster has some, merge into what it has with `oc get",
        "image.config.openshift.io/cluster -o yaml > image.yaml`, --into image.yaml, `oc replace -f image.yaml`.",
        "Where it has allowedRegistries, they must name this registry too. The Machine Config Operator then restarts",
        "the nodes one by one: wait until `oc get mcp` says UPDATED True.",
    )
    content: dict[str, Any] = {"apiVersion": _API, "kind": "Image", "metadata": {"name": "cluster"}, "spec": spec}
    return NodeFile("image.config", about, "yaml", content)


def _authority(target: Target) -> NodeFile:
    """Return the ConfigMap; a colon cannot stand in its keys, and two dots stand for it before a port."""
    about = ("The authority of the registry: `oc apply -f` it before the image configuration.",)
    content = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _CA_NAME, "namespace": "openshift-config"},
        "data": {target.registry.replace(":", ".."): target.certificate},
    }
    return NodeFile("ConfigMap", about, "yaml", content)


def _mirror_set(kind: str, field: str, target: Target) -> NodeFile:
    about = (f"{kind}: `oc apply -f` it; the Machine Config Operator brings it to the nodes.",)
    pairs = [
        {"source": mirror.source, "mirrors": [f"{target.registry}/{mirror.target}".rstrip("/")]}
        for mirror in target.mirrors
    ]
    content = {"apiVersion": _API, "kind": kind, "metadata": {"name": "private-registry"}, "spec": {field: pairs}}
    return NodeFile(kind, about, "yaml", content)
