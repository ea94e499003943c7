from __future__ import annotations

import pytest

from postrenderer.errors import AcregError
from postrenderer.images import collisions
from postrenderer.images.relocation import Relocation
from postrenderer.settings import Rule, Settings

PRIVATE = "registry.spacetech.com:8083/appcircle"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
DIGEST = "@sha256:" + "0" * 64
OTHER_DIGEST = "@sha256:" + "1" * 64


def moves(texts: list[str], *rules: Rule) -> list[tuple[str, str]]:
    relocate = Relocation(Settings("registry.spacetech.com:8083", "appcircle", rules=rules))
    return [(text, relocate(text).target) for text in texts]


@pytest.mark.parametrize(
    "texts",
    [
        ["nginx:1", "quay.io/nginx:1"],
        ["nginx", "quay.io/nginx"],
        ["nginx", "quay.io/nginx:latest"],
        [f"nginx:1{DIGEST}", "quay.io/nginx:1"],
        ["nginx:1", f"quay.io/nginx:1{DIGEST}"],
        [f"nginx:1{DIGEST}", f"quay.io/nginx:1{OTHER_DIGEST}"],
        ["nginx:1", "nginx:2", "redis:1", "quay.io/nginx:2"],
        [f"{SOURCE}/a/b:1", "quay.io/a/b:1"],
        [f"{PRIVATE}/a:1", "nginx:1", "quay.io/nginx:1"],
        ["mirror.gcr.io/a/b:1", "registry.k8s.io/a/b:1"],
        ["gcr.io/a/b:1", "k8s.gcr.io/a/b:1"],
    ],
)
def test_collision(texts: list[str]) -> None:
    made = moves(texts)
    with pytest.raises(AcregError) as caught:
        collisions.check(made)
    assert f"`{texts[-1]}`" in str(caught.value)
    assert f"`{made[-1][1]}`" in str(caught.value)
    assert any(f"`{text}`" in str(caught.value) for text in texts[:-1])
    assert str(caught.value).endswith(
        ". Move one of them elsewhere with an entry under `rules`, or name it under `keep`. With `keepHost: true`"
        " (--keep-host) each keeps its host."
    )


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["nginx:1", "quay.io/nginx:2"],
        ["nginx:1", "docker.io/nginx:1", "index.docker.io/library/nginx:1", "registry-1.docker.io/library/nginx:1"],
        [f"nginx{DIGEST}", "quay.io/nginx"],
        [f"nginx{DIGEST}", f"quay.io/nginx{OTHER_DIGEST}"],
        ["nginx:1", f"{PRIVATE}/nginx:1"],
        # The same digest is the same content.
        [f"nginx{DIGEST}", f"quay.io/nginx{DIGEST}"],
        [f"nginx:1{DIGEST}", f"quay.io/nginx:1{DIGEST}"],
        [f"nginx:1{DIGEST}", f"quay.io/nginx:2{DIGEST}"],
        # These serve the images of each other.
        ["k8s.gcr.io/pause:3", "registry.k8s.io/pause:3"],
        ["mirror.gcr.io/bitnami/redis:7", "bitnami/redis:7", "docker.io/bitnami/redis:7"],
    ],
)
def test_no_collision(texts: list[str]) -> None:
    collisions.check(moves(texts))


def test_targets_stay_as_they_are() -> None:
    """Registries that serve the same images are known to this check alone."""
    rule = Rule("registry.k8s.io", "k8s")
    made = moves(["k8s.gcr.io/pause:3", "registry.k8s.io/pause:3"], rule)
    assert [target for _, target in made] == [f"{PRIVATE}/pause:3", f"{PRIVATE}/k8s/pause:3"]
    collisions.check(made)


def test_a_rule_that_makes_two_images_one() -> None:
    rules = (Rule("quay.io/a/x", "same"), Rule("quay.io/b/x", "same"))
    collisions.check(moves(["quay.io/a/x:1", "quay.io/b/x:2"], *rules))
    with pytest.raises(AcregError, match=r"`quay\.io/a/x:1` and `quay\.io/b/x:1` are two images"):
        collisions.check(moves(["quay.io/a/x:1", "quay.io/b/x:1"], *rules))
