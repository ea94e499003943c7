"""Settings files: acreg.yaml, and the few keys that Helm values files have for the registry.

Values are read as nodes, never constructed: a value stays the text that was written, whatever YAML 1.1 would make of
it. A values file is read as Helm reads it (text/mappings.py): its first document, the last of repeated keys, and merge
keys in their place, so that `<<` behind a key replaces it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import yaml

from postrenderer.errors import SettingsError
from postrenderer.settings.given import Block, GivenValue, Place, Problems, Value, members
from postrenderer.settings.options import OPTIONS
from postrenderer.text import composer
from postrenderer.text.mappings import TooMuchMergedError, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_NAME = "acreg.yaml"
_MISNAMED = ("acreg.yml", ".acreg.yaml", ".acreg.yml")

_FIELDS = {option.key: option.field for option in OPTIONS}
_VALUES_FIELDS = {option.values_key: option.field for option in OPTIONS if option.values_key}
_LOWER = {key.lower(): key for key in _VALUES_FIELDS}
VALUES_KEYS = tuple(_VALUES_FIELDS)
"""The keys below `global` in a Helm values file that settings are taken from."""
_DEPTH = 4  # the deepest setting: a list of mappings with a mapping in them
_MOST = 100_000  # values that a file may have with its aliases written out

# What YAML 1.1 makes of a plain scalar, as far as settings care.
_PLAIN: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null")),
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
}


def settings_file(name: str, directory: str, problems: Problems) -> dict[str, GivenValue]:
    """Read acreg.yaml.

    Args:
        name: the file's name as the user gave it; empty for the acreg.yaml in `directory`, which need not exist.
        directory: what the name is relative to.
        problems: gets the keys that are unknown, repeated or without a value.

    Returns:
        What is given, by field of `Settings`.

    Raises:
        SettingsError: the file cannot be read or is not YAML.
    """
    shown = name or DEFAULT_NAME
    if not name and not os.path.lexists(f"{directory}/{shown}"):
        other = next((one for one in _MISNAMED if os.path.lexists(f"{directory}/{one}")), "")
        if other:
            raise SettingsError(f"{other} is not read: name it {shown}, or say --config {other}")
        return {}
    if not name and os.path.exists(f"{directory}/{shown}") and not os.path.isfile(f"{directory}/{shown}"):
        raise SettingsError(
            f"{shown} is not a regular file, and nobody named it. Remove it, or name another file with --config"
        )
    roots = _roots(_text(shown, directory), shown)
    for more in roots[1:]:
        problems.add(_given(more, shown), "begins a second document: put all settings into the first one")
    found = members(_given(roots[0], shown), _FIELDS, problems) if roots else {}
    return {_FIELDS[key]: given for key, given in found.items()}


def values_files(names: Iterable[str], directory: str, problems: Problems) -> dict[str, GivenValue]:
    """Read `global.imageRegistry`, `global.imageRepositoryPath` and `global.imagePullSecrets` of Helm values files.

    Args:
        names: the files' names as the user gave them; what a later one says replaces what an earlier one says.
        directory: what the names are relative to.
        problems: gets keys that differ from these in upper and lower case alone, as Helm and charts do not read them.

    Returns:
        What is given, by field of `Settings`. Null and an empty text, the defaults of many charts, say nothing.

    Raises:
        SettingsError: a file cannot be read or is not YAML.
    """
    found: dict[str, GivenValue] = {}
    for name in names:
        text = _text(name, directory)
        if "\\" not in text and not any(key in text.lower() for key in _LOWER):
            continue  # only an escape can spell a key in another way: a large file need not be parsed to know
        roots = _roots(text, name)
        try:
            section = fields_of(roots[0]).get("global") if roots else None
            nodes = fields_of(section)
        except TooMuchMergedError:
            raise SettingsError(f"{name}: `<<` merges more than any values do: write the entries out") from None
        for key, field in _VALUES_FIELDS.items():
            if key in nodes:
                found[field] = _bare(_given(nodes[key], name, f"global.{key}"))
        _misspelt(section, name, problems)
    return {field: given for field, given in found.items() if given.value not in (None, "")}


def _misspelt(section: yaml.Node | None, file: str, problems: Problems) -> None:
    """Note the keys that differ from a setting's only in upper and lower case."""
    for key, _ in section.value if isinstance(section, yaml.MappingNode) else ():
        right = _LOWER.get(str(key.value).lower(), "")
        if right and key.value != right:
            problems.add(_given(key, file, f"global.{key.value}"), f"is read by no chart: write `{right}`")


def _text(name: str, directory: str) -> str:
    """Return the text of a file, without a byte order mark."""
    try:
        with open(os.path.join(directory, name), "rb") as file:
            data = file.read()
    except OSError as error:
        raise SettingsError(f"{name} cannot be read: {error.strerror}") from None
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise _error(name, before, len(before), "this is not UTF-8: save the file in that encoding") from None


def _roots(text: str, name: str) -> list[yaml.Node]:
    """Return the root node of every document in the text."""
    try:
        return composer.compose(text).roots
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        index = mark.index if mark else 0
        what = ", ".join(filter(None, (error.context, error.problem)))
        tab = " (a tab, but YAML is indented with spaces)" if text[index : index + 1] == "\t" else ""
        raise _error(name, text, index, f"this is not valid YAML: {what}{tab}") from None
    except yaml.YAMLError:  # from the reader, without a mark
        bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
        raise _error(name, text, bad.start() if bad else 0, "YAML does not allow this control character") from None
    except RecursionError:
        raise SettingsError(f"{name} is nested deeper than any settings are") from None


def _error(name: str, text: str, index: int, why: str) -> SettingsError:
    place = Place(name, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
    return SettingsError(f"{place}: {why}")


def _given(root: yaml.Node, file: str, key: str = "") -> GivenValue:
    """Return what a node gives, no deeper than settings go.

    Raises:
        SettingsError: its aliases make it larger than any settings are.
    """
    budget = iter(range(_MOST))

    def convert(node: yaml.Node, key: str, depth: int) -> GivenValue:
        if next(budget, None) is None:
            raise SettingsError(f"{_place(root, file)}: more than {_MOST} values, which aliases repeat: write them out")
        value: Value = node.value
        if isinstance(node, yaml.SequenceNode):
            items = node.value if depth < _DEPTH else []
            value = [convert(item, f"{key}[{index}]", depth + 1) for index, item in enumerate(items)]
        elif isinstance(node, yaml.MappingNode):
            pairs = node.value if depth < _DEPTH else []
            value = Block(
                [
                    (convert(name, "", depth + 1), convert(item, f"{key}.{_name(name)}".lstrip("."), depth + 1))
                    for name, item in pairs
                ]
            )
        elif isinstance(node, yaml.ScalarNode) and not node.style:
            value = _PLAIN.get(node.value.lower(), node.value)
        return GivenValue(value, _place(node, file), key)

    return convert(root, key, 0)


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else ""


def _place(node: yaml.Node, file: str) -> Place:
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _bare(given: GivenValue) -> GivenValue:
    """Turn pull secrets as Kubernetes writes them, `{name: x}`, into their names."""
    if isinstance(given.value, list):
        return given._replace(value=[_bare(item) for item in given.value])
    if isinstance(given.value, Block):
        return next((value for key, value in given.value.pairs if key.value == "name"), given)
    return given
