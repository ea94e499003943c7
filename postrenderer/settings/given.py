"""What was given for a setting, and where: on the command line, in a variable, or at a line of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from postrenderer.errors import SettingsError
from postrenderer.settings import checks

if TYPE_CHECKING:
    from collections.abc import Iterable


Value = Union[str, bool, None, "list[GivenValue]", "Block"]


class Place(NamedTuple):
    """Where something was given.

    Attributes:
        name: the flag, the variable, or the file as the user named it.
        line: of a file, from 1; 0 elsewhere.
        column: of a file, in characters, from 1; 0 elsewhere.
    """

    name: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`--registry`, `ACREG_REGISTRY` or `acreg.yaml:3:11`."""
        return f"{self.name}:{self.line}:{self.column}" if self.line else self.name


class Block(NamedTuple):
    """A YAML mapping: keys and values in the order of the text."""

    pairs: list[tuple[GivenValue, GivenValue]]


class GivenValue(NamedTuple):
    """A value as it was given.

    Attributes:
        value: a text, true or false, nothing, a list or a mapping.
        place: where it stands.
        key: its key in a file; empty elsewhere, where the place names the setting.
    """

    value: Value
    place: Place
    key: str = ""


class Problems:
    """The faults in the settings, collected so that the user learns all of them at once."""

    def __init__(self) -> None:
        self._found: set[tuple[Place, str]] = set()

    def add(self, given: GivenValue, what: str) -> None:
        """Note a fault in a value, as the rest of a sentence that begins with its place and key."""
        place = f"{given.place}:" if given.place.line else str(given.place)
        self._found.add((given.place, " ".join(filter(None, (place, given.key, what)))))

    def raise_if_any(self) -> None:
        """Raise a SettingsError with all faults, in the order of each file's text; nothing if there are none."""
        sentences = [sentence for _, sentence in sorted(self._found)]
        if len(sentences) > 1:
            sentences.insert(0, f"{len(sentences)} settings are wrong:")
        if sentences:
            raise SettingsError("\n  ".join(sentences))


def members(
    mapping: GivenValue, names: Iterable[str], problems: Problems, required: Iterable[str] = ()
) -> dict[str, GivenValue]:
    """Return the values of a mapping by key; keys that are unknown, repeated, empty or missing are problems."""
    if not isinstance(mapping.value, Block):
        problems.add(mapping, f"must be a mapping, not {_kind(mapping)}")
        return {}
    known = tuple(names)
    found: dict[str, GivenValue] = {}
    for key, given in mapping.value.pairs:
        name = key.value
        if not isinstance(name, str):
            problems.add(key, f"{_kind(key)} cannot be the name of a setting")
        elif name not in known:
            problems.add(key, f"`{name}` is unknown here{checks.nearest(name, known)}")
        elif name in found:
            problems.add(key, f"`{name}` is there twice, first in line {found[name].place.line}")
        elif given.value is None:
            problems.add(given, "has no value: write one, or remove the key")
        else:
            found[name] = given
    for name in required:
        if all(name != key.value for key, _ in mapping.value.pairs):
            problems.add(mapping, f"must have `{name}`")
    return found


def text(given: GivenValue, check: checks.Check, problems: Problems) -> str | None:
    """Return a text that passes a check; None if it is wrong, which goes to `problems`."""
    if isinstance(given.value, str):
        try:
            return check(given.value)
        except ValueError as error:
            problems.add(given, str(error))
    elif isinstance(given.value, bool):
        problems.add(given, "must be a text, not true or false: put it in quotes if it is one")
    else:
        problems.add(given, f"must be a text, not {_kind(given)}")
    return None


def switch(given: GivenValue, problems: Problems) -> bool | None:
    """Return true or false; None if it is wrong, which goes to `problems`."""
    if isinstance(given.value, bool):
        return given.value
    if isinstance(given.value, str):
        try:
            return checks.switch(given.value)
        except ValueError as error:
            problems.add(given, str(error))
    else:
        problems.add(given, f"must be true or false, not {_kind(given)}")
    return None


def items(given: GivenValue, problems: Problems) -> list[GivenValue]:
    """Return what a list holds; nothing if it is wrong, which goes to `problems`."""
    if isinstance(given.value, list):
        return given.value
    problems.add(given, f"must be a list, not {_kind(given)}")
    return []


def _kind(given: GivenValue) -> str:
    if given.value is None:
        return "nothing"
    return {str: "a text", bool: "true or false", list: "a list", Block: "a mapping"}[type(given.value)]
