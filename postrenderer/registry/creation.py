"""Repositories that a registry wants to have made before the first push: a command of the user's makes them."""

from __future__ import annotations

import shlex
import subprocess
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from postrenderer.errors import SettingsError
from postrenderer.registry.failures import UNMADE, RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.registry.places import ImagePlace

PLACEHOLDER = "{repository}"


class Creation:
    """Makes repositories. Call it with a place in one; several threads may.

    Args:
        command: with `{repository}` in it, as `aws ecr create-repository --repository-name {repository}`; empty for
            none. No shell reads it.
        environ: its environment.

    Raises:
        SettingsError: the command cannot be one.
    """

    def __init__(self, command: str, environ: Mapping[str, str]) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise SettingsError(f"--create-with: `{command}` cannot be read: {error}.") from None
        if self._words and PLACEHOLDER not in command:
            raise SettingsError(f"--create-with: `{command}` must have {PLACEHOLDER} where the name belongs.")
        self._environ = environ
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._made: set[str] = set()

    def __call__(self, place: ImagePlace, error: RegistryError) -> None:
        """Make the repository of a place, once.

        Args:
            place: that was to be written.
            error: with which that failed.

        Raises:
            RegistryError: there is no command, it has run before, or it fails.
        """
        with self._locks[place.path]:
            if place.path in self._made:
                return
            if not self._words:
                raise RegistryError(
                    UNMADE, f"the repository {place.path} is not there: {error.reason}", host=error.host
                )
            words = [word.replace(PLACEHOLDER, place.path) for word in self._words]
            try:
                run = subprocess.run(  # noqa: S603  # the user's command, with no shell
                    words, env=self._environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
                )
                said, is_made = run.stderr.decode(errors="replace"), run.returncode == 0
            except OSError as fault:
                said, is_made = str(fault.strerror), False
            if not is_made:
                short = " ".join(said.split()) or f"it ended with {run.returncode}"
                raise RegistryError(UNMADE, f"`{shlex.join(words)}` made no repository: {short}", host=error.host)
            self._made.add(place.path)
