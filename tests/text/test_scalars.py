from __future__ import annotations

from base64 import b64encode

import pytest

from postrenderer.text import composer
from postrenderer.text.scalars import Edit, apply, in_text

pytestmark = pytest.mark.usefixtures("loader")

OLD, NEW = "a.io/x:1", "b.io:80/y:1"


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], "abcdef"),
        ([Edit(0, 0, "x")], "xabcdef"),
        ([Edit(6, 6, "x")], "abcdefx"),
        ([Edit(3, 4, "x"), Edit(1, 2, "")], "acxef"),
        ([Edit(0, 3, "x"), Edit(3, 6, "y")], "xy"),
        ([Edit(2, 2, "x"), Edit(2, 3, "y")], "abxydef"),
    ],
)
def test_apply(edits: list[Edit], expected: str) -> None:
    assert apply("abcdef", edits) == expected


def test_overlapping_edits() -> None:
    with pytest.raises(ValueError, match="edits overlap at 2"):
        apply("abcdef", [Edit(2, 4, ""), Edit(0, 3, "")])


def rewritten(text: str, new: str, old: str = OLD) -> str:
    """The text with each occurrence of a run in its scalar's value replaced."""
    (root,) = composer.compose(text).roots
    node = root.value[0][1]
    edits, at = [], node.value.find(old)
    while at >= 0:
        edits.append(Edit(at, at + len(old), new))
        at = node.value.find(old, at + len(old))
    assert edits
    changed = apply(text, in_text(text, node, edits))
    assert composer.compose(changed).roots[0].value[0][1].value == node.value.replace(old, new)
    return changed


@pytest.mark.parametrize(
    "text",
    [
        "v: {}\n",
        "v: '{}'\n",
        'v: "{}"\n',
        "v: &a {}\n",
        "v: &x # a.io/x:1\n  # a.io/x:1\n  {}\n",
        "v: !!str '{}' # a.io/x:1\n",
        "v:\n  {}\n",
        "v: {}   \n",
        "v: |\n  {}\n",
        "v: |2- # a.io/x:1\n  {0}\n\n  {0}\n",
        "v: >+\n  one {0}\n    two {0}\n\n",
        "v: one {0},\n  two {0}\n\n  three={0}\n",
        "v: 'it''s {0}, ''{0}''\n  and\n\n  {0}'\n",
        'v: "one {0}\n\n  two\t{0}"\n',
        "v: |\r\n  x\r\n  {}\r\n",
        "v: grün 😀\u00a0{}\n",
        '{{"v":"{}"}}',
        "v: {0}{0}\n",
    ],
)
def test_styles_without_escapes(text: str) -> None:
    assert rewritten(text.format(OLD), NEW) == text.format(NEW)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (r"\t{}", r"\t{}"),
        (r"{}\n{}", r"{}\n{}"),
        (r"\"{}\"", r"\"{}\""),
        (r"{\"image\":\"{}\"}", r"{\"image\":\"{}\"}"),
        (r"\\{}\x20\u00e9\U0001F600{}", r"\\{}\x20\u00e9\U0001F600{}"),
        (r"\x61.io/x:1", "{}"),
        (r"a.io\/x:1 {}", "{} {}"),
        (r"a.io/x:\u0031!", "{}!"),
        ("a.\\\n   io/x:1 \\t", "{} \\t"),
        ("\\\n  {} \\\n  \\ {}", "\\\n  {} \\\n  \\ {}"),
        ("\\t one \n  {}\n\n\n  two {}", "\\t one \n  {}\n\n\n  two {}"),
        ("\\t\\\r\n\r\n\r\n  {}", "\\t\\\r\n\r\n\r\n  {}"),
        ("a\\ \n {}", "a\\ \n {}"),
        ("\\t\u00a0\u3000{}\n\u00a0{}", "\\t\u00a0\u3000{}\n\u00a0{}"),
        (
            "\\t\x85{}\u2028 {}\u2028\n{}\x85\x85{}\\\u2029\u2028{}",
            "\\t\x85{}\u2028 {}\u2028\n{}\x85\x85{}\\\u2029\u2028{}",
        ),
        (r"\0\a\b\e\f\v\r\N\_\L\P{}", r"\0\a\b\e\f\v\r\N\_\L\P{}"),
    ],
)
def test_escapes(raw: str, expected: str) -> None:
    text = f'v: "{raw}"\n'.replace("{}", OLD)
    assert rewritten(text, NEW) == f'v: "{expected}"\n'.replace("{}", NEW)


