"""What a person sees: tables and colour on a terminal, plain text everywhere else and where NO_COLOR is set.

What a chart says comes to people through `text.escape`: always where it is for people alone, and on a terminal whatever
it is.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from postrenderer.cli import front, tables
from postrenderer.errors import AcregError
from postrenderer.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STYLES = {"bold": "1", "head": "1;4", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
"""SGR parameters (ECMA-48)."""


def is_fancy() -> bool:
    """Whether standard output gets colour: as `--color` says, else on a terminal whose user wants it (no-color.org)."""
    if front.chosen.color != "auto":
        return front.chosen.color == "always"
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal() -> bool:
    """Whether somebody may read standard output as it is written."""
    return sys.stdout is not None and sys.stdout.isatty()


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table.

    On a terminal it fits the width, with digests shortened. For a program everything is whole, and columns are two
    spaces apart.
    """
    lines = [[escape.line(cell) for cell in row] for row in rows]
    if not is_terminal():
        widths = [max(len(line[column]) for line in [headers, *lines]) for column in range(len(headers))]
        for number, line in enumerate([headers, *lines]):
            text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            styled(text, "" if number else "bold")
        return
    drawn = tables.lay_out(headers, [[tables.shorten(cell) for cell in line] for line in lines], _columns())
    *above, last = drawn.head
    for text in above:
        styled(text, "bold")
    widest = max(len(text) for text in (*drawn.head, *(row.text for row in drawn.rows)))
    if is_fancy():
        styled(last.ljust(min(widest, _columns())), "head")
    else:
        _put(f"{last}\n{'-' * min(widest, _columns())}" if drawn.stacked else last)
    for row in drawn.rows:
        styled(row.text, "bold" if drawn.stacked and row.begins else "")


def hanging(head: str, text: str, style: str) -> None:
    """Print a text behind its head, on a terminal wrapped beside it."""
    import textwrap  # noqa: PLC0415  # only few commands need it

    text = front.as_typed(text)
    if not is_terminal():
        styled(head + text, style)
        return
    width = max(_columns() - len(head), 1)
    first, *more = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    styled(head + first, style)
    for line in more:
        styled(" " * len(head) + line, style)


def _columns() -> int:
    import shutil  # noqa: PLC0415  # only needed on a terminal

    return shutil.get_terminal_size().columns


def styled(text: str, style: str) -> None:
    """Print a line for people, in a style such as `red` where that can be shown."""
    text = escape.lines(text)
    _put(f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and is_fancy() else text)


def write(text: str) -> None:
    """Print a line, or data of many lines, as UTF-8, whatever the locale.

    Raises:
        AcregError: standard output cannot take it.
        BrokenPipeError: nobody reads it.
    """
    _put(escape.lines(text) if is_terminal() else text)


def _put(text: str) -> None:
    if sys.stdout is None:
        raise BrokenPipeError
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(errors="replace") + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered could not go there
        raise AcregError(
            f"Standard output cannot be written: {error.strerror}. What was written is not complete."
        ) from None


def warn_of_password(instead: str) -> None:
    """Say on a terminal that a password was just shown, and what to do instead."""
    if is_terminal():
        note(f"acreg: a password is on your screen now, and may stay in the terminal's history: {instead}.")


def note(text: str) -> None:
    """Print a line on standard error, for the user and not for what reads our output; nothing with `--quiet`.

    No text of a chart begins a line of its own: CI systems take some lines for commands, such as `::warning::`.
    """
    if front.chosen.level > front.QUIET and sys.stderr is not None:
        sys.stderr.write(f"{escape.line(front.as_typed(text))}\n")


def several(count: int, noun: str) -> str:
    """A number with its noun: `1 image`, `38 images`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def paragraph(text: str) -> None:
    """Print several lines as `note` prints one."""
    for line in text.splitlines():
        note(line)


def detail(text: str) -> None:
    """Print a line on standard error with `--verbose`."""
    if front.chosen.level >= front.VERBOSE:
        note(f"acreg: {text}")
