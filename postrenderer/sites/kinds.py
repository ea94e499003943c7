"""What the documentation of public APIs says of fields whose names say too little, or something else."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from postrenderer.sites.keys import IMAGE, PREFIX

if TYPE_CHECKING:
    from postrenderer.sites.site import Api

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
}
"""By the group of the API and the name of the field."""

_WHY = {
    "condition": "a condition of a policy, which pulls nothing",
    "key": "a name by which something is looked up",
    "output": "where a build goes, which nothing pulls there",
    "rule": "a rule about registries, not an image",
    "watched": "what is watched for new versions, not pulled",
}
"""The reasons of apis/stays.tsv, in plain words."""
_OF_KUBERNETES = frozenset(("", "apps", "batch", "policy", "autoscaling", "extensions"))
"""Groups of Kubernetes' own objects, which the table need not be opened for; others of its own end in `.k8s.io`."""

SCHEMA = "a schema, which describes objects and makes none"
_SCHEMA = (("apiextensions.k8s.io", "CustomResourceDefinition"), ("", "CustomResourceDefinition"))
"""What describes objects and holds none: an image in it is a default or an example (CustomResourceDefinition)."""


def role(group: str, field: str) -> str:
    """The role of a field of an API group, as the grammar of names calls it; empty if its name says it."""
    return _ROLES.get((group, field), "")


def stays(api: Api, key: str) -> str:
    """Why nothing in a field of an object is pulled, whatever it looks like; empty if something may be.

    Args:
        api: the object.
        key: the name of the field, at any depth.
    """
    if api in _SCHEMA:
        return SCHEMA
    if api.group in _OF_KUBERNETES:
        return ""
    rows = _stays().get((api.group, key), ())
    return next((_WHY[why] for kind, why in rows if fnmatchcase(api.kind, kind)), "")


@lru_cache(maxsize=1)
def _stays() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The kinds and reasons of apis/stays.tsv, by group and key."""
    data: bytes = __loader__.get_data(f"{__file__.rpartition('/sites/')[0]}/apis/stays.tsv")  # type: ignore[name-defined]  # also in a zip
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in data.decode().splitlines():
        if not line.startswith("#"):
            group, kind, key, why, _ = line.split("\t")
            found.setdefault((group, key), []).append((kind, why))
    return found