def test_only_the_occurrence_that_is_meant() -> None:
    text = "v: a.io/x:1-a.io/x:1, a.io/x:1, a.io/x:1\n"
    (root,) = composer.compose(text).roots
    node = root.value[0][1]
    start = node.value.index(" a") + 1
    assert apply(text, in_text(text, node, [Edit(start, start + len(OLD), NEW)])) == (
        "v: a.io/x:1-a.io/x:1, b.io:80/y:1, a.io/x:1\n"
    )


def test_occurrences_that_overlap() -> None:
    text = "v: one.a.one.a.one\n"
    (root,) = composer.compose(text).roots
    assert apply(text, in_text(text, root.value[0][1], [Edit(6, 15, "two")])) == "v: one.a.two\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v: a.io/x:1 # c\n", 'v: "[::1]:80/y" # c\n'),
        ("v: &a a.io/x:1\n", 'v: &a "[::1]:80/y"\n'),
        ("v: it's a.io/x:1,\n  a.io/x:1\n", 'v: "it\'s [::1]:80/y,\n  [::1]:80/y"\n'),
        ('v: it\'s "a.io/x:1"\n', "v: 'it''s \"[::1]:80/y\"'\n"),
        ("v: \\a.io/x:1\n", "v: '\\[::1]:80/y'\n"),
        ("{v: a.io/x:1}\n", '{v: "[::1]:80/y"}\n'),
        ("v: 'a.io/x:1'\n", "v: '[::1]:80/y'\n"),
        ("v: |\n  a.io/x:1\n", "v: |\n  [::1]:80/y\n"),
    ],
)
def test_a_plain_scalar_that_could_not_hold_the_new_text(text: str, expected: str) -> None:
    assert rewritten(text, "[::1]:80/y") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{v: a.io/x:1}\n", '{v: "x,y"}\n'),
        ("{v: a.io/x:1 # c\n  # d\n  , w: 1}\n", '{v: "x,y" # c\n  # d\n  , w: 1}\n'),
        ("{v: a.io/x:1,\n w: 1}\n", '{v: "x,y",\n w: 1}\n'),
        ("v: a.io/x:1 # }\nw: 1\n", "v: x,y # }\nw: 1\n"),
        ("v: a.io/x:1\n", "v: x,y\n"),
        ("v: a.io/x:1", "v: x,y"),
        ("{v: 'a.io/x:1'}\n", "{v: 'x,y'}\n"),
    ],
)
def test_a_comma_ends_a_plain_scalar_in_flow_style_alone(text: str, expected: str) -> None:
    assert rewritten(text, "x,y") == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{0}", "{0}"),
        ("'{0}'", "'{0}'"),
        ('"{0}"', '"{0}"'),
        ("&a {0} # c", "&a {0} # c"),
        ("|\n  {0}\n", None),
    ],
)
def test_base64_with_a_tag(written: str, expected: str | None) -> None:
    """What is tagged as base64 is encoded anew; in a block, where the text is not what the value is, it is refused."""
    old, new = (b64encode(value.encode()).decode() for value in (f"see {OLD}", f"see {NEW}"))
    text = f"v: !!binary {written.format(old)}\n"
    (root,) = composer.compose(text).roots
    node = root.value[0][1]
    assert node.value == f"see {OLD}"
    edits = [Edit(4, 4 + len(OLD), NEW)]
    if expected is None:
        with pytest.raises(ValueError, match="substring not found"):
            in_text(text, node, edits)
        return
    changed = apply(text, in_text(text, node, edits))
    assert composer.compose(changed).roots[0].value[0][1].value == f"see {NEW}"
    if "&" not in written:
        assert changed == f"v: !!binary {expected.format(new)}\n"


def test_a_value_that_does_not_stand_in_the_text() -> None:
    (root,) = composer.compose("v: abc\n").roots
    node = root.value[0][1]
    node.value = "xyz"
    with pytest.raises(ValueError, match="substring not found"):
        in_text("v: abc\n", node, [Edit(0, 3, "d")])
