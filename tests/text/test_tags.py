from __future__ import annotations

from base64 import b64encode

import pytest
import yaml

from postrenderer.text import composer, tags

pytestmark = pytest.mark.usefixtures("loader")

IMAGE = b64encode(b"image").decode()


def entries(text: str) -> list[tuple[str, str]]:
    (root,) = composer.compose(text).roots
    return [(key.value, value.value) for key, value in root.value]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"!!binary {IMAGE}: x\n", [("image", "x")]),
        (f"a: !!binary {IMAGE}\n", [("a", "image")]),
        (f"a: !!binary |\n  {IMAGE[:4]}\n  {IMAGE[4:]}\n", [("a", "image")]),
        (f"a: !!binary '{IMAGE}'\n", [("a", "image")]),
        (f"a: &x !!binary {IMAGE}\nb: *x\n", [("a", "image"), ("b", "image")]),
        (f"a: !<tag:yaml.org,2002:binary> {IMAGE}\n", [("a", "image")]),
        (f"a: !!%62inary {IMAGE}\n", [("a", "image")]),
        (f"%TAG !e! tag:yaml.org,2002:bin\n---\na: !e!ary {IMAGE}\n", [("a", "image")]),
        # What is no text stays as it is written.
        ("a: !!binary /w==\n", [("a", "/w==")]),
        # Other tags and texts that only look like one.
        (f"a: !!str {IMAGE}\n", [("a", IMAGE)]),
        (f"a: '!!binary {IMAGE}'\n", [("a", f"!!binary {IMAGE}")]),
    ],
)
def test_base64_says_what_it_stands_for(text: str, expected: list[tuple[str, str]]) -> None:
    assert entries(text) == expected


@pytest.mark.parametrize("value", ["x", "'evil.io/x:1'", "\u00e9", "bmdpbng"])
def test_what_is_no_base64_is_refused(value: str) -> None:
    """Kubernetes' parser refuses it, too."""
    with pytest.raises(yaml.MarkedYAMLError, match="the text after !!binary is not base64"):
        composer.compose(f"a: !!binary {value}\n")


def test_base64_inside_lists() -> None:
    (root,) = composer.compose(f"- - !!binary {IMAGE}\n  - &a [!!binary {IMAGE}, *a]\n").roots
    (outer,) = root.value
    assert outer.value[0].value == "image"
    assert outer.value[1].value[0].value == "image"


@pytest.mark.parametrize(
    "text", ["a: [!!str, x]\n", "a: {b: !x, c: d}\n", "a: [!!str]\n", "a: {b: !x}\n", "a: [&a !x, y]\n", "a: [!x[b]]\n"]
)
def test_a_tag_that_a_bracket_or_comma_follows_at_once(text: str) -> None:
    """To Kubernetes' parser these belong to the tag."""
    with pytest.raises(yaml.YAMLError):
        composer.compose(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: [!!str x, y]\n",
        "a: [!!str , y]\n",
        "a: '!x, y'\n",
        "a: no!x, y\n",
        "a: # !x, y\n  b\n",
        "a: !<tag:yaml.org,2002:str> x\n",
        "a: [!<tag:yaml.org,2002:str> x, y]\n",
    ],
)
def test_a_tag_that_ends_where_all_parsers_end_it(text: str) -> None:
    assert len(composer.compose(text).roots) == 1


@pytest.mark.parametrize(
    ("text", "start", "line"),
    [
        ("a: b\n\ufeff# c: d\n", 0, 1),
        ("# \ufeff\n\n#kind: Pod\n", 0, 2),
        ("a: '\ufeff'\n\"kind\": Pod\n", 0, 1),
        ("a: '\ufeff'\nkinds: Pod\n", 0, 1),
        ("a: '\ufeff'\r#\n", 0, 0),  # libyaml ends a line there; errors count as editors do
        ("---\n\ufeff# c\nkind: Pod\n...\n", 5, 2),
        (f"---\n{' ' * 600}\n\ufeff\n#kind: Pod\n", 607, 0),
    ],
)
def test_a_line_whose_first_sign_a_byte_order_mark_may_hide(text: str, start: int, line: int) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match=r"byte order mark") as caught:
        tags.refuse_skipped(text, start)
    assert caught.value.problem_mark
    assert caught.value.problem_mark.line == line


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("#kind: Pod\nx: y\n", 0),
        ("---\n\ufeffx: y\n", 5),
        ("a: b\n# c\ndata:\n  x: |\n    \ufeffy\n\n    z\nkind: ConfigMap\nmetadata:\n  name: x\n", 0),
    ],
)
def test_a_byte_order_mark_that_hides_nothing(text: str, start: int) -> None:
    tags.refuse_skipped(text, start)
