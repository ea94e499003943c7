"""`acreg version`: which acreg this is."""

from __future__ import annotations

from postrenderer import __version__
from postrenderer.cli import show
from postrenderer.cli.arguments import Parser


def main(argv: list[str]) -> int:
    """Print the version."""
    parser = Parser("acreg version", "[--short]", "Show which acreg this is.", "example:\n  helm acreg version --short")
    parser.add_argument("--short", action="store_true", help="the number alone")
    short = parser.read(argv)["short"]
    show.write(__version__ if short else f"acreg {__version__}")
    return 0
