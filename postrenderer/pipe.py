"""The filter as a process: manifests from standard input, private manifests to standard output, and the report."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from postrenderer import chain, lastrun
from postrenderer.errors import AcregError, SettingsError
from postrenderer.findings import sum_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.chain import Inform
    from postrenderer.settings import Settings

SOCKET = "ACREG_WRAPPER_SOCKET"
"""Names the socket of the `helm acreg` that started Helm, see `cli.wrapper_socket`."""

NOTHING = b"# no manifests\n"
"""Written in the place of an empty stream under Helm 4, which refuses empty output."""


def run(settings: Settings, inform: Inform | None = None) -> None:
    """Rewrite standard input to standard output.

    Args:
        settings: what is asked for.
        inform: see `chain.through`.

    Raises:
        AcregError: nothing was written to stdout, or stdout cannot take it.
        BrokenPipeError: nobody reads stdout.
    """
    if sys.stdin is None:
        raise SettingsError("Standard input is closed. The manifests are read from it, as Helm writes them there.")
    raw = sys.stdin.buffer.read()
    lastrun.note_manifests(raw, settings.report)
    write(raw, settings, inform)


def write(raw: bytes, settings: Settings, inform: Inform | None = None) -> None:
    """Rewrite manifests to standard output.

    Args:
        raw: the manifests.
        settings: what is asked for.
        inform: see `chain.through`.

    Raises:
        AcregError: nothing was written to stdout, or stdout cannot take it.
        BrokenPipeError: nobody reads stdout.
    """
    if sys.stdout is None:
        raise BrokenPipeError
    gc.disable()  # nodes hold no cycles, and counting them over and over takes a third of the time
    if settings.lock:
        from postrenderer.settings import lockfile  # noqa: PLC0415  # most runs have none

        settings = lockfile.pinned(settings)
    result = chain.through(raw, settings, inform)
    if settings.report:
        from postrenderer import report  # noqa: PLC0415  # most runs write none

        report.write(settings.report, report.as_json(result))
    lastrun.note_summary(*sum_up(result.found))
    output = result.output
    if "HELM_PLUGIN_NAME" in os.environ and not any(bytes(piece).strip() for piece in output):
        output = [NOTHING]
    try:
        # sys.stdout.buffer writes only a part, and does not say so, where PYTHONUNBUFFERED is set.
        with open(sys.stdout.fileno(), "wb", closefd=False) as stdout:
            stdout.writelines(_for_eyes(output) if stdout.isatty() else output)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise AcregError(
            f"The manifests cannot be written to standard output: {error.strerror}. What was written is not complete."
        ) from None


def _for_eyes(output: Iterable[bytes | memoryview]) -> list[bytes]:
    """Return manifests without characters that a terminal would act on; programs get them as they are."""
    from postrenderer.text import escape  # noqa: PLC0415  # Helm reads what most runs write

    return [escape.lines(b"".join(output).decode(errors="replace")).encode()]
