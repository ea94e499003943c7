"""`acreg version`: which acreg this is."""

from __future__ import annotations

import json
import platform
import sys

from postrenderer import __version__
from postrenderer.cli import show
from postrenderer.cli.arguments import Parser

_EXAMPLES = """\
examples:
  helm acreg version --short
  helm acreg version -o json"""


def main(argv: list[str]) -> int:
    """Print the version."""
    parser = Parser("acreg version", "[--short | -o json]", "Print acreg's version.", _EXAMPLES)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", action="store_true", help="the number alone")
    form.add_argument("-o", "--output", choices=("text", "json"), default="text", metavar="text|json")
    flags = parser.read(argv)
    if flags["output"] == "json":
        python = platform.python_version()
        show.write(json.dumps({"version": __version__, "python": python, "program": sys.argv[0]}, ensure_ascii=False))
    else:
        show.write(__version__ if flags["short"] else f"acreg {__version__}")
    return 0
