"""Command-line arguments from the table of settings, with errors in the form of all other errors."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, ClassVar, NoReturn

from postrenderer.cli import front, helptext
from postrenderer.errors import InternalError, SettingsError
from postrenderer.settings.checks import nearest
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _typeshed import SupportsWrite

    from postrenderer.settings.options import Option

FILES = {
    "config": "the settings file, instead of ./acreg.yaml [ACREG_CONFIG]",
    "values": "a Helm values file; may be repeated, later ones win [ACREG_VALUES, separated as in PATH]",
}
"""The flags that name files with settings, and what they mean."""


class Parser(argparse.ArgumentParser):
    """A parser without abbreviated flags that raises a SettingsError where argparse ends the process.

    Args:
        prog: the command as the user types it.
        usage: what follows it, in short.
        description: what it does, in the form of `helptext.fill`.
        examples: shown below the flags, in the same form; every command has some.

    Attributes:
        actions: the words that may stand first, if the command reads them itself.
        is_described: whether `describe` wants the parser, and not the help.
    """

    actions: tuple[str, ...] = ()
    is_described: ClassVar[bool] = False

    def __init__(self, prog: str, usage: str, description: str, examples: str) -> None:
        super().__init__(
            prog=prog,
            usage=f"{prog} {usage}",
            description=description,
            epilog=examples,
            formatter_class=helptext.Formatter,
            allow_abbrev=False,
        )
        self.color = False  # Python 3.14 colours by itself

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

    def flag(self, name: str) -> argparse.Action | None:
        """Return the flag of a name such as `-f` or `--chart`; None if there is none."""
        return self._option_string_actions.get(name)

    def flags(self) -> list[argparse.Action]:
        """Return all flags but `--help`."""
        return [action for action in self._actions if action.option_strings and action.dest != "help"]

    def operands(self) -> list[argparse.Action]:
        """Return the arguments that are no flags."""
        return [action for action in self._actions if not action.option_strings]

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help as UTF-8, whatever the locale."""
        if self.is_described:
            raise _Described(self)
        if file is None:
            from postrenderer.cli import show  # noqa: PLC0415  # the filter, whose flags these are too, shows nothing

            show.write(self.format_help().removesuffix("\n"))
        else:
            super().print_help(file)

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Raise the error for arguments that nobody knows."""
        flag = unknown[0].partition("=")[0]
        if flag in front.FLAGS:
            name = self.prog.partition(" ")[2]
            self.error(f"{flag} belongs in front of the command: acreg {unknown[0]} {name} …")
        self.error(f"{unknown[0]} is not an argument{nearest(flag, self._option_string_actions)}")

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found wrong."""
        raise SettingsError(f"{message.removeprefix('argument ')} (`{self.prog} --help` shows what can be given)")


class _Described(Exception):  # noqa: N818  # it carries a parser out of its command
    def __init__(self, parser: Parser) -> None:
        super().__init__()
        self.parser = parser


def describe(command: Callable[[list[str]], int], argv: Sequence[str]) -> Parser:
    """Return the parser whose help a command would show; the command does nothing else.

    Args:
        command: the function of a command.
        argv: its arguments; with `--help` among them.

    Raises:
        SettingsError: the arguments in front of `--help` are wrong.
    """
    Parser.is_described = True
    try:
        command(list(argv))
    except _Described as described:
        return described.parser
    finally:
        Parser.is_described = False
    raise InternalError("A command shows no help.")


def add_settings(parser: Parser, *, values: bool = True, short: str = "", shown: bool = False) -> None:
    """Add a flag for every setting that has one, and the flags that name files with settings.

    Args:
        parser: gets the flags.
        values: whether `--values` is among them, and not Helm's.
        short: a short form of it; empty for none.
        shown: whether the help explains each; else it says in one line where they are explained.
    """
    summary = f"--registry, --config{', --values' * values} and more: see `acreg help settings`"
    group = parser.add_argument_group("settings", None if shown else summary)
    for option in OPTIONS:
        if option.flag:
            _add(group.add_mutually_exclusive_group(), option, shown=shown)
    files = parser.add_argument_group("files with settings") if shown else group
    _add_file(files, ("--config",), FILES["config"] if shown else argparse.SUPPRESS)
    if values:
        names = (short, "--values") if short else ("--values",)
        _add_file(files, names, FILES["values"] if shown else argparse.SUPPRESS, action="append")


def show_settings() -> None:
    """Print what `acreg help settings` says."""
    parser = Parser("acreg COMMAND", "[SETTINGS]", _SETTINGS, _SETTINGS_EXAMPLES)
    add_settings(parser, shown=True)
    parser.print_help()


_SETTINGS = """\
The settings that commands have in common. A flag wins over an environment variable, a variable over acreg.yaml, and
acreg.yaml over Helm values files. In brackets: the variable, the key in acreg.yaml, and the key in values files if
there is one. Repeat a flag to give a list. Rules, locations and what to ignore have no flags: acreg.yaml sets them."""

_SETTINGS_EXAMPLES = """\
examples:
  Write a settings file with every setting explained:
    helm acreg config init
  Show the settings in effect here, and where each comes from:
    helm acreg config show --values values.yaml"""


def _add_file(group: argparse._ArgumentGroup, names: tuple[str, ...], text: str, action: str = "store") -> None:
    group.add_argument(*names, metavar="FILE", action=action, help=text)


def _add(group: argparse._MutuallyExclusiveGroup, option: Option, *, shown: bool) -> None:
    names = (option.variable, option.key, option.values_key and f"global.{option.values_key}")
    text = f"{option.help} [{', '.join(filter(None, names))}]" if shown else argparse.SUPPRESS
    if option.form == "switch":
        group.add_argument(option.flag, option.negation, dest=option.field, action=_Switch, help=text)
    elif option.form == "list":
        group.add_argument(option.flag, dest=option.field, action="append", metavar=option.metavar, help=text)
        if option.negation:
            group.add_argument(
                option.negation,
                dest=option.field,
                action="store_const",
                const=(),
                help=f"no {option.field.replace('_', ' ')}" if shown else text,
            )
    else:
        group.add_argument(option.flag, dest=option.field, metavar=option.metavar, help=text)


class _Switch(argparse.Action):
    """True for the first of its two flags, false for the second."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002  # argparse's name
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, _parser: object, namespace: object, _values: object, flag: str | None = None) -> None:
        setattr(namespace, self.dest, flag == self.option_strings[0])
