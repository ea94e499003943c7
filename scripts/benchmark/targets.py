"""What acreg has to reach, each as a number that may be at most so large."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OF_COMPOSING = {"1MB": 1.0, "10MB": 0.6, "like-corpus-100MB": 0.25}
"""User CPU, as a multiple of that of composing the stream once."""
_GROWTH = (("like-corpus-1MB", "like-corpus-10MB"), ("like-corpus-10MB", "like-corpus-100MB"))
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


def check(sizes: Mapping[str, int], medians: Mapping[tuple[str, str], Figures]) -> Iterator[Target]:
    """Tell what is reached, of the streams that were measured."""

    def user(stream: str, peer: str = "acreg") -> float:
        return medians[stream, peer].user

    for stream, limit in _OF_COMPOSING.items():
        if stream in sizes:
            yield Target(f"{stream}: user CPU / composing", user(stream) / user(stream, "yaml.compose_all"), limit)
    if "1MB" in sizes:
        yield Target("1MB: 30 x user CPU / kustomize", 30 * user("1MB") / user("1MB", "kubectl kustomize"), 1)
    if "appcircle" in sizes:
        started = medians["appcircle", "bare python3"].wall
        yield Target("appcircle: wall / bare interpreter", medians["appcircle", "acreg"].wall / started, 8)
    for small, large in _GROWTH:
        if small in sizes and large in sizes:
            growth = user(large) / user(small) / (sizes[large] / sizes[small])
            yield Target(f"{small} to {large}: growth of user CPU / of the stream", growth, 1.1)
    if "10MB" in sizes and "appcircle" in sizes:  # which tells what it takes to read so many rules
        reading = user("appcircle", "acreg, 10,000 rules") - user("appcircle")
        ratio = (user("10MB", "acreg, 10,000 rules") - reading) / user("10MB")
        yield Target("10MB: user CPU with 10,000 rules, once they are read / with none", ratio, 1.1)
    for stream, size in sizes.items():
        memory = medians[stream, "acreg"].memory
        yield Target(f"{stream}: peak memory / (30 MiB + 3 streams)", memory / (_MEMORY + 3 * size), 1)
