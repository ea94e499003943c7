"""What acreg has to reach, each as a number that may be at most so large."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COMPOSING = {"1MB": 1.0, "10MB": 0.6, "like-corpus-100MB": 0.25}
"""User CPU, as a multiple of that of composing the stream once."""
_GROWTH = (("like-corpus-1MB", "like-corpus-10MB"), ("like-corpus-10MB", "like-corpus-100MB"))
"""Streams whose user CPU may differ by a tenth more than their sizes, and than that of composing them."""
_MEMORY = 30 * 2**20
"""Bytes that a run may take beside three times its stream."""


class Figures(NamedTuple):
    """What a process took: seconds of user CPU, seconds until its end, and bytes of memory at its peak."""

    user: float
    wall: float
    memory: float


class Target(NamedTuple):
    """A number to reach."""

    what: str
    value: float
    limit: float

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.limit


def check(sizes: Mapping[str, int], found: Mapping[tuple[str, str], list[Figures]]) -> Iterator[Target]:
    """Tell what is reached, of the streams that were measured: of each ratio the median of all rounds.

    What is compared ran in the same round: a machine that is slow for a while is slow for both then.
    """
    for stream, limit in _COMPOSING.items():
        if stream in sizes:
            yield Target(f"{stream}: user CPU / composing", median(_of_composing(found, stream)), limit)
    if "1MB" in sizes:
        of_kustomize = _ratio(_user(found, "1MB"), _user(found, "1MB", "kubectl kustomize"))
        yield Target("1MB: 30 x user CPU / kustomize", 30 * of_kustomize, 1)
    if "appcircle" in sizes:
        walls = ([run.wall for run in found["appcircle", peer]] for peer in ("acreg", "bare python3"))
        yield Target("appcircle: wall / bare interpreter", _ratio(*walls), 8)
    for small, large in _GROWTH:
        if small in sizes and large in sizes:
            growth = _ratio(_user(found, large), _user(found, small)) / (sizes[large] / sizes[small])
            yield Target(f"{small} to {large}: growth of user CPU / of the stream", growth, 1.1)
            beside = _ratio(*(_of_composing(found, stream) for stream in (large, small)))
            yield Target(f"{small} to {large}: growth of user CPU / of composing", beside, 1.1)
    yield from _with_rules(found)
    for stream, size in sizes.items():
        memory = median(run.memory for run in found[stream, "acreg"])
        yield Target(f"{stream}: peak memory / (30 MiB + 3 streams)", memory / (_MEMORY + 3 * size), 1)


def _with_rules(found: Mapping[tuple[str, str], list[Figures]]) -> Iterator[Target]:
    """What many rules cost beside reading them, which a stream of any size takes."""
    small, large = _GROWTH[-1]
    if {(small, "acreg"), (large, "acreg")} <= found.keys():
        more, with_few = (
            [b - a for a, b in zip(_user(found, small, peer), _user(found, large, peer))]
            for peer in ("acreg, 10,000 rules", "acreg")
        )
        yield Target(f"{small} to {large}: added user CPU with 10,000 rules / with few", _ratio(more, with_few), 1.1)


def _of_composing(found: Mapping[tuple[str, str], list[Figures]], stream: str) -> list[float]:
    """User CPU as multiples of that of composing, which ran just before."""
    return [mine / its for mine, its in zip(_user(found, stream), _user(found, stream, "yaml.compose_all"))]


def _user(found: Mapping[tuple[str, str], list[Figures]], stream: str, peer: str = "acreg") -> list[float]:
    return [figures.user for figures in found[stream, peer]]


def _ratio(values: list[float], others: list[float]) -> float:
    return median(value / other for value, other in zip(values, others))
