"""Where the post-renderer that Helm starts asks the `helm acreg` that started Helm.

The post-renderer itself opens no connection to anything but this socket, which lies in a folder that only this user can
look into. A line of JSON is a question, and one is its answer.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from postrenderer.pipe import SOCKET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_NAME = "socket"
_SECONDS = 10
"""How long one who has connected may take to ask: others wait for so long."""


@contextmanager
def open_in(folder: Path, answer: Callable[[Any], Any]) -> Iterator[dict[str, str]]:
    """Answer questions for as long as the context lasts; its value is the variable that leads here.

    Where no such socket can be made, nobody is led here: a path may be too long for one.

    Args:
        folder: gets the socket.
        answer: gives the answer to a question, each as what JSON can hold.
    """
    path = str(folder / _NAME)
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(path)
        except OSError:
            yield {}
            return
        listener.listen()
        threading.Thread(target=_serve, args=(listener, answer), daemon=True).start()
        try:
            yield {SOCKET: path}
        finally:
            with suppress(OSError):  # macOS has none for sockets that only listen
                listener.shutdown(socket.SHUT_RDWR)


def ask(question: Any) -> Any:  # noqa: ANN401  # what JSON can hold
    """Return the answer to a question; None where nobody is there to give one."""
    path = os.environ.get(SOCKET)
    if not path:
        return None
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(path)
            with connection.makefile("rw", encoding="utf-8") as file:
                file.write(json.dumps(question) + "\n")
                file.flush()
                return json.loads(file.readline())
    except (OSError, ValueError):
        return None


def _serve(listener: socket.socket, answer: Callable[[Any], Any]) -> None:
    while listener.fileno() >= 0:
        with suppress(Exception):  # of a strange question, too: others are still answered
            connection, _ = listener.accept()
            connection.settimeout(_SECONDS)
            with connection, connection.makefile("rw", encoding="utf-8") as file:
                file.write(json.dumps(answer(json.loads(file.readline()))) + "\n")
