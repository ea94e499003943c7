"""Command-line arguments from the table of settings, with errors in the form of all other errors."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from postrenderer.errors import SettingsError
from postrenderer.settings.checks import nearest
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

    from postrenderer.settings.options import Option


class Parser(argparse.ArgumentParser):
    """A parser without abbreviated flags that raises a SettingsError where argparse ends the process.

    Args:
        prog: the command as the user types it.
        usage: what follows it, in short.
        description: what it does; shown as it is.
        examples: shown as they are, below the flags; every command has some.
    """

    def __init__(self, prog: str, usage: str, description: str, examples: str) -> None:
        super().__init__(
            prog=prog,
            usage=f"{prog} {usage}",
            description=description,
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def read(self, argv: Sequence[str]) -> dict[str, object]:
        """Return the value of each flag by its name, None for those that are not given.

        Raises:
            SettingsError: a flag is unknown or misused.
            SystemExit: after the help or the version was shown.
        """
        flags, unknown = self.split(argv)
        if unknown:
            self.refuse(unknown)
        return flags

    def split(self, argv: Sequence[str]) -> tuple[dict[str, object], list[str]]:
        """Return what `read` does, and the arguments that are none of this parser's, in their order.

        Raises:
            SettingsError: a flag is misused.
            SystemExit: after the help was shown.
        """
        namespace, unknown = self.parse_known_args(argv)
        return vars(namespace), unknown

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help as UTF-8, whatever the locale."""
        if file is None:
            from postrenderer.cli import show  # noqa: PLC0415  # the filter, whose flags these are too, shows nothing

            show.write(self.format_help().removesuffix("\n"))
        else:
            super().print_help(file)

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Raise the error for arguments that nobody knows."""
        flag = unknown[0].partition("=")[0]
        self.error(f"{unknown[0]} is not an argument{nearest(flag, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong."""
        raise SettingsError(f"{message.removeprefix('argument ')} (`{self.prog} --help` shows what can be given)")


def add_settings(parser: Parser, *, values: bool = True, short: str = "") -> None:
    """Add a flag for every setting that has one, and the flags that name files with settings.

    Args:
        parser: gets the flags.
        values: whether `--values` is among them, and not Helm's.
        short: a short form of it; empty for none.
    """
    settings = parser.add_argument_group(
        "settings",
        "In brackets: the name as environment variable, in acreg.yaml and, if charts have it, in a Helm values file.\n"
        "A flag wins over the environment, that over acreg.yaml, and that over values files. Lists: repeat the flag.",
    )
    for option in OPTIONS:
        if option.flag:
            _add(settings.add_mutually_exclusive_group(), option)
    files = parser.add_argument_group("files with settings")
    files.add_argument("--config", metavar="FILE", help="instead of ./acreg.yaml [ACREG_CONFIG]")
    if values:
        files.add_argument(
            *filter(None, (short, "--values")),
            metavar="FILE",
            action="append",
            help="a Helm values file; may be repeated, later ones win [ACREG_VALUES, separated as in PATH]",
        )


def _add(group: argparse._MutuallyExclusiveGroup, option: Option) -> None:
    names = (option.variable, option.key, option.values_key and f"global.{option.values_key}")
    text = f"{option.help} [{', '.join(filter(None, names))}]"
    if option.form == "switch":
        group.add_argument(option.flag, option.negation, dest=option.field, action=_Switch, help=text)
    elif option.form == "list":
        group.add_argument(option.flag, dest=option.field, action="append", metavar=option.metavar, help=text)
        if option.negation:
            group.add_argument(option.negation, dest=option.field, action="store_const", const=(), help="none of them")
    else:
        group.add_argument(option.flag, dest=option.field, metavar=option.metavar, help=text)


class _Switch(argparse.Action):
    """True for the first of its two flags, false for the second."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002  # argparse's name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, _parser: object, namespace: object, _values: object, flag: str | None = None) -> None:
        setattr(namespace, self.dest, flag == self.option_strings[0])
