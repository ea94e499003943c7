"""A Quay organization that is a proxy cache, by Quay's REST API (Red Hat Quay API reference, organization).

    GET    /api/v1/organization/{org}                       404 if there is none
    POST   /api/v1/organization/                            201
    GET    /api/v1/organization/{org}/proxycache            `upstream_registry` is empty if it is no proxy cache
    DELETE /api/v1/organization/{org}/proxycache            201
    POST   /api/v1/organization/{org}/validateproxycache    202, `Valid`, or `Anonymous` without upstream credentials
    POST   /api/v1/organization/{org}/proxycache            201

The API cannot change a configuration, only delete it and make another; nor does it show the upstream password.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.registry.failures import RegistryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from postrenderer.registry.credentials import Login
    from postrenderer.registry.transport import Transport

_HIDDEN = "***"
_OK, _MISSING = 200, 404
_REDIRECTS = range(300, 400)


class Proxy(NamedTuple):
    """The wanted state of the organization.

    Attributes:
        organization: its name.
        upstream: the registry that it caches, with or without a path.
        login: for the upstream registry; None if everybody may pull there.
        expiration: seconds that a cached tag counts without a look at the upstream registry.
        email: of the organization, which some Quays ask for; empty for none.
    """

    organization: str
    upstream: str
    login: Login | None
    expiration: int
    email: str = ""


class QuayRequest(NamedTuple):
    """One request: method, path below `/api/v1/organization/`, and JSON body."""

    method: str
    path: str
    body: dict[str, Any] | None = None


class QuayAnswer(NamedTuple):
    """The status code, and the answer as JSON; None if it is not JSON."""

    status: int
    value: Any


class Quay:
    """Sends requests to Quay's API. Call it with one of them.

    Args:
        url: scheme, host and port.
        token: an OAuth access token with the scopes to administer and create organizations.
        transport: sends them.
    """

    def __init__(self, url: str, token: str, transport: Transport) -> None:
        self._url = url
        self._token = token
        self._transport = transport

    def __call__(self, request: QuayRequest) -> QuayAnswer:
        """Send a request.

        Raises:
            AcregError: Quay does not answer, or not as its API does.
        """
        url = f"{self._url}/api/v1/organization/{request.path}"
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        body = b""
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(request.body).encode()
        try:
            answer = self._transport.once(request.method, url, headers, body)
        except RegistryError as error:
            raise AcregError(f"Quay could not be asked: {error.reason}.") from None
        if answer.status in _REDIRECTS:
            raise AcregError(
                f"{url} redirects elsewhere, and acreg does not follow, because the token is for Quay alone."
            )
        return QuayAnswer(answer.status, _value(answer.body))


def configure(send: Callable[[QuayRequest], QuayAnswer], proxy: Proxy, *, replace: bool) -> list[str]:
    """Make the organization if it is missing, and make it a proxy cache.

    Args:
        send: sends a request.
        proxy: what is wanted.
        replace: whether a configuration that is there is replaced.

    Returns:
        What was done, a sentence each.

    Raises:
        AcregError: Quay refuses, or the organization is a proxy cache of something else.
    """
    done = []
    name = proxy.organization
    if _expect(send, QuayRequest("GET", name), _OK, _MISSING).status == _MISSING:
        _expect(send, _create(proxy), 201)
        done.append(f"The organization {name} was made.")
    current = _expect(send, QuayRequest("GET", f"{name}/proxycache"), _OK, _MISSING).value
    upstream = current.get("upstream_registry") if isinstance(current, dict) else ""
    if upstream and not replace:
        if upstream == proxy.upstream and current.get("expiration_s") == proxy.expiration:
            return [*done, f"{name} is a proxy cache of {upstream} already. --replace sets its password again."]
        raise AcregError(
            f"The organization {name} is a proxy cache already, of {upstream} with an expiration of"
            f" {current.get('expiration_s')} seconds. Give --replace to replace that, or name another organization with"
            " --repository-path."
        )
    answer = _expect(send, QuayRequest("POST", f"{name}/validateproxycache", _config(proxy)), 202)
    if proxy.login and answer.value == "Anonymous":
        raise AcregError(f"{proxy.upstream} does not take the user name and password, says Quay. Nothing was changed.")
    if upstream:
        _expect(send, QuayRequest("DELETE", f"{name}/proxycache"), 201, 204)
        done.append(f"The proxy cache of {upstream} was removed.")
    _expect(send, QuayRequest("POST", f"{name}/proxycache", _config(proxy)), 201)
    return [*done, f"{name} is a proxy cache of {proxy.upstream} now."]


def describe(proxy: Proxy, url: str, *, replace: bool) -> str:
    """Return the requests that `configure` may send, as text without token and password."""
    name = proxy.organization
    requests = [
        ("", QuayRequest("GET", name)),
        ("if that is not found", _create(proxy)),
        ("", QuayRequest("GET", f"{name}/proxycache")),
        ("", QuayRequest("POST", f"{name}/validateproxycache", _config(proxy))),
        *([("if there is a configuration", QuayRequest("DELETE", f"{name}/proxycache"))] if replace else []),
        ("" if replace else "if there is no configuration", QuayRequest("POST", f"{name}/proxycache", _config(proxy))),
    ]
    return "\n".join(_shown(when, request, url) for when, request in requests)


def _shown(when: str, request: QuayRequest, url: str) -> str:
    lines = [f"# {when}"] if when else []
    lines += [f"{request.method} {url}/api/v1/organization/{request.path}", f"Authorization: Bearer {_HIDDEN}"]
    if request.body is not None:
        body = {key: _HIDDEN if value and "password" in key else value for key, value in request.body.items()}
        lines += ["Content-Type: application/json", "", json.dumps(body, indent=2)]
    return "\n".join(lines) + "\n"


def _create(proxy: Proxy) -> QuayRequest:
    return QuayRequest("POST", "", {"name": proxy.organization, **({"email": proxy.email} if proxy.email else {})})


def _config(proxy: Proxy) -> dict[str, Any]:
    return {
        "org_name": proxy.organization,
        "upstream_registry": proxy.upstream,
        "upstream_registry_username": proxy.login.username if proxy.login else None,
        "upstream_registry_password": proxy.login.password if proxy.login else None,
        "expiration_s": proxy.expiration,
        "insecure": False,
    }


def _expect(send: Callable[[QuayRequest], QuayAnswer], request: QuayRequest, *statuses: int) -> QuayAnswer:
    answer = send(request)
    if answer.status in statuses:
        return answer
    reason = answer.value if isinstance(answer.value, dict) else {}
    words = next((str(reason[key]) for key in ("error_message", "message", "detail", "title") if reason.get(key)), "")
    hint = {
        401: " The token must be an OAuth access token of an application, with the scopes to administer and create"
        " organizations.",
        403: " The token lacks a scope, or its user a right.",
        404: " Is that a Quay, with the proxy cache switched on (FEATURE_PROXY_CACHE: true)?",
    }.get(answer.status, "")
    raise AcregError(
        f"Quay refused {request.method} /api/v1/organization/{request.path} with status {answer.status}"
        f"{f': {words}' if words else ''}.{hint}"
    )


def _value(data: bytes) -> Any:  # noqa: ANN401  # what JSON can hold
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
