"""The record of what `mirror` has copied where, so that it replaces only what it brought from the same source itself.

A line for each image in `acreg/mirrored.tsv` below $XDG_STATE_HOME, which is ~/.local/state if it is not set: the
private reference, its digest, and the source, with tabs between them. Of two lines for a reference the last counts.
A line is appended as soon as its image is there, so that a killed run is in it, too.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from postrenderer.images.collisions import origin
from postrenderer.images.reference import InvalidReferenceError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Known(NamedTuple):
    """The digest that a private reference is known to have, and the reference that it was copied from."""

    digest: str
    source: str


class Record:
    """The known origins of private references. Every method may be called from several threads at once.

    Args:
        path: the file; it need not be there.
        known: what is known from elsewhere, such as a lock, by private reference.
        notice: told, once, why the record cannot be kept.
    """

    def __init__(self, path: Path, known: Mapping[str, Known], notice: Callable[[str], None]) -> None:
        self._path = path
        self._notice = notice
        self._lock = threading.Lock()
        self._known = {**_read(path, notice), **known}

    def source_of(self, target: str, digest: str) -> str:
        """Return where an image was copied from that the private registry has; empty if that is not known."""
        known = self._known.get(target)
        return known.source if known and known.digest == digest else ""

    def add(self, target: str, digest: str, source: str) -> None:
        """Keep what was copied."""
        with self._lock:
            if self.source_of(target, digest):
                return
            self._known[target] = Known(digest, source)
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("a+b") as file:
                    line = f"{target}\t{digest}\t{source}\n".encode()
                    file.write(line if _ends_a_line(file) else b"\n" + line)
            except OSError as error:
                self._notice(f"{self._path} cannot be written: {error.strerror}; what was copied is not remembered")
                self._notice = lambda _: None


def default_path(environ: Mapping[str, str]) -> Path:
    """Return the path of the record."""
    state = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME") or Path.home(), ".local", "state")
    return Path(state, "acreg", "mirrored.tsv")


def is_same_source(one: str, other: str) -> bool:
    """Tell whether two references are of one repository."""
    try:
        return origin(parse(one)) == origin(parse(other))
    except InvalidReferenceError:
        return False


def _ends_a_line(file: BinaryIO) -> bool:
    """Tell whether a file is empty or ends in a line break, as it does not if the disk was full once."""
    if not file.seek(0, os.SEEK_END):
        return True
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _read(path: Path, notice: Callable[[str], None]) -> dict[str, Known]:
    try:
        lines: Iterable[str] = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    except OSError as error:
        notice(f"{path} cannot be read: {error.strerror}; what was copied before is not known")
        return {}
    rows = [line.split("\t") for line in lines]
    return {row[0]: Known(row[1], row[2]) for row in rows if len(row) == len(("target", "digest", "source"))}
