"""Which values of a chart reach which image references, and what they must be to make the images private.

Charts name their values as they like, so nothing is guessed: each value that may be part of a reference is replaced by
a mark of its own, the chart is rendered, and the marks that come out in a reference tell which values it is made of.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.cli import pullsecretvalues
from postrenderer.cli.valuetree import ChartValue, assign
from postrenderer.errors import AcregError
from postrenderer.findings import find
from postrenderer.plan.decide import UNSURE
from postrenderer.sites.site import STAYS
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from postrenderer.cli.valuetree import Render, ValuePath
    from postrenderer.settings import Settings

_HOST = "acreg-probe.invalid"
_MARK = re.compile(rf"{re.escape(_HOST)}/p(\d{{4}})")
_REGISTRY_KEY = re.compile(r"(?i)(?:registry|hub)(?:host|url)?$")
_IMAGE_KEY = re.compile(r"(?i)(?:image|repository|repo|path|prefix|name|ref|url|host|server)$")
_SHORTEST = 3
_GUARD: ValuePath = ("global", "security", "allowInsecureImages")
"""Bitnami's charts refuse images that are not their own unless this is true (common chart, `_errors.tpl`)."""


class ManifestPlace(NamedTuple):
    """A reference in the rendered manifests: where it stands, whatever it says."""

    kind: str
    namespace: str
    name: str
    pointer: str
    number: int


class WantedReference(NamedTuple):
    """The reference at a place, and the reference that should be there."""

    source: str
    target: str
    document: str


class Candidate(NamedTuple):
    """A value that may be a part of references."""

    path: ValuePath
    value: str
    registry: bool


class Overlay(NamedTuple):
    """Values that make a chart private, and what they cannot reach.

    Attributes:
        settings: the values.
        values: the same as a tree, with lists whole, as Helm wants them.
        reached: how many references come out private with them, those that were so before included.
        hard_coded: those that do not.
    """

    settings: list[ChartValue]
    values: dict[str, Any]
    reached: int
    hard_coded: list[WantedReference]


class _Chart(NamedTuple):
    """A chart, and what is needed to mark its values.

    Attributes:
        values: the values that count.
        render: renders the chart.
        settings: settings by which every mark is an image for certain.
        guard: what the chart must be told before it takes other images than its own.
    """

    values: dict[str, Any]
    render: Render
    settings: Settings
    guard: list[ChartValue]


def make(
    values: dict[str, Any],
    render: Render,
    settings: Settings,
    *,
    wanted: bytes | None = None,
) -> Overlay:
    """Find the values that make a chart private.

    Args:
        values: the values that count now, sub-charts' too.
        render: renders the chart with more values on top.
        settings: where images must come from.
        wanted: the manifests whose references count; None for all that the chart renders.

    Raises:
        AcregError: the chart cannot be rendered, or its manifests cannot be processed.
    """
    settings = settings._replace(report="")
    before = references(render(None), settings)
    counted = before if wanted is None else references(wanted, settings)
    public = {place: one for place, one in before.items() if one.source != one.target and place in counted}
    candidates = list(_candidates(values, [one.source for one in public.values()]))
    guard = _guarded(values)
    certain = settings._replace(sources=(_HOST,), rules=(), keep=(), others="rewrite")
    marked = _marked(candidates, _Chart(values, render, certain, guard))
    found = _solve(candidates, marked, public, settings)
    found += guard if found else []
    found += pullsecretvalues.find(values, render, settings.pull_secrets) if settings.pull_secrets else []
    tree: dict[str, Any] = {}
    for setting in found:
        assign(tree, values, setting.path, setting.value)
    after = references(render(tree or None), settings)
    left = [one for place, one in after.items() if one.source != one.target and place in counted]
    return Overlay(found, tree, len([place for place in after if place in counted]) - len(left), left)


def references(raw: bytes, settings: Settings) -> dict[ManifestPlace, WantedReference]:
    """Return the references of a stream with what they should be; one that may not move should be what it is not."""
    found: dict[ManifestPlace, WantedReference] = {}
    for document in find(raw, settings):
        identity = document.identity
        counts: Counter[str] = Counter()
        for image in document.images:
            if image.kind in (STAYS, UNSURE):
                continue
            where = pointer(image.site.path)
            place = ManifestPlace(identity.kind, identity.namespace, identity.name, where, counts[where])
            counts[where] += 1
            target = image.target if image.is_private else ""
            found[place] = WantedReference(image.source, target, f"{identity.kind} {identity.name}")
    return found


