"""skopeo as a function: the copy of an image, with the credentials that belong to each side."""

from __future__ import annotations

import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.registry.failures import OTHER, STOPPED, RegistryError, failure
from postrenderer.registry.places import SOURCE, TARGET

if TYPE_CHECKING:
    from postrenderer.registry.places import ImagePlace, Reach

_GRACE = 30
"""Seconds that skopeo has to end by itself, which leaves nothing half done, after its time is over."""


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
                "skopeo is not installed, and acreg copies images with it: install the package `skopeo` of"
                " Debian, Ubuntu, Fedora, RHEL, Alpine or Homebrew, 1.6.0 or newer, and see that it is on PATH."
            )
        self._program = program
        self._reach = reach
        self._folder = folder
        self._copy_seconds = copy_seconds
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def copy(self, source: ImagePlace, target: ImagePlace) -> None:
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

    def _flags(self, place: ImagePlace, side: str) -> list[str]:
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
