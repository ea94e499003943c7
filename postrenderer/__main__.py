"""The entry point: without arguments the filter, which reads a pipe; with some the command line, imported late."""

from __future__ import annotations

import gc
import os
import sys
from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal
from typing import TYPE_CHECKING

from postrenderer.errors import AcregError, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable

INTERRUPTED = 130
_NO_THREAD = (
    "No more threads can be started, so the run ended early. Raise the limit of processes of this user (`ulimit -u`) "
    "or of the container, or give a smaller --jobs."
)


def main() -> int:
    """Run acreg as the process was started.

    Returns:
        The exit code: 0 done, 1 the manifests cannot be processed as asked, 2 usage or settings, 3 internal error,
        130 interrupted.
    """
    arguments = sys.argv[1:]
    if not arguments and (sys.stdin is None or not sys.stdin.isatty()):
        return guard(_filter, ran_the_filter=lambda: True)

    def command_line() -> int:
        from postrenderer import cli  # noqa: PLC0415  # the filter needs no command line

        return cli.main(arguments)

    def ran_the_filter() -> bool:
        from postrenderer import cli  # noqa: PLC0415  # as above

        return cli.runs_the_filter(arguments)

    return guard(command_line, ran_the_filter=ran_the_filter)


def guard(run: Callable[[], int], *, ran_the_filter: Callable[[], bool] = lambda: False) -> int:
    """Run, and turn every way to fail into one paragraph on stderr and an exit code.

    Args:
        run: returns the exit code.
        ran_the_filter: tells afterwards whether `run` was the filter or a command that ran it, whose end
            `acreg explain` shows.
    """
    try:
        code, message = _run(run)
        if message:
            from postrenderer.cli import front  # noqa: PLC0415  # most runs have nothing to say
            from postrenderer.text import escape  # noqa: PLC0415  # as above

            message = front.as_typed(escape.lines(message))
            _say(message)
        if ran_the_filter():
            from postrenderer import lastrun  # noqa: PLC0415  # only the filter's runs are noted

            lastrun.end(code, message)
    except KeyboardInterrupt:  # while it says or notes how the run ended
        return INTERRUPTED
    return code


def _run(run: Callable[[], int]) -> tuple[int, str]:
    """Run, and return the exit code and what the user must be told."""
    try:
        return run(), ""
    except AcregError as error:
        details = f" {_keep_details()}" if isinstance(error, InternalError) else ""
        return error.exit_code, f"{error}{details}"
    except KeyboardInterrupt:
        return INTERRUPTED, ""
    except BrokenPipeError:
        _abandon_stdout()  # the reader has gone: nobody is left to tell
        return AcregError.exit_code, ""
    except MemoryError:
        return AcregError.exit_code, "There is not enough memory for the manifests. Nothing was written."
    except Exception as error:  # noqa: BLE001  # mostly a defect of acreg; the user gets a message and the details a file
        return _of_defect(error)


def _of_defect(error: Exception) -> tuple[int, str]:
    if isinstance(error, RuntimeError) and "start new thread" in str(error):  # as Python says of this alone
        return AcregError.exit_code, _NO_THREAD
    message = f"Something went wrong inside acreg, and nothing was rendered. {_keep_details()}"
    return InternalError.exit_code, message


def _filter() -> int:
    gc.disable()  # from the start; pipe.write says why
    # Inside the guard, so that a broken installation is explained.
    from postrenderer import lastrun, pipe, settings  # noqa: PLC0415

    if getsignal(SIGINT) == SIG_DFL:  # as the launcher has it, since Python can lose an interrupt while it imports
        signal(SIGINT, default_int_handler)
    found = settings.effective({}, os.environ, os.getcwd())
    lastrun.note_registry(found.unnamed)
    settings.announce(found.file)
    inform = None
    if pipe.SOCKET in os.environ:
        from postrenderer.cli import pullsecrets  # noqa: PLC0415  # only where `helm acreg` started Helm

        inform = pullsecrets.informed
    pipe.run(found.settings, inform)
    return 0


def _abandon_stdout() -> None:
    """Let what stdout still buffers go nowhere when the interpreter flushes it at its exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(message: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"acreg: {message}\n")
    except OSError:
        sys.stderr = None  # nobody is left to tell, and the exit code still counts


def _keep_details() -> str:
    """Write the traceback to a file of its own and say where it is."""
    import tempfile  # noqa: PLC0415  # only needed here
    import traceback  # noqa: PLC0415  # only needed here

    details = traceback.format_exc()
    try:
        handle, path = tempfile.mkstemp(prefix="acreg-error-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(details)
    except OSError:
        return f"Please report this: {details.strip().splitlines()[-1]}"
    return f"The details are in {path}: please report them."


if __name__ == "__main__":
    sys.exit(main())
