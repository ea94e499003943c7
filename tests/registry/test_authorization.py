from __future__ import annotations

from email.message import Message
from typing import Any

import pytest

from postrenderer.registry.authorization import Challenge, answer_to, challenges
from postrenderer.registry.credentials import Login
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.transport import Answer

BEARER = 'Bearer realm="https://auth.example.com/token",service=r.example.com'


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], []),
        (["Basic"], [("basic", {})]),
        ([BEARER], [("bearer", {"realm": "https://auth.example.com/token", "service": "r.example.com"})]),
        ([r'Basic realm="a \"b\", c"'], [("basic", {"realm": 'a "b", c'})]),
        (['Basic realm="a", Bearer realm=b'], [("basic", {"realm": "a"}), ("bearer", {"realm": "b"})]),
        (["Basic", "Bearer realm=b"], [("basic", {}), ("bearer", {"realm": "b"})]),
        # A parameter of no scheme is passed over.
        (['realm="a", Basic realm="b"'], [("basic", {"realm": "b"})]),
    ],
)
def test_challenges(headers: list[str], expected: list[tuple[str, dict[str, str]]]) -> None:
    assert challenges(headers) == [Challenge(*one) for one in expected]


class MockTransport:
    """Gives one answer, and keeps what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.answer = Answer(status, Message(), body, "")
        self.asked: list[tuple[Any, ...]] = []

    def send(self, *asked: object) -> Answer:
        self.asked.append(asked)
        return self.answer


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, b"", "r.example.com"),
        (500, b"", "r.example.com"),
        (200, b"no JSON", "r.example.com: https://auth.example.com/token gives no token"),
        (200, b"[]", "gives no token"),
    ],
)
def test_a_token_that_is_not_given(status: int, body: bytes, said: str) -> None:
    transport: Any = MockTransport(status, body)
    with pytest.raises(RegistryError, match=said):
        answer_to(challenges([BEARER]), None, transport, "https://r.example.com/v2/x", "repository:x:pull")


@pytest.mark.parametrize(
    ("header", "login", "shown"),
    [
        (BEARER, None, "Bearer t"),
        ("Basic", Login("u", "p"), "Basic dTpw"),
        ("Basic", None, ""),
        ("Negotiate", Login("u", "p"), ""),
    ],
)
def test_what_is_shown_to_a_registry(header: str, login: Login | None, shown: str) -> None:
    transport: Any = MockTransport(200, b'{"access_token": "t"}')
    found = answer_to(challenges([header]), login, transport, "https://r.example.com/v2/x", "repository:x:pull")
    assert found == shown
    query = "service=r.example.com&scope=repository%3Ax%3Apull"
    asked: list[tuple[Any, ...]] = [("GET", f"https://auth.example.com/token?{query}", {})]
    assert transport.asked == asked * shown.startswith("Bearer")
