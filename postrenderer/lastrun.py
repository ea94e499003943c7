"""The last run of the filter, kept for `acreg explain` in a small file of Helm's cache folder.

Helm 4 drops what a failing post-renderer says. The file has header lines, `name: value`, an empty line, and what the
user was told, if anything. Whatever goes wrong here is passed over: no release fails over a note.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import wholefile

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLE = "ACREG_LAST_RUN"
"""Names the file for runs that somebody watches: acreg's own install, upgrade and template."""

POST_RENDERER = "acreg-postrenderer"
"""The name of the filter as a plugin of Helm 4."""

_MARKS = (b"\n# Source: ", b"postrenderer.helm.sh/postrender-filename: ")
"""The texts before the name of a template file, under Helm 3 and under Helm 4."""

_MOST_FILES = 100
_LONGEST = 4096
"""More bytes than any file name has."""
_WAY_OUT = (
    " Where it says `field is immutable`, that object cannot change its image: delete it, as with `kubectl delete job"
    " NAME`, and run the command again."
)
_ROOM = 400
"""More bytes than Helm writes of its own about a failing post-renderer."""


class LastRun(NamedTuple):
    """How a run ended.

    Attributes:
        time: when, ISO 8601 in UTC.
        code: the exit code.
        helm: `4` under Helm 4, else empty: Helm 3 does not tell.
        folder: the working directory.
        command: what the user typed after `helm acreg`, without flags; empty if the filter ran alone.
        report: the report's file, empty for none.
        files: the template files of the manifests that it was given, the first hundred; the values files of the command
            if it came to no manifests. Commas stand between them.
        summary: what was done in one line; empty if it did not come to that.
        open: what is left to be looked at, with bars between: images that stay public or lack a pull secret.
        error: what was wrong, empty if nothing.
        unnamed: where the registry stands if it came from an acreg.yaml that nobody named, else empty.
    """

    time: str = ""
    code: str = ""
    helm: str = ""
    folder: str = ""
    command: str = ""
    report: str = ""
    files: str = ""
    summary: str = ""
    open: str = ""
    error: str = ""
    unnamed: str = ""


_HEADERS = tuple(field for field in LastRun._fields if field != "error")
_NOTHING = LastRun()
BAR = " | "
"""The separator of the entries of `open`."""
_current = [_NOTHING]


def cache_home() -> str:
    """Return Helm's cache folder, by Helm's own rules (helmpath: HELM_CACHE_HOME, XDG_CACHE_HOME, the system's)."""
    found = os.environ.get("HELM_CACHE_HOME")
    if found:
        return found
    home = os.environ.get("XDG_CACHE_HOME")
    if not home:
        home = {
            "darwin": os.path.expanduser("~/Library/Caches"),
            "win32": os.environ.get("TEMP", ""),
        }.get(sys.platform) or os.path.expanduser("~/.cache")
    return f"{home}/helm"


def path() -> str:
    """Return the file's path."""
    return os.environ.get(VARIABLE) or f"{cache_home()}/acreg/last-run"


def note_manifests(raw: bytes, report: str) -> None:
    """Keep the template files of the run's manifests, and the name of its report; empty for none."""
    _current[0] = _current[0]._replace(
        report=report and _absolute(report), files=", ".join(_files(raw)) or _current[0].files
    )


def note_registry(unnamed: str) -> None:
    """Keep in which acreg.yaml the registry stands, if nobody named that file; empty if somebody did."""
    if unnamed:
        _current[0] = _current[0]._replace(unnamed=unnamed)


def note_command(command: str, files: Sequence[str]) -> None:
    """Keep the command that is about to run Helm, and the values files that it names."""
    _current[0] = _NOTHING._replace(command=command, files=", ".join(files))


def note_summary(summary: str, entries: Sequence[str]) -> None:
    """Keep `LastRun.summary` and the entries of `LastRun.open`."""
    shown = BAR.join(entry.replace(BAR.strip(), " ") for entry in entries[:_MOST_FILES])
    _current[0] = _current[0]._replace(summary=summary, open=shown)


