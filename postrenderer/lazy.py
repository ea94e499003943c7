"""Imports that put off what few runs need.

Patterns are compiled when they are first used: compiling those of PyYAML and of acreg takes a quarter of a start, and
few runs use more than half of them: none uses those of PyYAML's Python code where its C extension is there. And the
types of NamedTuples' fields, which are texts, stay texts: typing would compile each one to see whether it is a type.

What patterns and the constructors of NamedTuples compile to can be kept in a file, as Python keeps the bytecode of
modules, for the next runs of the same interpreter.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]  # re's own
import collections
import marshal
import re
import sys
import typing
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

_compile = re.compile
_checks = {"_type_check": lambda found, *_, **__: found} if hasattr(typing, "_type_check") else {}
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_FILE = f"{__file__.rpartition('/')[0]}/__pycache__/compiled.{sys.implementation.cache_tag}"
_INTERPRETER = (sys.hexversion, _sre.MAGIC)  # of which the second is the version of what patterns compile to
_WORD: Literal["I"] = "I"
"""The type of the numbers that they compile to: unsigned, 32 bits."""

_patterns: list[_Pattern] = []
_constructors: list[str] = []
_kept: list[dict[Any, Any]] = []


class _Pattern:
    """What stands for a compiled pattern; it has the pattern's own methods from the first use of one on."""

    def __init__(self, pattern: Any, flags: Any = 0) -> None:  # noqa: ANN401  # whatever re.compile takes
        self.pattern = pattern
        self.flags = int(flags)
        _patterns.append(self)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # of a method
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = self.compiled()
        self.__dict__.update((method, getattr(compiled, method)) for method in _METHODS)
        return getattr(compiled, name)

    def compiled(self) -> re.Pattern[Any]:
        """The pattern, from what is kept if it is there."""
        known = _find((self.pattern, self.flags))
        if known is None:
            return _compile(self.pattern, self.flags)
        flags, code, *rest = known
        made: re.Pattern[Any] = _sre.compile(self.pattern, flags, memoryview(code).cast(_WORD).tolist(), *rest)
        return made


@contextmanager
def imports() -> Iterator[None]:
    """Let modules that are imported meanwhile have their patterns compiled later, and no types looked at."""
    known = {name: getattr(typing, name) for name in _checks}
    re.compile = _Pattern  # type: ignore[assignment]  # it does for all that modules do with a pattern
    vars(typing).update(_checks)
    vars(collections)["eval"] = _constructor
    try:
        yield
    finally:
        re.compile = _compile
        vars(typing).update(known)
        del vars(collections)["eval"]


def _constructor(source: str, names: dict[str, Any]) -> Any:  # noqa: ANN401  # a function
    """What namedtuple() evaluates to make a constructor."""
    _constructors.append(source)
    return eval(_find(source) or source, names)  # noqa: S307  # instead of namedtuple()


def keep() -> None:
    """Compile the patterns and constructors of the filter, and keep what they compile to beside its modules' bytecode.

    Raises:
        OSError: there is no such folder, or it cannot be written to.
    """
    from array import array  # noqa: PLC0415  # only needed here

    with imports():
        from postrenderer import lastrun, pipeline, settings  # noqa: F401, PLC0415  # for what is in them
    found: dict[Any, Any] = {source: compile(source, "<string>", "eval") for source in _constructors}
    made = _sre.compile
    handed: list[Any] = []  # what re hands to its machine

    def compile_code(*args: Any) -> Any:  # noqa: ANN401  # re's
        handed.append(args)
        return made(*args)

    _sre.compile = compile_code
    try:
        re.purge()
        for key in {(pattern.pattern, pattern.flags) for pattern in _patterns}:
            _compile(*key)
            _, flags, code, groups, index, names = handed.pop()
            found[key] = (int(flags), array(_WORD, code).tobytes(), groups, dict(index), tuple(names))
    finally:
        _sre.compile = made
    with open(_FILE, "wb") as file:  # noqa: PTH123  # pathlib takes time to import
        marshal.dump((_INTERPRETER, found), file)


def _find(key: Any) -> Any:  # noqa: ANN401  # what marshal can hold
    """What is kept for a pattern and its flags, or for the text of a constructor; None if there is nothing."""
    if not _kept:
        _kept.append(_read())
    return _kept[0].get(key)


def _read() -> dict[Any, Any]:
    """What was kept, if it is of this very interpreter."""
    try:
        with open(_FILE, "rb") as file:  # noqa: PTH123  # likewise
            interpreter, found = marshal.loads(file.read())  # noqa: S302  # as trusted as the bytecode beside it
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return found if interpreter == _INTERPRETER else {}
