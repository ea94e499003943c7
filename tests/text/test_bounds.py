from __future__ import annotations

import pytest
import yaml

from postrenderer.text.bounds import bounds, refuse_two_readings

pytestmark = pytest.mark.usefixtures("loader")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize(
    ("lines", "skipped"),
    [(["  a: b", "  c: d"], ""), (["  a: b", "c: d"], "  "), (["  a:", "    - b", "", "  c: d"], "")],
)
def test_an_indentation_stays_if_all_lines_have_it(lines: list[str], skipped: str, line_break: str) -> None:
    for before in ("", "---\n", f"---\n{line_break}"):
        whole = before + line_break.join(lines)
        assert bounds(whole) == (len(before + skipped), len(whole))


@pytest.mark.parametrize(
    "whole",
    [
        "  x:\n  kind: Pod\nkind: A\n",
        "---\n  x: |\n  kind: Pod\nkind: A\n",
        "---\r  x:\r  kind: Pod\rkind: A\r",
        "\ufeff  x:\n  kind: Pod\nkind: A\n",
        "\ufeff  x:\n  kind: Pod\n",
        "  <<: {kind: Pod}\nkind: A\n",
        '  !!merge "<<": {kind: Pod}\nkind: A\n',
    ],
)
def test_what_helm_4_reads_otherwise_is_refused(whole: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="the first line is indented"):
        refuse_two_readings(whole, bounds(whole)[0])


def test_a_line_break_of_which_helm_drops_a_sign_is_refused() -> None:
    whole = "---\na: b\nc: |\n  d\r\r\n"
    with pytest.raises(yaml.MarkedYAMLError, match="two carriage returns before a line feed") as caught:
        refuse_two_readings(whole, bounds(whole)[0])
    assert caught.value.problem_mark is not None
    assert caught.value.problem_mark.line == 2


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "a: b\r\rc: d\r\n\r\n",
        "a: b\nc: d\n",
        "  a: b\n  c: d\n",
        "  a: b\nc: d\n",
        "  x:\n    y: z\n    v: w\nc: d\n",
        "  # c\n  # d\na: b\nc: d\n",
        "  {a: b,\nc: d}\n",
        "  - a\n- b\n",
        "  !!map\na: b\nc: d\n",
        "\xa0 x:\n  a: b\nc: d\n",
        "  x: [\n",
        '  x: "\\U08000050"\n',
        "  x: *nowhere\n",
    ],
)
def test_what_helm_4_reads_alike_or_refuses_passes(whole: str) -> None:
    refuse_two_readings(whole, bounds(whole)[0])
