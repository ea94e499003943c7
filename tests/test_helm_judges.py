from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import judge
import pytest
from helm.harness import tool
from rendering import SECRET, render, settings
from styles import stream

from postrenderer.images.relocation import Relocation

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.helm

STREAMS = 100
"""scripts/fuzz --documents judges as many as it is told to."""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.19.0", "4.3.1"])
def test_only_references_and_pull_secrets_differ(version: str, tmp_path: Path) -> None:
    streams = [stream(Random(seed)) for seed in range(STREAMS)]  # noqa: S311  # repeatable
    before = [document for one in streams for document in judge.cut(one.text)]
    after = [document for one in streams for document in judge.cut(render(one.text))]
    assert len(before) == len(after) > STREAMS
    (tmp_path / "judge").mkdir()
    helm = tool(f"helm-{version}")
    judged = judge.read(helm, before + after, tmp_path / "judge")
    relocation = Relocation(settings())
    references = {reference for one in streams for reference in one.references}
    moved = judge.moving(references, lambda reference: relocation(reference).target)
    for index, (old, new) in enumerate(zip(judged, judged[len(before) :])):
        assert "Error" not in old, before[index]
        assert judge.differences(old, new, moved) == [], after[index]


def test_the_judge_sees_what_differs() -> None:
    old = {"a": ["nginx", 1, None, "x"], "b": {"imagePullSecrets": [{"name": "x"}]}, "c": True}

    def moved(text: str) -> str:
        return {"nginx": "private/nginx"}.get(text, text)

    secrets = {"imagePullSecrets": [{"name": SECRET}, {"name": "x"}]}
    new = {"a": ["private/nginx", 1, None, "x"], "b": secrets, "c": True}
    assert judge.differences(old, new, moved) == []
    for wrong in (
        {**new, "a": ["nginx", 1, None, "x"]},
        {**new, "a": ["private/nginx", True, None, "x"]},
        {**new, "a": ["private/nginx", 1, None]},
        {**new, "b": {"imagePullSecrets": [{"name": SECRET}]}},
        {**new, "c": "true"},
        {**new, "d": 1},
        {"a": new["a"], "b": new["b"]},
    ):
        assert judge.differences(old, wrong, moved)


def test_a_null_in_json_in_a_text_may_become_a_list() -> None:
    old = '{"a": {"imagePullSecrets": null, "b": 1}}'
    new = old.replace("null", f'[{{"name": "{SECRET}"}}]')
    assert judge.differences(old, new, str) == []
    assert judge.differences(old, new.replace("1", "2"), str) == [""]
