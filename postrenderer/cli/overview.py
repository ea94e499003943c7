"""The overview that `acreg` prints without a command: all commands, first those that a new user needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.cli import front

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from postrenderer.cli import Command

_HEAD = """\
usage: acreg [-q | -v] [--color WHEN] COMMAND …
       (as Helm's plugin: helm acreg COMMAND …)

acreg rewrites every image reference of a Helm release to your private
registry, and changes nothing else."""

_TAIL = """\
`acreg COMMAND --help` has examples; `acreg help settings` lists the settings.
Without a command, acreg reads manifests from standard input: `acreg render`."""


def text(commands: Mapping[str, Command], groups: Mapping[str, str]) -> str:
    """Return the overview: the commands below the headings of their groups."""
    return "\n".join((_HEAD, *_groups(commands, groups), "", *_flags(), "", _TAIL))


def _groups(commands: Mapping[str, Command], groups: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, commands))
    for group, heading in groups.items():
        yield ""
        yield f"{heading}:"
        for name, command in commands.items():
            if command.group == group:
                yield f"  {name:{width}}  {command.summary}"


def _flags() -> Iterator[str]:
    yield "before the command:"
    width = max(len(names) for names, _ in front.HELP)
    for names, meaning in front.HELP:
        yield f"  {names:{width}}  {meaning}"
