"""Regular expressions that are compiled at their first use: few runs need more than half of them."""

from __future__ import annotations

import re
from typing import AnyStr, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _Pattern:
    """Compiles a pattern when one of its methods is asked for, and has that pattern's own methods from then on."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> object:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self.flags)
        vars(self).update((method, getattr(compiled, method)) for method in _METHODS)
        return vars(self)[name]


def regex(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A pattern that is compiled at its first use.

    Args:
        text: the regular expression, of `str` or `bytes`.
        flags: those of `re.compile`.

    Raises:
        re.error: at the first use, if the text is no regular expression.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))
