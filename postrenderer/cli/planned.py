"""The images that `mirror` and `check` are about: of manifests, as the other commands take them, or of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.cli import inputs
from postrenderer.errors import SettingsError
from postrenderer.registry import plan

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.cli.arguments import Parser
    from postrenderer.settings import Settings


def add_list(parser: Parser) -> None:
    """Add the flag for a list."""
    parser.add_argument(
        "--list", metavar="FILE", help="a list with a reference a line instead of manifests; `-` is stdin"
    )


def read(request: inputs.Request, folder: Path, *, registry: bool = True) -> tuple[Settings, plan.Plan]:
    """Return the settings, and the images with their places on the private registry.

    Args:
        request: what the command line asks for.
        folder: an empty folder for files of ours.
        registry: whether it is an error that no private registry is set; else one stands in for it.

    Raises:
        AcregError: the manifests or the list cannot be read.
        SettingsError: both are given, or something is wrong with the settings.
    """
    listed = request.text("list")
    both = [name for name in ("filename", "chart", "release") if listed and request.flags.get(name)]
    if both:
        raise SettingsError(f"--list and --{both[0]} both say which images there are: leave one of them out.")
    manifests = inputs.Manifests(inputs.read_file(listed), []) if listed else inputs.read(request, folder)
    settings = inputs.load(request, manifests, folder, registry=registry)
    return settings, (plan.of_list if listed else plan.of_manifests)(manifests.data, settings)
