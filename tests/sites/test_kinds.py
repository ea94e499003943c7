from __future__ import annotations

import pytest
import yaml

from postrenderer.sites import kinds
from postrenderer.sites.keys import IMAGE, PREFIX, UNPULLED
from postrenderer.sites.site import Api, MappingVisit
from postrenderer.text import composer


def mapping(group: str, kind: str, key: str) -> MappingVisit:
    root = composer.compose("{}").roots[0]
    assert isinstance(root, yaml.MappingNode)
    return MappingVisit(root, [], {}.keys(), None, key, listed=False, api=Api(group, kind))


@pytest.mark.parametrize(
    ("group", "kind", "field", "role"),
    [
        ("pkg.crossplane.io", "Provider", "package", IMAGE),
        ("operator.tigera.io", "Installation", "registry", PREFIX),
        ("kpack.io", "Image", "tag", UNPULLED),
        ("example.com", "Provider", "package", ""),
        ("pkg.crossplane.io", "Provider", "image", ""),
        ("pkg.crossplane.io", "Lock", "package", ""),
    ],
)
def test_role(group: str, kind: str, field: str, role: str) -> None:
    assert kinds.role(Api(group, kind), (None, "spec"), field) == role
    assert kinds.role(Api(group, kind), ((None, "manifest"), "spec"), field) == role
    assert kinds.role(Api(group, kind), (None, "status"), field) == ""


@pytest.mark.parametrize(
    ("group", "custom"),
    [("", False), ("apps", False), ("networking.k8s.io", False), ("kubeadm.k8s.io", True), ("example.com", True)],
)
def test_is_custom(group: str, *, custom: bool) -> None:
    assert kinds.is_custom(group) is custom


@pytest.mark.parametrize(
    ("group", "kind", "key", "stays"),
    [
        ("kyverno.io", "ClusterPolicy", "validate", True),
        ("kyverno.io", "ClusterPolicy", "mutate", False),
        ("nvidia.com", "ClusterPolicy", "validate", False),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "openAPIV3Schema", True),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "spec", True),
        ("", "Pod", "spec", False),
    ],
)
def test_stays(group: str, kind: str, key: str, *, stays: bool) -> None:
    assert bool(kinds.stays(mapping(group, kind, key))) is stays
