from __future__ import annotations

import socket
import threading
from contextlib import suppress

import pytest
from effort import LONGEST

from postrenderer.registry import transport
from postrenderer.registry.failures import RegistryError

EVERY = 0.05


@pytest.mark.parametrize(
    "begun",
    [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"],
)
def test_an_answer_that_comes_byte_by_byte_is_given_up(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock of a registry: what it sends in a header or a body has no end that anybody would wait for."""
    monkeypatch.setattr(transport, "_ANSWER_SECONDS", 1)
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.sendall(begun)
            for _ in range(round(LONGEST / EVERY)):
                connection.sendall(b"x")
                threading.Event().wait(EVERY)

    with server:
        threading.Thread(target=drip, daemon=True).start()
        client = transport.Transport(frozenset(), "", {})
        host = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(RegistryError, match=r"it does not answer .*no whole answer in 1 seconds") as caught:
            client.send("GET", f"http://{host}/v2/", {})
        client.close()
    assert (caught.value.kind, caught.value.host) == ("unreachable", host)


@pytest.mark.parametrize(("method", "count"), [("GET", 2), ("POST", 1)])
def test_what_may_do_harm_twice_is_sent_once(method: str, count: int) -> None:
    """A mock of a registry: it answers the first request, and closes its connection when it has read another."""
    server = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []

    def answer() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    while request := connection.recv(1 << 16):
                        requests.append(request)
                        if len(requests) > 1:
                            break
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()
    client = transport.Transport(frozenset(), "", {})
    url = f"http://127.0.0.1:{server.getsockname()[1]}/v2/"
    client.send("GET", url, {})
    with pytest.raises(RegistryError, match="it does not answer"):
        client.once(method, url, {})
    client.close()
    server.close()
    assert [request.split()[0].decode() for request in requests[1:]] == [method] * count
