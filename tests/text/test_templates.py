from __future__ import annotations

import pytest

from postrenderer.text import composer, templates
from postrenderer.text.scalars import Edit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {{ .x }}\nb: c\n", ["{{ .x }}"]),
        ("- {{ .x }}\n- b: [{{ .y | default 'z' }}, c]\n", ["{{ .x }}", "{{ .y | default 'z' }}"]),
        ("a: '{{ .x }}'\n", []),
        ("a: {b: {c: d}}\n", []),
        ("? {a: b}\n: c\n", []),
        ("a: &a {{ .x }}\nb: *a\n", ["&a {{ .x }}"]),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    found = templates.places(composer.compose(text).roots)
    assert [text[place.start : place.stop] for place in found] == expected


def test_what_stands_within() -> None:
    spans = [Edit(start, start + 1, "") for start in (0, 2, 4, 5, 9, 10)]
    assert [span.start for span in templates.within([range(2, 5), range(9, 10)], spans)] == [2, 4, 9]
    assert templates.within([], spans) == []
