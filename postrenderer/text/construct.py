"""YAML of strangers as Python values: a lock, the files of a chart.

PyYAML's constructor recurses without end in C, copies what `<<` merges again and again, and hands out lists that are
without end once their aliases are written out. So the events are looked at before anything is constructed.
"""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST = 100_000
"""Values that a text may have beyond those that are written in it, by its aliases."""
_DEEPEST = 100
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def load(text: str | bytes) -> Any:  # noqa: ANN401  # what YAML can hold
    """Return the value of a text, which is one document.

    Raises:
        yaml.YAMLError: it is no YAML, is nested deeper than 100 levels, or its aliases repeat more than 100,000 values.
    """
    _check(text)
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506  # a safe one
    except (ValueError, OverflowError, RecursionError) as error:  # of a date or a number that is none
        raise yaml.YAMLError(str(error)) from None


def _check(text: str | bytes) -> None:
    sizes: dict[str, int] = {}
    open_: list[tuple[str, int]] = []
    size = aliased = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, size))
            sizes.pop(event.anchor, None)
        elif isinstance(event, _ENDS):
            anchor, before = open_.pop()
            sizes[anchor] = size - before
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise yaml.YAMLError("an alias in it stands for itself, or for nothing")
            aliased += sizes[event.anchor]
            size += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            size += 1
            sizes[event.anchor] = 1
        if len(open_) > _DEEPEST or aliased > _MOST:
            raise yaml.YAMLError("it is nested too deep, or its aliases make it too large")
