"""What `acreg nodes` writes, used by real containerd and by the library that CRI-O reads registries with."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from effort import until

from registry import images
from registry.conftest import Acreg, Published, login, open_target, push
from registry.servers import PASSWORD, USERNAME, Leash, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registry.servers import Registry


class Containerd:
    """A containerd of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "containerd.sock"
        config = folder / "config.toml"
        config.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        command: list[str | Path] = ["containerd", "--config", config, "--address", self.socket]
        command += ["--root", folder / "root", "--state", folder / "state"]
        with (folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.leash = Leash(self.process)
        until(lambda: self.process.poll() is not None or self.ctr("version").returncode == 0)

    def ctr(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = ["ctr", "--address", self.socket, *arguments]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)

    def pull(self, certs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.ctr("images", "pull", "--snapshotter", "native", "--hosts-dir", certs, *arguments)


@pytest.fixture
def containerd(tmp_path: Path) -> Iterator[Containerd]:
    needs("containerd", "ctr")
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("containerd needs root")
    server = Containerd(tmp_path)
    if server.ctr("version").returncode:
        log = (tmp_path / "log").read_text()
        server.leash.kill()
        pytest.skip(f"containerd does not run here: {log[-300:]}")
    yield server
    server.process.terminate()
    server.process.wait()
    server.leash.kill()


@pytest.fixture
def one(acreg: Acreg, published: Published) -> str:
    """The reference of an image, the only one in one.txt."""
    reference = next(reference for reference in published.references if "@" not in reference)
    (acreg.folder / "one.txt").write_text(reference)
    return reference


def test_containerd_pulls_with_a_password_by_the_authority_that_is_named(
    acreg: Acreg,
    published: Published,
    one: str,
    secured: Registry,
    containerd: Containerd,
) -> None:
    assert acreg.run("mirror", "--list", "one.txt", **login(secured)).code == 0
    certs = acreg.folder / "certs.d"
    written = acreg.run("nodes", "containerd", "--into", certs, "--ca-file", acreg.environment["ACREG_CA_FILE"])
    assert written.code == 2, "the registry is not set"
    made = acreg.run(
        "nodes", "containerd", "--into", certs, "--ca-file", acreg.environment["ACREG_CA_FILE"], **login(secured)
    )
    assert made.code == 0, made.stderr
    target = one.replace(published.source, f"{secured.host}/appcircle")
    assert "401" in containerd.pull(certs, target).stderr
    pulled = containerd.pull(certs, "--user", f"{USERNAME}:{PASSWORD}", target)
    assert pulled.returncode == 0, pulled.stderr
    assert published.digests[one] in containerd.ctr("images", "ls").stdout
    untrusted = containerd.pull(acreg.folder / "nothing", "--user", f"{USERNAME}:{PASSWORD}", target)
    assert untrusted.returncode != 0


def test_containerd_pulls_over_plain_http(
    acreg: Acreg, published: Published, one: str, plain: Registry, containerd: Containerd
) -> None:
    environment = open_target(plain, published)
    assert acreg.run("mirror", "--list", "one.txt", **environment).code == 0
    certs = acreg.folder / "certs.d"
    assert acreg.run("nodes", "containerd", "--insecure", "--into", certs, **environment).code == 0
    pulled = containerd.pull(certs, one.replace(published.source, f"{plain.host}/appcircle"))
    assert pulled.returncode == 0, pulled.stderr
    assert published.digests[one] in containerd.ctr("images", "ls").stdout


@pytest.mark.parametrize(
    ("rules", "original", "private"),
    [
        ("{from: public.invalid, to: up}", "public.invalid/team/app:1", "up/team/app:1"),
        (
            "{from: public.invalid/a/docker-registry, to: a/docker-registry}",
            "public.invalid/a/docker-registry/minio/miniob:1",
            "a/docker-registry/minio/miniob:1",
        ),
        ("{from: public.invalid, to: up}, {from: public.invalid/a, to: b/a}", "public.invalid/a/app:1", "b/a/app:1"),
        ("{from: public.invalid, to: up}, {from: public.invalid/a, to: b/a}", "public.invalid/b/app:1", "up/b/app:1"),
    ],
    ids=["whole host", "path kept", "longest first", "then the host"],
)
def test_containerd_resolves_original_references(  # noqa: PLR0913, PLR0917  # fixtures and a table
    rules: str,
    original: str,
    private: str,
    acreg: Acreg,
    published: Published,
    plain: Registry,
    containerd: Containerd,
) -> None:
    digest = images.build(acreg.folder / "image", "through")
    (acreg.folder / "acreg.yaml").write_text(f"rules: [{rules}]\n")
    reach = open_target(plain, published)
    listed = acreg.run("mirror", "--list", "-", "--dry-run", stdin=original, **reach).stdout
    assert listed == f"{original}\t{plain.host}/appcircle/{private}\n", "what the filter writes"
    push(acreg.folder / "image", f"{plain.host}/appcircle/{private}")
    certs = acreg.folder / "certs.d"
    flags = ("--insecure", "--pull-through", "--into", certs)
    assert acreg.run("nodes", "containerd", *flags, **reach).code == 0
    pulled = containerd.pull(certs, original)
    assert pulled.returncode == 0, pulled.stderr
    assert digest in containerd.ctr("images", "ls").stdout


@pytest.mark.parametrize("kind", ["tag", "digest"])
def test_crio_resolves_original_references(kind: str, acreg: Acreg, published: Published, plain: Registry) -> None:
    digest = images.build(acreg.folder / "image", "through")
    push(acreg.folder / "image", f"{plain.host}/appcircle/miniob:1")
    drop_in = acreg.folder / "private.conf"
    flags = ("--insecure", "--pull-through", "--source", "public.invalid/team/registry", "--into", drop_in)
    made = acreg.run("nodes", "crio", *flags, **open_target(plain, published))
    assert made.code == 0, made.stderr
    original = "public.invalid/team/registry/miniob" + (":1" if kind == "tag" else f"@{digest}")
    run = subprocess.run(
        [
            "skopeo",
            "--registries-conf",
            drop_in,
            "inspect",
            "--no-tags",
            "--format",
            "{{.Digest}}",
            f"docker://{original}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == digest, run.stderr
