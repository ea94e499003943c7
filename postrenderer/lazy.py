"""Imports that put off what few runs need.

Patterns are compiled when they are first used: compiling those of PyYAML and of acreg takes a quarter of a start, and
few runs use more than half of them: none uses those of PyYAML's Python code where its C extension is there. And the
types of NamedTuples' fields, which are texts, stay texts: typing would compile each one to see whether it is a type.
"""

from __future__ import annotations

import re
import typing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_compile = re.compile
_checks = {"_type_check": lambda found, *_, **__: found} if hasattr(typing, "_type_check") else {}
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Pattern:
    """What stands for a compiled pattern; it has the pattern's own methods from the first use of one on."""

    def __init__(self, pattern: Any, flags: Any = 0) -> None:  # noqa: ANN401  # whatever re.compile takes
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # of a method
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = _compile(self.pattern, self._flags)
        self.__dict__.update((method, getattr(compiled, method)) for method in _METHODS)
        return getattr(compiled, name)


@contextmanager
def imports() -> Iterator[None]:
    """Let modules that are imported meanwhile have their patterns compiled later, and no types looked at."""
    known = {name: getattr(typing, name) for name in _checks}
    re.compile = _Pattern  # type: ignore[assignment]  # it does for all that modules do with a pattern
    vars(typing).update(_checks)
    try:
        yield
    finally:
        re.compile = _compile
        vars(typing).update(known)
