"""What stands for typing while the filter's modules are imported: NamedTuple, and names that annotations speak of."""

from __future__ import annotations

import collections
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_UNASKED = ("Any", "Callable", "Literal", "Optional", "TypeVar", "Union")


class _Form:
    """What stands for Any, Union and the like, which nothing asks for anything."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __class_getitem__(cls, _: object) -> type:
        return cls


class _NamedTupleMeta(type):
    """Makes of a class of fields what typing.NamedTuple makes of it."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Any:  # noqa: ANN401  # a class
        if not bases:
            return super().__new__(cls, name, bases, namespace)
        fields = namespace.pop("__annotations__", {})
        defaults = [namespace.pop(field) for field in fields if field in namespace]
        made = collections.namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])  # type: ignore[misc]  # noqa: PYI024  # told at run time
        for attribute, value in namespace.items():
            setattr(made, attribute, value)
        return made


TYPING: ModuleType = type(sys)("typing")
"""A module to import what the filter needs from; who wants more of it gets that from the real one."""


def leave() -> None:
    """Have typing itself imported by who wants it from now on."""
    if sys.modules.get("typing") is TYPING:
        del sys.modules["typing"]


def _missing(name: str) -> Any:  # noqa: ANN401  # whatever is in typing
    if name.startswith("__"):  # which the import system asks for
        raise AttributeError(name)
    leave()
    import typing  # noqa: PLC0415  # itself

    return getattr(typing, name)


vars(TYPING).update(
    dict.fromkeys(_UNASKED, _Form),
    NamedTuple=_NamedTupleMeta("NamedTuple", (), {}),
    TYPE_CHECKING=False,
    __getattr__=_missing,
)
