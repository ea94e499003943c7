"""Shared by `acreg check` and `acreg lock`: their flags about registries, and the client that asks registries."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from postrenderer.cli import access, planned, show
from postrenderer.registry.manifests import RegistryClient
from postrenderer.registry.places import TARGET
from postrenderer.registry.remote import Remote
from postrenderer.registry.scratch import Scratch
from postrenderer.registry.work import Workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from postrenderer.cli.arguments import Parser
    from postrenderer.settings import Settings


def add_flags(parser: Parser) -> None:
    """Add the flags about what is wanted of images, parallel work, and access to both sides."""
    planned.add_wishes(parser)
    planned.add_work(parser)
    access.add_login(parser)
    access.add_login(parser, access.SOURCE)
    access.add_trust(parser)


@contextmanager
def registries(
    flags: Mapping[str, object], environ: Mapping[str, str], settings: Settings
) -> Iterator[tuple[Remote, Workers]]:
    """A client of registries, and the workers that use it; the private registry is asked before all work.

    Args:
        flags: those of `add_flags`; what is missing has its default.
        environ: the environment, passwords included.
        settings: name the private registry.

    Raises:
        AcregError: the credentials cannot be read.
    """
    with Scratch() as scratch:
        client = RegistryClient(access.reach(flags, environ, settings, scratch))
        workers = Workers(*planned.work(flags), client.stop, show.note)
        remote = Remote(client, workers)
        try:
            remote.probe(settings.registry, TARGET)
            yield remote, workers
        finally:
            client.close()
