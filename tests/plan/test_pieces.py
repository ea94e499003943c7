from __future__ import annotations

import pytest
from rendering import PRIVATE, settings

from postrenderer.errors import AcregError
from postrenderer.images.relocation import Relocation
from postrenderer.plan.pieces import Piece, pieces
from postrenderer.settings import Ignore, Location
from postrenderer.text import composer
from postrenderer.text.pointer import pointer
from postrenderer.text.scalars import apply
from postrenderer.text.stream import Document
from postrenderer.text.view import View

pytestmark = pytest.mark.usefixtures("loader")


def planned(text: str, **changes: object) -> list[Piece | Document]:
    values = settings(**changes)
    return list(pieces(text.encode(), values, Relocation(values)))


def piece_of(text: str, **changes: object) -> Piece:
    (piece,) = planned(text, **changes)
    assert isinstance(piece, Piece)
    return piece


def edited(piece: Piece) -> str:
    return apply(piece.reading.text, piece.edits)


@pytest.mark.parametrize(
    ("text", "expected", "moved"),
    [
        ("image: a/x\nother: a/x # c\n", "image: NEW\nother: a/x # c\n", ["/image"]),
        ("image: a/x\nproxyImage: 'a/x'\n", "image: NEW\nproxyImage: 'NEW'\n", ["/image", "/proxyImage"]),
        # A scalar with aliases changes once, and each of its places is told.
        ("image: &a a/x\nproxyImage: *a\n", "image: &a NEW\nproxyImage: *a\n", ["/image", "/proxyImage"]),
        ("other: &a a/x\nimage: *a\n", "other: &a NEW\nimage: *a\n", ["/image"]),
        ("a: &a {image: a/x}\nb:\n  <<: *a\n", "a: &a {image: NEW}\nb:\n  <<: *a\n", ["/a/image", "/b/image"]),
        (
            'a: &a [--img, a/x]\nb: {"args":*a}\n# image\n',
            'a: &a [--img, NEW]\nb: {"args":*a}\n# image\n',
            ["/b/args/1"],
        ),
        ("image: a/x\nimage: a/x\n", "image: NEW\nimage: NEW\n", ["/image", "/image"]),
        ("a: {image: a/x\n  }\n", "a: {image: NEW\n  }\n", ["/a/image"]),
    ],
)
def test_scalars(text: str, expected: str, moved: list[str]) -> None:
    piece = piece_of(text)
    assert edited(piece) == expected.replace("NEW", f"{PRIVATE}/a/x")
    (document,) = piece.documents
    assert [pointer(finding.site.path) for finding in document.findings if finding.kind == "moved"] == moved
    assert piece.view.plain(piece.reading.roots[0]) == View().plain(composer.compose(edited(piece)).roots[0])


@pytest.mark.parametrize(
    "text",
    [
        "kind: Pod\nspec:\n  containers:\n  - image: a/x\n",
        "kind: Pod\nspec:\n  imagePullSecrets:\n  containers: [{image: &i a/x}]\n  other: *i\n",
        "kind: Pod\nspec: {imagePullSecrets: [{name: o}], containers: [{image: a/x}]}\n",
        "kind: Secret\ndata: {a: aW1hZ2U6IGEvYjox}\n",
    ],
)
def test_no_node_is_changed(text: str) -> None:
    piece = piece_of(text)
    assert piece.edits
    assert View().plain(piece.reading.roots[0]) == View().plain(composer.compose(text).roots[0])
    assert piece.view.plain(piece.reading.roots[0]) == View().plain(composer.compose(edited(piece)).roots[0])


def test_a_value_that_may_no_longer_be_plain_is_quoted() -> None:
    text = "image: a/x\nproxyImage: 'a/x'\nimages: [a/x:1]\n"
    new = "[::1]:5000/appcircle/a/x"
    assert (
        edited(piece_of(text, registry="[::1]:5000")) == f'image: "{new}"\nproxyImage: \'{new}\'\nimages: ["{new}:1"]\n'
    )


def test_what_cannot_be_about_images_comes_as_it_is() -> None:
    text = "kind: Role\n---\nimage: a/x\n---\n: not [ YAML\n"
    first, second, third = planned(text)
    assert isinstance(first, Document)
    assert isinstance(second, Piece)
    assert isinstance(third, Document)
    assert (first.raw(), third.raw()) == (b"kind: Role\n", b"---\n: not [ YAML\n")
    assert second.reading.whole(second.reading.text) == b"---\nimage: a/x\n"


def test_what_is_read_and_needs_no_change() -> None:
    piece = piece_of(f"image: {PRIVATE}/x\n")
    assert piece.edits == []
    assert [finding.kind for finding in piece.documents[0].findings] == ["private"]


def test_documents_in_one_piece() -> None:
    piece = piece_of("kind: A\nimage: a/x\n...\n---\nkind: B\nimage: a/y\n".replace("\n---\n", "\r---\r"))
    assert [document.identity.kind for document in piece.documents] == ["A", "B"]
    assert [[finding.source for finding in document.findings] for document in piece.documents] == [["a/x"], ["a/y"]]
    assert f"{PRIVATE}/a/x" in edited(piece)
    assert f"{PRIVATE}/a/y" in edited(piece)


