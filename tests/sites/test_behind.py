"""Registries in front of images below them, in kinds that nobody here knows."""

from __future__ import annotations

import pytest
from rendering import PRIVATE, render, summary

HEAD = "apiVersion: acme.dev/v1\nkind: App\nspec:\n"


@pytest.mark.parametrize(
    ("registry", "written"),
    [
        ("  imageRegistry: quay.io\n", f"  imageRegistry: {PRIVATE}\n"),
        ("  dockerRegistry: quay.io/acme/\n", f"  dockerRegistry: {PRIVATE}/acme/\n"),
        ("  global:\n    imageRegistry: docker.io\n", f"  global:\n    imageRegistry: {PRIVATE}\n"),
        (f"  customRegistry: {PRIVATE}\n", f"  customRegistry: {PRIVATE}\n"),
        (f"  customRegistry: {PRIVATE}/acme\n", f"  customRegistry: {PRIVATE}/acme\n"),
    ],
)
@pytest.mark.parametrize(
    ("image", "kind", "said"),
    [
        ("image: acme/app:1", "left", "Registry` may stand in front of it: write its registry here"),
        (
            "image: {repository: acme/app, tag: 1}",
            "left",
            "Registry` may stand in front of it: write its registry here",
        ),
        ("image: app:1", "stays", "a name behind the registry in `"),  # no other registry has it
    ],
)
def test_a_registry_moves_and_not_the_images_behind_it(
    registry: str, written: str, image: str, kind: str, said: str
) -> None:
    images = f"  server:\n    {image}\n  client:\n    image: ghcr.io/acme/client:1\n"
    moved = images.replace("ghcr.io", PRIVATE)
    assert render(HEAD + registry + images, pull_secrets=()) == HEAD + written + moved
    (entry,) = summary(HEAD + registry + images)[kind]
    assert said in entry["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "  schemaRegistry: registry.acme.com\n  server:\n    image: %sacme/app:1\n",
        "  cache:\n    registry: quay.io\n  server:\n    image: %sacme/app:1\n",
        "  registry: somewhere\n  server:\n    image: %sacme/app:1\n",
        "  registry: quay.io\n  template: {spec: {containers: [{name: a, image: %sacme/app:1}]}}\n",
    ],
)
def test_other_images_move(text: str) -> None:
    assert render(HEAD + text % "", pull_secrets=()) == HEAD + text % f"{PRIVATE}/"


def test_kubernetes_own_kinds_have_none() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nregistry: quay.io\ndata:\n  image: %sacme/app:1\n"
    assert render(text % "") == text % f"{PRIVATE}/"
