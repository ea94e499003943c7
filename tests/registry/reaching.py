"""How tests reach registries without the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from postrenderer.registry.manifests import RegistryClient
from postrenderer.registry.places import SOURCE, TARGET, Reach
from postrenderer.registry.remote import Remote
from postrenderer.registry.scratch import HandedFile
from postrenderer.registry.work import Workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.registry.credentials import Login


def reach(
    *insecure: str, logins: Mapping[str, Login] | None = None, certificates: str = "", environ: Mapping[str, str] = {}
) -> Reach:
    """Say how registries are reached: the same for both sides, with logins by the names of docker configs."""
    config = {"auths": {name: login.entry for name, login in (logins or {}).items()}}
    nothing = HandedFile()
    return Reach(
        {SOURCE: nothing, TARGET: nothing},
        {SOURCE: config, TARGET: config},
        frozenset(insecure),
        certificates,
        {"PATH": os.environ["PATH"], **environ},
    )


def remote(*insecure: str) -> Remote:
    """Return registries that speak HTTP and want no password, with one try for each request."""
    return Remote(RegistryClient(reach(*insecure)), Workers(1, 0, lambda: None, pause=0))
