"""The command line: `acreg COMMAND …`, and `acreg --registry …` for `acreg render --registry …`.

A command is a module of this package with the same name and a function `main(argv) -> exit code`; it is imported only
when it runs.
"""

from __future__ import annotations

from importlib import import_module

from postrenderer.errors import SettingsError

COMMANDS = ("render", "secret")


def main(argv: list[str]) -> int:
    """Run the command that the arguments name, or the filter.

    Args:
        argv: the arguments, without the program's name.

    Returns:
        The exit code.

    Raises:
        AcregError: what went wrong, with its exit code.
        SystemExit: after the help or the version was shown.
    """
    command, rest = ("render", argv) if not argv or argv[0].startswith("-") else (argv[0], argv[1:])
    if command not in COMMANDS:
        raise SettingsError(f"there is no command `{command}`: the commands are {', '.join(COMMANDS)}")
    return int(import_module(f"{__name__}.{command}").main(rest))
