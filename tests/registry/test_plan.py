from __future__ import annotations

import pytest

from postrenderer.errors import AcregError
from postrenderer.plan.decide import OPEN_TAG
from postrenderer.registry import plan
from postrenderer.registry.plan import CopyPlan, ImageCopy
from postrenderer.settings import Settings

SETTINGS = Settings("r.example.com", "x")
APP = ImageCopy("quay.io/acme/app:1", "r.example.com/x/acme/app:1")


def test_of_manifests() -> None:
    """Each image once, and apart what does not move."""
    found = plan.of_manifests(
        b"kind: Pod\nspec:\n  containers:\n  - image: quay.io/acme/app:1\n  - image: r.example.com/x/b:1\n"
        b"---\nkind: X\nspec:\n  image: quay.io/acme/app:1\n  proxyImage: redis\n",
        SETTINGS._replace(confidence="certain"),
    )
    assert found.copies == [APP, ImageCopy("r.example.com/x/b:1", "r.example.com/x/b:1")]
    assert found.moved == [APP]
    assert [left.reference for left in found.left] == ["quay.io/acme/app:1", "redis"]
    assert all("not certain to be an image" in left.reason for left in found.left)


@pytest.mark.parametrize("images", [(APP.source, APP.target), (APP.target, APP.source)])
def test_a_public_name_tells_where_its_private_one_comes_from(images: tuple[str, str]) -> None:
    manifest = "kind: Pod\nspec:\n  containers:\n" + "".join(f"  - image: {image}\n" for image in images)
    assert plan.of_manifests(manifest.encode(), SETTINGS).copies == [APP]


def test_what_has_no_tag_yet_is_not_taken_for_the_latest() -> None:
    """A template fills it in: `:latest`, which would be copied else, may be anything."""
    found = plan.of_manifests(
        b"kind: Pod\nspec:\n  containers:\n  - image: quay.io/acme/app:1\n    env:\n"
        b"    - {name: OTHER_IMAGE, value: 'quay.io/acme/other:{{ .tag }}'}\n"
        b"    - {name: PINNED_IMAGE, value: 'quay.io/acme/pinned@${DIGEST}'}\n",
        SETTINGS,
    )
    assert found.copies == [APP]
    assert [(left.reference, left.reason) for left in found.left] == [
        ("quay.io/acme/other", OPEN_TAG),
        ("quay.io/acme/pinned", OPEN_TAG),
    ]


def test_of_list() -> None:
    found = plan.of_list(b"# ours\nquay.io/acme/app:1\n\nquay.io/acme/app:1 # again\nredis\n", SETTINGS)
    assert found == CopyPlan([APP, ImageCopy("redis", "r.example.com/x/redis")], [])


def test_with_their_hosts_two_images_do_not_meet() -> None:
    raw = b"quay.io/minio/minio:1\nminio/minio:1\n"
    with pytest.raises(AcregError, match="two images"):
        plan.of_list(raw, SETTINGS)
    found = plan.of_list(raw, SETTINGS._replace(keep_host=True))
    assert [copy.target for copy in found.copies] == [
        "r.example.com/x/quay.io/minio/minio:1",
        "r.example.com/x/docker.io/minio/minio:1",
    ]


def test_nobody_copies_from_a_registry_of_the_cluster() -> None:
    own = "registry.demo.svc:5000/app:1"
    manifest = f"kind: Pod\nspec: {{containers: [{{image: '{own}'}}, {{image: 'quay.io/acme/app:1'}}]}}\n"
    assert plan.of_manifests(manifest.encode(), SETTINGS) == CopyPlan([APP], [])
    listed = plan.of_list(f"{own}\nquay.io/acme/app:1\n".encode(), SETTINGS)
    assert listed.copies == [APP]
    assert [left.reason for left in listed.left] == ["registry.demo.svc:5000 is a registry of the cluster itself"]
    named = SETTINGS._replace(sources=("registry.demo.svc:5000",))
    assert plan.of_manifests(manifest.encode(), named).copies == [ImageCopy(own, "r.example.com/x/app:1"), APP]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"quay.io/acme/app:1\nnot an image\n", "Line 2 of the list, `not an image`"),
        (b"# nothing\n\n", "The list is empty"),
        ("quay.io/a/b:1".encode("utf-16"), "not UTF-8 text"),
    ],
)
def test_lists_that_are_refused(raw: bytes, message: str) -> None:
    with pytest.raises(AcregError, match=message):
        plan.of_list(raw, SETTINGS)
