"""What the families do together: `sites.find` and `sites.spans`."""

from __future__ import annotations

import base64
import json

import pytest
from marked import check, config

from postrenderer import sites
from postrenderer.sites import repeats
from postrenderer.sites.site import CERTAIN, UNMOVED, PrefixSpan
from postrenderer.text import composer
from postrenderer.text.pointer import pointer

SOURCE = "registry.acme.dev/source/"


def known(reference: str) -> bool:
    return reference.startswith(SOURCE)


def find(text: str) -> sites.Contents:
    (root,) = composer.compose(text).roots
    return sites.find(root, known)


@pytest.mark.parametrize(
    "value",
    [
        f"{SOURCE}app",
        f"see {SOURCE}app, and so on",
        f"# {SOURCE}app",
        f"--destination={SOURCE}app",
        f"skopeo copy docker://{SOURCE}app x",
        f"image:{SOURCE}app",
        f"map[image:{SOURCE}app]",
        f"a={SOURCE}app;b",
    ],
)
@pytest.mark.parametrize("key", ["anything", "description", "merged-values", "chart"])
def test_what_is_under_a_source_is_certain_in_any_text(key: str, value: str) -> None:
    (site,) = find(config(value, key)).sites
    assert (site.span.reference, site.span.level) == (f"{SOURCE}app", CERTAIN)


@pytest.mark.parametrize(
    "value",
    [
        "x" + SOURCE + "app",
        "https://" + SOURCE + "app",
        "a/" + SOURCE + "app",
        SOURCE + "app*",
        SOURCE + "app/*",
        SOURCE + "*",
        SOURCE + "README.md",
        "https://" + SOURCE,
    ],
)
def test_what_only_holds_the_letters_of_a_source_is_not(value: str) -> None:
    assert not [site for site in find(config(value)).sites if site.span.level == CERTAIN]


def test_sites_stand_in_the_order_of_the_text() -> None:
    found = find(
        "spec:\n  b: quay.io/acme/b:1\n  a: {image: acme/a:1}\n  args: [--c-image=acme/c:1]\n  image: acme/d\n"
    )
    assert [site.span.reference for site in found.sites] == ["quay.io/acme/b:1", "acme/a:1", "acme/c:1", "acme/d"]


@pytest.mark.parametrize("after", ["", "/", "/${NAME}:1", "/{{ .Values.name }}", " and more"])
def test_a_source_itself_is_a_place(after: str) -> None:
    place = SOURCE.rstrip("/")
    (site,) = find(config(f"in {place}{after}", "anything")).sites
    assert isinstance(site.span, PrefixSpan)
    assert site.span.reference == place
    assert site.node.value[site.span.start : site.span.end] == place


@pytest.mark.parametrize(
    "text",
    [
        f"image: {SOURCE}app:1\n",
        f"chart: {SOURCE}app:1\n",
        f"env: [{{name: APP_IMAGE, value: '{SOURCE}app:1'}}]\n",
        f"args: ['--destination={SOURCE}app:1']\n",
        f"command: [skopeo, '{SOURCE}app:1']\n",
        "{repository: registry.acme.dev/source/app, tag: 1}\n",
    ],
)
def test_what_is_under_a_source_is_certain_in_any_place(text: str) -> None:
    (site,) = find(text).sites
    assert (site.span.reference, site.span.level) == (f"{SOURCE}app:1", CERTAIN)


def test_one_scalar_with_several_references() -> None:
    (root,) = composer.compose(config("a: quay.io/acme/a:1\nb:\n- image: acme/b\n- image: acme/b\n")).roots
    found = [site.span for site in sites.find(root, known).sites]
    assert [span.reference for span in found] == ["quay.io/acme/a:1", "acme/b", "acme/b"]
    assert [span.start for span in found] == [3, 32, 48]


def test_texts_that_repeat_the_image_of_a_container() -> None:
    check(
        "kind: Pod\nspec:\n  containers:\n  - image: «acme/app:1»\n    args: [--copy, «acme/app:1»]\n"
        "  - image: «other»\n    args: [other]\n",
        "podspec",
        "text",
    )


@pytest.mark.parametrize("levels", [1, 2, 3, 4, 5])
def test_documents_within_texts_within_documents(levels: int) -> None:
    text = "image: acme/app:1\n"
    for _ in range(levels):
        text = "data: |\n" + "".join(f"  {line}\n" for line in text.splitlines())
    (site,) = find(text).sites
    assert site.span.reference == "acme/app:1"


def test_a_character_that_json_writes_in_halves() -> None:
    inner = json.dumps({"volumes": [{"image": {"reference": "acme/app"}}], "x": "\U0001f600"})
    (site,) = find(f"a: '{inner}'\n").sites
    assert site.span.reference == "acme/app"


@pytest.mark.parametrize("form", ["{}", "'{}'", "|\n  {}"])
def test_base64_within_a_text_does_not_move(form: str) -> None:
    encoded = base64.b64encode(b"quay.io/acme/app:1 quay.io/acme/b:1").decode()
    text = config(f"config: !!binary {form.format(encoded)}\nimage: acme/app:1\n")
    found = [(site.span.reference, site.span.level == UNMOVED) for site in find(text).sites]
    assert found == [("quay.io/acme/app:1", True), ("quay.io/acme/b:1", True), ("acme/app:1", False)]


def test_a_text_that_merges_too_much_is_searched_by_its_lines() -> None:
    many = "".join(f"  k{number}: v\n" for number in range(1_100))
    text = config(f"x: &x\n{many}y:\n  <<: *x\n  <<: {{a: b}}\nimage: quay.io/acme/app:1\n")
    (site,) = find(text).sites
    assert site.span.reference == "quay.io/acme/app:1"


@pytest.mark.parametrize("times", [3, 4])
def test_a_text_whose_aliases_repeat_large_lists_is_searched_by_its_lines(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repeats, "_REPEATED", 3)
    large = f"a: &a [{', '.join(['x'] * 100)}]\n"
    value = f"{large}see: {SOURCE}app\n" + "".join(f"b{number}: {{c: *a}}\n" for number in range(times))
    texts: dict[str, sites.Text] = {}
    (span,) = sites.spans(value, known, texts)
    assert (span.reference, span.start) == (f"{SOURCE}app", len(large) + len("see: "))
    assert bool(texts) == (times == 3)


def test_an_image_with_the_tag_of_a_date_is_not_to_be_moved() -> None:
    (site,) = find("kind: Pod\nspec: {containers: [{image: !!timestamp 2001-01-01}]}\n").sites
    assert (site.span.level, site.span.reason) == (UNMOVED, "its tag, !!timestamp, allows only a date")


def test_pod_specs_and_service_accounts_with_all_their_paths() -> None:
    found = find(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}\n"
        "- spec: &s {containers: [{image: a}]}\n- spec: *s\n- spec: {containers: [{name: b}]}\n"
    )
    assert [[pointer(path) for path in owner.paths] for owner in found.pod_specs] == [
        ["/items/1/spec", "/items/2/spec"]
    ]
    assert [[pointer(path) for path in owner.paths] for owner in found.service_accounts] == [["/items/0"]]


def test_each_site_says_why() -> None:
    found = find("spec: {image: acme/a:1, registry: quay.io, repository: acme/b, tag: 1, c: quay.io/acme/c:1}\n")
    assert all(site.span.reason for site in found.sites)
