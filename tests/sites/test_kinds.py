from __future__ import annotations

import pytest

from postrenderer.sites import kinds
from postrenderer.sites.keys import IMAGE, OTHER, PREFIX
from postrenderer.sites.site import Api, Mapping
from postrenderer.text import composer


def mapping(group: str, kind: str, key: str) -> Mapping:
    return Mapping(composer.compose("{}").roots[0], [], {}.keys(), None, key, listed=False, api=Api(group, kind))  # type: ignore[arg-type]  # a mapping


@pytest.mark.parametrize(
    ("group", "field", "role"),
    [
        ("pkg.crossplane.io", "package", IMAGE),
        ("operator.tigera.io", "registry", PREFIX),
        ("example.com", "package", OTHER),
        ("pkg.crossplane.io", "image", OTHER),
    ],
)
def test_role(group: str, field: str, role: str) -> None:
    assert kinds.role(group, field) == role


@pytest.mark.parametrize(
    ("group", "kind", "key", "passed"),
    [
        ("kyverno.io", "ClusterPolicy", "validate", True),
        ("kyverno.io", "ClusterPolicy", "mutate", False),
        ("nvidia.com", "ClusterPolicy", "validate", False),
        ("apiextensions.k8s.io", "CustomResourceDefinition", "", True),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "spec", True),
        ("", "Pod", "spec", False),
    ],
)
def test_is_passed_over(group: str, kind: str, key: str, passed: bool) -> None:  # noqa: FBT001  # a column of the table
    assert kinds.is_passed_over(mapping(group, kind, key)) is passed
