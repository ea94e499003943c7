"""Makes the Authorization header for a registry: a password, or a token that another server gives for one.

A registry answers 401 with a challenge (RFC 9110, 11.6.1), either of these:

    WWW-Authenticate: Basic realm="registry"
    WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:x/y:pull"

For the second one a token is asked for at the realm (https://distribution.github.io/distribution/spec/auth/token/ and
…/oauth/). Where no login is known the token is asked for without one, which is how everybody pulls from Docker Hub.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from postrenderer.registry.failures import DENIED, OTHER, RegistryError, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.registry.credentials import Login
    from postrenderer.registry.transport import Transport

_OK = 200
_PART = re.compile(r'(?:^|(?<![\s,])[\s,]+)([A-Za-z]\w*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?')
_CLIENT = "acreg"


class Challenge(NamedTuple):
    """The scheme in lower case, such as `bearer`, and its parameters."""

    scheme: str
    parameters: dict[str, str]


def challenges(headers: Iterable[str]) -> list[Challenge]:
    """Read the WWW-Authenticate headers of an answer."""
    found: list[Challenge] = []
    for header in headers:
        for match in _PART.finditer(header):
            name, quoted, plain = match.groups()
            if quoted is None and plain is None:
                found.append(Challenge(name.lower(), {}))
            elif found:
                found[-1].parameters[name.lower()] = plain or re.sub(r"\\(.)", r"\1", quoted)
    return found


def answer_to(found: list[Challenge], login: Login | None, transport: Transport, url: str, scope: str) -> str:
    """Return the Authorization header that a registry wants; empty if there is nothing to show.

    Args:
        found: its challenges.
        login: what is known for it.
        transport: asks for tokens.
        url: of the request that was refused.
        scope: what to ask for if the challenge does not say it.

    Raises:
        RegistryError: there is no token.
    """
    by_scheme = {challenge.scheme: challenge.parameters for challenge in found}
    if "bearer" in by_scheme:
        return f"Bearer {_token(by_scheme['bearer'], login, transport, url, scope)}"
    if "basic" in by_scheme and login:
        return f"Basic {login.auth}"
    return ""


def _token(parameters: dict[str, str], login: Login | None, transport: Transport, url: str, scope: str) -> str:
    host, realm = urlsplit(url).netloc, parameters.get("realm", "")
    if realm.partition("://")[0] not in ("https", urlsplit(url).scheme):
        raise RegistryError(OTHER, f"{host} wants a password sent without TLS, to {realm}", host=host)
    wanted = {"service": parameters.get("service", ""), "scope": parameters.get("scope") or scope}
    if login and login.identity_token:
        form = {**wanted, "grant_type": "refresh_token", "refresh_token": login.identity_token, "client_id": _CLIENT}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = transport.send("POST", realm, headers, urlencode(form).encode())
    else:
        query = urlencode({name: value for name, value in wanted.items() if value})
        headers = {"Authorization": f"Basic {login.auth}"} if login else {}
        answer = transport.send("GET", f"{realm}{'&' if '?' in realm else '?'}{query}", headers)
    if answer.status != _OK:
        raise refusal(answer.status, answer.headers, answer.body, host)
    try:
        content = json.loads(answer.body)
        return str(content.get("token") or content["access_token"])
    except (ValueError, LookupError, AttributeError, RecursionError):
        raise RegistryError(DENIED, f"{host}: {realm} gives no token", host=host) from None
