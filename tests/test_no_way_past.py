"""Whatever image of a pod Helm reads, the filter finds it or refuses the stream. Real Helm says what is read."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import hostile
import judge
import pytest
from helm.harness import LATEST, tool
from rendering import REGISTRY, settings
from ways_past import WAYS

from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytestmark = pytest.mark.helm

STREAMS = 800
RUNS: dict[str, dict[str, Any]] = {"kept": {"strict": True, "others": "keep"}, "moved": {"strict": True}, "plain": {}}
"""Settings: public images are refused; they move, or are refused; they move, or would be refused by the second."""


class Judged(NamedTuple):
    """The public images of pods that a version of Helm reads in a stream and in what a run made of it."""

    before: set[str]
    after: set[str]


def filtered(text: str, **changes: Any) -> str | None:  # noqa: ANN401  # any field of Settings
    """What the filter makes of a stream; None if it refuses it."""
    try:
        output = rewrite(text.encode(*judge.BYTES), settings(**changes)).output
    except AcregError:
        return None
    return b"".join(output).decode(*judge.BYTES)


def judged(texts: list[str], folder: Callable[[], Path], **changes: Any) -> list[dict[str, Judged]]:  # noqa: ANN401  # likewise
    """What each version of Helm reads in each stream, before and after."""
    outputs = [filtered(text, **changes) or "" for text in texts]
    documents = list(dict.fromkeys(piece for text in (*texts, *outputs) for piece in judge.pieces(text)))
    read = {
        version: dict(zip(documents, judge.read(tool(f"helm-{version}"), documents, folder()))) for version in LATEST
    }

    def public(text: str, version: str) -> set[str]:
        images = (image for piece in judge.pieces(text) for image in judge.pod_images(read[version][piece]))
        return {image for image in images if not image.startswith(f"{REGISTRY}/")}

    def judgement(text: str, output: str) -> dict[str, Judged]:
        found = {version: Judged(public(text, version), public(output, version)) for version in LATEST}
        if any(one.after for one in found.values()) and not changes and filtered(text, strict=True) is None:
            return {version: one._replace(after=set()) for version, one in found.items()}
        return found

    return [judgement(text, output) for text, output in zip(texts, outputs)]


def variants(texts: Iterable[str]) -> list[str]:
    """Each text, and as an editor on Windows saves it."""
    return [variant for text in texts for variant in (text, text.replace("\n", "\r\n"))]


@pytest.fixture(scope="module", params=RUNS)
def ways(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Judged]]:
    """The judgement of each text of WAYS and of its variant."""
    texts = variants(WAYS.values())
    return dict(zip(texts, judged(texts, lambda: tmp_path_factory.mktemp("judge"), **RUNS[request.param])))


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", WAYS)
def test_there_is_no_known_way_past(name: str, line_break: str, ways: dict[str, dict[str, Judged]]) -> None:
    text = WAYS[name]
    assert any(one.before for one in ways[text].values()), "no Helm reads a public image there, so it shows nothing"
    assert [one.after for one in ways[text.replace("\n", line_break)].values()] == [set(), set()]


@pytest.mark.parametrize("run", RUNS)
def test_no_generated_way_leads_past(run: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = [hostile.stream(Random(seed)) for seed in range(STREAMS)]  # noqa: S311  # repeatable
    found = judged(texts, lambda: tmp_path_factory.mktemp("judge"), **RUNS[run])
    assert sum(any(one.before for one in each.values()) for each in found) > STREAMS / 3, "too few would show anything"
    past = [text for text, each in zip(texts, found) if any(one.after for one in each.values())]
    assert sorted(past, key=len)[:5] == []
