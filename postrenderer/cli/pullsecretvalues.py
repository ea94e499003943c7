"""The values of a chart that are lists of pull secrets, and the form in which the chart wants the names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from postrenderer.cli.valuetree import ChartValue, assign
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from postrenderer.cli.valuetree import Render, ValuePath

_NAME = "acreg-probe-"
_MARK = re.compile(rf"(?m)(?:^|[\s,{{\[])\"?name\"?: *\"?{_NAME}(\d{{4}})")
_KEY = re.compile(r"(?i)pullsecrets?$")


def find(values: dict[str, Any], render: Render, secrets: Sequence[str]) -> list[ChartValue]:
    """Return the lists of pull secrets that reach pods, with what they lack, each in the form that its chart wants."""
    found: dict[ValuePath, ChartValue] = {}
    lists = {path: given for path, given in _secret_lists(values) if _lacking(given, secrets)}
    for as_object in (True, False):
        tried = [path for path in lists if path not in found]
        tree: dict[str, Any] = {}
        for number, path in enumerate(tried):
            name = f"{_NAME}{number:04}"
            assign(tree, values, path, [{"name": name} if as_object else name])
        try:
            text = render(tree).decode(errors="replace") if tree else ""
        except AcregError:
            continue
        for number in {int(number) for number in _MARK.findall(text)}:
            given = lists[tried[number]]
            new = [{"name": name} if as_object else name for name in _lacking(given, secrets)]
            found[tried[number]] = ChartValue(tried[number], [*given, *new], [])
    return [found[path] for path in lists if path in found]


def _secret_lists(values: object, path: ValuePath = ()) -> Iterator[tuple[ValuePath, list[Any]]]:
    if isinstance(values, dict):
        for key, value in values.items():
            if _KEY.search(str(key)) and (value is None or isinstance(value, list)):
                yield (*path, key), value or []
            elif not (key == "global" and path):
                yield from _secret_lists(value, (*path, key))


def _lacking(given: list[Any], secrets: Sequence[str]) -> list[str]:
    names = [item.get("name") if isinstance(item, dict) else item for item in given]
    return [name for name in secrets if name not in names]
