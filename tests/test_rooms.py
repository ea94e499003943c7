"""Imports run down the rooms only, and each type has a name of its own."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "postrenderer"

FLOORS = (
    {"", "errors", "wholefile"},  # the package itself has its version
    {"text"},
    {"images"},
    {"apis"},
    {"sites"},
    {"pullsecrets"},
    {"settings"},
    {"plan"},
    {"findings"},
    {"rewrite", "lastrun"},
    {"report", "chain"},
    {"pipe"},
    {"registry"},
    {"nodes", "exports"},
    {"cli"},
    {"__main__"},
)
"""The rooms from the bottom up: a module imports from lower rooms and from its own, also for its types."""
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The room of a module: its folder, or its own name at the top of the package."""
    name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if name == "__init__" else name


def imported(path: Path) -> set[str]:
    """The rooms that a module imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "postrenderer":
            steps = (node.module or "").split(".")[1:]
            found |= {steps[0]} if steps else {room_of_name(alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            found |= {(steps[1:] or [""])[0] for steps in names if steps[0] == "postrenderer"}
    return found


def room_of_name(name: str) -> str:
    """The room that is imported from the package by its name; what is no room stands in the package itself."""
    return name if name in FLOOR else ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_down_only(path: Path) -> None:
    own = room_of(path)
    above = {room for room in imported(path) if room != own and FLOOR[room] >= FLOOR[own]}
    assert above == set()


def test_every_room_is_known() -> None:
    assert {room_of(path) for path in MODULES} == set(FLOOR)
    assert len(MODULES) > 100
    assert imported(PACKAGE / "images" / "reference.py") == {"text"}


def modules_imported(path: Path) -> set[Path]:
    """The modules of the package that a module imports, also for its types."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "postrenderer":
            place = PACKAGE.joinpath(*(node.module or "").split(".")[1:])
            for alias in node.names:
                inner = place / f"{alias.name}.py" if place.is_dir() else place.with_suffix(".py")
                found.add(inner if inner.exists() else place / "__init__.py")
    return found - {path}


def types_in(path: Path) -> list[str]:
    """The classes and type aliases of a module, without the private ones, `_Copy`, and constants, `COPIED`."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return [name for name in names if re.fullmatch(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", name)]


def test_one_name_for_one_type() -> None:
    """A class that two modules call the same is two ideas to a reader who meets it in a third one."""
    modules: dict[str, set[str]] = {}
    for path in MODULES:
        for name in types_in(path):
            modules.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    assert {name: places for name, places in modules.items() if len(places) > 1} == {}
    assert modules["Finding"] == {"plan/decide.py"}
    assert modules["Span"] == {"sites/site.py"}


def test_no_module_imports_in_a_circle() -> None:
    """A package's own `__init__` may hold what its modules share, so those are left out."""
    graph = {path: {one for one in modules_imported(path) if one.name != "__init__.py"} for path in MODULES}
    outside: set[Path] | None = None
    while outside is None or outside:  # what imports no other, and what no other imports, is in no circle
        imported_by_others = {one for imports in graph.values() for one in imports}
        outside = {path for path, imports in graph.items() if not imports or path not in imported_by_others}
        graph = {path: imports - outside for path, imports in graph.items() if path not in outside}
    assert {path.relative_to(PACKAGE).as_posix() for path in graph} == set()
