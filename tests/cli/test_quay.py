"""`acreg quay` against a stand-in for Quay, which answers as Quay's published API and records what it is asked."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer import cli
from postrenderer.errors import AcregError, SettingsError
from postrenderer.registry import transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "the-oauth-token"  # noqa: S105  # of the stand-in
KEY = '{"type": "service_account", "private_key": "the-private-key"}'
UPSTREAM = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
CONFIG = {
    "org_name": "appcircle",
    "upstream_registry": UPSTREAM,
    "upstream_registry_username": "_json_key",
    "upstream_registry_password": KEY,
    "expiration_s": 86400,
    "insecure": False,
}
BASE = "/api/v1/organization/"


class StandIn:
    """A stand-in for Quay, not Quay: organizations in memory, and the status codes of its API reference."""

    def __init__(self) -> None:
        self.organizations: dict[str, dict[str, Any] | None] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.upstream_takes = KEY
        self.elsewhere = ""
        self.page = b""
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                if body is not None:
                    assert self.headers["Content-Type"] == "application/json"
                stand_in.requests.append((self.command, self.path, body))
                status, value = stand_in.answer(self.command, self.path, body, self.headers["Authorization"])
                self.send_response(status)
                if stand_in.elsewhere:
                    self.send_header("Location", stand_in.elsewhere)
                self.end_headers()
                self.wfile.write(stand_in.page or json.dumps(value).encode())

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # names of http.server

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"

    def answer(self, method: str, path: str, body: Any, authorization: str) -> tuple[int, Any]:  # noqa: ANN401, PLR0911  # JSON; a return for each answer
        if self.elsewhere:
            return 302, None
        if authorization != f"Bearer {TOKEN}":
            return 401, {"error_message": "Requires authentication", "status": 401}
        name, _, part = path.removeprefix(BASE).partition("/")
        if (method, name) == ("POST", ""):
            return self._make(body)
        if name not in self.organizations:
            return 404, {"error_message": "Not Found"}
        config = self.organizations[name]
        if (method, part) == ("GET", "proxycache"):
            shown = config or {"upstream_registry": "", "expiration_s": "", "insecure": ""}
            return 200, {key: shown[key] for key in ("upstream_registry", "expiration_s", "insecure")}
        if (method, part) == ("POST", "validateproxycache"):
            return 202, "Valid" if body["upstream_registry_password"] == self.upstream_takes else "Anonymous"
        if (method, part) == ("DELETE", "proxycache") and config:
            self.organizations[name] = None
            return 201, "Deleted"
        if (method, part) == ("POST", "proxycache") and not config and body["org_name"] == name:
            self.organizations[name] = body
            return 201, "Created"
        return (200, {"name": name}) if (method, part) == ("GET", "") else (400, {"message": "Bad Request"})

    def _make(self, body: dict[str, Any]) -> tuple[int, Any]:
        if body["name"] in self.organizations:
            return 400, {"error_message": "A user or organization with this name already exists"}
        self.organizations[body["name"]] = None
        return 201, "Created"


@pytest.fixture
def quay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    stand_in = StandIn()
    thread = threading.Thread(target=stand_in.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / "cred.json").write_text(f"{KEY}\n")
    monkeypatch.chdir(tmp_path)
    variables = {"REGISTRY": stand_in.host, "REPOSITORY_PATH": "appcircle", "INSECURE_REGISTRIES": stand_in.host}
    for name, value in {**variables, "QUAY_TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"ACREG_{name}", value)
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()
    thread.join()


def _run(*arguments: str) -> int:
    return cli.main(["quay", "--source-password-file", "cred.json", *arguments])


def test_the_organization_and_its_proxy_cache_are_made(quay: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run() == 0
    assert quay.requests == [
        ("GET", f"{BASE}appcircle", None),
        ("POST", BASE, {"name": "appcircle"}),
        ("GET", f"{BASE}appcircle/proxycache", None),
        ("POST", f"{BASE}appcircle/validateproxycache", CONFIG),
        ("POST", f"{BASE}appcircle/proxycache", CONFIG),
    ]
    assert quay.organizations == {"appcircle": CONFIG}
    output = "".join(capsys.readouterr())
    assert f"appcircle is a proxy cache of {UPSTREAM} now." in output
    assert "the-private-key" not in output


def test_a_second_run_changes_nothing(
    quay: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run()
    quay.requests.clear()
    monkeypatch.setenv("ACREG_QUAY_TOKEN", TOKEN)  # the first run took it out of this process's environment
    assert _run() == 0
    assert [method for method, *_ in quay.requests] == ["GET", "GET"]
    assert "already" in capsys.readouterr().out


def test_another_proxy_cache_is_replaced_only_if_asked(quay: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    quay.organizations["appcircle"] = {**CONFIG, "upstream_registry": "quay.io"}
    with pytest.raises(AcregError, match=r"a proxy cache already, of quay\.io .* Give --replace"):
        _run()
    monkeypatch.setenv("ACREG_QUAY_TOKEN", TOKEN)
    assert _run("--replace", "--expiration", "3600") == 0
    assert quay.organizations["appcircle"] == {**CONFIG, "expiration_s": 3600}


def test_wrong_upstream_credentials_change_nothing(quay: StandIn) -> None:
    quay.organizations["appcircle"] = before = {**CONFIG, "upstream_registry": "quay.io"}
    quay.upstream_takes = "another key"
    with pytest.raises(AcregError, match="does not take the user name and password") as caught:
        _run("--replace")
    assert "the-private-key" not in str(caught.value)
    assert quay.organizations["appcircle"] == before


def test_a_dry_run_sends_nothing_and_shows_no_password(quay: StandIn, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--dry-run", "--replace", "--email", "ops@example.com") == 0
    output = capsys.readouterr().out
    assert quay.requests == []
    assert not [secret for secret in ("the-private-key", TOKEN) if secret in output]
    for method, path in (("GET", "appcircle"), ("POST", ""), ("DELETE", "appcircle/proxycache")):
        assert f"{method} http://{quay.host}{BASE}{path}\nAuthorization: Bearer ***\n" in output
    assert '"upstream_registry_password": "***"' in output
    assert '"email": "ops@example.com"' in output


@pytest.mark.parametrize("token", ["wrong", "", "two\nlines"])
def test_a_token_is_needed(token: str, quay: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACREG_QUAY_TOKEN", token)
    with pytest.raises(AcregError, match="OAuth") as caught:
        _run()
    assert ("status 401" in str(caught.value)) == token.startswith("wrong")
    assert all(method == "GET" for method, *_ in quay.requests)


def test_a_refusal_that_is_no_answer_of_quay(quay: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACREG_QUAY_TOKEN", "wrong")
    quay.page = b"<html>A proxy's page.</html>"
    with pytest.raises(
        AcregError, match=r"refused GET /api/v1/organization/appcircle with status 401\. The token must"
    ):
        _run()


def test_the_token_goes_nowhere_else(quay: StandIn) -> None:
    quay.elsewhere = f"http://localhost:{quay.server.server_address[1]}/elsewhere"
    with pytest.raises(AcregError, match="redirects elsewhere"):
        _run()
    assert len(quay.requests) == 1


def test_a_silent_quay_is_named(quay: StandIn) -> None:
    with pytest.raises(AcregError, match=r"Quay could not be asked: 127\.0\.0\.1:1: it does not answer"):
        _run("--registry", "127.0.0.1:1", "--insecure-registry", "127.0.0.1:1")
    assert quay.requests == []


def test_an_answer_without_end_is_not_read(quay: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_LIMIT", 1)
    with pytest.raises(AcregError, match=f"Quay could not be asked: {quay.host} answers with more than"):
        _run()
    assert len(quay.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--repository-path", "a/b"), "name of a Quay organization"),
        (("--source", "quay.io", "--source", "docker.io"), "--upstream PREFIX"),
        (("--ca-file", "cred.json"), "holds no certificate in PEM form"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], message: str, quay: StandIn) -> None:
    with pytest.raises(SettingsError, match=message):
        _run(*arguments)
    assert quay.requests == []
