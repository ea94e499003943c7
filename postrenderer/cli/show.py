"""What a person sees: tables and colour on a terminal, plain text everywhere else and where NO_COLOR is set.

rich is imported only for a terminal, and nothing is lost where it is missing. What a chart says comes to people through
`text.escape`: always where it is for people alone, and on a terminal whatever it is.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def is_fancy() -> bool:
    """Whether standard output is a terminal whose user wants colour (no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal() -> bool:
    """Whether somebody may read standard output as it is written."""
    return sys.stdout is not None and sys.stdout.isatty()


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; plain, its columns are two spaces apart.

    On a terminal that it is too wide for, a row takes three lines: references can be copied only where they are whole.
    """
    lines: list[Sequence[str]] = [[escape.line(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in [headers, *lines]) for column in range(len(headers))]
    if is_terminal() and sum(widths) + 2 * len(widths) > _columns():
        for first, second, *rest in lines:
            styled(first, "bold")
            write(f"  {second}")
            write(f"  {'  '.join(filter(None, rest))}")
        return
    if is_fancy():
        try:
            from rich.box import SIMPLE_HEAD  # noqa: PLC0415  # only on a terminal
            from rich.console import Console  # noqa: PLC0415  # only needed here
            from rich.table import Table  # noqa: PLC0415  # only needed here
            from rich.text import Text  # noqa: PLC0415  # only needed here
        except ImportError:
            pass
        else:
            drawn = Table(*headers, box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
            for line in lines:
                drawn.add_row(*(Text(cell, overflow="fold") for cell in line))
            Console().print(drawn)
            return
    for line in [headers, *lines]:
        write("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def _columns() -> int:
    import shutil  # noqa: PLC0415  # only needed on a terminal

    return shutil.get_terminal_size().columns


def styled(text: str, style: str) -> None:
    """Print a line for people, in a style of rich's such as `red` where that can be shown."""
    text = escape.lines(text)
    if style and is_fancy():
        try:
            from rich.console import Console  # noqa: PLC0415  # only on a terminal
            from rich.text import Text  # noqa: PLC0415  # only needed here
        except ImportError:
            pass
        else:
            Console(soft_wrap=True).print(Text(text, style), highlight=False)
            return
    write(text)


def write(text: str) -> None:
    """Print a line, or data of many lines, as UTF-8, whatever the locale.

    Raises:
        AcregError: standard output cannot take it.
        BrokenPipeError: nobody reads it.
    """
    if sys.stdout is None:
        raise BrokenPipeError
    text = escape.lines(text) if is_terminal() else text
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
    """Print a line on standard error, for the user and not for what reads our output."""
    if sys.stderr is not None:
        sys.stderr.write(f"{escape.lines(text)}\n")
