"""The flags in front of the command, as in `acreg --color never images`: they hold for every command.

Behind `install`, `upgrade` and `template` the same names are Helm's. Helm 4 passes its own `--color` on to a plugin,
in front of the plugin's arguments.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIET, NORMAL, VERBOSE = -1, 0, 1

_LEVELS = {"-q": QUIET, "--quiet": QUIET, "-v": VERBOSE, "--verbose": VERBOSE}
COLOR, COLORS = ("--color", "--colour"), ("auto", "always", "never")

FLAGS = (*_LEVELS, *COLOR)

HELP = (
    ("-q, --quiet", "print results and errors only, no progress and no notes"),
    ("-v, --verbose", "say which commands acreg runs"),
    ("--color WHEN", "auto (the default), always or never"),
)
"""The flags as the overview explains them."""


class Front(NamedTuple):
    """The flags in front of a command line, and the rest of it.

    Attributes:
        level: QUIET, NORMAL or VERBOSE; the last flag counts.
        color: one of COLORS.
        rest: the arguments from the command on.
    """

    level: int
    color: str
    rest: list[str]


chosen = Front(NORMAL, "auto", [])
"""The flags of this run."""


def as_typed(text: str) -> str:
    """Name acreg's commands as the user types them: `helm acreg …` where Helm runs acreg as its plugin."""
    return text.replace("`acreg ", "`helm acreg ") if os.environ.get("HELM_PLUGIN_NAME") == "acreg" else text


def take(argv: Sequence[str]) -> Front:
    """Split the flags in front off the arguments.

    Raises:
        SettingsError: `--color` has no value, or one that is none.
    """
    level, color, rest = NORMAL, "auto", list(argv)
    while rest:
        name, equals, value = rest[0].partition("=")
        if name in COLOR:
            if not equals:
                value = rest.pop(1) if rest[1:] else ""
            if value not in COLORS:
                raise SettingsError(f"{name} must be {', '.join(COLORS[:-1])} or {COLORS[-1]}, not `{value}`")
            color = value
        elif rest[0] in _LEVELS:
            level = _LEVELS[rest[0]]
        else:
            break
        rest.pop(0)
    return Front(level, color, rest)
