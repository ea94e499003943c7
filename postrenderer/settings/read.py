"""Turns what is given for a setting into its value in `Settings`. Faults go to the problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from postrenderer.apis import forms
from postrenderer.images.relocation import Rule
from postrenderer.settings import checks
from postrenderer.settings.given import items, members, switch, text
from postrenderer.sites.declared import Ignore, Location

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.settings.given import GivenValue, Problems
    from postrenderer.settings.options import Option

_RULE_KEYS = {"from": ("source", checks.prefix), "to": ("target", checks.target)}
PARTS = ("registry", "repository", "name", "tag", "digest")
LOCATION_FORMS = (forms.WHOLE, "split", "text", forms.PREFIX)
LOCATION_KEYS = {
    "apiVersion": ("api_version", checks.pattern),
    "kind": ("kind", checks.pattern),
    "path": ("path", checks.path),
    "form": ("form", checks.one_of(*LOCATION_FORMS)),
    "pullSecrets": ("pull_secrets", checks.one_of(*forms.SECRETS)),
}
IGNORE_KEYS = {
    "apiVersion": ("api_version", checks.pattern),
    "kind": ("kind", checks.pattern),
    "name": ("name", checks.pattern),
    "path": ("path", checks.path),
    "reference": ("reference", checks.pattern),
}


def read(option: Option, given: GivenValue, problems: Problems) -> object:
    """Return a setting's value; None or a part of it if it is wrong, which goes to `problems`."""
    return _READERS[option.form](option, given, problems)


def _texts(option: Option, given: GivenValue, problems: Problems) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(text(item, option.check, problems) for item in items(given, problems)))


def _rules(_: Option, given: GivenValue, problems: Problems) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    seen: dict[str, GivenValue] = {}
    for item in items(given, problems):
        parts = members(item, ("from", "to"), problems, required=("from", "to"))
        found = _texts_of(parts, _RULE_KEYS, problems)
        source, target = found.get("source"), found.get("target")
        if source in seen:
            problems.add(parts["from"], f"is `{source}`, which line {seen[source].place.line} moves already")
        elif source and target:
            seen[source] = parts["from"]
            rules.append(Rule(source, target))
    return tuple(rules)


def _locations(_: Option, given: GivenValue, problems: Problems) -> tuple[Location, ...]:
    locations = []
    for item in items(given, problems):
        entry = members(item, (*LOCATION_KEYS, "parts"), problems, required=("path",))
        found = _texts_of(entry, LOCATION_KEYS, problems)
        parts = _parts(item, entry, problems, split=found.get("form") == "split")
        if "pullSecrets" in entry and "form" in entry:
            problems.add(entry["form"], "is for images, `pullSecrets` for a field that holds pull secrets: remove one")
        if "path" in found:
            given_texts = {field: value for field, value in found.items() if value}
            locations.append(Location(**{"path": "", **given_texts}, parts=parts))
    return tuple(locations)


def _parts(
    item: GivenValue, entry: dict[str, GivenValue], problems: Problems, *, split: bool
) -> tuple[tuple[str, str], ...]:
    """The names of the fields that make up a split image."""
    if "parts" not in entry:
        if split:
            problems.add(item, f"must have `parts`, the names of the fields that hold the image's {', '.join(PARTS)}")
        return ()
    if not split:
        problems.add(entry["parts"], "goes with `form: split` alone: write that, or remove the key")
        return ()
    found = members(entry["parts"], PARTS, problems)
    if not {"registry", "repository", "name"} & found.keys():
        problems.add(entry["parts"], "must have `registry`, `repository` or `name`, or there is nothing to change")
    return tuple((name, text(value, checks.pattern, problems) or "") for name, value in found.items())


def _ignore(_: Option, given: GivenValue, problems: Problems) -> tuple[Ignore, ...]:
    entries = []
    for item in items(given, problems):
        found = members(item, IGNORE_KEYS, problems)
        values = {field: value or "*" for field, value in _texts_of(found, IGNORE_KEYS, problems).items()}
        if not values:
            problems.add(item, f"must have at least one of {', '.join(IGNORE_KEYS)}, or it would ignore every image")
        entries.append(Ignore(**values))
    return tuple(entries)


def _commands(_: Option, given: GivenValue, problems: Problems) -> tuple[tuple[str, ...], ...]:
    commands = []
    for item in items(given, problems):
        if isinstance(item.value, str):
            problems.add(item, f"must be a list of a program and its arguments, as no shell reads it: [{item.value}]")
            continue
        words = [text(word, checks.argument, problems) or "" for word in items(item, problems)]
        if isinstance(item.value, list) and not (words and words[0]):
            problems.add(item, "must begin with a program")
        commands.append(tuple(words))
    return tuple(commands)


def _texts_of(
    found: dict[str, GivenValue], keys: Mapping[str, tuple[str, checks.Check]], problems: Problems
) -> dict[str, str | None]:
    """The checked texts of a mapping, by field."""
    return {field: text(found[key], check, problems) for key, (field, check) in keys.items() if key in found}


_READERS: dict[str, Callable[[Option, GivenValue, Problems], object]] = {
    "text": lambda option, given, problems: text(given, option.check, problems),
    "switch": lambda _, given, problems: switch(given, problems),
    "list": _texts,
    "rules": _rules,
    "locations": _locations,
    "ignore": _ignore,
    "commands": _commands,
}
