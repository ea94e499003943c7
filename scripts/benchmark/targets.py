"""What acreg has to reach, each as a number that may be at most so large."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Found = Mapping[tuple[str, str], "list[Figures]"]
    """What was measured, by stream and program: one entry a run."""

ACREG, COMPOSING, RULES = "acreg", "compose_all", "acreg, 10,000 rules"
"""Programs that targets compare: composing is that of yaml.compose_all with the C loader."""

OF_COMPOSING = {"real-1.2MB": 1.6, "appcircle": 1.5, "real-168": 1.0, "like-corpus-100MB": 0.35}
"""CPU time by stream, as a multiple of that of composing the stream once."""
GROWTH = (("like-corpus-1MB", "like-corpus-10MB"), ("like-corpus-10MB", "like-corpus-100MB"))
"""Streams whose CPU time may differ by a tenth more than their sizes, and than the CPU time of composing them."""
MEMORY = 30 * 2**20
"""Bytes that a run may take beside three times its stream."""


class Figures(NamedTuple):
    """What a process took: seconds of CPU, user and system; seconds until its end; bytes of memory at its peak."""

    cpu: float
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


def check(sizes: Mapping[str, int], found: Found) -> Iterator[Target]:
    """Yield the targets of the streams that were measured, the real streams first.

    A ratio is computed for each round, and its median counts: a machine that is slow for a while is slow for both
    programs of a round.

    Args:
        sizes: the bytes of each stream.
        found: what was measured.
    """
    for stream, limit in OF_COMPOSING.items():
        if stream in sizes:
            yield Target(f"{stream}: CPU / composing", median(_of_composing(found, stream)), limit)
    for small, large in GROWTH:
        if small in sizes and large in sizes:
            growth = _ratio(_cpu(found, large), _cpu(found, small)) / (sizes[large] / sizes[small])
            yield Target(f"{small} to {large}: growth of CPU / of the stream", growth, 1.1)
            beside = _ratio(*(_of_composing(found, stream) for stream in (large, small)))
            yield Target(f"{small} to {large}: growth of CPU / of composing", beside, 1.1)
    small, large = GROWTH[-1]
    if small in sizes and large in sizes:
        more = _ratio(*(_added(found, small, large, program) for program in (RULES, ACREG)))
        yield Target(f"{small} to {large}: added CPU with 10,000 rules / with few", more, 1.1)
    for stream, size in sizes.items():
        memory = median(run.memory for run in found[stream, ACREG])
        yield Target(f"{stream}: peak memory / (30 MiB + 3 streams)", memory / (MEMORY + 3 * size), 1)


def _added(found: Found, small: str, large: str, program: str) -> list[float]:
    """CPU time that a larger stream takes more than a smaller: without what a stream of any size takes."""
    return [b - a for a, b in zip(_cpu(found, small, program), _cpu(found, large, program))]


def _of_composing(found: Found, stream: str) -> list[float]:
    """CPU time as multiples of that of composing, which ran just before."""
    return [mine / its for mine, its in zip(_cpu(found, stream), _cpu(found, stream, COMPOSING))]


def _cpu(found: Found, stream: str, program: str = ACREG) -> list[float]:
    return [figures.cpu for figures in found[stream, program]]


def _ratio(values: list[float], others: list[float]) -> float:
    return median(value / other for value, other in zip(values, others))
