from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from postrenderer.text import composer
from postrenderer.text.insertions import inserted
from postrenderer.text.scalars import Edit, apply

VALUE = 'spec:\n  containers:\n  - image: a/b:1 # it\'s "it"\n\n  tail: {x: []}\n'
LINES = Edit(VALUE.index("containers"), VALUE.index("containers"), "secrets:\n  - name: s\n  ")
FILLED = Edit(VALUE.index("[]"), VALUE.index("[]") + 2, '["s"]')


def scalar(text: str) -> yaml.ScalarNode:
    (root,) = composer.compose(text).roots
    found: yaml.ScalarNode = root.value[0][1]
    return found


def result(text: str, edits: list[Edit]) -> tuple[str, str]:
    """The edited text, and the value that it has."""
    edited = apply(text, inserted(text, scalar(text), edits))
    return edited, scalar(edited).value


BLOCK = """\
a: |
    spec:
      containers:
      - image: a/b:1 # it's "it"

      tail: {x: []}
b: c
"""


@pytest.mark.parametrize("header", ["|", "|+", "|4", "| # why", "!!str |", "&a |"])
def test_a_block_keeps_its_indentation(header: str) -> None:
    text = BLOCK.replace("|", header, 1)
    edited, value = result(text, [LINES, FILLED])
    assert value == apply(VALUE, [LINES, FILLED]) == apply(scalar(text).value, [LINES, FILLED])
    assert "\n      secrets:\n      - name: s\n      containers:\n" in edited
    assert edited.endswith("b: c\n")


def test_a_block_keeps_its_line_endings() -> None:
    edited, value = result(BLOCK.replace("\n", "\r\n"), [LINES])
    assert value == apply(VALUE, [LINES])
    assert edited.count("\n") == edited.count("\r\n")


@pytest.mark.parametrize("indent", [1, 2, 3])
def test_a_block_whose_text_is_indented_itself(indent: int) -> None:
    text = "a: |1\n" + "".join(f" {' ' * indent}{line}\n" for line in VALUE.splitlines())
    value = scalar(text).value
    edit = Edit(value.index("containers"), value.index("containers"), "secrets: []\n" + " " * (indent + 2))
    assert result(text, [edit])[1] == apply(value, [edit])


@pytest.mark.parametrize("width", [20, 1000])
def test_double_quotes_write_escapes(width: int) -> None:
    text = yaml.dump({"a": VALUE}, default_style='"', width=width)
    assert result(text, [LINES, FILLED])[1] == apply(VALUE, [LINES, FILLED])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [40, 10_000])
def test_double_quotes_keep_the_line_endings_of_a_text(ending: str, width: int) -> None:
    value = VALUE.replace("\n", ending)
    at = value.index("containers")
    lines = Edit(at, at, LINES.text.replace("\n", ending))
    text = yaml.dump({"a": value}, default_style='"', width=width)
    assert result(text, [lines])[1] == apply(value, [lines])


@pytest.mark.parametrize("value", [VALUE, "é", "a:\n\n"])
def test_double_quotes_take_more_behind_their_last_sign(value: str) -> None:
    edit = Edit(len(value), len(value), "more: x\n")
    assert result(yaml.dump({"a": value}, default_style='"'), [edit])[1] == f"{value}more: x\n"


JSON = '{"containers": [{"image": "a/b:1", "args": ["it\'s"]}], "imagePullSecrets": []}'
FLOW = Edit(JSON.index('"containers"'), JSON.index('"containers"'), '"s": ["it\'s"], ')


@pytest.mark.parametrize("style", ["'", '"', ">", "|"])
@pytest.mark.parametrize("width", [30, 1000])
def test_json_in_every_style(style: str, width: int) -> None:
    text = yaml.dump({"a": JSON}, default_style=style, width=width)
    behind = JSON.index("[]") + 1
    edits = [FLOW, Edit(behind, behind, '{"name": "s"}')]
    assert result(text, edits)[1] == apply(JSON, edits)


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("a: >\n  spec:\n    containers: []\n", Edit(0, 0, "x:\n")),  # its lines would join
        ("a: 'spec:\n\n  containers: []'\n", Edit(0, 0, "x:\n")),
        ("a: plain words\n", Edit(0, 0, "x ")),
        ("a: |\n\n  x\n", Edit(0, 0, "x")),  # an empty line is no place beside a word
    ],
)
def test_what_a_scalar_cannot_hold(text: str, edit: Edit) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        inserted(text, scalar(text), [edit])


def test_nothing_is_added() -> None:
    assert inserted("a: plain\n", scalar("a: plain\n"), []) == []


WORDS = st.lists(st.sampled_from(["key:", "- x", "'", '"', "\\", "[]", "é", "  ", "\n", "\n  ", "\t"]), min_size=1)


@given(WORDS, st.sampled_from(["|", ">", "'", '"']), st.data())
def test_what_is_written_is_what_was_planned(words: list[str], style: str, data: st.DataObject) -> None:
    text = yaml.dump({"a": "x" + "".join(words) + "x"}, default_style=style, allow_unicode=True)
    value = scalar(text).value
    at = data.draw(st.integers(0, len(value)))
    edit = Edit(at, at, data.draw(st.sampled_from(["new", "new: 'x'\n  ", '["s"]'])))
    try:
        edits = inserted(text, scalar(text), [edit])
    except ValueError:
        return
    assert scalar(apply(text, edits)).value == apply(value, [edit])
