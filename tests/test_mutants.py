"""The second fuzzer's own parts; `scripts/fuzz --mutants` runs it on real documents."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from mutants import differences, mutated
from process import POD
from rendering import PRIVATE, SECRET


def _moved(text: str) -> str:
    return text.replace("nginx:1", f"{PRIVATE}/nginx:1") if PRIVATE not in text else text


def test_a_seed_repeats_its_mutants_and_others_make_others() -> None:
    made = [[mutated(POD.decode(), rnd) for _ in range(50)] for rnd in (Random(1), Random(1), Random(2))]  # noqa: S311  # repeatable
    assert made[0] == made[1] != made[2]
    assert len(set(made[0])) > 40


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nginx:1", f"{PRIVATE}/nginx:1"),
        (None, [{"name": SECRET}]),
        ({"a": [1, None]}, {"a": [1, None], "imagePullSecrets": [{"name": SECRET}]}),
        ([{"name": "own"}], [{"name": SECRET}, {"name": "own"}]),
        ({"repository": "nginx"}, {"repository": "nginx", "registry": PRIVATE}),
        ('image = "nginx:1"\nsecrets = ["own"]', f'image = "{PRIVATE}/nginx:1"\nsecrets = ["{SECRET}", "own"]'),
        ("docker.io", PRIVATE),
        (1, f"{PRIVATE}/1"),
    ],
)
def test_references_and_pull_secrets_may_differ(before: Any, after: Any) -> None:  # noqa: ANN401  # JSON
    assert differences(before, after, _moved) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x", "y"),
        ("a b", "a"),
        (1, "1"),
        (True, 1),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ("key: nginx:1", f"other: {PRIVATE}/nginx:1"),
        ([{"name": "own"}], [{"name": SECRET}]),
    ],
)
def test_nothing_else_may(before: Any, after: Any) -> None:  # noqa: ANN401  # likewise
    assert differences(before, after, _moved) != []
