from __future__ import annotations

import pytest

from postrenderer.images import registries
from postrenderer.images.registries import DOMAIN, LOCAL, NONE, REGISTRY


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("", NONE),
        ("docker.io", REGISTRY),
        ("quay.io", REGISTRY),
        ("eu.gcr.io", REGISTRY),
        ("europe-west1-docker.pkg.dev", REGISTRY),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", REGISTRY),
        ("registry.acme.dev:5000", REGISTRY),
        ("my-registry.acme.dev", REGISTRY),
        ("docker.acme.com", REGISTRY),
        ("cr.acme.dev", REGISTRY),
        ("harbor.acme.dev", REGISTRY),
        ("acme.dev", DOMAIN),
        ("evilquay.io", DOMAIN),
        ("docker.acme.svc", REGISTRY),
        ("app.demo.svc", LOCAL),
        ("app.demo.svc.cluster.local:80", LOCAL),
        ("localhost:5000", LOCAL),
        ("10.0.0.1", LOCAL),
        ("[::1]:5000", LOCAL),
        ("host:80", LOCAL),
        ("github.com", LOCAL),
        ("k8s.io", LOCAL),
        ("registry.k8s.io", REGISTRY),
    ],
)
def test_kind(host: str, kind: str) -> None:
    assert registries.kind(host) == kind


def test_official_images_have_one_component() -> None:
    assert all("/" not in name and name == name.lower() for name in registries.OFFICIAL)
