from __future__ import annotations

import pytest

from postrenderer.sites import evidence
from postrenderer.sites.evidence import ANYWHERE
from postrenderer.sites.keys import IMAGE, MENTION, UNPULLED
from postrenderer.sites.site import STAYS, STRONG, WEAK

DIGEST = "sha256:" + "d" * 64


@pytest.mark.parametrize(
    ("value", "literal", "tagged"),
    [
        ("quay.io/acme/app", "quay.io/acme/app", False),
        ("acme/app:1", "acme/app:1", True),
        ("acme/app:{{ .Tag }}", "acme/app", True),
        ("acme/app:${TAG}", "acme/app", True),
        ("acme/app:$(TAG)", "acme/app", True),
        ("acme/app:$TAG", "acme/app", True),
        ("acme/app@{{ .Digest }}", "acme/app", True),
        ("acme/app:v1-${ARCH}", "acme/app:v1", True),
        ("acme/app-{{ .Arch }}:1", "acme/app", True),
        ("acme/{{ .Name }}:1", "acme", True),
        ("quay.io/acme/{{ .Name }}", "quay.io/acme", True),
        ("acme/app:%(tag)s", "acme/app", True),
        ("acme/app:<tag>", "acme/app", True),
    ],
)
def test_read(value: str, literal: str, tagged: bool) -> None:  # noqa: FBT001  # a column of the table
    text = evidence.read(value)
    assert text
    assert (text.literal, text.tagged) == (literal, tagged)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{{ .Image }}",
        "${REGISTRY}/app:1",
        "quay.io/{{ .Path }}",
        "true",
        "latest",
        "two words",
        "https://quay.io/acme/app",
        "/dashboard/logo",
        "assets/logo.svg",
        "projects/acme/global/images/ubuntu",
        "Optional/str",
        "a" * 2000,
        "a/" * 2000 + "a",
    ],
)
def test_read_nothing(value: str) -> None:
    assert evidence.read(value) is None


@pytest.mark.parametrize(
    ("value", "image", "mention", "open_"),
    [
        ("quay.io/acme/app:1", STRONG, STRONG, STRONG),
        ("quay.io/acme/app", STRONG, STRONG, WEAK),
        (f"acme/app@{DIGEST}", STRONG, STRONG, STRONG),
        ("acme.dev/app:v1.2", STRONG, STRONG, STRONG),
        ("acme.dev/app:master-head", STRONG, STRONG, STRONG),
        ("acme.dev/app:pool", STRONG, STRONG, WEAK),
        ("acme.dev/app:pool-1", STRONG, STRONG, WEAK),
        ("acme.dev/app", STRONG, "", ""),
        ("localhost:5000/app:1", STRONG, STRONG, ""),
        ("acme/app:1", STRONG, STRONG, ""),
        ("acme/app", STRONG, "", ""),
        ("nginx:1.25", STRONG, STRONG, ""),
        ("nginx", STRONG, "", ""),
        ("app:1", STRONG, "", ""),
        ("cpu", WEAK, "", ""),
        ("redis:6379", WEAK, "", ""),
        ("image-service:8080", WEAK, "", ""),
        ("registry.svc:5000/v2", STRONG, "", ""),
        ("quay.io/acme/charts/app:1", STRONG, STRONG, WEAK),
        ("github.com/acme/app:v1", STRONG, STRONG, ""),
    ],
)
def test_level(value: str, image: str, mention: str, open_: str) -> None:
    text = evidence.read(value)
    assert text
    assert [evidence.level(text, place) for place in (IMAGE, MENTION, ANYWHERE)] == [image, mention, open_]


@pytest.mark.parametrize(
    ("value", "level"), [("quay.io/acme/app:1", STAYS), ("acme.dev/app", STAYS), ("acme/app:1", "")]
)
def test_what_nodes_do_not_pull_is_never_strong(value: str, level: str) -> None:
    text = evidence.read(value)
    assert text
    assert evidence.level(text, UNPULLED) == level
