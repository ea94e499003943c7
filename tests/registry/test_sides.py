"""The registry that images come from has credentials of its own, however they are given."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from registry.conftest import Acreg, Published, counts, login
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry


@pytest.fixture
def source(acreg: Acreg, published: Published, secured: Registry) -> dict[str, str]:
    """The variables for a source that wants a password, with one image; it is in one.txt."""
    (acreg.folder / "one.txt").write_text(published.references[1])
    assert acreg.run("mirror", "--list", "one.txt", **login(secured)).code == 0
    name = published.references[1].replace(published.source, f"{secured.host}/appcircle")
    (acreg.folder / "one.txt").write_text(name)
    return {"ACREG_SOURCES": f"{secured.host}/appcircle"}


def _config(path: Path, host: str) -> Path:
    entry = {"auth": base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"auths": {host: entry}}))
    return path


@pytest.mark.parametrize("way", ["nothing", "variables", "file", "authfile", "authfile of both", "docker login"])
def test_where_its_credentials_are_found(
    way: str, acreg: Acreg, source: dict[str, str], secured: Registry, plain: Registry
) -> None:
    (acreg.folder / "password").write_text(f"{PASSWORD}\r\n")
    more, flags = {}, []
    if way == "variables":
        more = {"ACREG_SOURCE_USERNAME": USERNAME, "ACREG_SOURCE_PASSWORD": PASSWORD}
    elif way == "file":
        flags = ["--source-username", USERNAME, "--source-password-file", "password"]
    elif way.startswith("authfile"):
        flags = [
            "--authfile" if "both" in way else "--source-authfile",
            str(_config(acreg.folder / "a.json", secured.host)),
        ]
    elif way == "docker login":
        _config(acreg.folder / "home" / ".docker" / "config.json", secured.host)
    target = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": plain.host}
    run = acreg.run("mirror", "--list", "one.txt", "--retries", 0, *flags, **source, **target, **more)
    assert (run.code, counts(run.stdout)["failed" if way == "nothing" else "copied"]) == (int(way == "nothing"), 1), run
    if way == "nothing":
        assert f"{secured.host}: it refuses the credentials" in run.stdout


def test_credentials_of_the_private_registry_are_not_for_the_source(
    acreg: Acreg, source: dict[str, str], secured: Registry, plain: Registry
) -> None:
    target = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": plain.host}
    own = {"ACREG_USERNAME": USERNAME, "ACREG_PASSWORD": PASSWORD}
    run = acreg.run("mirror", "--list", "one.txt", "--retries", 0, **source, **target, **own)
    assert (run.code, f"{secured.host}: it refuses the credentials" in run.stdout) == (1, True)