def end(code: int, error: str) -> None:
    """Note how the run ended, and tell the user what Helm 4 would not; with ACREG_VERBOSE also what was done.

    Args:
        code: the exit code.
        error: what was wrong, empty if nothing.
    """
    if not error and _current[0] == _NOTHING:
        return  # it showed its help
    run = _ended(code, error)
    _keep(run)
    if VARIABLE not in os.environ:
        if error and run.helm:
            _reach_user(error)
        elif run.summary and os.environ.get("ACREG_VERBOSE"):
            _reach_user(run.summary)


def end_of_helm(note: str, code: int) -> LastRun:
    """Note how the Helm of `note_command` ended; a later `end` then has nothing to do.

    Args:
        note: the file in which the filter noted its run.
        code: Helm's exit code.

    Returns:
        The run; its error is that of the filter alone.
    """
    of_filter = read(note)
    run = _ended(code, "") if of_filter is None else of_filter._replace(command=_current[0].command)
    if _current[0].summary and not run.error:  # of the hooks, too, which the filter does not see under Helm 3
        run = run._replace(summary=_current[0].summary, open=_current[0].open)
    if code and not run.error:
        when = "before it came to the post-renderer" if of_filter is None else "after the post-renderer's work was done"
        run = run._replace(code=str(code), error=f"Helm failed {when}. What Helm printed says why.{_WAY_OUT}")
    _keep(run)
    _current[0] = _NOTHING
    return run._replace(error=of_filter.error if of_filter else "")


def read(name: str) -> LastRun | None:
    """Return the run that a file tells of; None if there is no such file. A pipe is not read, as it may never end."""
    if not os.path.isfile(name):
        return None
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            header, _, error = file.read().partition("\n\n")
    except OSError:
        return None
    found = dict(line.partition(": ")[::2] for line in header.split("\n"))
    return LastRun(**{field: found.get(field, "") for field in _HEADERS}, error=error)


def _under_helm4() -> bool:
    return os.environ.get("HELM_PLUGIN_NAME") == POST_RENDERER


def _ended(code: int, error: str) -> LastRun:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    helm = "4" if _under_helm4() else ""
    return _current[0]._replace(time=now, code=str(code), helm=helm, folder=_absolute("."), error=error)


def _files(raw: bytes) -> list[str]:
    """The template files that manifests came from."""
    found: dict[bytes, None] = {}
    for mark in _MARKS:
        at = -1 if found else raw.find(mark)  # a Helm writes one of them
        while at >= 0 and len(found) < _MOST_FILES:
            start = at + len(mark)
            line = raw[start : start + _LONGEST].partition(b"\n")[0]  # in flow style the rest of a list may follow
            found[_name(line.strip())] = None
            at = raw.find(mark, at + 1)
    return [name.decode(errors="replace") for name in found]


def _name(line: bytes) -> bytes:
    """The name at the beginning of a line; in flow style the rest of the document may follow it."""
    quote = line[:1]
    if quote in (b"'", b'"'):
        return line[1:].partition(quote)[0]
    return line.partition(b"}")[0].partition(b", ")[0].rstrip()


def _reach_user(message: str) -> None:
    """Write to Helm's own stderr, as Helm 4 does not pass ours on. It is a terminal, a pipe or a file.

    Linux gives access to our parent's stderr. If it is a file that was not opened for appending, Helm will write its
    own message over the next bytes, so spaces are left for it.
    """
    stderr = f"/proc/{os.getppid()}/fd/2"
    text = f"acreg: {message}\n"
    try:
        regular = os.path.isfile(stderr)
        if regular:
            with open(f"/proc/{os.getppid()}/fdinfo/2", encoding="ascii") as file:
                info = dict(line.split(":", 1) for line in file)
            appends = int(info["flags"], 8) & os.O_APPEND
            if not appends:
                if int(info["pos"]) != os.stat(stderr).st_size:
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


def _keep(run: LastRun) -> None:
    """Put the note of a run, which only this user can read, in the place of the earlier one."""
    lines = [f"{name}: {' '.join(getattr(run, name).split())}\n" for name in _HEADERS]
    name = path()
    with suppress(OSError):
        os.makedirs(os.path.dirname(name), mode=0o700, exist_ok=True)
        wholefile.write(name, "".join((*lines, "\n", run.error)))


def _absolute(name: str) -> str:
    try:
        return os.path.abspath(name)
    except OSError:  # the working directory is gone
        return name
