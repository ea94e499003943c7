"""A temporary folder for a command's own files, which goes when the command ends, even if it is killed."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that only this user can look into, for as long as it is needed, and no longer however we end."""
    import signal  # noqa: PLC0415  # only needed here
    import tempfile  # noqa: PLC0415  # a filter that has its settings from flags does not need it
    from pathlib import Path  # noqa: PLC0415  # only needed here

    def end(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)  # which removes the folder, where the signal alone would not

    before = signal.signal(signal.SIGTERM, end) if threading.current_thread() is threading.main_thread() else None
    try:
        with tempfile.TemporaryDirectory(prefix="acreg-") as folder, _removed_if_killed(folder):
            yield Path(folder)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _removed_if_killed(folder: str) -> Iterator[None]:
    """Have a shell remove a folder once our end of its pipe is closed, as the system does when we are killed.

    It has a session of its own, so that it outlives a signal to all processes of ours.
    """
    import subprocess  # noqa: PLC0415  # only needed here

    with ExitStack() as stack:
        with suppress(OSError):  # there is no shell
            script = 'exec >/dev/null 2>&1; read -r _; rm -rf -- "$1"'
            command = ("/bin/sh", "-c", script, "sh", folder)
            shell = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd="/")  # noqa: S603  # ours
            stack.enter_context(shell)
        yield
