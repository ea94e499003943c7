"""What `acreg check` and `acreg lock` have in common: their flags about registries, and how these are asked."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from postrenderer.cli import access, planned, show
from postrenderer.registry.manifests import RegistryClient
from postrenderer.registry.places import TARGET
from postrenderer.registry.remote import Remote
from postrenderer.registry.scratch import Scratch
from postrenderer.registry.work import Crew

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
) -> Iterator[tuple[Remote, Crew]]:
    """Registries at work, and the crew that works on many images at once; the private one is asked first.

    Args:
        flags: those of `add_flags`; what is missing has its default.
        environ: the environment, passwords included.
        settings: name the private registry.

    Raises:
        AcregError: the credentials cannot be read.
    """
    with Scratch() as scratch:
        client = RegistryClient(access.reach(flags, environ, settings, scratch))
        crew = Crew(*planned.work(flags), client.stop, show.note)
        remote = Remote(client, crew)
        try:
            remote.probe(settings.registry, TARGET)
            yield remote, crew
        finally:
            client.close()
