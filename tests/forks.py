"""acreg as a process of its own that is there at once: a fork of one that has imported everything.

Python and its imports take longer than most of what a command does. How acreg itself starts, as a module and as a
zipapp, is shown elsewhere: tests/test_main.py, tests/test_surroundings.py, tests/test_zipapp.py.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parents[1]
_LONGEST = 600
"""Seconds after which a run counts as hanging, and its test fails."""


def run(
    arguments: Sequence[str], stdin: bytes, environment: Mapping[str, str], folder: Path, zipapp: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `acreg ARGUMENTS` in a folder, with these variables and no others.

    Args:
        zipapp: whose acreg is run, as if this file had been started, from below SHIV_ROOT; without it, this checkout's.
    """
    request = json.dumps([str(zipapp or ""), [*arguments], {**environment}, str(folder)]).encode()
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
        for file, content in zip(files, (request, stdin)):
            file.write(content)
            file.seek(0)
        link, _ = _server(zipapp, environment["SHIV_ROOT"] if zipapp else "")
        socket.send_fds(link, [b"!"], [file.fileno() for file in files])
        code = link.recv(16)
        assert code, "the process that forks has ended"
        stdout, stderr = (os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0) for file in files[2:])
    return subprocess.CompletedProcess(["acreg", *arguments], int(code), stdout, stderr)


@cache
def _server(zipapp: Path | None, shiv_root: str) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process that forks, which ends with this one, and the connection to it."""
    ours, theirs = socket.socketpair()
    ours.settimeout(_LONGEST)
    known = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COVERAGE_")}
    of_shiv = {"SHIV_ROOT": shiv_root, "SHIV_INTERPRETER": "1"}  # shiv then has the zipapp run a script
    known |= of_shiv if zipapp else {"PYTHONPATH": str(REPOSITORY)}
    number = theirs.fileno()
    command = [sys.executable, *([str(zipapp)] if zipapp else []), __file__, str(number)]
    process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL, env=known)
    theirs.close()
    return ours, process


def _serve(link: socket.socket) -> None:
    """Fork for each request, and answer with the exit code."""
    while files := socket.recv_fds(link, 1, 4)[1]:
        child = os.fork()
        if not child:
            link.close()
            sys.exit(_become(*files))
        for file in files:
            os.close(file)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        link.sendall(str(code).encode())


def _become(request: int, *streams: int) -> int:
    with open(request, encoding="utf-8") as file:
        zipapp, arguments, environment, folder = json.load(file)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    gc.enable()
    door = importlib.import_module("postrenderer.__main__")
    sys.argv = [zipapp or str(door.__file__), *arguments]
    return int(door.main())


def _import_everything() -> None:
    del sys.path[0]  # the folder of the tests, or the zipapp
    gc.disable()
    package = importlib.import_module("postrenderer")
    for module in pkgutil.walk_packages(package.__path__, "postrenderer."):
        importlib.import_module(module.name)
    gc.freeze()  # or each fork goes through all of that when it ends


if __name__ == "__main__":
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
