from __future__ import annotations

import pytest

from postrenderer.findings import find
from postrenderer.plan.decide import UNSURE
from postrenderer.rewrite import rewrite
from postrenderer.settings import Settings

SETTINGS = Settings("registry.example.com", sources=("quay.io/source",))
DIGEST = f"sha256:{'a' * 64}"


def definition(schema: str) -> str:
    lines = "".join(f"            {line}\n" for line in schema.splitlines())
    return (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: apps.acme.io\nspec:\n"
        f"  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n          spec:\n{lines}"
    )


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("properties:\n  image:\n    default: nginx:1.25\n", ["nginx:1.25"]),
        ("properties:\n  image: {type: string, default: 'nginx:1.25'}\n", ["nginx:1.25"]),
        ('properties: {"image": {"default":"nginx:1.25"}}\n', ["nginx:1.25"]),
        (f"properties:\n  image:\n    default: acme/app@{DIGEST}\n", [f"acme/app@{DIGEST}"]),
        ("properties:\n  other:\n    default: quay.io/acme/app:1\n", ["quay.io/acme/app:1"]),
        ("properties:\n  other:\n    default: quay.io/source/app:1\n", ["quay.io/source/app:1"]),
        ("default:\n  image: quay.io/acme/app:1\n  port: 80\n", ["quay.io/acme/app:1"]),
        ("default:\n  containers:\n  - image: quay.io/acme/app:1\n", ["quay.io/acme/app:1"]),
        # No images, or no defaults.
        ("properties:\n  address:\n    default: localhost:8080\n", []),
        ("properties:\n  name:\n    default: nginx:1.25\n", []),
        ("properties:\n  image:\n    default: ''\n", []),
        ("properties:\n  image:\n    description: 'such as image: nginx:1.25'\n", []),
        ("properties:\n  image:\n    example: nginx:1.25\n    enum: ['quay.io/acme/app:1']\n", []),
    ],
)
def test_images_in_defaults_stay_and_are_named(schema: str, expected: list[str]) -> None:
    raw = definition(schema).encode()
    assert b"".join(rewrite(raw, SETTINGS).output) == raw
    found = [one for document in find(raw, SETTINGS) for one in document.findings]
    assert [(one.kind, one.source) for one in found] == [(UNSURE, source) for source in expected]


def test_strict_allows_them() -> None:
    raw = definition("properties:\n  image:\n    default: nginx:1.25\n").encode()
    assert b"".join(rewrite(raw, SETTINGS._replace(strict=True)).output) == raw
