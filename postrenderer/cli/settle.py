"""The settings of a command, with a word to the user if the registry comes from an acreg.yaml that nobody named."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from postrenderer import lastrun, settings
from postrenderer.cli import show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.settings import Settings


def load(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings that count in the working directory.

    Args:
        flags: as `settings.effective` takes them.
        environ: the environment.

    Raises:
        SettingsError: something is wrong with them.
    """
    found = settings.effective(flags, environ, os.curdir)
    lastrun.settle(found.unnamed)
    if found.unnamed:
        _say(found.unnamed, found.settings.registry)
    return found.settings


@cache  # once, though a command may load its settings for each of many files
def _say(place: str, registry: str) -> None:
    show.note(f"acreg: the private registry is {registry}, as {place} says, a file that nobody named.")
