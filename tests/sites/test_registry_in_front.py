"""Operators that put a registry in front of the names of images."""

from __future__ import annotations

import pytest
from rendering import PRIVATE, render, summary

CLUSTER = "apiVersion: k8ssandra.io/v1alpha1\nkind: K8ssandraCluster\nspec:\n  medusa:\n    containerImage:\n      "


@pytest.mark.parametrize(
    ("image", "written"),
    [
        (
            "repository: k8ssandra\n      name: medusa\n      tag: v1\n",
            f'registry: "{PRIVATE}"\n      repository: k8ssandra\n      name: medusa\n      tag: v1\n',
        ),
        (
            "{repository: k8ssandra, name: medusa, tag: v1}\n",
            f'"registry": "{PRIVATE}", repository: k8ssandra, name: medusa, tag: v1}}\n',
        ),
        (
            "registry: docker.io\n      repository: k8ssandra\n      name: medusa\n      tag: v1\n",
            f"registry: {PRIVATE}\n      repository: k8ssandra\n      name: medusa\n      tag: v1\n",
        ),
    ],
)
def test_the_field_that_carries_the_registry_moves_or_is_added(image: str, written: str) -> None:
    assert written in render(CLUSTER + image)
    (entry,) = summary(CLUSTER + image)["images"]
    assert entry["to"] == f"{PRIVATE}/k8ssandra/medusa:v1"


def test_an_image_stays_where_the_registry_alone_cannot_move_it() -> None:
    text = CLUSTER + "{repository: quay.io/acme, name: medusa, tag: v1}\n"
    assert render(text) == text
    (entry,) = summary(text)["left"]
    assert "does not end in quay.io/acme/medusa:v1" in entry["reason"]
