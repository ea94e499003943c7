"""What the documentation of public APIs says of fields whose names say too little, or something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites.keys import IMAGE, PREFIX, UNPULLED

if TYPE_CHECKING:
    from postrenderer.sites.site import MappingVisit

_ROLES = {
    ("operator.tigera.io", "registry"): PREFIX,  # Installation; https://docs.tigera.io/calico/latest/reference
    ("datadoghq.com", "registry"): PREFIX,  # DatadogAgent, spec.global
    ("mysql.oracle.com", "imageRepository"): PREFIX,  # InnoDBCluster
    ("kubeadm.k8s.io", "imageRepository"): PREFIX,  # ClusterConfiguration
    ("controlplane.cluster.x-k8s.io", "imageRepository"): PREFIX,  # KubeadmControlPlane, which holds the one above
    ("bootstrap.cluster.x-k8s.io", "imageRepository"): PREFIX,  # KubeadmConfig, which holds it too
    (
        "pkg.crossplane.io",
        "package",
    ): IMAGE,  # Provider, Function, Configuration: https://docs.crossplane.io/latest/packages
    (
        "kpack.io",
        "tag",
    ): UNPULLED,  # Image and ClusterBuilder, where builds go: https://github.com/buildpacks-community/kpack
}
"""By the group of the API and the name of the field."""

_CONDITIONS = {
    ("kyverno.io", "validate"),
    ("kyverno.io", "match"),
    ("kyverno.io", "exclude"),
    ("kyverno.io", "preconditions"),
    ("kyverno.io", "verifyImages"),
    ("policies.kyverno.io", "spec"),
    ("constraints.gatekeeper.sh", "spec"),
    ("templates.gatekeeper.sh", "spec"),
    ("config.gatekeeper.sh", "spec"),
    ("policy.sigstore.dev", "spec"),
    ("admissionregistration.k8s.io", "spec"),
}
"""Mappings that say what is allowed, by the group of the API and their key: images in them are not pulled.

Sources: https://kyverno.io/docs, https://open-policy-agent.github.io/gatekeeper, https://docs.sigstore.dev,
ValidatingAdmissionPolicy of the Kubernetes API.
"""

SCHEMA = "a schema, which describes objects and makes none"
_SCHEMA = ("apiextensions.k8s.io", "openAPIV3Schema")
"""What describes objects and holds none: an image in it is a default or an example (CustomResourceDefinition)."""


def role(group: str, field: str) -> str:
    """The role of a field of an API group, as the grammar of names calls it; empty if its name says it."""
    return _ROLES.get((group, field), "")


def stays(mapping: MappingVisit) -> str:
    """Why nothing in a mapping is pulled, whatever it looks like; empty if something may be."""
    place = (mapping.api.group, mapping.key)
    if place == _SCHEMA:
        return SCHEMA
    return "a condition of a policy, which pulls nothing" if place in _CONDITIONS else ""
