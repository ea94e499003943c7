from __future__ import annotations

import base64

import pytest
from marked import moved, plain
from rendering import render, summary

from postrenderer.errors import AcregError
from postrenderer.findings import find
from postrenderer.images.pins import Pins
from postrenderer.plan.decide import LEFT, PRIVATE
from postrenderer.rewrite import rewrite
from postrenderer.settings import Settings
from postrenderer.sites import secrets
from postrenderer.text.scalars import apply

HERE = "registry.example.com"


def secret(content: str, *, width: int = 0, kind: str = "Secret", field: str = "data") -> str:
    word = base64.b64encode(content.encode()).decode()
    lines = "".join(f"    {word[i : i + width]}\n" for i in range(0, len(word), width)) if width else ""
    value = f"|\n{lines}" if width else f"{word}\n"
    return f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: demo\n{field}:\n  config: {value}"


def wrapped(text: str, width: int) -> str:
    encoded = base64.b64encode(text.encode()).decode()
    return "\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))


@pytest.mark.parametrize(
    "content",
    [
        "image: «acme/app:1»\n",
        "singleuser:\n  image:\n    name: «quay.io/acme/notebook»\n    tag: '4'\n",
        '{"image": "«busybox»", "tag": "1"}',
        "image = '«acme/notebook:latest»'\n{{ x }}\n",
        "«quay.io/acme/app:1»",
    ],
)
@pytest.mark.parametrize("width", [0, 20])
def test_references_inside_base64(content: str, width: int) -> None:
    text = secret(plain(content), width=width)
    got = render(text, pull_secrets=())
    value = got.partition("config: ")[2].removeprefix("|\n")
    assert base64.b64decode("".join(value.split())).decode() == moved(content)
    assert got.partition("config: ")[0] == text.partition("config: ")[0]


@pytest.mark.parametrize(
    "content", ["password", "replicas: 1\n", '{"auths":{"quay.io":{"auth":"eDp5"}}}', "\x00\x01", ""]
)
def test_secrets_without_references_stay(content: str) -> None:
    assert render(secret(content), pull_secrets=()) == secret(content)


@pytest.mark.parametrize(
    ("content", "pinned", "kind"),
    [
        ("image: acme/app:1\n", False, LEFT),
        ("image: acme/app:1\n", True, LEFT),
        ("IMAGE=acme/app:1\n", False, LEFT),
        (f"image: {HERE}/acme/app:1\n", False, PRIVATE),
        (f"image: {HERE}/acme/app:1\n", True, PRIVATE),
        (f"kind: Pod\nspec:\n  containers:\n  - image: {HERE}/acme/app:1\n", False, PRIVATE),
    ],
)
def test_the_setting_leaves_them_and_says_so(content: str, pinned: bool, kind: str) -> None:  # noqa: FBT001  # a column
    text = secret(content)
    pins = Pins([(f"{HERE}/acme/app:1", f"sha256:{'0' * 64}")], "acreg.lock.yaml") if pinned else None
    asked = Settings(HERE, pull_secrets=("regcred",), secrets=False, pins=pins)
    assert b"".join(rewrite(text.encode(), asked).output).decode() == text
    found = [one for document in find(text.encode(), asked) for one in document.findings]
    assert [one.kind for one in found] == [kind]
    assert all("--no-secrets" in one.reason for one in found if kind == LEFT)


@pytest.mark.parametrize(("kind", "field"), [("ConfigMap", "data"), ("Secret", "metadata2"), ("SealedSecret", "data")])
def test_only_data_of_secrets_is_base64(kind: str, field: str) -> None:
    text = secret("image: acme/app:1\n", kind=kind, field=field)
    assert render(text, pull_secrets=()) == text


def test_owner_references_do_not_hide_the_kind() -> None:
    owned = "metadata:\n  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: x}]\n"
    text = secret("image: acme/app:1\n").replace("metadata:\n  name: demo\n", owned)
    assert render(text, pull_secrets=()) != text


