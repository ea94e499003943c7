"""A stand-in for what Debian's registry does not do: a server in front of it that answers some requests itself."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from typing_extensions import Self


class Asked(NamedTuple):
    """A request: its method, path with query, headers in lower case, and body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Given(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


class FrontDoor:
    """The server; a context manager.

    Args:
        answer: returns the answer to a request; None where the registry behind is to give it.
        behind: the registry's `host:port`; empty for none.
        context: for TLS; None for plain HTTP.
    """

    def __init__(
        self, answer: Callable[[Asked], Given | None], behind: str = "", context: SSLContext | None = None
    ) -> None:
        self.asked: list[Asked] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def handle_one(handler) -> None:  # noqa: N805  # `self` is the door
                length = int(handler.headers.get("Content-Length") or 0)
                headers = {name.lower(): ", ".join(handler.headers.get_all(name, [])) for name in handler.headers}
                if "chunked" in headers.get("transfer-encoding", ""):
                    body = handler.chunks()
                else:
                    body = handler.rfile.read(length)
                asked = Asked(handler.command, handler.path, headers, body)
                self.asked.append(asked)
                given = answer(asked) or _forward(asked, behind)
                handler.send_response(given.status)
                for name, value in given.headers.items():
                    handler.send_header(name, value)
                if "Content-Length" not in given.headers:
                    handler.send_header("Content-Length", str(len(given.body)))
                handler.end_headers()
                if asked.method != "HEAD":
                    handler.wfile.write(given.body)

            def chunks(self) -> bytes:
                found = b""
                while size := int(self.rfile.readline().strip() or b"0", 16):
                    found += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return found

            do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_CONNECT = handle_one  # noqa: N815  # http.server's names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.host = f"{'localhost' if context else '127.0.0.1'}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _forward(asked: Asked, behind: str) -> Given:
    connection = http.client.HTTPConnection(behind)
    hop = ("transfer-encoding", "content-length", "connection", "authorization")
    headers = {name: value for name, value in asked.headers.items() if name not in hop}
    connection.request(asked.method, asked.path, asked.body, headers)
    response = connection.getresponse()
    body = response.read()
    kept = {name: value for name, value in response.getheaders() if name.lower() not in hop}
    connection.close()
    if asked.method == "HEAD" and response.headers.get("Content-Length"):
        kept["Content-Length"] = response.headers["Content-Length"]
    return Given(response.status, kept, body)
