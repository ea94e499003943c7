from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registry.spacetech.com:8083"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
LOGIN = ("--username", "yourRegistryUsername", "--password-file", "password.txt")
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBdjCCARugAwIBAgIUJEYnkTUtzkBHfWNaw5H/f/T/hpswCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjMyMjEzMDhaGA8yMTI2MTAzMDIyMTMw
OFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCqf
R6YR8BjMqZYw8fJUL9oVz4ibxJbym8R26aCrbBjBcIYVFdxkBl5LGegTxcLrr0xa
wnV9wT/vK/QyAVMkclyjUzBRMB0GA1UdDgQWBBSUbd1molSRCB4MVUVP0VUxIFEM
gzAfBgNVHSMEGDAWgBSUbd1molSRCB4MVUVP0VUxIFEMgzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQCiIb6KSb/ooixf7B6Mwzd6cwtspQETU+xT
P3/ao12TPwIhANChEVGtLZI9f8Y8ktJtQCDnY65fY4wXHzGSWNLo+NKq
-----END CERTIFICATE-----
"""


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to work in, with the settings of the page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ACREG_REGISTRY", HOST)
    monkeypatch.setenv("ACREG_REPOSITORY_PATH", "appcircle")
    (tmp_path / "password.txt").write_text("superSecretRegistryPassword\n")
    (tmp_path / "ca.crt").write_text(CERTIFICATE)


def read_toml(text: str) -> dict[str, Any]:
    """Return what Python's own parser reads; the test is skipped where there is none."""
    tomllib = pytest.importorskip("tomllib", reason="this Python has no TOML parser")
    tables: dict[str, Any] = tomllib.loads(text)
    return tables
