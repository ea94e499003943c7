"""The file that a report is written to, which may be an open file such as /dev/stderr and never standard output."""

from __future__ import annotations

import json
import os
from typing import Any

from postrenderer import wholefile
from postrenderer.errors import AcregError, SettingsError
from postrenderer.text.regex import regex

_OPEN_FILE = regex(r"(?:/dev/fd/|/proc/self/fd/)(\d{1,9})|/dev/(stdin|stdout|stderr)")
_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}


def write(path: str, content: dict[str, Any]) -> None:
    """Write a report, for its owner alone, whole or not at all.

    A symbolic link is replaced and not followed. A name of an open file, such as /dev/stderr, means that file, even if
    it is a regular one. What is no regular file, such as /dev/tty, is written to as it is.

    Raises:
        AcregError: it cannot be written.
        SettingsError: it would come among the manifests.
    """
    _refuse_stdout(path)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    number = _descriptor(path)
    try:
        if number is None and (os.path.isfile(path) or not os.path.exists(path)):
            wholefile.write(path, text)
        else:
            with open(path if number is None else number, "w", encoding="utf-8", closefd=number is None) as file:
                file.write(text)
    except OSError as error:
        raise AcregError(
            f"The report cannot be written to {path}: {error.strerror}. Nothing was rendered. Give --report a file in "
            "a folder that exists and has room, or leave it out."
        ) from None


def _descriptor(path: str) -> int | None:
    """The number of the open file that a path names, whether there is a /proc or not; None if it names none."""
    found = _OPEN_FILE.fullmatch(os.path.abspath(path))
    return (int(found[1]) if found[1] else _STREAMS[found[2]]) if found else None


def _refuse_stdout(path: str) -> None:
    """Refuse `-` and what is the same file as standard output, which belongs to the manifests.

    Raises:
        SettingsError: it is.
    """
    if path == "-" or _descriptor(path) == 1 or _is_stdout(path):
        raise SettingsError(
            f"--report: {path} is standard output, and the report would come among the manifests. Nothing was "
            "rendered. Give --report the name of a file, or /dev/stderr."
        )


def _is_stdout(path: str) -> bool:
    try:
        found = os.stat(path)
        return os.path.samestat(found, os.fstat(1)) and not os.path.samestat(found, os.stat(os.devnull))
    except OSError:  # one of them is not there
        return False
