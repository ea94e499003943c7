"""Objects against the published schemas of Kubernetes, Kyverno and Flux: no field may be unknown or of another type.

The schemas are the classes that the client of Kubernetes and cloudcoil's models are generated into. They are read as
text and not imported, as their packages need many others.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest

_TYPES = {"str": str, "bool": bool, "int": int, "datetime": str, "List": list, "Dict": dict}


class Field(NamedTuple):
    type: ast.expr
    required: bool


class Schema:
    """The classes of a package, by name."""

    def __init__(self, package: str, folder: str, pattern: str) -> None:
        try:
            files = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            pytest.skip("the packages for exports are locked for Python 3.11 and newer")
        found = Path(str(files.locate_file(folder))).glob(pattern)
        self._unread = {file.stem.replace("_", ""): file for file in found}
        self._only = next(iter(self._unread)) if len(self._unread) == 1 else ""
        self._classes: dict[str, ast.ClassDef] = {}

    def faults(self, kind: str, value: Any, place: str = "") -> list[str]:  # noqa: ANN401  # what JSON can hold
        """Return what is wrong with an object that is to be of a class, a line each."""
        if not isinstance(value, dict):
            return [f"{place} is no mapping"]
        node = self._class(kind)
        assert node, f"{kind} is in no schema"
        fields = _fields(node)
        lines = [f"{place}/{name} is missing" for name, field in fields.items() if field.required and name not in value]
        for name, item in value.items():
            if name not in fields:
                lines.append(f"{place}/{name} is unknown to {kind}")
            else:
                lines += self._mismatch(fields[name].type, item, f"{place}/{name}")
        return lines

    def _mismatch(self, wanted: ast.expr, value: Any, place: str) -> list[str]:  # noqa: ANN401  # likewise
        outer, inner = _parts(wanted)
        lines: list[str] = []
        if outer in ("Optional", "Annotated"):
            lines = self._mismatch(inner[0], value, place)
        elif outer == "Union":
            lines = min((self._mismatch(each, value, place) for each in inner), key=len)
        elif outer == "Literal":
            lines = [] if value in [ast.literal_eval(each) for each in inner] else [f"{place} may not be {value}"]
        elif outer in _TYPES and not isinstance(value, _TYPES[outer]):
            lines = [f"{place} is no {_TYPES[outer].__name__}"]
        elif outer in ("List", "Dict"):
            items = enumerate(value) if outer == "List" else value.items()
            lines = [line for key, item in items for line in self._mismatch(inner[-1], item, f"{place}/{key}")]
        elif self._class(outer):
            lines = self.faults(outer, value, place)
        return lines

    def _class(self, name: str) -> ast.ClassDef | None:
        """Find a class, in a file of its name or else in the one file that there is."""
        if name not in self._classes:
            file = self._unread.pop(name.lower(), None) or self._unread.pop(self._only, None)
            for node in ast.parse(file.read_text(encoding="utf-8")).body if file else ():
                if isinstance(node, ast.ClassDef):
                    self._classes[node.name] = node
        return self._classes.get(name)


@cache
def kubernetes() -> Schema:
    return Schema("kubernetes", "kubernetes/client/models", "v1*.py")


@cache
def kyverno() -> Schema:
    return Schema("cloudcoil.models.kyverno", "cloudcoil/models/kyverno", "v1.py")


@cache
def flux() -> Schema:
    return Schema("cloudcoil.models.fluxcd", "cloudcoil/models/fluxcd/helm", "v2.py")


def _fields(node: ast.ClassDef) -> dict[str, Field]:
    """The fields of a class by their names in JSON: the annotations of pydantic, or the tables that the client adds."""
    found = {
        line.target.id: line
        for line in node.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
    }
    if "openapi_types" not in found:
        return {_alias(line): Field(line.annotation, line.value is None) for line in found.values()}
    types, names = (ast.literal_eval(found[table].value or node) for table in ("openapi_types", "attribute_map"))
    return {
        names[key]: Field(ast.parse(text, mode="eval").body, _parts(found[key].annotation)[0] != "Optional")
        for key, text in types.items()
    }


def _alias(line: ast.AnnAssign) -> str:
    for node in ast.walk(line.annotation):
        if isinstance(node, ast.keyword) and node.arg == "alias":
            return str(ast.literal_eval(node.value))
    return line.target.id if isinstance(line.target, ast.Name) else ""


def _parts(wanted: ast.expr) -> tuple[str, list[ast.expr]]:
    """The outer name of a type and what is in its brackets."""
    if not isinstance(wanted, ast.Subscript):
        return ast.unparse(wanted), []
    inner = wanted.slice
    return ast.unparse(wanted.value), inner.elts if isinstance(inner, ast.Tuple) else [inner]
