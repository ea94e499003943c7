"""Files that a child process reads and nobody else: passwords in memory, certificates in a temporary folder.

On Linux a password is handed over as an anonymous file in memory, by the number of an open file: it has no name that
others could open, it is in no argument and no environment, and it is gone with the processes that have it open, killed
or not. Elsewhere it is a file of mode 0600 in the temporary folder, and the next run removes what a killed one left.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

_PREFIX = "acreg-run-"


class HandedFile(NamedTuple):
    """A file for a child process: its path there, and the open files that the child must inherit."""

    path: str = ""
    descriptors: tuple[int, ...] = ()


class Scratch:
    """Everything handed to child processes, removed at the end; a context manager.

    Raises:
        AcregError: here and in every method, the temporary folder cannot be written.
    """

    def __init__(self) -> None:
        _sweep()
        with _said():
            self._folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        self._descriptors: list[int] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove all of it."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        shutil.rmtree(self._folder, ignore_errors=True)

    def secret(self, content: bytes) -> HandedFile:
        """Return a file with a secret content."""
        if sys.platform == "linux" and Path("/proc/self/fd").exists():
            descriptor = os.memfd_create("acreg")
            self._descriptors.append(descriptor)
            _write(descriptor, content)
            return HandedFile(f"/proc/self/fd/{descriptor}", (descriptor,))
        with _said():
            descriptor, path = tempfile.mkstemp(dir=self._folder)  # of mode 0600
            try:
                _write(descriptor, content)
            finally:
                os.close(descriptor)
        return HandedFile(path)

    def folder(self) -> Path:
        """Return an empty folder for what is too large for memory."""
        with _said():
            return Path(tempfile.mkdtemp(dir=self._folder))

    def certificates(self, ca_file: str) -> str:
        """Return a folder with the authority's certificate, as skopeo's --cert-dir takes it; empty without one."""
        if not ca_file:
            return ""
        with _said():
            shutil.copy(ca_file, Path(self._folder, "ca.crt"))
        return self._folder


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AcregError(
            f"The folder for temporary files cannot be written: {error.strerror}. Make room in"
            f" {tempfile.gettempdir()}, or name another folder with the variable TMPDIR."
        ) from None


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sweep() -> None:
    """Remove what runs of this user left that were killed."""
    if os.name != "posix":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name[len(_PREFIX) :].partition("-")[0]
        try:
            if pid.isdecimal() and folder.lstat().st_uid == os.getuid() and not is_alive(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def is_alive(pid: int) -> bool:
    """Tell whether a process runs."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # the latter for a number that no process has
        return False
    except PermissionError:
        return True
    return True
