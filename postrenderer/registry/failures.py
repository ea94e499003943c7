"""Why a registry, or the disk, did not do what was asked, told from what skopeo printed or the registry answered."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from email.message import Message

ABSENT, DENIED, DAMAGED, OTHER, STOPPED = "absent", "denied", "damaged", "other", "stopped"
LIMITED, REFUSED, STRANGE, UNMADE = "limited", "refused", "strange", "unmade"
OF_HOST = frozenset(("certificate", "expired", "helper", "http", "unreachable"))
"""Kinds of failures that all images of a registry have in common."""
OF_ALL = frozenset(("full", "large", "policy", "old"))
"""Kinds of failures that all images have in common, wherever they are."""
_OF_UPLOADS = frozenset(("immutable", "quota", "readonly", "upload"))
LASTING = (
    (OF_HOST - {"unreachable"})
    | OF_ALL
    | _OF_UPLOADS
    | {ABSENT, DENIED, DAMAGED, REFUSED, STOPPED, STRANGE, UNMADE, "redirect"}
)
"""Kinds of failures that a second try does not end."""


class RegistryError(AcregError):
    """An image cannot be inspected or copied.

    Attributes:
        kind: what is wrong, by the names in the table below; `other` if it is none of them.
        reason: the same in plain words, without the details of this image.
        host: the registry at which it is wrong; empty if that is not known, or none.
        wait: seconds to wait before the next try, if the registry says so.
    """

    def __init__(self, kind: str, message: str, reason: str = "", host: str = "", wait: float = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.reason = reason or message
        self.host = host
        self.wait = wait


class _Known(NamedTuple):
    kind: str
    pattern: str
    meaning: str


_TABLE = (
    _Known("slow", r"context deadline exceeded", "it took too long; --copy-timeout SECONDS gives it more time"),
    _Known("old", r"unknown flag", "this skopeo is too old, and 1.6.0 is the first that can keep digests"),
    _Known("helper", r"docker-credential-", "the program that keeps the credentials does not work"),
    _Known(
        "policy",
        r"policy\.json",
        "skopeo needs a signature policy; to accept unsigned images, write"
        ' {"default": [{"type": "insecureAcceptAnything"}]} to /etc/containers/policy.json or'
        " ~/.config/containers/policy.json",
    ),
    _Known("full", r"no space left|disk quota exceeded", "the disk is full"),
    _Known(
        "large",
        r"file too large",
        "files cannot be that large there; FAT32 allows at most 4 GiB, exFAT and ext4 allow more",
    ),
    _Known(
        "certificate",
        r"x509: certificate (?:is valid for|is not valid for|has expired|relies on)|not yet valid"
        r"|verify failed: (?:hostname mismatch|ip address mismatch|certificate has expired)",
        "its certificate is not valid for this name or date",
    ),
    _Known(
        "certificate",
        r"x509:|tls: failed to verify|certificate verify failed",
        "its certificate is not trusted; name its authority with --ca-file FILE or ACREG_CA_FILE",
    ),
    _Known(
        "http",
        r"gave HTTP response to HTTPS|wrong version number|record layer failure|packet length too long",
        "it speaks HTTP, not HTTPS; to allow that, give --insecure-registry HOST[:PORT] or set"
        " ACREG_INSECURE_REGISTRIES",
    ),
    _Known(
        LIMITED,
        r"toomanyrequests|too many requests|(?:status|HTTP):? 429",
        "its rate limit is reached; log in, or wait",
    ),
    _Known(
        "upload",
        r"(?:status|HTTP):? 413|entity too large|content too large",
        "it refuses uploads of this size; raise the limit of the registry or of the proxy in front of it, such as"
        " client_max_body_size of nginx",
    ),
    _Known(
        "quota",
        r"quota (?:has been |is )?exceeded|exceed the configured upper limit",
        "the quota there is used up; raise it, or remove what nobody needs any more",
    ),
    _Known(
        "immutable",
        r"immutable|tag.invalid",
        "it lets nobody overwrite a tag; name another tag, or allow it in the settings of the repository",
    ),
    _Known(
        "readonly",
        r"^(?=.*(?:upload|writing)).*(?:: unsupported\b|(?:status|HTTP):? 405)",
        "it takes no uploads; it is set to be read-only, or only keeps copies of another registry",
    ),
    _Known(
        UNMADE,
        r"^(?=.*(?:upload|writing|reuse blob|whether a blob))(?=.*(?:name.unknown|not exist|not found))"
        r"(?=.*(?:name.unknown|repository))",
        "it does not create repositories by itself; `acreg mirror -o repositories` lists those to make first, and"
        " --create-with 'COMMAND {repository}' makes them",
    ),
    _Known(
        "expired",
        r"expired (?:token|password)|(?:token|password|credentials?) (?:has|have|is|are) expired",
        "the credentials have expired; log in again",
    ),
    _Known(
        ABSENT,
        r"manifest.unknown|name.unknown|repository name not known|not found|(?:status|HTTP):? 404",
        "there is no such image",
    ),
    _Known(
        DENIED,
        r"unauthorized|denied|authentication required|invalid username/password|forbidden|(?:status|HTTP):? 40[13]",
        "it refuses the credentials, or they may not do this; use others with `skopeo login` or --[source-]username",
    ),
    _Known(
        "redirect",
        r"stopped after \d+ redirects|from one address to the next",
        "it redirects without end; check the proxy in front of it",
    ),
    _Known(
        "busy",
        r"(?:status|HTTP):? 5\d\d|internal server error|bad gateway|service unavailable|gateway timeout",
        "it reports an internal error",
    ),
    _Known(
        "unreachable",
        r"proxyconnect",
        "the proxy in HTTPS_PROXY does not answer; list hosts that need no proxy in NO_PROXY",
    ),
    _Known("unreachable", r"no such host|server misbehaving", "there is no such host; correct its name, or the DNS"),
    _Known(
        "unreachable",
        r"connection refused|timeout|timed out|reset by peer|closed connection|\bEOF\b|no route to host|unreachable",
        "it does not answer",
    ),
)
_MESSAGE = re.compile(r'level=(?:fatal|error) msg=("(?:[^"\\]|\\.)*")')
_WHERE = re.compile(r'^.*(?:pinging container registry [^ ]+: (?:Get "[^"]*": )?|parsing image name "[^"]*": )')
"""Texts that skopeo puts in front of a reason and that only repeat its task."""


def failure(stderr: str, *hosts: str) -> RegistryError:
    """Return what skopeo's standard error means.

    Args:
        stderr: the text.
        hosts: the registries that were asked; of two, the one that the text names is to blame.
    """
    found = _MESSAGE.findall(stderr)
    detail = _unquote(found[-1]) if found else " ".join(stderr.split()) or "skopeo said nothing"
    known = next((known for known in _TABLE if re.search(known.pattern, detail, re.IGNORECASE)), None)
    to_blame = [host for host in set(hosts) if len(set(hosts)) == 1 or _names(detail, host)]
    host = to_blame[0] if len(to_blame) == 1 and not (known and known.kind in OF_ALL) else ""
    place = f"{host}: " if host else ""
    short = _WHERE.sub("", detail) if host else detail
    if known is None:
        return RegistryError(OTHER, f"{place}{short}", host=host)
    return RegistryError(known.kind, f"{place}{known.meaning} ({short})", f"{place}{known.meaning}", host)


def refusal(status: int, headers: Message, body: bytes, host: str) -> RegistryError:
    """Return what an answer means with which a registry refuses a request.

    Args:
        status: HTTP's.
        headers: of which Retry-After says how long to wait.
        body: JSON with `errors`, as the OCI distribution specification has it, or anything else.
        host: the registry.
    """
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
    error = failure(f"status {status} {phrase}{_said(body)}", host)
    error.wait = _seconds(headers.get("Retry-After", ""))
    return error


def _said(body: bytes) -> str:
    try:
        first = json.loads(body)["errors"][0]
        return ": " + ": ".join(str(first[key]) for key in ("code", "message") if first.get(key))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ""


def _seconds(text: str) -> float:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds, or a date."""
    try:
        if text.isdigit():
            return float(text)
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 0.0


def _names(message: str, host: str) -> bool:
    """Tell whether a message speaks of a registry, and not of one whose name is longer."""
    return bool(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-]|:\d)", message))


def _unquote(quoted: str) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted[1:-1]
