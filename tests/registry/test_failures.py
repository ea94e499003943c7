"""What skopeo 1.9 and registries print, and what it means."""

from __future__ import annotations

import pytest

from postrenderer.registry.failures import LASTING, failure

PINGING = 'pinging container registry r:1: Get \\"https://r:1/v2/\\"'


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("reading manifest 1 in r:1/x: manifest unknown: manifest unknown", "absent"),
        ("reading manifest 1 in r:1/x: name unknown: repository name not known to registry", "absent"),
        ("reading manifest 1 in r:1/x: unauthorized: authentication required", "denied"),
        ("reading manifest latest in docker.io/x/y: requested access to the resource is denied", "denied"),
        ("unable to retrieve auth token: invalid username/password: unauthorized", "denied"),
        (f"{PINGING}: x509: certificate signed by unknown authority", "certificate"),
        (f"{PINGING}: http: server gave HTTP response to HTTPS client", "http"),
        (f"{PINGING}: dial tcp 127.0.0.1:1: connect: connection refused", "unreachable"),
        (f"{PINGING}: dial tcp: lookup r on 10.0.0.1:53: no such host", "unreachable"),
        ("happened during read: unexpected EOF", "unreachable"),
        ("writing blob: write /media/x/dir-put-blob1: no space left on device", "full"),
        ("open /etc/containers/policy.json: no such file or directory", "policy"),
        ('error getting credentials - err: exec: \\"docker-credential-x\\": executable file not found', "helper"),
        ("Error writing blob: received unexpected HTTP status: 500 Internal Server Error", "other"),
    ],
)
def test_each_failure_has_its_kind(message: str, kind: str) -> None:
    error = failure(f'time="2026-01-01T00:00:00Z" level=fatal msg="Error: {message}"\n')
    assert error.kind == kind
    assert str(error).endswith("Error: " + message.replace('\\"', '"'))
    assert (kind in LASTING) == (kind not in ("unreachable", "other"))


@pytest.mark.parametrize(("stderr", "text"), [("", "skopeo said nothing"), ("two\nlines\n", "two lines")])
def test_other_output_is_shown_as_it_is(stderr: str, text: str) -> None:
    assert str(failure(stderr)) == text