def _candidates(values: object, sources: Sequence[str], path: ValuePath = ()) -> Iterator[Candidate]:
    """Yield the values that may be a part of one of the references."""
    if isinstance(values, dict):
        pairs: Iterator[tuple[Any, Any]] = iter(values.items())
    elif isinstance(values, list):
        pairs = iter(enumerate(values))
    else:
        return
    for key, value in pairs:
        if key == "global" and path:
            continue  # Helm's copy for a sub-chart
        if not isinstance(value, str) and value is not None:
            yield from _candidates(value, sources, (*path, key))
            continue
        name = str(key) if isinstance(key, str) else str(path[-1]) if path else ""
        registry = bool(_REGISTRY_KEY.search(name))
        part = rf"(?:^|[/]){re.escape(value)}(?:$|[/:@])" if value else ""
        inside = len(value or "") >= _SHORTEST and any(re.search(part, source) for source in sources)
        if (registry and (inside or not value)) or (inside and _IMAGE_KEY.search(name.rstrip("s"))):
            yield Candidate((*path, key), value or "", registry)


def _marked(candidates: list[Candidate], chart: _Chart, first: int = 0) -> dict[ManifestPlace, str]:
    """Return the references of the chart with a mark in the place of each candidate.

    A chart may refuse a mark; then halves are tried, until those are found that it takes.
    """
    if not candidates:
        return {}
    tree: dict[str, Any] = {}
    for setting in chart.guard:
        assign(tree, chart.values, setting.path, setting.value)
    for number, candidate in enumerate(candidates, first):
        assign(tree, chart.values, candidate.path, f"{_HOST}/p{number:04}")
    try:
        found = references(chart.render(tree), chart.settings)
    except AcregError:
        half = len(candidates) // 2
        if not half:
            return {}
        return {**_marked(candidates[:half], chart, first), **_marked(candidates[half:], chart, first + half)}
    return {place: one.source for place, one in found.items() if _MARK.search(one.source)}


def _solve(
    candidates: list[Candidate],
    marked: dict[ManifestPlace, str],
    public: dict[ManifestPlace, WantedReference],
    settings: Settings,
) -> list[ChartValue]:
    """Return the values that turn as many references as can be into what they should be."""
    asked: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for place, text in marked.items():
        if place not in public or not public[place].target:
            continue
        for number, value in _parts(text, public[place].target, candidates, settings):
            asked[number].append((value, public[place].source))
    found = []
    for number, answers in sorted(asked.items()):
        value = Counter(value for value, _ in answers).most_common(1)[0][0]
        if value != candidates[number].value:
            sources = sorted({source for answer, source in answers if answer == value})
            found.append(ChartValue(candidates[number].path, value, sources))
    return found


def _parts(text: str, target: str, candidates: list[Candidate], settings: Settings) -> list[tuple[int, str]]:
    """What the marks in a reference must be so that it becomes its target; as few as can be, from the left."""
    pieces = _MARK.split(text)
    literals, numbers = pieces[::2], [int(number) for number in pieces[1::2]]
    if not (target.startswith(literals[0]) and target.endswith(literals[-1])):
        return []
    rest = target[len(literals[0]) : len(target) - len(literals[-1])]
    kept = []
    while len(numbers) > 1:
        same = literals[len(numbers) - 1] + candidates[numbers[-1]].value
        if not (candidates[numbers[-1]].value and rest.endswith(same)):
            break
        rest = rest[: -len(same)]
        kept.append((numbers[-1], candidates[numbers[-1]].value))
        numbers.pop()
    found = []
    for index, number in enumerate(numbers[:-1]):
        known = settings.registry if index == 0 else settings.repository_path
        separator = literals[index + 1]
        if not known or not separator or not rest.startswith(known + separator):
            return []
        found.append((number, known))
        rest = rest[len(known + separator) :]
    return [*found, (numbers[-1], rest), *kept]


def _guarded(values: dict[str, Any]) -> list[ChartValue]:
    node: Any = values
    for key in _GUARD:
        node = node.get(key) if isinstance(node, dict) else None
    return [ChartValue(_GUARD, True, [])] if node is False else []
