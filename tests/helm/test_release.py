"""What a release says of itself: who made it, and what is in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from registry.servers import needs

from helm.harness import LATEST, REPOSITORY
from helm.test_plugin_lifecycle import home, pytestmark
from helm.test_plugin_release import check_release, release
from postrenderer import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["pytestmark", "release"]


KEY = "release@example.com"


@pytest.fixture(scope="module")
def signed(zipapp: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of release archives that are signed with a key of nobody, and of keyring.gpg."""
    needs("gpg")
    folder = tmp_path_factory.mktemp("signed")
    with tempfile.TemporaryDirectory(prefix="gpg") as home_:  # a short name, as the agent's socket is in it
        environment = {**os.environ, "GNUPGHOME": home_}
        make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", KEY, "rsa2048", "sign", "1d"]
        export = ["gpg", "--batch", "--output", str(folder / "keyring.gpg"), "--export", KEY]
        package = [sys.executable, str(REPOSITORY / "scripts" / "package"), "--sign", KEY, str(zipapp), str(folder)]
        for command in (make, package, export):
            subprocess.run(command, check=True, capture_output=True, env=environment)
        subprocess.run(["gpg", "--batch", "--verify", folder / "SHA256SUMS.asc"], check=True, env=environment)
        yield folder
        subprocess.run(["gpgconf", "--kill", "all"], check=False, env=environment)


@pytest.mark.parametrize("damage", ["", "archive", "hash", "other key"])
def test_a_signed_release(tmp_path: Path, zipapp: Path, signed: Path, damage: str) -> None:
    at = home(tmp_path, zipapp, LATEST[-1], tmp_path / "acreg")
    archive = Path(shutil.copy(signed / f"acreg-{__version__}-helm4.tgz", tmp_path))
    provenance = Path(shutil.copy(signed / f"{archive.name}.prov", tmp_path))
    keyring = signed / "keyring.gpg"
    if damage == "archive":
        archive.write_bytes(archive.read_bytes() + b"x")
    elif damage == "hash":
        provenance.write_text(re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", provenance.read_text()))
    elif damage:
        keyring = tmp_path / "empty.gpg"
        keyring.touch()
    install = at.run("plugin", "install", archive, "--verify", "--keyring", keyring, ACREG_PYZ="")
    assert (install.code == 0) == (not damage), install.stderr
    if not damage:
        assert "Signed by: release@example.com" in install.stdout
        check_release(at)


def test_what_is_in_the_zipapp_is_listed(release: Path, zipapp: Path) -> None:
    found = json.loads((release / f"acreg-{__version__}.cdx.json").read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.5")
    digest = hashlib.sha256(zipapp.read_bytes()).hexdigest()
    assert found["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    with zipfile.ZipFile(zipapp) as packed:
        names = {name.split("/")[1].lower() for name in packed.namelist() if ".dist-info/" in name}
    listed = {f"{one['name']}-{one['version']}.dist-info" for one in found["components"] if one["name"] != "shiv"}
    assert listed == names
    assert all(one["hashes"] for one in found["components"])
    known = {"acreg", *(one["bom-ref"] for one in found["components"])}
    assert {one["ref"] for one in found["dependencies"]} == known
    assert {name for one in found["dependencies"] for name in one["dependsOn"]} == known - {"acreg"}
