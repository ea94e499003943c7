"""How a command line can go on, by the parsers of the commands and, for releases, charts and its own flags, by Helm.

The form is that of Helm (cobra's `__complete`): a line for each word, with its meaning behind a tab, and at the end a
directive: `:4` for these words only, `:0` if a file will do where no word fits.
"""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer import cli
from postrenderer.cli import arguments, front, helm
from postrenderer.errors import AcregError, SettingsError
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from postrenderer.cli.arguments import Parser

_OR_FILES, _ONLY_THESE = ":0", ":4"

_VALUES = {"chart": ("show", "chart"), "release": ("status",), "namespace": ("list", "--namespace")}
"""Flags of ours whose values Helm knows, and a command of Helm's behind which it answers with them."""

_HELMS = {
    "install": ("install",),
    "upgrade": ("upgrade",),
    "template": ("template",),
    "values": ("template", "release-name"),
    "diff upgrade": ("diff", "upgrade"),
}
"""The commands whose other arguments are Helm's, and the command of Helm's that gets them."""

_FILES = re.compile("FILE|DIR|CHART")
"""How the help names values that are files."""

_CHOICES = re.compile(r"[a-z]+(?:\|[a-z]+)+")
"""How the help names values that are words, such as `rewrite|keep|fail`."""

_SETTINGS = {**arguments.FILES, **{option.field: option.help for option in OPTIONS}}


class Completion(NamedTuple):
    """How a command line can go on.

    Attributes:
        words: each word, and its meaning.
        directive: for the shell, a sum of cobra's ShellCompDirective.
    """

    words: Mapping[str, str]
    directive: str = _ONLY_THESE


class TypedWords(NamedTuple):
    """The words behind a command.

    Attributes:
        values: those of flags of ours, by the flag's name.
        others: arguments that are no flags of ours, in their order.
        open: the flag of ours that waits for its value; None if there is none.
    """

    values: Mapping[str, str]
    others: Sequence[str]
    open: argparse.Action | None


def lines(words: Sequence[str], *, of_helm: bool = False) -> Iterator[str]:
    """Yield how a command line can go on.

    Args:
        words: those behind `acreg`; the last is the one to complete, and may be empty.
        of_helm: whether Helm asks, which knows our flags from completion.yaml and its own global ones.
    """
    *before, current = words or [""]
    try:
        found = _answer(before, current, of_helm=of_helm)
    except AcregError:
        found = Completion({}, _OR_FILES)
    start = current if _is_name(current) or not current.startswith("-") else current.partition("=")[2]
    for word, meaning in found.words.items():
        if word.startswith(start):
            yield f"{word}\t{meaning}".rstrip("\t")
    yield found.directive


def of_plugin() -> str:
    """Return completion.yaml: the commands and their flags, as Helm reads them."""
    commands = [command for command in _commands() if command["name"]]
    flags = [name.removeprefix("--") for name in front.FLAGS if name.startswith("--")]
    return yaml.safe_dump({"name": "acreg", "flags": flags, "commands": commands}, sort_keys=False)


def _answer(before: Sequence[str], current: str, *, of_helm: bool) -> Completion:
    if before and before[-1] in front.COLOR and all(word.startswith("-") for word in before):
        return Completion(dict.fromkeys(front.COLORS, ""))
    command, *words = front.take(before).rest or [""]
    if not command or (command == "help" and not words):
        return _first(current, is_help=bool(command))
    if command.startswith("-"):
        command, words = "render", [command, *words]
    return _behind(command, words, current, of_helm=of_helm) if command in cli.COMMANDS else Completion({})


def _behind(command: str, words: Sequence[str], current: str, *, of_helm: bool) -> Completion:
    parser = _parser(command, words)
    typed = _read(parser, words)
    name, equals, start = current.partition("=") if current.startswith("-") else ("", "", current)
    flag = parser.flag(name) if equals else typed.open
    if flag is not None and not (flag.nargs == "+" and _is_name(current)):
        return _value(flag, start)
    others = _from_helm(parser, typed, current)
    if _is_name(current):
        ours = {long: _meaning(flag) for flag in parser.flags() for long in _long(flag)}
        if of_helm:
            known = {*ours, *_of_helm("--").words}
            return Completion({word: meaning for word, meaning in others.words.items() if word not in known})
        return Completion({**ours, **others.words})
    return others if _is_helms(parser, typed) else _operand(parser, typed)


