"""The last run of the filter, kept for `acreg explain` in a small file of Helm's cache folder.

Helm 4 drops what a failing post-renderer says. The file has header lines, `name: value`, an empty line, and what the
user was told, if anything. Whatever goes wrong here is passed over: no release fails over a note.
"""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple

VARIABLE = "ACREG_LAST_RUN"
"""Names the file for runs that somebody watches: acreg's own install, upgrade and template."""

POST_RENDERER = "acreg-postrenderer"
"""What Helm 4 calls the filter."""

_MARKS = (b"\n# Source: ", b"postrenderer.helm.sh/postrender-filename: ")
"""What stands before the name of a template file, under Helm 3 and under Helm 4."""

_MOST_FILES = 100
_ROOM = 400
"""More bytes than Helm writes of its own about a failing post-renderer."""


class LastRun(NamedTuple):
    """How a run ended.

    Attributes:
        time: when, ISO 8601 in UTC.
        code: the exit code.
        helm: `4` under Helm 4, else empty: Helm 3 does not tell.
        folder: the working directory.
        report: the report's file, empty for none.
        files: the template files of the manifests that it was given, the first hundred.
        error: what was wrong, empty if nothing.
    """

    time: str
    code: str
    helm: str
    folder: str
    report: str
    files: str
    error: str


_NOTHING = LastRun("", "", "", "", "", "", "")
_begun = [_NOTHING]


def cache_home() -> str:
    """Return Helm's cache folder, by Helm's own rules (helmpath: HELM_CACHE_HOME, XDG_CACHE_HOME, the system's)."""
    found = os.environ.get("HELM_CACHE_HOME")
    if found:
        return found
    home = os.environ.get("XDG_CACHE_HOME")
    if not home:
        home = {
            "darwin": os.path.expanduser("~/Library/Caches"),  # noqa: PTH111  # pathlib takes time to import
            "win32": os.environ.get("TEMP", ""),
        }.get(sys.platform) or os.path.expanduser("~/.cache")  # noqa: PTH111  # likewise
    return f"{home}/helm"


def path() -> str:
    """Return the file's path."""
    return os.environ.get(VARIABLE) or f"{cache_home()}/acreg/last-run"


def begin(raw: bytes, report: str) -> None:
    """Keep what is known when a run begins: its manifests and its report's file, empty for none."""
    _begun[0] = _NOTHING._replace(report=report and _absolute(report), files=" ".join(_files(raw)))


def end(code: int, error: str) -> None:
    """Note how the run ended, and tell the user what Helm 4 would not.

    Args:
        code: the exit code.
        error: what was wrong, empty if nothing.
    """
    if not error and _begun[0] == _NOTHING:
        return  # it showed its help
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    helm = "4" if _under_helm4() else ""
    run = _begun[0]._replace(time=now, code=str(code), helm=helm, folder=_absolute("."), error=error)
    lines = [f"{name}: {' '.join(value.split())}\n" for name, value in zip(run._fields[:-1], run)]
    _replace(path(), "".join((*lines, "\n", error)))
    if error and run.helm and VARIABLE not in os.environ:
        _reach_user(error)


def keep(name: str) -> None:
    """Make the note in another file that of this user's last run."""
    try:
        with open(name, encoding="utf-8", errors="replace") as file:  # noqa: PTH123  # pathlib takes time to import
            _replace(f"{cache_home()}/acreg/last-run", file.read())
    except OSError:
        pass


def read(name: str) -> LastRun | None:
    """Return the run that a file tells of, None if there is none."""
    try:
        with open(name, encoding="utf-8", errors="replace") as file:  # noqa: PTH123  # pathlib takes time to import
            header, _, error = file.read().partition("\n\n")
    except OSError:
        return None
    found = dict(line.partition(": ")[::2] for line in header.split("\n"))
    return LastRun._make([*(found.get(field, "") for field in LastRun._fields[:-1]), error])


def _under_helm4() -> bool:
    return os.environ.get("HELM_PLUGIN_NAME") == POST_RENDERER


def _files(raw: bytes) -> list[str]:
    """The template files that manifests came from."""
    found: dict[bytes, None] = {}
    for mark in _MARKS:
        at = raw.find(mark)
        while at >= 0 and len(found) < _MOST_FILES:
            end = raw.find(b"\n", at + len(mark))
            found[raw[at + len(mark) : end if end >= 0 else None].strip(b" \r'\"")] = None
            at = raw.find(mark, at + 1)
    return [name.decode(errors="replace") for name in found]


def _reach_user(message: str) -> None:
    """Say what Helm 4 will not pass on, where its own words go to: a terminal, a pipe or a file.

    Linux gives access to our parent's stderr. In a file that was not opened for appending, Helm would write over what
    is written here, so room is left for it.
    """
    stderr = f"/proc/{os.getppid()}/fd/2"
    text = f"acreg: {message}\n"
    try:
        regular = os.path.isfile(stderr)  # noqa: PTH113  # pathlib takes time to import
        if regular:
            with open(f"/proc/{os.getppid()}/fdinfo/2", encoding="ascii") as file:  # noqa: PTH123  # likewise
                info = dict(line.split(":", 1) for line in file)
            appends = int(info["flags"], 8) & os.O_APPEND
            if not appends:
                if int(info["pos"]) != os.stat(stderr).st_size:  # noqa: PTH116  # likewise
                    return
                text = f"{' ' * _ROOM}\n{text}"
        handle = os.open(stderr, os.O_WRONLY | os.O_APPEND | os.O_NOCTTY | os.O_NONBLOCK)
    except (OSError, KeyError, ValueError):
        try:
            handle = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return
    try:
        os.write(handle, text.encode())
    except OSError:
        pass
    finally:
        os.close(handle)


def _replace(name: str, text: str) -> None:
    """Put a new file, which only this user can read, in the place of the old one."""
    partial = f"{name}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(name), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120  # pathlib is slow to import
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, text.encode(errors="replace"))
        finally:
            os.close(handle)
        os.replace(partial, name)  # noqa: PTH105  # likewise
    except OSError:
        pass


def _absolute(name: str) -> str:
    try:
        return os.path.abspath(name)  # noqa: PTH100  # pathlib takes time to import
    except OSError:  # the working directory is gone
        return name
