from __future__ import annotations

import pytest

from postrenderer.sites import named
from postrenderer.sites.keys import PREFIX
from postrenderer.sites.site import STRONG, WEAK, Named

DIGEST = "sha256:" + "e" * 64


@pytest.mark.parametrize(
    ("values", "reference", "suffix", "level"),
    [
        ({"image": "acme/app:1"}, "acme/app:1", "", STRONG),
        ({"image": "acme/app:{{ x }}"}, "acme/app", "", STRONG),
        ({"image": "cpu"}, "cpu", "", WEAK),
        ({"xRegistry": "quay.io", "xRepository": "acme/app", "xTag": "1"}, "quay.io/acme/app:1", "/acme/app:1", STRONG),
        ({"xRegistry": "quay.io/", "xRepository": "/acme/app"}, "quay.io/acme/app", "/acme/app", WEAK),
        ({"imageRegistry": "quay.io", "imageName": "app"}, "quay.io/app", "/app", STRONG),
        ({"xRepository": "quay.io/acme", "xImage": "app", "xVersion": "1"}, "quay.io/acme/app:1", "/app:1", STRONG),
        ({"xRepository": "acme/app", "xVersion": "1"}, "acme/app:1", ":1", STRONG),
        ({"xRepository": "acme/app", "xVersion": DIGEST}, f"acme/app@{DIGEST}", f"@{DIGEST}", STRONG),
        ({"xRepository": "acme/app", "xVersion": f"1@{DIGEST}"}, f"acme/app:1@{DIGEST}", f":1@{DIGEST}", STRONG),
        ({"xRepository": "acme/app", "xVersion": "no tag"}, "acme/app", "", STRONG),
        ({"xRepository": "acme/app", "xVersion": ""}, "acme/app", "", STRONG),
        ({"xRepository": "acme/app"}, "acme/app", "", WEAK),
        ({"xRepo": "acme/app", "xTag": "1"}, "acme/app:1", ":1", WEAK),
        ({"xRepo": "quay.io/acme/app", "xTag": "1"}, "quay.io/acme/app:1", ":1", STRONG),
        ({"imageRepository": "acme/app"}, "acme/app", "", STRONG),
        ({"imageRepository": "agent", "imageTag": "7"}, "agent:7", ":7", WEAK),
        ({"imageRepository": "redis", "imageTag": "7"}, "redis:7", ":7", STRONG),
        ({"hub": "docker.io/istio", "tag": "1"}, "docker.io/istio/image", "/image", STRONG),
        ({"image": "quay.io/acme/app:1", "repository": "", "version": ""}, "quay.io/acme/app:1", "", STRONG),
        ({"destination": "quay.io/acme/app:1"}, "quay.io/acme/app:1", "", WEAK),
    ],
)
def test_images(values: dict[str, str], reference: str, suffix: str, level: str) -> None:
    (image,) = named.images(Named(name, value) for name, value in values.items())
    assert (image.span.reference, image.span.suffix, image.span.level) == (reference, suffix, level)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tag": "1"},
        {"hub": "docker.io", "tag": "1"},
        {"hub": "istio", "tag": "1"},
        {"registry": "docker.io"},
        {"xRepository": "acme/app:1", "xTag": "2"},
        {"xRepository": "https://acme.dev/app", "xTag": "2"},
        {"image": "https://acme.dev/app"},
        {"imagePullPolicy": "acme/app:1"},
    ],
)
def test_no_images(values: dict[str, str]) -> None:
    assert not list(named.images(Named(name, value) for name, value in values.items()))


def test_the_first_part_carries_the_registry_and_the_others_are_told() -> None:
    values = [Named("tag", "1"), Named("repository", "app", 5), Named("registry", "quay.io/acme", 7)]
    (image,) = named.images(values)
    assert image.value is values[2]
    assert (image.span.start, image.span.end) == (7, 19)
    assert image.parts == (values[1], values[0])


def test_a_table_may_know_the_role_better() -> None:
    (image,) = named.images([Named("place", "quay.io/", role=PREFIX)])
    assert (image.span.end, image.span.reference, image.span.suffix) == (7, "quay.io/image", "/image")
