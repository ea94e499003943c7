"""Imports that put off what few runs need, and leave out what all runs do alike.

Patterns are compiled when they are first used: compiling those of PyYAML and of acreg takes a quarter of a start, and
few runs use more than half of them: none uses those of PyYAML's Python code where its C extension is there. And
`typing`, which takes a tenth of a start to import, has a stand-in, as a run needs no more of it than NamedTuple.

What modules, patterns and the constructors of NamedTuples compile to can be kept in one file, as Python keeps the
bytecode of each module, for the next runs of the same interpreter. So none of them is looked for.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]  # re's own
import collections
import marshal
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any, Literal

_compile = re.compile
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_ROOT, _, _ = __file__.rpartition("/postrenderer/")
_FILE = f"{_ROOT}/postrenderer/__pycache__/compiled.{sys.implementation.cache_tag}"
_INTERPRETER = (sys.hexversion, _sre.MAGIC)  # of which the second is the version of what patterns compile to
_WORD: Literal["I"] = "I"
"""The type of the numbers that they compile to: unsigned, 32 bits."""

_MODULE = "module"
"""What stands before the names of modules in the keys of what is kept."""

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


class imports:  # noqa: N801  # it is used as a function; contextlib takes time to import
    """Let modules that are imported meanwhile have their patterns compiled later, and do without typing."""

    def __enter__(self) -> None:
        """Change what modules find."""
        re.compile = _Pattern  # type: ignore[assignment]  # it does for all that modules do with a pattern
        vars(collections)["eval"] = _constructor
        sys.meta_path.insert(0, _Modules)
        if "typing" not in sys.modules:
            from postrenderer import stand_in  # noqa: PLC0415  # found by what is kept

            sys.modules["typing"] = stand_in.TYPING

    def __exit__(self, *_: object) -> None:
        """Change it back."""
        re.compile = _compile
        del vars(collections)["eval"]
        sys.meta_path.remove(_Modules)
        if "postrenderer.stand_in" in sys.modules:
            sys.modules["postrenderer.stand_in"].leave()


def _constructor(source: str, names: dict[str, Any]) -> Any:  # noqa: ANN401  # a function
    """What namedtuple() evaluates to make a constructor."""
    _constructors.append(source)
    return eval(_find(source) or source, names)  # noqa: S307  # instead of namedtuple()


class _Modules:
    """Finds the modules that are kept, and executes them (importlib.abc.MetaPathFinder and Loader)."""

    @classmethod
    def find_spec(cls, name: str, *_: object) -> Any:  # noqa: ANN401  # importlib's ModuleSpec or None
        """Where a module is; None if it is not kept."""
        known = _find((_MODULE, name))
        if known is None:
            return None
        file = f"{_ROOT}/{known[0]}"
        spec = type(__spec__)(name, cls, origin=file, is_package=file.endswith("/__init__.py"))  # type: ignore[arg-type]  # a class does for an object
        spec.has_location = True
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(file.rpartition("/")[0])
        return spec

    @staticmethod
    def create_module(_: object) -> None:
        """Leave it to Python."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Do what the module says."""
        code: CodeType = _find((_MODULE, module.__name__))[1]
        exec(code, vars(module))  # noqa: S102  # as Python does


def keep() -> None:
    """Compile the modules, patterns and constructors of the filter, and keep what they compile to.

    Raises:
        OSError: there is no folder for bytecode beside the modules, or it cannot be written to.
    """
    from array import array  # noqa: PLC0415  # only needed here

    _kept[:] = [{}]  # what there is may be damaged
    with imports():
        from postrenderer import lastrun, rewrite, settings  # noqa: F401, PLC0415  # for what is in them
    found: dict[Any, Any] = {source: compile(source, "<string>", "eval") for source in _constructors}
    for name, module in sys.modules.items():
        file = getattr(module, "__file__", None) or ""
        if file.startswith(f"{_ROOT}/") and file.endswith(".py") and name != "__main__":
            code = module.__loader__.get_code(name)  # type: ignore[union-attr]  # of files
            found[_MODULE, name] = (file[len(_ROOT) + 1 :], code)
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
            _, flags, words, groups, index, names = handed.pop()
            found[key] = (int(flags), array(_WORD, words).tobytes(), groups, dict(index), tuple(names))
    finally:
        _sre.compile = made
    with open(_FILE, "wb") as opened:  # noqa: PTH123  # pathlib takes time to import
        marshal.dump((_INTERPRETER, found), opened)


def _find(key: Any) -> Any:  # noqa: ANN401  # what marshal can hold
    """What is kept for a pattern and its flags, the text of a constructor or a module's name; None for nothing."""
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
