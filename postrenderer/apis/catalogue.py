"""Looks up what the API of a kind says of its fields: fields.tsv, whose head says how to add to it.

The file is sorted, so that the lines of a group stand together and no other line is read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple


class Known(NamedTuple):
    """A field of a public API: the kind that has it, its path in an object, and its form."""

    kind: str
    path: tuple[str, ...]
    form: str


@lru_cache(maxsize=256)
def of_group(group: str) -> tuple[Known, ...]:
    """The fields of the kinds of a group, which is not empty."""
    data, line = _data(), f"\n{group}\t".encode()
    found = []
    start = data.find(line)
    while start >= 0 and data.startswith(line, start):
        end = data.index(b"\n", start + 1)
        _, kind, path, form = data[start + 1 : end].decode().split("\t")
        found.append(Known(kind, tuple(map(_unescaped, path.split("/")[1:])), form))
        start = end
    return tuple(found)


@lru_cache(maxsize=256)
def of_kind(group: str, kind: str) -> tuple[Known, ...]:
    """The fields of a kind."""
    return tuple(known for known in of_group(group) if known.kind == kind)


@lru_cache(maxsize=1)
def _data() -> bytes:
    """The file, from a folder or from within a zip archive."""
    folder = __file__.rpartition("catalogue.py")[0]
    data: bytes = __loader__.get_data(folder + "fields.tsv")  # type: ignore[name-defined]  # every module has a loader
    return data


def _unescaped(step: str) -> str:
    """A step of a JSON pointer as a key (RFC 6901)."""
    return step.replace("~1", "/").replace("~0", "~")
