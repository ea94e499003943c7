"""pip, as the scripts run it: a failing download is tried again before it is an error."""

from __future__ import annotations

import contextlib
import io
import os
import runpy
import subprocess
import sys
import time

PAUSES = (1, 4)
"""Seconds before the second and the third try."""

OPTIONS = ("-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:")


def pip(command: str, *arguments: str) -> None:
    """Run `pip COMMAND` with our options, up to three times.

    Raises:
        subprocess.CalledProcessError: it failed each time; its output is in `stderr`.
    """
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    for pause in (*PAUSES, None):
        line = [sys.executable, "-m", "pip", command, *OPTIONS, *arguments]
        run = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return
        if pause is None:
            raise subprocess.CalledProcessError(run.returncode, line, run.stdout, run.stderr)
        print(f"pip {command} failed; next try in {pause} s", file=sys.stderr, flush=True)
        time.sleep(pause)


def pip_here(command: str, *arguments: str) -> None:
    """Do what `pip` does, first in this process: to import pip takes three times as long as most downloads.

    Raises:
        subprocess.CalledProcessError: see `pip`.
    """
    argv, sys.argv = sys.argv, ["pip", command, *OPTIONS, *arguments]
    ended: object = 1
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            runpy.run_module("pip", run_name="__main__")
    except SystemExit as error:
        ended = error.code
    except Exception:  # noqa: BLE001  # pip promises nothing of a second run in one process
        ended = 1
    finally:
        sys.argv = argv
    if ended:
        pip(command, *arguments)
