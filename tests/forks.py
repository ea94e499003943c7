"""acreg as a process of its own that is there at once: a fork of one that has imported everything.

Python and its imports take longer than most of what acreg does in tests/registry. How acreg itself starts, as a module
and as a zipapp, is shown elsewhere: tests/test_main.py, tests/test_surroundings.py, tests/test_zipapp.py.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
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

PACKAGE = Path(__file__).resolve().parents[1] / "postrenderer"


def run(
    arguments: Sequence[str], stdin: bytes, environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[bytes]:
    """Run `acreg ARGUMENTS` in a folder, with these variables and no others."""
    request = json.dumps([arguments, dict(environment), str(folder)]).encode()
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
        for file, content in zip(files, (request, stdin)):
            file.write(content)
            file.seek(0)
        link, _ = _server()
        socket.send_fds(link, [b"!"], [file.fileno() for file in files])
        code = link.recv(16)
        assert code, "the process that forks has ended"
        stdout, stderr = (os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0) for file in files[2:])
    return subprocess.CompletedProcess(["acreg", *arguments], int(code), stdout, stderr)


@cache
def _server() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process that forks, which ends with this one, and the connection to it."""
    ours, theirs = socket.socketpair()
    known = {name: value for name, value in os.environ.items() if name == "PATH" or name.startswith("COVERAGE_")}
    command = [sys.executable, __file__, str(theirs.fileno())]
    process = subprocess.Popen(
        command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env={**known, "PYTHONPATH": str(PACKAGE.parent)}
    )
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
        arguments, environment, folder = json.load(file)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    gc.enable()
    door = importlib.import_module("postrenderer.__main__")
    sys.argv = [str(door.__file__), *arguments]
    return int(door.main())


def _import_everything() -> None:
    del sys.path[0]  # the folder of the tests
    gc.disable()
    for path in PACKAGE.rglob("*.py"):
        importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    gc.freeze()  # or each fork goes through all of that when it ends


if __name__ == "__main__":
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
