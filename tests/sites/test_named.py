from __future__ import annotations

import pytest

from postrenderer.sites import named
from postrenderer.sites.keys import PREFIX
from postrenderer.sites.site import STAYS, STRONG, WEAK, ImageSpan, NamedText, PrefixSpan

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
        ({"xRepository": "acme/app", "xVersion": ""}, "acme/app", "", WEAK),
        ({"xRepository": "acme/app"}, "acme/app", "", WEAK),
        ({"xRepo": "acme/app", "xTag": "1"}, "acme/app:1", ":1", WEAK),
        ({"xRepo": "quay.io/acme/app", "xTag": "1"}, "quay.io/acme/app:1", ":1", STRONG),
        ({"imageRepository": "acme/app"}, "acme/app", "", STRONG),
        ({"imageRepository": "agent", "imageTag": "7"}, "agent:7", ":7", WEAK),
        ({"imageRepository": "redis", "imageTag": "7"}, "redis:7", ":7", STRONG),
        ({"image": "quay.io/acme/app:1", "repository": "", "version": ""}, "quay.io/acme/app:1", "", STRONG),
        ({"destination": "quay.io/acme/app:1"}, "quay.io/acme/app:1", "", STAYS),
    ],
)
def test_images(values: dict[str, str], reference: str, suffix: str, level: str) -> None:
    (image,) = named.images(NamedText(name, value) for name, value in values.items())
    assert isinstance(image.span, ImageSpan)
    assert (image.span.reference, image.span.suffix, image.span.level) == (reference, suffix, level)


def test_a_registry_to_which_something_adds_names() -> None:
    (image,) = named.images([NamedText("hub", "docker.io/istio"), NamedText("tag", "1")])
    assert isinstance(image.span, PrefixSpan)
    assert (image.span.start, image.span.end) == (0, 15)
    assert (image.span.reference, image.span.level) == ("docker.io/istio", STRONG)


@pytest.mark.parametrize("names", [("imageRegistry", "imageTag"), ("image.registry", "image.tag")])
def test_the_registry_of_an_image_whose_name_stands_elsewhere(names: tuple[str, str]) -> None:
    (image,) = named.images([NamedText(names[0], "docker.io"), NamedText(names[1], "1")])
    assert isinstance(image.span, PrefixSpan)
    assert (image.span.reference, image.span.level) == ("docker.io", STRONG)


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
        {"image": "/subscriptions/acme/images/app", "imageVersion": "2"},
        {"xRepository": "/acme/app", "xTag": "2"},
        {"image": "https://acme.dev/app"},
        {"imagePullPolicy": "acme/app:1"},
    ],
)
def test_no_images(values: dict[str, str]) -> None:
    assert not list(named.images(NamedText(name, value) for name, value in values.items()))


def test_the_first_part_carries_the_registry_and_the_others_are_told() -> None:
    values = [NamedText("tag", "1"), NamedText("repository", "app", 5), NamedText("registry", "quay.io/acme", 7)]
    (image,) = named.images(values)
    assert image.value is values[2]
    assert (image.span.start, image.span.end) == (7, 19)
    assert image.parts == (values[1], values[0])


def test_a_table_may_know_the_role_better() -> None:
    (image,) = named.images([NamedText("place", "quay.io/", role=PREFIX)])
    assert isinstance(image.span, PrefixSpan)
    assert (image.span.end, image.span.reference) == (7, "quay.io")
