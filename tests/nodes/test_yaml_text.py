from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from postrenderer.errors import AcregError
from postrenderer.nodes.yaml_text import merge

NAMES = st.sampled_from(["a", "b", "host:80", "docker.io", "'", "#"])
TEXTS = st.text("ab:#'\" {}[]-\n", max_size=6)
VALUES = st.recursive(
    TEXTS, lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(TEXTS, max_size=3), max_leaves=8
)
MAPPINGS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=3)


def _both(old: Any, new: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _both(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        return old + [item for item in new if item not in old]
    if isinstance(old, str) and isinstance(new, str):
        return new
    raise AcregError


@given(MAPPINGS, MAPPINGS, st.sampled_from(["block", "flow", "mixed"]), st.sampled_from(["", "# the end\n", "\n\n"]))
def test_it_says_what_both_say(old: dict[str, Any], new: dict[str, Any], flow: str, end: str) -> None:
    text = (
        "# first\n"
        + yaml.safe_dump(old, default_flow_style={"block": False, "flow": True, "mixed": None}[flow], sort_keys=False)
        + end
    )
    try:
        expected = _both(old, new)
    except AcregError:
        with pytest.raises(AcregError, match="something else at"):
            merge(text, new)
        return
    merged = merge(text, new)
    assert yaml.safe_load(merged) == expected
    assert merged.startswith("# first\n")
    assert merged.count("# the end") >= text.count("# the end")
    assert merge(merged, new) == merged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a:\n  b: x\n"),
        ("# only\n", "# only\na:\n  b: x\n"),
        ("a:\n", 'a: {"b": "x"}\n'),
        ("a: ~ # none\n", 'a: {"b": "x"} # none\n'),
        ("a: {}\n", 'a: {"b": "x"}\n'),
        ("a: { c: d }\n", 'a: { c: d, "b": "x" }\n'),
        ("? [e]\n: f\na: {? {c: d} : e}\n", '? [e]\n: f\na: {? {c: d} : e, "b": "x"}\n'),
        ("a: {c: d,}\n", 'a: {c: d,"b": "x"}\n'),
        ("a:\n    c: d", "a:\n    c: d\n    b: x"),
        ("a:\n  c: |\n    d\n\n# e\nf: g\n", "a:\n  c: |\n    d\n\n  b: x\n# e\nf: g\n"),
        ("a:\n  b: y # was\n", 'a:\n  b: "x" # was\n'),
        ("a:\r\n  c: d\r\n", "a:\r\n  c: d\r\n  b: x\r\n"),
    ],
)
def test_where_it_goes(text: str, expected: str) -> None:
    assert merge(text, {"a": {"b": "x"}}) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {\n", "is not YAML"),
        ("a: *b\n", "is not YAML: found undefined alias b"),
        ("a: 1\n---\nb: 1\n", "several documents"),
        ("a: [b]\n", "something else at /a"),
        ("- a\n", "something else at /:"),
        ("a: &a {b: y}\nc: *a\n", "has aliases or merge keys"),
        ("<<: {a: {b: y, c: d}}\n", "has aliases or merge keys"),
        ("a: &a {c: *a}\n", "nested too deep"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=message):
        merge(text, {"a": {"b": "x"}})
