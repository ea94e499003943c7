from __future__ import annotations

import pytest

from postrenderer.sites import kinds
from postrenderer.sites.keys import IMAGE, PREFIX
from postrenderer.sites.site import Api


@pytest.mark.parametrize(
    ("group", "kind", "field", "role"),
    [
        ("pkg.crossplane.io", "Provider", "package", IMAGE),
        ("operator.tigera.io", "Installation", "registry", PREFIX),
        ("example.com", "Provider", "package", ""),
        ("pkg.crossplane.io", "Provider", "image", ""),
        ("pkg.crossplane.io", "Lock", "package", ""),
    ],
)
def test_role(group: str, kind: str, field: str, role: str) -> None:
    assert kinds.role(Api(group, kind), (None, "spec"), field) == role
    assert kinds.role(Api(group, kind), ((None, "manifest"), "spec"), field) == role
    assert kinds.role(Api(group, kind), (None, "status"), field) == ""


CONDITION = "a condition of a policy, which pulls nothing"


@pytest.mark.parametrize(
    ("group", "custom"),
    [("", False), ("apps", False), ("networking.k8s.io", False), ("kubeadm.k8s.io", True), ("example.com", True)],
)
def test_is_custom(group: str, *, custom: bool) -> None:
    assert kinds.is_custom(group) is custom


@pytest.mark.parametrize(
    ("group", "kind", "key", "reason"),
    [
        ("kyverno.io", "ClusterPolicy", "validate", CONDITION),
        ("kyverno.io", "ClusterPolicy", "mutate", ""),
        ("kyverno.io", "ClusterPolicy", "spec", ""),
        ("kyverno.io", "PolicyException", "spec", CONDITION),
        ("nvidia.com", "ClusterPolicy", "validate", ""),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "", kinds.SCHEMA),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "spec", kinds.SCHEMA),
        ("apiextensions.k8s.io", "ConversionReview", "", ""),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "spec", CONDITION),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy", "spec", ""),
        ("config.openshift.io", "ImageDigestMirrorSet", "spec", "a rule about registries, not an image"),
        ("kpack.io", "Image", "tag", "where a build is pushed to: nothing pulls it from there"),
        ("operator.tigera.io", "ImageSet", "images", "a name by which something is looked up"),
        ("wgpolicyk8s.io", "PolicyReport", "results", "what a program reports of containers, which pulls nothing"),
        ("image.toolkit.fluxcd.io", "ImageRepository", "spec", "it is watched for new versions, not pulled"),
        ("", "Pod", "spec", ""),
        ("apps", "Deployment", "validate", ""),
    ],
)
def test_stays(group: str, kind: str, key: str, reason: str) -> None:
    assert kinds.stays(Api(group, kind), key) == reason
