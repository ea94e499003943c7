"""Why a registry, or the disk, did not do what skopeo asked, told from what skopeo printed."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from postrenderer.errors import AcregError

ABSENT, DENIED, FULL, STOPPED = "absent", "denied", "full", "stopped"
LASTING = {ABSENT, DENIED, FULL, STOPPED, "certificate", "http", "policy", "helper", "damaged"}
"""Kinds of failures that a second try does not end."""


class RegistryError(AcregError):
    """An image cannot be inspected or copied.

    Attributes:
        kind: what is wrong, by the names in the table below; `other` if it is none of them.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class _Known(NamedTuple):
    kind: str
    pattern: str
    meaning: str


_TABLE = (
    _Known("helper", r"docker-credential-", "the program that keeps the credentials does not work"),
    _Known("policy", r"policy\.json", "skopeo has no signature policy; Debian's package of it has /etc/containers"),
    _Known(FULL, r"no space left|disk quota exceeded", "the disk is full"),
    _Known(
        "certificate", r"x509:|tls: failed to verify", "its certificate is not trusted; --ca-file names its authority"
    ),
    _Known("http", r"gave HTTP response to HTTPS", "it speaks HTTP; --insecure-registry HOST[:PORT] allows that"),
    _Known(
        ABSENT,
        r"manifest unknown|name unknown|manifest_unknown|name_unknown|repository name not known|not found|status 404",
        "there is no such image",
    ),
    _Known(
        DENIED,
        r"unauthorized|denied|authentication required|invalid username/password|forbidden|status 40[13]",
        "the registry refuses the credentials, or the right to do this",
    ),
    _Known(
        "unreachable",
        r"connection refused|no such host|timeout|timed out|reset by peer|\bEOF\b|no route to host|unreachable",
        "the registry does not answer",
    ),
)
_MESSAGE = re.compile(r'level=(?:fatal|error) msg=("(?:[^"\\]|\\.)*")')


def failure(stderr: str) -> RegistryError:
    """Return what skopeo's standard error means."""
    found = _MESSAGE.findall(stderr)
    detail = _unquote(found[-1]) if found else " ".join(stderr.split()) or "skopeo said nothing"
    for known in _TABLE:
        if re.search(known.pattern, detail, re.IGNORECASE):
            return RegistryError(known.kind, f"{known.meaning}: {detail}")
    return RegistryError("other", detail)


def _unquote(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]
