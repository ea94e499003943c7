"""Helm's own arguments, read as far as acreg must know them.

Which flags there are, and which take a value, Helm's help says: it differs from version to version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


class Argument(NamedTuple):
    """A flag with its value, or a positional argument.

    Attributes:
        name: the flag, such as `--set` or `-f`; empty for a positional argument.
        value: the flag's value or the argument; empty for a switch.
        written: as it stands on the command line.
    """

    name: str
    value: str
    written: list[str]


def split(argv: Sequence[str], flags: Mapping[str, bool]) -> Iterator[Argument]:
    """Yield the arguments of a command.

    Args:
        argv: the arguments behind the command.
        flags: the command's flags, and whether each takes a value.

    Raises:
        SettingsError: the last flag lacks its value.
    """
    rest = iter(argv)
    for text in rest:
        name, equals, value = text.partition("=")
        if text == "--":
            yield from (Argument("", more, [more]) for more in rest)
        elif not text.startswith("-") or text == "-":
            yield Argument("", text, [text])
        elif not text.startswith("--") and name not in flags and flags.get(text[:2]):
            yield Argument(text[:2], text[2:].removeprefix("="), [text])
        elif flags.get(name) and not equals:
            following = next(rest, None)
            if following is None:
                raise SettingsError(f"{name} needs a value")
            yield Argument(name, following, [text, following])
        else:
            yield Argument(name, value, [text])


def positional(argv: Sequence[str], flags: Mapping[str, bool]) -> list[str]:
    """Return the arguments that are no flags: the release and the chart."""
    return [argument.value for argument in split(argv, flags) if not argument.name]


def known_to(
    other: Collection[str], argv: Sequence[str], flags: Mapping[str, bool], without: Collection[str] = ()
) -> list[str]:
    """Return the flags that another command knows as well.

    Args:
        other: the flags of the other command.
        argv: the arguments.
        flags: the flags of the command that they were written for.
        without: flags that are left out all the same.
    """
    return [
        text
        for argument in split(argv, flags)
        if argument.name in other and argument.name not in without
        for text in argument.written
    ]


def without(names: Collection[str], argv: Sequence[str], flags: Mapping[str, bool]) -> list[str]:
    """Return the arguments without some flags."""
    return [text for argument in split(argv, flags) if argument.name not in names for text in argument.written]


def with_chart(chart: str, argv: Sequence[str], flags: Mapping[str, bool]) -> list[str]:
    """Return the arguments with another chart, the last of those that are no flags."""
    arguments = list(split(argv, flags))
    last = max(index for index, argument in enumerate(arguments) if not argument.name)
    return [text for at, one in enumerate(arguments) for text in ([chart] if at == last else one.written)]
