from __future__ import annotations

import sys
import typing
from typing import Any

import pytest

from postrenderer import stand_in

PROGRAM = """
from __future__ import annotations
from typing import TYPE_CHECKING, Any, Callable, Literal, NamedTuple, Optional, TypeVar, Union
T = TypeVar("T", bound=int)
Form = Union[Optional[T], Callable[[Any], Literal["x"]]]
assert not TYPE_CHECKING

class Made(NamedTuple):
    "What it is."
    first: no type at all
    second: Form = 5

    def sum(self) -> int:
        return self.first + self.second

    @property
    def double(self) -> int:
        return 2 * self.sum()
""".replace("no type at all", "int")


def execute(monkeypatch: pytest.MonkeyPatch, program: str) -> dict[str, Any]:
    monkeypatch.setitem(sys.modules, "typing", stand_in.TYPING)
    names: dict[str, Any] = {"__name__": "a.module"}
    exec(program, names)  # noqa: S102  # this test's own
    return names


@pytest.mark.parametrize("real", [True, False])
def test_a_class_is_what_typing_makes_of_it(real: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001  # table
    if real:
        names: dict[str, Any] = {"__name__": "a.module"}
        exec(PROGRAM, names)  # noqa: S102  # likewise
    else:
        names = execute(monkeypatch, PROGRAM)
    made = names["Made"]
    one = made(1)
    assert (one, one.first, one.second, one.sum(), one.double) == ((1, 5), 1, 5, 6, 12)
    assert one._replace(second=2) == made(1, second=2) == (1, 2)
    assert (made._fields, made._field_defaults) == (("first", "second"), {"second": 5})
    assert (made.__name__, made.__module__, made.__doc__) == ("Made", "a.module", "What it is.")
    assert repr(one) == "Made(first=1, second=5)"
    assert isinstance(one, tuple)
    with pytest.raises(TypeError):
        made()


def test_what_else_is_wanted_comes_from_typing_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typing", stand_in.TYPING)
    from typing import get_type_hints  # noqa: PLC0415  # while it is replaced

    real = sys.modules["typing"]
    assert get_type_hints is real.get_type_hints
    assert real.__doc__ == typing.__doc__


def test_the_stand_in_leaves_and_typing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in.leave()
    assert sys.modules["typing"] is typing
    monkeypatch.setitem(sys.modules, "typing", stand_in.TYPING)
    stand_in.leave()
    assert "typing" not in sys.modules
    stand_in.leave()
