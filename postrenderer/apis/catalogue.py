"""Looks up what public APIs say of fields and settings: the files beside it, whose heads say how to add to them.

fields.tsv and stays.tsv are sorted, so that the lines of a group stand together and no other line is read.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from postrenderer.text.pointer import steps

_ADDABLE = "?"
"""The end of a step of a path that leads to a mapping in which nothing else is required."""


class KnownField(NamedTuple):
    """A field of a public API.

    Attributes:
        kind: the kind that has it.
        path: where it is in an object.
        form: its form, as the head of fields.tsv explains it.
        addable: how many of the mappings above it may be added where they are absent.
    """

    kind: str
    path: tuple[str, ...]
    form: str
    addable: int = 0


@lru_cache(maxsize=256)
def of_group(group: str) -> tuple[KnownField, ...]:
    """The fields of the kinds of a group, which is not empty."""
    return tuple(_field(*row) for row in _rows("fields.tsv", group))


def _field(kind: str, path: str, form: str) -> KnownField:
    way = tuple(steps(path))
    addable = sum(step.endswith(_ADDABLE) for step in way)
    return KnownField(kind, tuple(step.removesuffix(_ADDABLE) for step in way), form, addable)


@lru_cache(maxsize=256)
def of_kind(group: str, kind: str) -> tuple[KnownField, ...]:
    """The fields of a kind."""
    return tuple(known for known in of_group(group) if known.kind == kind)


@lru_cache(maxsize=256)
def why_stays(group: str, kind: str, key: str) -> str:
    """Why what stands in a field of a kind stays, in the word of stays.tsv; empty if it says nothing of the field."""
    rows = _rows("stays.tsv", group)
    return next((why for kinds, keys, why, _ in rows if fnmatchcase(key, keys) and fnmatchcase(kind, kinds)), "")


class ProgramSetting(NamedTuple):
    """A setting that names pull secrets: its name, the objects that have it, and its form."""

    name: str
    of: str
    form: str


@lru_cache(maxsize=1)
def settings() -> tuple[ProgramSetting, ...]:
    """The settings of all programs."""
    lines = _data("settings.tsv").decode().splitlines()
    return tuple(ProgramSetting(*line.split("\t")[:3]) for line in lines if not line.startswith("#"))


@lru_cache(maxsize=256)
def _rows(name: str, group: str) -> list[list[str]]:
    """The columns behind the group, of the lines of a group in a file."""
    data, line = _data(name), f"\n{group}\t".encode()
    found = []
    start = data.find(line)
    while start >= 0 and data.startswith(line, start):
        end = data.index(b"\n", start + 1)
        found.append(data[start + 1 : end].decode().split("\t")[1:])
        start = end
    return found


@lru_cache(maxsize=3)
def _data(name: str) -> bytes:
    """A file, from a folder or from within a zip archive."""
    folder = __file__.rpartition("catalogue.py")[0]
    data: bytes = __loader__.get_data(folder + name)  # type: ignore[name-defined]  # every module has a loader
    return data
