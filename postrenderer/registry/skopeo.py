"""skopeo as a function: the digest of an image, and the copy of one, with the credentials that belong to each side."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.images.reference import parse
from postrenderer.registry.failures import ABSENT, OTHER, STOPPED, RegistryError, failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.registry.scratch import Handed

SOURCE, TARGET = "src", "dest"
"""The sides of a copy, as skopeo's flags name them."""
_INSPECT_SECONDS = 60
_GRACE = 30
"""Seconds that skopeo has to end by itself, which leaves nothing half done, after its time is over."""


class Place(NamedTuple):
    """Where an image is or goes: as skopeo names it, and the registry's host; none if it is in a folder."""

    name: str
    host: str = ""


class Reach(NamedTuple):
    """How registries are reached.

    Attributes:
        authfiles: the docker config of each side.
        insecure: registries, `host[:port]`, whose certificates are not verified and which may speak HTTP.
        certificates: a folder with more authorities to trust; empty for none.
        environ: the environment of skopeo.
    """

    authfiles: Mapping[str, Handed]
    insecure: frozenset[str]
    certificates: str
    environ: Mapping[str, str]


def in_registry(reference: str, *, digest: str = "", tag: str = "") -> Place:
    """Return the place of an image in its registry.

    Args:
        reference: of which the tag is left out if there is a digest: skopeo takes one of both.
        digest: instead of the reference's own.
        tag: instead of the reference's own tag and digest.
    """
    parsed = parse(reference)
    digest = "" if tag else digest or parsed.digest
    suffix = f"@{digest}" if digest else f":{tag or parsed.tag or 'latest'}"
    return Place(f"docker://{parsed.repository}{suffix}", parsed.components[0])


class Skopeo:
    """Runs skopeo. Every method may be called from several threads at once.

    Args:
        reach: how registries are reached.
        folder: what the names of images in folders are relative to.
        copy_seconds: how long a copy may take.

    Raises:
        AcregError: there is no skopeo.
    """

    def __init__(self, reach: Reach, folder: str = ".", copy_seconds: int = 3600) -> None:
        program = shutil.which("skopeo", path=reach.environ.get("PATH"))
        if not program:
            raise AcregError(
                "skopeo is not installed, and images are copied and checked by it: install the package `skopeo` of"
                " Debian, Ubuntu, Fedora, RHEL, Alpine or Homebrew, 1.6.0 or newer, and see that it is on PATH."
            )
        self._program = program
        self._reach = reach
        self._folder = folder
        self._copy_seconds = copy_seconds
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def digest(self, place: Place, side: str) -> str | None:
        """Return the digest of what a place holds, an image or a list of images; None if it holds nothing.

        The algorithm is that of the place's own digest, else sha256.

        Raises:
            RegistryError: it cannot be told.
        """
        flags = [flag.replace(f"--{side}-", "--") for flag in self._flags(place, side)]
        try:
            manifest = self._run(
                "inspect", "--raw", *flags, place.name, sides={side: place.host}, seconds=_INSPECT_SECONDS
            )
        except RegistryError as error:
            if error.kind == ABSENT:
                return None
            raise
        algorithm = place.name.partition("@")[2].partition(":")[0]
        if algorithm not in hashlib.algorithms_available:
            algorithm = "sha256"
        return f"{algorithm}:{hashlib.new(algorithm, manifest).hexdigest()}"

    def copy(self, source: Place, target: Place) -> None:
        """Copy an image with all its platforms, every byte of its manifests as it is.

        Raises:
            RegistryError: it cannot be copied.
        """
        flags = [*self._flags(source, SOURCE), *self._flags(target, TARGET)]
        names = (source.name, target.name)
        sides = {SOURCE: source.host, TARGET: target.host}
        limit = f"--command-timeout={self._copy_seconds}s"
        copy = (limit, "copy", "--quiet", "--all", "--preserve-digests", *flags, *names)
        self._run(*copy, sides=sides, seconds=self._copy_seconds + _GRACE)

    def stop(self) -> None:
        """End all that runs, and let nothing start any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.terminate()

    def _flags(self, place: Place, side: str) -> list[str]:
        if not place.host:
            return []
        flags = []
        authfile = self._reach.authfiles[side]
        if authfile.path:
            flags.append(f"--{side}-authfile={authfile.path}")
        if place.host in self._reach.insecure:
            flags.append(f"--{side}-tls-verify=false")
        if self._reach.certificates:
            flags.append(f"--{side}-cert-dir={self._reach.certificates}")
        return flags

    def _run(self, *arguments: str, sides: dict[str, str], seconds: float | None = None) -> bytes:
        hosts = [host for host in sides.values() if host]
        descriptors = [number for side in sides for number in self._reach.authfiles[side].descriptors]
        with self._lock:
            if self._stopped:
                raise RegistryError(STOPPED, "stopped before it was done")
            try:
                process = subprocess.Popen(  # noqa: S603  # a program found on PATH, with no shell
                    [self._program, *arguments],
                    cwd=self._folder,
                    env=self._reach.environ,
                    pass_fds=descriptors,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            except OSError as error:  # too many processes, for example
                raise RegistryError(OTHER, f"{self._program} cannot be started: {error.strerror}") from None
            self._running.add(process)
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise failure(f"{seconds:.0f} seconds: timed out", *hosts) from None
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopped and process.returncode:
            raise RegistryError(STOPPED, "stopped before it was done")
        if process.returncode:
            raise failure(errors.decode(errors="replace"), *hosts)
        return output
