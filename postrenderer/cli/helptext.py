"""The form of every `--help`: 80 columns wide, sentences wrapped between words, commands continued with a backslash."""

from __future__ import annotations

import argparse
import re
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH = 80

_COLUMN = 26
"""Where the explanations of flags begin."""

_ROW = re.compile(r"(?P<name> *\S+(?: \S+)* {2,})(?P<text>\S.*)")
_WORD = re.compile(r"""(?:(?:--?[\w-]+|[<>|]|&&)[ ](?=[\w./$]))*(?:'[^']*'|"[^"]*"|\S)+""")
"""A word of a shell command, with the flag, pipe or redirection that it belongs to; quoted spaces do not end it."""


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Format the help of a parser."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_COLUMN, width=WIDTH)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Wrap the arguments of a command below each other."""
        wrapped = _usage(self._prog, (usage or "").removeprefix(f"{self._prog} "))
        super().add_usage(wrapped, actions, groups, prefix)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """Name the value of a flag once: `-o, --output FORM`."""
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"

    def _split_lines(self, text: str, width: int) -> list[str]:
        return _wrap(" ".join(text.split()), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return textwrap.indent("\n".join(fill(text, width - len(indent))), indent)


def _wrap(text: str, width: int, first: str = "", margin: str = "") -> list[str]:
    """Wrap between words, never at the hyphen of `post-renderer`."""
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=margin, break_on_hyphens=False)


def _usage(prog: str, arguments: str) -> str:
    margin = " " * len(f"usage: {prog} ")
    lines = _wrap(arguments, WIDTH - len(margin))
    return " ".join([prog, f"\n{margin}".join(lines)]).rstrip()


def fill(text: str, width: int) -> Iterator[str]:
    """Wrap a description or examples.

    Args:
        text: paragraphs between empty lines; rows such as `init [FILE]   write it`, whose second column wraps below
            itself; and indented lines, which are commands unless they end in a colon.
        width: of a line.

    Yields:
        The lines.
    """
    paragraph: list[str] = []
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""]):
        row = _ROW.fullmatch(line)
        is_prose = bool(line) and not line.startswith(" ") and not row
        if is_prose:
            paragraph.append(line)
        if not is_prose or (line.endswith(":") and (following.startswith(" ") or _ROW.fullmatch(following))):
            yield from _wrap(" ".join(paragraph), width)
            paragraph = []
        if row:
            margin = " " * len(row["name"])
            yield from _wrap(row["text"], width, row["name"], margin)
        elif line.startswith(" "):
            yield from _indented(line, width)
        elif not line:
            yield line
    yield from _wrap(" ".join(paragraph), width)


def _indented(line: str, width: int) -> Iterator[str]:
    words = line.lstrip()
    margin = line[: len(line) - len(words)]
    if words.endswith(":"):
        yield from _wrap(words, width, margin, margin)
        return
    current = margin
    for word in _WORD.findall(words):
        if current.strip() and len(f"{current} {word} \\") > width and word != "\\":
            yield f"{current} \\"
            current = f"{margin}  {word}"
        else:
            current = f"{current} {word}" if current.strip() else f"{current}{word}"
    yield current
