"""One line for each image on standard error, and on a terminal a bar below them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from postrenderer.cli import front, show
from postrenderer.text import escape

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from typing_extensions import Self


class Progress:
    """The progress of work on images; a context manager.

    Args:
        total: how many images there are.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._bar = _bar() if total else None

    def __enter__(self) -> Self:
        """Show the bar."""
        if self._bar is not None:
            self._task = self._bar.add_task("images", total=self._total)
            try:
                self._bar.start()  # a thread, too
            except RuntimeError:
                self._bar.stop()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def line(self, reference: str) -> None:
        """Say that one more image is done; what became of it stands in the table at the end."""
        self._count += 1
        if self._bar is not None:
            self._bar.advance(self._task)
        else:
            show.note(f"[{self._count:{len(str(self._total))}}/{self._total}] {reference}")

    def note(self, text: str) -> None:
        """Say something else; any thread may."""
        if self._bar is None:
            show.note(text)
        else:
            self._bar.console.print(escape.lines(text), markup=False, highlight=False, soft_wrap=True)


def _bar() -> Bar | None:
    if (
        front.chosen.level < front.NORMAL
        or sys.stderr is None
        or not sys.stderr.isatty()
        or os.environ.get("TERM") == "dumb"
    ):
        return None
    try:
        from rich.console import Console  # noqa: PLC0415  # only on a terminal
        from rich.progress import BarColumn, MofNCompleteColumn, TimeElapsedColumn  # noqa: PLC0415  # only needed here
        from rich.progress import Progress as Bar  # noqa: PLC0415  # only needed here
    except ImportError:
        return None
    console = Console(stderr=True, no_color=True if front.chosen.color == "never" else None)
    return Bar(BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True)
