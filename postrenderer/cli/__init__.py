"""The command line: `acreg COMMAND …`, and `acreg --registry …` for `acreg render --registry …`.

A command is a function that takes its arguments and returns the exit code, in a module of this package that is imported
only when the command runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

from postrenderer.errors import SettingsError


class Command(NamedTuple):
    """A command: where its function is, as `module:function`, and what it does in a few words."""

    function: str
    summary: str


COMMANDS = {
    "install": Command("release:install", "helm install, with every image on the private registry"),
    "upgrade": Command("release:upgrade", "helm upgrade, with every image on the private registry"),
    "template": Command("release:template", "helm template, with every image on the private registry"),
    "render": Command("render:main", "point the images of manifests at the private registry: the post-renderer itself"),
    "diff": Command("diff:main", "show what render would change, as a unified diff"),
    "images": Command(
        "images:main", "list the images of manifests, a chart, a release or a list, and what they become"
    ),
    "values": Command("values:main", "the values that make a chart private by itself"),
    "explain": Command("explain:main", "how the last run of the post-renderer ended, which Helm 4 does not tell"),
    "config": Command("config:main", "make, show and check settings"),
    "doctor": Command("doctor:main", "what acreg finds on this machine, and what is wrong"),
    "version": Command("version:main", "which acreg this is"),
    "mirror": Command("mirror:main", "copy every image to where the post-renderer points it, or through an air gap"),
    "check": Command("check:main", "is every image there on the private registry, with the right digest?"),
    "lock": Command("lock:main", "write down which digest each image has, for the post-renderer to pin"),
    "verify": Command("verify:main", "is every image of manifests, a chart or a release private? exit 1 if not"),
    "shim": Command("shim:main", "a `helm` for the front of PATH that adds the post-renderer by itself"),
    "secret": Command("secret:main", "the pull secret for the private registry"),
    "nodes": Command("nodes:main", "the configuration of nodes and clusters for the private registry"),
    "export": Command("export:main", "the same rules for Flux, kustomize, Kyverno and Kubernetes' admission"),
    "quay": Command("quay:main", "a Quay organization that is a proxy cache of the source"),
}


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
    first = argv[0] if argv else "--help"
    if first == "help" and argv[1:]:
        argv = [argv[1], "--help"]
    elif first in ("--help", "-h", "help"):
        from postrenderer.cli import show  # noqa: PLC0415  # the filter with settings comes by here, too

        show.write(overview())
        return 0
    if first == "--version":
        argv = ["version"]
    command, *rest = ["render", *argv] if argv[0].startswith("-") else argv
    if command not in COMMANDS:
        from postrenderer.settings.checks import nearest  # noqa: PLC0415  # for an error only

        guess = nearest(command, COMMANDS) or ". `acreg --help` names the commands"
        raise SettingsError(f"there is no command `{command}`{guess}")
    module, _, function = COMMANDS[command].function.partition(":")
    return int(getattr(import_module(f"{__name__}.{module}"), function)(rest))


def overview() -> str:
    """The help that names the commands."""
    width = max(map(len, COMMANDS))
    return "\n".join(
        (
            "usage: acreg COMMAND …        (as Helm's plugin: helm acreg COMMAND …)",
            "",
            "Every image of a Helm chart comes from your private registry, and nothing else changes.",
            "",
            "commands:",
            *(f"  {name:{width}}  {command.summary}" for name, command in COMMANDS.items()),
            "",
            "`acreg COMMAND --help` says more, with examples. With settings alone, or with",
            "nothing but manifests on standard input, acreg is `acreg render`.",
        )
    )
