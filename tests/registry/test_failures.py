"""What skopeo 1.9 and registries print, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from postrenderer.registry.failures import LASTING, OTHER, RegistryError, failure
from postrenderer.registry.places import SOURCE, TARGET, ImagePlace, Reach
from postrenderer.registry.scratch import HandedFile
from postrenderer.registry.skopeo import Skopeo

if TYPE_CHECKING:
    from pathlib import Path

HOST = "r.example.com:1"
PINGING = f'pinging container registry {HOST}: Get \\"https://{HOST}/v2/\\": '
PARSING = f'Error parsing image name \\"docker://{HOST}/x:1\\": '


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (f"{PARSING}reading manifest 1 in {HOST}/x: manifest unknown: manifest unknown", "absent"),
        (f"reading manifest 1 in {HOST}/x: name unknown: repository name not known to registry", "absent"),
        (f"{PARSING}reading manifest 1 in {HOST}/x: unauthorized: authentication required", "denied"),
        ("reading manifest latest in docker.io/x/y: requested access to the resource is denied", "denied"),
        ("unable to retrieve auth token: invalid username/password: unauthorized", "denied"),
        ("reading manifest 1 in docker.io/x/y: toomanyrequests: You have reached your pull rate limit", "limited"),
        (f"{PARSING}{PINGING}x509: certificate signed by unknown authority", "certificate"),
        (f"{PINGING}x509: certificate is valid for localhost, not r.example.com", "certificate"),
        (f"{PINGING}http: server gave HTTP response to HTTPS client", "http"),
        (f"{PARSING}{PINGING}dial tcp 127.0.0.1:1: connect: connection refused", "unreachable"),
        (f"{PINGING}dial tcp: lookup r.example.com on 10.0.0.1:53: no such host", "unreachable"),
        (f"{PINGING}proxyconnect tcp: dial tcp 127.0.0.1:3128: connect: connection refused", "unreachable"),
        ("happened during read: unexpected EOF", "unreachable"),
        ("writing blob: write /media/x/dir-put-blob1: no space left on device", "full"),
        ("writing blob: write /media/x/dir-put-blob1: file too large", "large"),
        ("open /etc/containers/policy.json: no such file or directory", "policy"),
        ("unknown flag: --preserve-digests", "old"),
        ('error getting credentials - err: exec: \\"docker-credential-x\\": executable file not found', "helper"),
        ("writing blob: initiating layer upload to /v2/x/blobs/uploads/: context deadline exceeded", "slow"),
        ("Error writing blob: received unexpected HTTP status: 500 Internal Server Error", "busy"),
        ("Error writing blob: received unexpected HTTP status: 413 Request Entity Too Large", "upload"),
        ("initiating layer upload to /v2/x/blobs/uploads/ in r: name unknown: The repository 'x' is missing", "unmade"),
        ("reading manifest 1 in x: denied: Your authorization token has expired. Reauthenticate", "expired"),
        ("happened: Get: stopped after 10 redirects", "redirect"),
        ("HTTP status: 418 I'm a teapot", "other"),
    ],
)
def test_each_failure_has_its_kind_and_its_place(message: str, kind: str) -> None:
    error = failure(f'time="2026-01-01T00:00:00Z" level=fatal msg="{message}"\n', HOST)
    assert error.kind == kind
    assert (kind in LASTING) == (kind not in ("unreachable", "limited", "slow", "busy", "other"))
    own = kind in ("full", "large", "policy", "old")
    assert (error.host, str(error).startswith(f"{HOST}: ")) == (("", False) if own else (HOST, True))
    said = message.removeprefix(PARSING).removeprefix(PINGING).replace('\\"', '"')
    assert str(error) == (f"{HOST}: {said}" if kind == "other" else f"{error.reason} ({said})")


@pytest.mark.parametrize(
    ("message", "host"),
    [
        ("checking whether a blob sha256:1 exists in a.example.com:1/x: unauthorized", "a.example.com:1"),
        ("initiating layer upload to /v2/x/blobs/uploads/ in b.example.com: denied", "b.example.com"),
        ("reading blob sha256:1: unexpected EOF", ""),
        ("from a.example.com:1/x to b.example.com/x: denied", ""),
        ("in b.example.com:1/x, or a.example.com:12/x, or my.b.example.com: denied", ""),
    ],
)
def test_of_two_registries_the_one_that_is_named_is_to_blame(message: str, host: str) -> None:
    assert failure(message, "a.example.com:1", "b.example.com").host == host


@pytest.mark.parametrize(("stderr", "text"), [("", "skopeo said nothing"), ("two\nlines\n", "two lines")])
def test_other_output_is_shown_as_it_is(stderr: str, text: str) -> None:
    assert str(failure(stderr)) == text


def test_a_skopeo_that_cannot_be_started(tmp_path: Path) -> None:
    program = tmp_path / "skopeo"
    program.write_bytes(b"\0\1")
    program.chmod(0o755)
    reach = Reach({SOURCE: HandedFile(""), TARGET: HandedFile("")}, {}, frozenset(), "", {"PATH": str(tmp_path)})
    with pytest.raises(RegistryError, match=rf"^{program} cannot be started: Exec format error$") as caught:
        Skopeo(reach).copy(ImagePlace("docker://r.example.com/a:1", "r.example.com"), ImagePlace("dir:a"))
    assert caught.value.kind == OTHER
