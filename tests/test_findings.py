from __future__ import annotations

from typing import Any

import pytest
from rendering import PRIVATE, SOURCE, settings

from postrenderer.errors import AcregError
from postrenderer.findings import check_collisions, find, placeless, refuse_left, refuse_without_secret
from postrenderer.rewrite import rewrite
from postrenderer.text.pointer import pointer

POLICY = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {validate: {image: 'quay.io/b:1'}}\n"
STREAM = (
    "kind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{image: 'a/b:1'}]\n"
    "---\nkind: Role\n---\nkind: Demo\nspec: {image: cpu, global: {hub: docker.io/istio, tag: '1'}}\n"
    f"---\n{POLICY}"
)


def test_find_tells_what_is_found_in_each_document_that_is_read() -> None:
    found = find(STREAM.encode(), settings())
    assert [(document.identity.position, document.identity.kind) for document in found] == [
        (0, "Pod"),
        (2, "Demo"),
        (3, "ClusterPolicy"),
    ]
    assert [[(one.kind, one.source) for one in document.findings] for document in found] == [
        [("moved", "a/b:1")],
        [("unsure", "cpu"), ("moved", "docker.io/istio")],
        [("stays", "quay.io/b:1")],
    ]
    assert [[one.source for one in document.images] for document in found] == [["a/b:1"], ["cpu"], ["quay.io/b:1"]]
    assert [[one.source for one in document.prefixes] for document in found] == [[], ["docker.io/istio"], []]
    secrets = [(of.names, [pointer(path) for path in of.paths]) for document in found for of in document.additions]
    assert secrets == [(["containerregistry"], ["/spec"])]


def test_find_tells_what_a_rewrite_does() -> None:
    found, written = find(STREAM.encode(), settings()), rewrite(STREAM.encode(), settings()).found
    assert [document.identity for document in found] == [document.identity for document in written]
    assert [[(*one[:4], one.line, one.kept) for one in document.findings] for document in found] == [
        [(*one[:4], one.line, one.kept) for one in document.findings] for document in written
    ]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("image: quay.io/a:1\n", {"strict": True, "keep": ("quay.io",)}),
        ("image: quay.io/a:1\n", {"others": "fail"}),
        ("image: quay.io/a/b:1\ninitImage: ghcr.io/a/b:1\n", {}),
    ],
)
def test_find_refuses_nothing_that_a_rewrite_refuses(text: str, changes: dict[str, Any]) -> None:
    with pytest.raises(AcregError):
        rewrite(text.encode(), settings(**changes))
    (document,) = find(text.encode(), settings(**changes))
    assert document.images


def test_find_refuses_what_cannot_be_read() -> None:
    with pytest.raises(AcregError, match="is not valid YAML"):
        find(b"image: [\n", settings())


def test_collisions_across_documents() -> None:
    text = "image: quay.io/a/b:1\n---\nimage: ghcr.io/a/b:1\n"
    with pytest.raises(AcregError, match="are two images, and both would become"):
        check_collisions(find(text.encode(), settings()))
    check_collisions(find(text.encode(), settings(keep=("ghcr.io",))))  # what is left does not collide
    check_collisions(find(text.replace("ghcr.io", "quay.io").encode(), settings()))


def test_registries_do_not_collide() -> None:
    text = "{hub: docker.io/istio, tag: '1'}\n---\n{hub: quay.io/istio, tag: '1'}\n"
    check_collisions(find(text.encode(), settings()))


def refused(text: str, **changes: Any) -> str:  # noqa: ANN401  # any field of Settings
    with pytest.raises(AcregError) as caught:
        refuse_left(find(text.encode(), settings(**changes)), settings(**changes))
    assert caught.value.exit_code == 1
    return str(caught.value)


KEPT = "kind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{image: 'quay.io/a:1'}]\n"


def test_strict_names_what_is_left_and_the_number_of_the_others() -> None:
    message = refused(KEPT + "---\n" + POLICY + "---\nimage: cpu\nproxyImage: gpu\n", strict=True, keep=("quay.io",))
    assert message == (
        "With --strict every image must come from the private registry, and 1 would not: quay.io/a:1 at "
        "/spec/containers/0/image, line 4, of Pod web (document 1): under `keep` entry quay.io. Add a rule for them, "
        "or run without --strict. Not counted: 1 that may stay and 2 that only look like images."
    )


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ("", "or run without --strict."),
        (f"---\n{POLICY}", "Not counted: 1 that may stay."),
        ("---\nimage: cpu\n", "Not counted: 1 that only look like images."),
    ],
)
def test_strict_names_only_the_kinds_that_are_there(more: str, end: str) -> None:
    assert refused(KEPT + more, strict=True, keep=("quay.io",)).endswith(end)


@pytest.mark.parametrize(
    "text", [POLICY, "image: cpu\n", f"image: {SOURCE}/a:1\n", f"image: {PRIVATE}/a:1\n", "a: b\n"]
)
def test_strict_fails_for_what_is_left_alone(text: str) -> None:
    refuse_left(find(text.encode(), settings(strict=True)), settings(strict=True))
    assert rewrite(text.encode(), settings(strict=True)).output


def test_others_fail_ends_the_run_for_what_nothing_covers_alone() -> None:
    text = "image: quay.io/a/b:1\nsidecarImage: ghcr.io/c/d:1\ncontainers: [{image: ':'}]\n"
    message = refused(text, keep=("quay.io",), others="fail")
    assert message.startswith("With `others: fail` every image must come from the private registry, and 1 would not: ")
    assert "ghcr.io/c/d:1 at /sidecarImage, line 2, of document 1: others: fail. Add a rule" in message
    assert "and 3 would not: " in refused(text, keep=("quay.io",), others="fail", strict=True)


def test_without_either_nothing_is_refused() -> None:
    refuse_left(find(KEPT.encode(), settings(keep=("quay.io",))), settings(keep=("quay.io",)))


def test_registries_that_are_left_count() -> None:
    assert "docker.io/istio at /hub" in refused("{hub: docker.io/istio, tag: '1'}\n", strict=True, keep=("docker.io",))


def test_strict_secrets_ends_no_run_whose_images_all_have_a_place_for_theirs() -> None:
    values = settings(pull_secrets=("regcred",), strict_secrets=True)
    refuse_without_secret(find(b"kind: Pod\nspec: {containers: [{image: a}]}\n", values), values)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (1, "1 has no known place for the pull secret"),
        (2, "2 have no known place for the pull secret"),
    ],
)
def test_placeless(count: int, text: str) -> None:
    assert placeless(count) == text