@pytest.mark.parametrize(
    ("changes", "reads"),
    [
        ({}, False),
        ({"locations": (Location("/a", kind="Widget"),)}, True),
        ({"locations": (Location("/a", kind="Wid*"),)}, True),
        ({"locations": (Location("/a", kind="Other"),)}, False),
        ({"locations": (Location("/a", kind="XOther"),)}, False),
        ({"service_accounts": True}, False),
        ({"ignore": (Ignore(kind="Widget"),)}, False),
    ],
)
def test_what_the_settings_ask_beside_images_is_read(changes: dict[str, object], *, reads: bool) -> None:
    (piece,) = planned("kind: Widget\na: b\n", **changes)
    assert isinstance(piece, Piece) is reads


@pytest.mark.parametrize(
    ("text", "changes", "reads"),
    [
        ("a: quay.io/b/c\n", {}, False),
        ("a: quay.io/b/c\n", {"sources": ("quay.io",)}, True),
        ("PULL_SECRET: x\n", {"pull_secrets": ()}, False),
        ("PULL_SECRET: x\n", {}, True),
    ],
)
def test_what_only_the_settings_make_telling_is_read(text: str, changes: dict[str, object], *, reads: bool) -> None:
    (piece,) = planned(text, **changes)
    assert isinstance(piece, Piece) is reads


def test_service_accounts_are_read_if_they_are_asked_for() -> None:
    text = "apiVersion: v1\nkind: ServiceAccount\n"
    assert isinstance(planned(text)[0], Document)
    piece = piece_of(text, service_accounts=True)
    assert [addition.names for addition in piece.documents[0].additions] == [["containerregistry"]]
    assert piece.documents[0].findings == []


def test_pull_secrets_are_told_for_each_place() -> None:
    text = "a: &p\n  containers: [{image: a/x}]\nb: *p\nc:\n  <<: *p\n"
    (document,) = piece_of(text).documents
    places = [(addition.names, [pointer(path) for path in addition.paths]) for addition in document.additions]
    assert places == [(["containerregistry"], ["/a", "/b"]), (["containerregistry"], ["/c"])]


@pytest.mark.parametrize(
    "text",
    [
        "? &k a/x:1\n: 1\nimage: *k\n",
        "&k a/x:1 : 1\nimage: *k\n",
        "a:\n- b\n- ? &k a/x:1\n  : 1\n- image: *k\n",
        "a: {c: {? &k a/x:1 : 1}}\nb: [{image: *k}]\n",
        "- image: &k a/x:1\n- {b: 1, *k : 2}\n",
        "image: &k a/x:1\nsecond: 1\n? {*k : 1}\n: 2\n",  # in a key that is a mapping
    ],
)
def test_a_key_that_would_change_ends_the_run(text: str) -> None:
    with pytest.raises(AcregError) as caught:
        planned(text)
    assert str(caught.value) == (
        "document 1: an image reference there is an alias of a mapping's key, which may not change. Write the "
        "reference out instead of the alias."
    )


@pytest.mark.parametrize(
    "field",
    [
        "imagePullSecrets: [name: &n a/x:1]",
        "imagePullSecrets: [&n a/x:1]",
        "pullSecretRef: {name: &n a/x:1}",
        "image_pull_secret: &n a/x:1",
    ],
)
def test_the_name_of_a_pull_secret_that_would_change_ends_the_run(field: str) -> None:
    with pytest.raises(AcregError, match="is an alias of a pull secret's name, which may not change"):
        planned(f"{field}\ncontainers: [image: *n]\n")


@pytest.mark.parametrize(
    "text",
    [
        "image: a/x:1\n",
        "a/x:1: &a b\nimage: a/x:1\nc: *a\n",  # a key of the same text is another scalar
        "a: &a {image: a/x:1, c: &c [1, *a]}\n",  # it holds itself, and is looked at once
        "? &k key\n: 1\nb: *k\nimage: a/x:1\n",
    ],
)
def test_keys_that_stay(text: str) -> None:
    assert edited(piece_of(text)) == text.replace("image: a/x:1", f"image: {PRIVATE}/a/x:1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: Pod\nimage: [\n", r"^Pod \(document 1\) is not valid YAML"),
        (
            "kind: Pod\nx: &x {a: 1}\nimage: {<<: [" + ", ".join(["*x"] * 1_002) + "]}\n",
            r"^Pod \(document 1\), near line 1 of the stream, merges more than any Kubernetes object does",
        ),
        (
            "a: b\n---\nkind: Pod\nimage: a/x\ny: &y [" + "1, " * 2_000 + "]\nz:\n" + "- {a: *y}\n" * 60,
            r"^Pod \(document 2\), near line 3 of the stream, is nested too deep or repeats itself too often",
        ),
        (
            "kind: Secret\nimage: !!binary |\n  YS94\n",
            (
                r"^Secret \(document 1\): an image reference at line 2 of the document is written so that its text "
                r"cannot be edited \(`!!binary \|`, for example\)\. Write it out as plain text\.$"
            ),
        ),
        (
            "kind: Pod\nspec:\n  imagePullSecrets: x\n  containers: [{image: a/x}]\n",
            r"^Pod \(document 1\): `imagePullSecrets` at /spec/imagePullSecrets is not a list",
        ),
    ],
)
def test_a_document_that_cannot_be_processed(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=message):
        planned(text)