def test_string_data_is_a_text() -> None:
    text = "kind: Secret\nstringData:\n  config.yaml: |\n    image: «acme/app:1»\n  IMAGE: «acme/app:1»\n"
    assert render(plain(text), pull_secrets=()) == moved(text)


@pytest.mark.parametrize("value", ["no base64!", "YQ", "/w==", ""])
def test_what_is_not_base64_of_text_is_nothing(value: str) -> None:
    assert secrets.decoded(value) == ""


def test_encoding_is_the_inverse_of_decoding() -> None:
    assert secrets.decoded(apply("eA==", secrets.reencoded("eA==", "image: ä\n"))) == "image: ä\n"


def test_values_that_are_no_text() -> None:
    text = "apiVersion: v1\nkind: Secret\ndata:\n  image: [YTpi]\n  config: {a: b}\n"
    assert render(text, pull_secrets=()) == text


def text_with(inside: str) -> str:
    """A ConfigMap with a text, as ClusterResourceSets have them."""
    lines = "".join(f"    {line}\n" for line in inside.splitlines())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  objects.yaml: |\n{lines}"


IN_BASE64 = {
    "a Secret": secret("image: quay.io/acme/app:1\n"),
    "a wrapped Secret": secret("image: quay.io/acme/app:1\n", width=8),
    "a Secret in a list": "items:\n- kind: Secret\n  data:\n    IMAGE: " + wrapped("quay.io/acme/app:1", 99),
    "an image field": f"spec:\n  containers:\n  - image: !!binary {wrapped('quay.io/acme/app:1', 99)}\n",
    "a text in a text": "data:\n  b: |\n    " + secret("image: quay.io/acme/app:1\n").replace("\n", "\n    ") + "\n",
    "a text": f"data:\n  a: !!binary {wrapped('image: quay.io/acme/app:1', 99)}\n  image: x\n",
}
"""Texts with a reference in base64; an edit of it would need a second encoding."""


@pytest.mark.parametrize("inside", IN_BASE64.values(), ids=IN_BASE64)
def test_base64_within_a_text_is_left_and_named(inside: str) -> None:
    text = text_with(inside)
    assert render(text, pull_secrets=()) == text
    (left,) = summary(text)["left"]
    assert (left["reference"], "in base64 within a text" in left["reason"]) == ("quay.io/acme/app:1", True)
    with pytest.raises(AcregError, match="in base64 within a text"):
        render(text, strict=True)


@pytest.mark.parametrize("content", ["a: 1", "image: registry.spacetech.com:8083/appcircle/app:1"])
def test_base64_within_a_text_that_is_private_or_no_image(content: str) -> None:
    text = text_with(secret(content))
    assert render(text, strict=True, pull_secrets=()) == text
    assert summary(text)["left"] == []


@pytest.mark.parametrize("old", ["quay.io/a/b:1", "a/b:1", "x"])
@pytest.mark.parametrize("new", ["registry.example.com:8083/mirror/a/b:1", "b", "[::1]:5000/x"])
@pytest.mark.parametrize("width", [8, 12, 76, 1000])
@pytest.mark.parametrize("end", ["", "\n", " \n\n"])
def test_base64_keeps_its_wrapping(old: str, new: str, width: int, end: str) -> None:
    """All lines but the last stay as long as they were; the last takes what is left."""
    value = wrapped(f"image: {old}\nname: {old}\n", width) + end
    after = apply(value, secrets.reencoded(value, f"image: {new}\nname: {new}\n"))
    assert secrets.decoded(after) == f"image: {new}\nname: {new}\n"
    before, lines = ([line for line in one.split("\n") if line.strip()] for one in (value, after))
    assert len(lines) <= len(before)
    assert [len(line) for line in lines[:-1]] == [len(line) for line in before[: len(lines) - 1]]
    assert after.endswith(end)
