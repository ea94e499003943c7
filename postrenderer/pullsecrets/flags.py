"""Arguments that name pull secrets: `--runner-image-pull-secret=regcred`, or the flag and its value in two elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.apis.forms import JOINED, REPEATED
from postrenderer.text.scalars import Edit, apply, in_text
from postrenderer.text.writing import insert_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from postrenderer.text.view import View

_ASSIGNED = "="


class Flag(NamedTuple):
    """A flag that names pull secrets: the arguments among which it is, its name, and the form of its value."""

    arguments: yaml.SequenceNode
    name: str
    form: str

    @property
    def takes_many(self) -> bool:
        """Whether it can name several Secrets."""
        return self.form in JOINED or self.form == REPEATED


class GivenFlag(NamedTuple):
    """A flag on a command line: its index among the arguments, the argument with its value, and where that begins."""

    place: int
    node: yaml.ScalarNode
    start: int

    @property
    def value(self) -> str:
        """Its value."""
        return str(self.node.value[self.start :])


def given(arguments: yaml.SequenceNode, flag: str) -> Iterator[GivenFlag]:
    """The flags of a name among arguments."""
    words = arguments.value
    for index, word in enumerate(words):
        if isinstance(word, yaml.ScalarNode) and word.value.startswith(flag):
            behind = words[index + 1] if index + 1 < len(words) else None
            if word.value.startswith(_ASSIGNED, len(flag)):
                yield GivenFlag(index, word, len(flag) + len(_ASSIGNED))
            elif word.value == flag and isinstance(behind, yaml.ScalarNode) and not behind.value.startswith("-"):
                yield GivenFlag(index, behind, 0)


def missing(flag: Flag, names: tuple[str, ...]) -> list[str]:
    """The pull secrets of these names that a flag lacks; where one is enough, the first."""
    present = _present(flag)
    lacking = [name for name in names if name not in present]
    return lacking if flag.takes_many else lacking[: not present]


def obstacle(flag: Flag, names: Sequence[str]) -> str:
    """Why a flag cannot take these pull secrets, in plain words; empty if it can, or has them."""
    present = _present(flag)
    if flag.takes_many or not present or present[0] in names:
        return ""
    return f"`{flag.name}` holds `{present[0]}` and takes only one Secret: check that it is valid for the registry"


def add(text: str, view: View, flag: Flag, names: list[str]) -> list[Edit]:
    """Plan to add pull secrets to a flag: more of the flag in front of the first, or more in its value."""
    first = next(given(flag.arguments, flag.name))
    if flag.form == REPEATED and first.value:
        items = [f"{flag.name}{_ASSIGNED}{name}" for name in names]
        return [insert_item(text, view, flag.arguments, first.place, items)]
    between = JOINED.get(flag.form, "")
    value = between.join([*filter(None, [first.value]), *names])
    edit = Edit(0, len(first.node.value), first.node.value[: first.start] + value)
    view.change(first.node, apply(first.node.value, [edit]))
    return in_text(text, first.node, [edit])


def _present(flag: Flag) -> list[str]:
    """The names that a flag holds."""
    between = JOINED.get(flag.form)
    values = [one.value for one in given(flag.arguments, flag.name)]
    parts = [part for value in values for part in (value.split(between) if between else [value])]
    return [part.strip() for part in parts if part.strip()]