def _first(current: str, *, is_help: bool) -> Completion:
    """The commands, or the flags in front of one."""
    if current.partition("=")[0] in front.COLOR and "=" in current:
        return Completion(dict.fromkeys(front.COLORS, ""))
    if current.startswith("-"):
        flags = {names.split()[-1 - (" WHEN" in names)]: meaning for names, meaning in front.HELP}
        return Completion({**flags, "--help": "the commands", "--version": "which acreg this is"})
    more = {"settings": "the settings of all commands"} if is_help else {"help": "the help of a command"}
    return Completion({**{name: command.summary for name, command in cli.COMMANDS.items()}, **more})


def _parser(command: str, words: Sequence[str]) -> Parser:
    """The parser of a command, which may depend on the words behind it."""
    first = [word for word in words[:1] if not word.startswith("-")]  # such as the kind of an export
    function = cli.function(command)
    try:
        return arguments.describe(function, [*first, "--help", *words[len(first) :]])
    except SettingsError:
        return arguments.describe(function, ["--help"])


def _read(parser: Parser, words: Iterable[str]) -> TypedWords:
    values: dict[str, str] = {}
    others: list[str] = []
    flag: argparse.Action | None = None
    for word in words:
        if flag is not None and not (flag.nargs == "+" and word.startswith("-")):
            values[flag.dest] = word
            flag = flag if flag.nargs == "+" else None
            continue
        name, equals, value = word.partition("=")
        flag = parser.flag(name)
        if flag is None:
            others.append(word)
        elif equals or flag.nargs == 0:
            values[flag.dest] = value
            flag = None
    return TypedWords(values, others[len(parser.prog.split()) - 2 :], flag)  # without the `upgrade` of `diff upgrade`


def _value(flag: argparse.Action, start: str) -> Completion:
    metavar = str(flag.metavar or "")
    choices = flag.choices or (metavar.split("|") if _CHOICES.fullmatch(metavar) else ())
    if choices:
        return Completion(dict.fromkeys(map(str, choices), ""))
    if flag.dest in _VALUES:
        return _of_helm(*_VALUES[flag.dest], start)
    return Completion({}, _OR_FILES if _FILES.search(metavar) else _ONLY_THESE)


def _operand(parser: Parser, typed: TypedWords) -> Completion:
    at = len([word for word in typed.others if not word.startswith("-")])
    if parser.actions:
        return Completion({}, _OR_FILES) if at else Completion(dict.fromkeys(parser.actions, ""))
    return _value(parser.operands()[at], "") if at < len(parser.operands()) else Completion({})


def _is_helms(parser: Parser, typed: TypedWords) -> bool:
    return _command(parser) in _HELMS or "chart" in typed.values or "release" in typed.values


def _from_helm(parser: Parser, typed: TypedWords, current: str) -> Completion:
    """Helm's answer to the arguments that go to it."""
    if _command(parser) in _HELMS:
        return _of_helm(*_HELMS[_command(parser)], *typed.others, current)
    if "chart" in typed.values:
        return _of_helm("template", "release-name", typed.values["chart"], *typed.others, current)
    if "release" in typed.values:
        return _of_helm("get", "manifest", typed.values["release"], *typed.others, current)
    return Completion({})


def _of_helm(*words: str) -> Completion:
    """Helm's answer, or none where there is no Helm that answers."""
    try:
        *found, directive = helm.complete(words).splitlines() or [_OR_FILES]
    except AcregError:
        return Completion({}, _OR_FILES)
    pairs = (line.partition("\t") for line in found)
    return Completion({word: meaning for word, _, meaning in pairs}, directive)


def _commands() -> Iterator[dict[str, object]]:
    for name in cli.COMMANDS:
        flags = [long.removeprefix("--") for flag in _parser(name, ()).flags() for long in _long(flag)]
        yield {"name": name, "flags": flags}


def _command(parser: Parser) -> str:
    return parser.prog.partition(" ")[2]


def _meaning(flag: argparse.Action) -> str:
    """The help of a flag; the flags of settings are explained by `acreg help settings` alone."""
    text = _SETTINGS.get(flag.dest, "") if flag.help in (None, argparse.SUPPRESS) else str(flag.help)
    return " ".join(text.split())


def _long(flag: argparse.Action) -> list[str]:
    return [name for name in flag.option_strings if name.startswith("--")]


def _is_name(current: str) -> bool:
    """Whether the name of a flag is being typed, and not its value."""
    return current.startswith("-") and "=" not in current
