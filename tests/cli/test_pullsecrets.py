from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.cli import pullsecrets
from postrenderer.cli.pullsecrets import SECRET, Item
from postrenderer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Cluster:
    """Stands for a cluster in which there is nothing."""

    refused: dict[Item, str] = {}  # noqa: RUF012  # never written to

    def look(self, items: Iterable[Item]) -> dict[Item, Any]:
        return {item: (item.namespace, item.kind != SECRET and []) for item in items}


@pytest.mark.parametrize("namespace", ["web", "x; touch planted", "$(touch planted)", "a b", "'"])
def test_the_namespace_of_a_chart_is_one_word_of_the_command(
    namespace: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrapper = object.__new__(pullsecrets.Wrapper)
    wrapper.__dict__.update(_cluster=_Cluster(), _settings=Settings("r.example.com"), _said=set())
    wrapper.answer({"accounts": [], "namespaces": [namespace], "left": False})
    said = capsys.readouterr().err
    words = shlex.split(said.partition("To create it: ")[2])
    assert words[words.index("-n") + 1] == namespace
    assert words[words.index("NAME") + 1 :] == ["|", "kubectl", "apply", "-f", "-"]
