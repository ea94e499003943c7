"""Operators that put a registry in front of the names of images."""

from __future__ import annotations

import pytest
from kinds_of_cases import config
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
    assert "another field holds its end, quay.io/acme/medusa:v1," in entry["reason"]


CONFIG = "apiVersion: config.k8ssandra.io/v1beta1\nkind: ImageConfig\n"
IMAGES = "images:\n  config-builder: datastax/builder:1\n  system-logger: quay.io/k8ssandra/logger:1\n"
DEFAULTS = "defaults:\n  cassandra:\n    repository: k8ssandra/cass\n"


@pytest.mark.parametrize("indented", [False, True])
def test_images_move_where_no_registry_takes_the_place_of_theirs(indented: bool) -> None:  # noqa: FBT001  # both
    text = CONFIG + IMAGES + DEFAULTS + 'imageRegistry: ""\n'
    manifest = config(text) if indented else text
    moved = manifest.replace("quay.io/", "").replace(": k8ssandra/", f": {PRIVATE}/k8ssandra/")
    assert render(manifest, pull_secrets=()) == moved.replace("datastax/", f"{PRIVATE}/datastax/")


@pytest.mark.parametrize("indented", [False, True])
def test_images_are_left_where_a_registry_takes_the_place_of_theirs(indented: bool) -> None:  # noqa: FBT001  # both
    text = CONFIG + IMAGES + DEFAULTS + "imageRegistry: docker.io\n"
    manifest = config(text) if indented else text
    assert render(manifest) == manifest
    left = {entry["reference"]: entry["reason"] for entry in summary(manifest)["left"]}
    assert left.keys() == {"datastax/builder:1", "quay.io/k8ssandra/logger:1", "k8ssandra/cass", "docker.io"}
    assert left["k8ssandra/cass"] == "`imageRegistry` replaces its registry: empty that field, or set both yourself"
