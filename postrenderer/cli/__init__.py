"""The command line: `acreg COMMAND …`, and `acreg --registry …` for `acreg render --registry …`.

A command is a function that takes its arguments and returns the exit code, in a module of this package that is imported
only when the command runs.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable


class Command(NamedTuple):
    """A command.

    Attributes:
        function: where its function is, as `module:function`.
        group: the heading in the overview that it stands under.
        summary: what it does in a few words.
    """

    function: str
    group: str
    summary: str


GROUPS = {
    "start": "start here",
    "deploy": "deploy",
    "look": "look",
    "mirror": "mirror",
    "cluster": "cluster",
    "set up": "set up",
}
"""The headings of the overview, in order."""

COMMANDS = {
    "upgrade": Command("release:upgrade", "start", "helm upgrade, with every image from your private registry"),
    "images": Command("images:main", "start", "list the images of a chart, and what each becomes"),
    "mirror": Command("mirror:main", "start", "copy the images to your private registry, or to a folder"),
    "check": Command("check:main", "start", "check that your private registry has every image"),
    "install": Command("release:install", "deploy", "helm install, with every image from your private registry"),
    "template": Command("release:template", "deploy", "helm template, with every image from your private registry"),
    "render": Command("render:main", "deploy", "rewrite manifests: the post-renderer itself"),
    "values": Command("values:main", "deploy", "write Helm values that point a chart at your registry"),
    "shim": Command("shim:main", "deploy", "write a `helm` for PATH that adds the post-renderer"),
    "diff": Command("diff:main", "look", "show what the post-renderer would change, as a diff"),
    "verify": Command("verify:main", "look", "fail if an image of manifests or a release is public"),
    "explain": Command("explain:main", "look", "show how the last run ended, which Helm 4 hides"),
    "lock": Command("lock:main", "mirror", "record each image's digest, to be pinned by `--lock`"),
    "quay": Command("quay:main", "mirror", "make a Quay organization a proxy cache of the source"),
    "secret": Command("secret:main", "cluster", "make the pull secret for your private registry"),
    "nodes": Command("nodes:main", "cluster", "write the nodes' configuration for your registry"),
    "export": Command("export:main", "cluster", "write the same rules for Flux, Kustomize or Kyverno"),
    "config": Command("config:main", "set up", "write, show and check the settings"),
    "doctor": Command("doctor:main", "set up", "find out what is wrong on this machine"),
    "completion": Command("completion:main", "set up", "Tab completion for bash, zsh and fish"),
    "version": Command("version:main", "set up", "print the version"),
}

_RUNS = tuple(COMMANDS[name] for name in ("install", "upgrade", "template"))
"""The commands that run Helm with the filter; what they refuse beforehand is a failed run, too."""


def main(argv: list[str]) -> int:
    """Run the command that the arguments name, or the filter.

    Args:
        argv: the arguments, without the program's name.

    Returns:
        The exit code.

    Raises:
        AcregError: what went wrong, with its exit code.
        SystemExit: after the help of a command was shown.
    """
    from postrenderer.cli import front  # noqa: PLC0415  # an installation that lacks it is explained

    front.chosen = front.take(argv)
    rest = front.chosen.rest
    if argv and not rest and not (sys.stdin and sys.stdin.isatty()):
        rest = ["render"]  # Helm 4's `helm --color never acreg` in a pipe
    argv = rest
    first = argv[0] if argv else "--help"
    if first == "help" and argv[1:]:
        argv = [argv[1], "--help"]
    elif first in ("--help", "-h", "help"):
        return _show_overview()
    if first == "--version":
        argv = ["version"]
    if argv == ["settings", "--help"]:
        from postrenderer.cli import arguments  # noqa: PLC0415  # only needed here

        arguments.show_settings()
        return 0
    command, *rest = ["render", *argv] if argv[0].startswith("-") else argv
    if command not in COMMANDS:
        from postrenderer.settings.checks import nearest  # noqa: PLC0415  # for an error only

        guess = nearest(command, COMMANDS) or ". `acreg --help` lists the commands"
        raise SettingsError(f"there is no command `{command}`{guess}")
    return function(command)(rest)


def function(command: str) -> Callable[[list[str]], int]:
    """Return the function of a command."""
    module, _, name = COMMANDS[command].function.partition(":")
    found: Callable[[list[str]], int] = getattr(import_module(f"{__name__}.{module}"), name)
    return found


def runs_the_filter(argv: list[str]) -> bool:
    """Whether the arguments ask for the filter or for a command that runs it, so that `explain` shows how it ended."""
    from postrenderer.cli import front  # noqa: PLC0415  # see main

    try:
        rest = front.take(argv).rest
    except SettingsError:
        return False
    return not rest or rest[0].startswith("-") or COMMANDS.get(rest[0]) in _RUNS


def _show_overview() -> int:
    from postrenderer.cli import overview, show  # noqa: PLC0415  # only needed here

    show.write(overview.text(COMMANDS, GROUPS))
    return 0
