"""Debian's `docker-registry`, run on the loopback interface."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest
from effort import until

if TYPE_CHECKING:
    from pathlib import Path

USERNAME, PASSWORD = "robot", "s3cret-p&ss:<word>"
FIRST_PORT = 10_000 + 1_000 * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 10)
PORTS = range(FIRST_PORT, FIRST_PORT + 1_000)
"""Those of this process of pytest, as another one could take the port of a server that is to come. All are below those
that a system gives to outgoing connections, which could do so, too."""


class Leash:
    """A shell that kills a server when this process has ended without doing so, as one does that is killed itself.

    It waits for the end of a pipe that nobody else holds, in a session of its own, which a signal to all processes of
    this one does not reach.

    Args:
        server: the process.
    """

    def __init__(self, server: subprocess.Popen[bytes]) -> None:
        command = ["/bin/sh", "-c", 'read -r _; kill -KILL "$1"', "sh", str(server.pid)]
        self._server = server
        self._shell = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def kill(self) -> None:
        """Kill the server now."""
        self._shell.kill()
        self._shell.communicate()
        self._server.kill()
        self._server.wait()


class Registry:
    """A registry with a folder of its own.

    Args:
        folder: made if it is not there; what the registry keeps survives its end.
        certificate: certificate and key; plain HTTP without them.
        htpasswd: who may log in; everybody may do everything without it.
    """

    def __init__(
        self, folder: Path, certificate: tuple[Path, Path] | None = None, htpasswd: Path | None = None
    ) -> None:
        (folder / "data").mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.host = f"{'localhost' if certificate else '127.0.0.1'}:{self.port}"
        tls = f"  tls: {{certificate: {certificate[0]}, key: {certificate[1]}}}\n" if certificate else ""
        auth = f"auth: {{htpasswd: {{realm: test, path: {htpasswd}}}}}\n" if htpasswd else ""
        self._log = folder / "log"
        self._config = folder / "config.yml"
        self._config.write_text(
            "version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n"
            f"storage: {{filesystem: {{rootdirectory: {folder / 'data'}}}}}\n"
            f"http:\n  addr: 127.0.0.1:{self.port}\n{tls}{auth}"
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._leash: Leash | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(["docker-registry", "serve", self._config], stdout=log, stderr=log)
        self._leash = Leash(self._process)
        until(self._listens, self._log.read_text)

    def _listens(self) -> bool:
        assert self._process
        assert self._process.poll() is None, self._log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def pid(self) -> int:
        """Its process, while it runs."""
        assert self._process
        return self._process.pid

    def stop(self) -> None:
        """Kill it."""
        if self._leash:
            self._leash.kill()
            self._leash = self._process = None


def free_port() -> int:
    """Return a port on which nothing listens."""
    for port in SystemRandom().sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError(PORTS)


def make_authority(folder: Path) -> tuple[Path, tuple[Path, Path]]:
    """Make a certificate authority, and a certificate of it for localhost; return both, and the key of the second."""
    (folder / "ca").mkdir(parents=True)
    names = "ca/ca.crt", "ca.key", "tls.crt", "tls.key", "tls.csr", "names"
    ca, ca_key, crt, key, csr, san = (folder / name for name in names)
    san.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    signing = ["openssl", "x509", "-req", "-in", csr, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2"]
    for command in (
        [*new, "-x509", "-days", "2", "-keyout", ca_key, "-out", ca, "-subj", "/CN=test authority"],
        [*new, "-keyout", key, "-out", csr, "-subj", "/CN=localhost"],
        [*signing, "-extfile", san, "-out", crt],
    ):
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return ca, (crt, key)


def make_htpasswd(file: Path) -> Path:
    """Write the file that lets USERNAME in with PASSWORD."""
    command = ["htpasswd", "-niB", "-C", "4", USERNAME]  # the least work for each request
    made = subprocess.run(command, input=PASSWORD.encode(), stdout=subprocess.PIPE, check=True)
    file.write_bytes(made.stdout)
    return file


def needs(*names: str) -> None:
    """Skip the test if one of the programs is not on PATH."""
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
