from __future__ import annotations

import pytest

from postrenderer.rewrite import rewrite
from postrenderer.settings import Ignore, Location, Settings

PRIVATE = "registry.spacetech.com:8083/appcircle"

WIDGET = """\
apiVersion: example.com/v1
kind: Widget
metadata:
  name: one
spec:
  engine: acme/engine
  parts:
  - {host: quay.io, repo: acme/part, release: v1}
  - {host: quay.io, repo: acme/other, release: v2}
  notes: |
    first acme/first:1, then acme/second:2
  image: acme/image:1
"""
PARTS = (("registry", "host"), ("repository", "repo"), ("tag", "release"))


def render(text: str, *locations: Location, ignore: tuple[Ignore, ...] = ()) -> str:
    settings = Settings("registry.spacetech.com:8083", "appcircle", locations=locations, ignore=ignore)
    return b"".join(rewrite(text.encode(), settings).output).decode()


@pytest.mark.parametrize(
    ("location", "before", "after"),
    [
        (Location("/spec/engine", kind="Widget"), "engine: acme/engine", f"engine: {PRIVATE}/acme/engine"),
        (Location("/*/eng*"), "engine: acme/engine", f"engine: {PRIVATE}/acme/engine"),
        (Location("/spec/engine", "example.com/*", "W*"), "engine: acme/engine", f"engine: {PRIVATE}/acme/engine"),
        (Location("/spec/parts/*", form="split", parts=PARTS), "host: quay.io", f"host: {PRIVATE}"),
        (
            Location("/spec/notes", form="text"),
            "first acme/first:1, then acme/second:2",
            f"first {PRIVATE}/acme/first:1, then {PRIVATE}/acme/second:2",
        ),
    ],
)
def test_a_location_adds_a_place(location: Location, before: str, after: str) -> None:
    expected = WIDGET.replace(before, after).replace("image: acme", f"image: {PRIVATE}/acme")
    assert before in render(WIDGET)
    assert render(WIDGET, location) == expected


def test_a_text_at_a_location_may_name_what_a_source_makes_known() -> None:
    settings = Settings(
        "r.example.com", "p", sources=("quay.io/acme",), locations=(Location("/spec/notes", form="text"),)
    )
    text = "kind: Widget\nspec:\n  notes: see quay.io/acme/app and quay.io/other\n"
    output = b"".join(rewrite(text.encode(), settings).output).decode()
    assert output == text.replace("quay.io/acme", "r.example.com/p")


def test_a_location_is_read_where_nothing_else_looks_like_an_image() -> None:
    text = "kind: Widget\nspec:\n  engine: acme\n"
    assert render(text) == text
    assert render(text, Location("/spec/engine", kind="Widget")) == text.replace("acme", f"{PRIVATE}/acme")
    assert render(text, Location("/spec/engine", kind="Wid*")) == text.replace("acme", f"{PRIVATE}/acme")
    assert render(text, Location("/spec/engine", kind="Other")) == text


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [("whole", "prefix", f"{PRIVATE}/quay.io"), ("prefix", "whole", PRIVATE), ("text", "prefix", PRIVATE)],
)
def test_of_two_locations_at_one_place_the_first_that_finds_something_counts(
    first: str, second: str, after: str
) -> None:
    text = "kind: Widget\nspec:\n  engine: quay.io\n"
    pair = Location("/spec/engine", form=first), Location("/spec/*", form=second)
    assert render(text, *pair) == text.replace("quay.io", after)


def test_paths_begin_at_the_items_of_a_list() -> None:
    text = "kind: List\nitems:\n- kind: Widget\n  spec:\n    engine: acme/engine\n"
    assert render(text, Location("/spec/engine", kind="Widget")) == text.replace("acme", f"{PRIVATE}/acme")


@pytest.mark.parametrize(
    ("entry", "ignored"),
    [
        (Ignore(kind="Widget"), True),
        (Ignore(kind="Wid*", name="o*", path="/spec/image"), True),
        (Ignore(api_version="example.com/*"), True),
        (Ignore(reference="acme/*"), True),
        (Ignore(path="/spec/*"), True),
        (Ignore(kind="Gadget"), False),
        (Ignore(name="two"), False),
        (Ignore(kind="Widget", reference="other/*"), False),
    ],
)
def test_ignore_removes_what_is_no_image(entry: Ignore, *, ignored: bool) -> None:
    changed = WIDGET.replace("image: acme", f"image: {PRIVATE}/acme")
    assert render(WIDGET, ignore=(entry,)) == (WIDGET if ignored else changed)


@pytest.mark.parametrize(
    ("field", "stays"),
    [
        ("containers: [{image: acme/image:1}]", [("acme/image:1", "named under `ignore`")]),
        ("volumes: [{image: {reference: acme/image:1}}]", [("acme/image:1", "named under `ignore`")]),
        ("notes: acme/image:1", []),
    ],
)
def test_an_ignored_image_of_a_pod_is_reported(field: str, stays: list[tuple[str, str]]) -> None:
    settings = Settings("registry.spacetech.com:8083", strict=True, ignore=(Ignore(kind="Pod"),))
    text = f"apiVersion: v1\nkind: Pod\nspec:\n  {field}\n"
    done = rewrite(text.encode(), settings)
    assert b"".join(done.output).decode() == text
    assert [(one.source, one.reason) for found in done.found for one in found.findings] == stays


def test_items_and_documents_that_are_no_objects() -> None:
    """They have no kind that `ignore` could name, and stand in nobody's way."""
    listed = "apiVersion: v1\nkind: List\nitems:\n- text\n- {kind: Widget, engine: acme/engine}\n"
    everything = Ignore(kind="*")
    assert render(listed, Location("/engine", kind="Widget")) == listed.replace("acme/e", f"{PRIVATE}/acme/e")
    assert render("- image: acme/image:1\n", ignore=(everything,)) == f"- image: {PRIVATE}/acme/image:1\n"
    assert render(WIDGET, ignore=(everything,)) == WIDGET


def test_a_location_of_another_form() -> None:
    assert render(WIDGET, Location("/spec/parts"), Location("/spec/notes/x")) == render(WIDGET)


def test_a_document_at_a_location_is_written_as_one() -> None:
    """In a container's image nobody else would look for a document."""
    text = "kind: Pod\nspec:\n  containers:\n  - name: a\n    image: |\n      image: %s\n"
    location = Location("/spec/containers/*/image", form="text")
    output = b"".join(
        rewrite((text % "acme/app:1").encode(), Settings("[::1]:5000", "", (), locations=(location,))).output
    )
    assert output.decode() == text % '"[::1]:5000/acme/app:1"'
