"""Settings of programs, such as `STRIMZI_IMAGE_PULL_SECRETS`, that name the pull secrets of the pods that they make.

They are variables, flags and keys of configuration. settings.tsv lists them, and how each holds names.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.pullsecrets.flags import given
from postrenderer.pullsecrets.merge import Field, Holder
from postrenderer.sites.args import LISTS
from postrenderer.sites.site import ScalarVisit
from postrenderer.sites.walk import walk
from postrenderer.text.layout import BREAKS, before
from postrenderer.text.writing import is_free

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.apis.catalogue import ProgramSetting
    from postrenderer.sites.site import MappingVisit
    from postrenderer.text.pointer import Path

UNHINTED = (b"PULL_SECRET", b"registry-secret")
"""Each setting in whose name the word `image` does not stand has one of these in it: no other hint finds it."""
_ANY = "*"
"""A setting of all objects; a line of settings.tsv for one object goes before it."""
_SIGNS = ("PULL_SECRET", "registry-secret", "pull-secret", "image.pullSecrets", ".imagePullSecret")
"""One of these is in the name of each setting."""


class ProgramSettings(NamedTuple):
    """The settings of programs in a document.

    Attributes:
        holders: the mappings and arguments that have some.
        texts: the scalars in whose text some may be.
    """

    holders: list[Holder]
    texts: list[ScalarVisit]


_NOTHING = ProgramSettings([], [])


def find(text: str, root: yaml.Node, owner: str) -> ProgramSettings:
    """Find the settings in a document.

    Args:
        text: what the document was composed from.
        root: the document.
        owner: the object that it is, or in whose text it stands, as `Kind/name`.
    """
    start, end = root.start_mark.index, root.end_mark.index
    if all(text.find(sign, start, end) < 0 for sign in _SIGNS):
        return _NOTHING
    texts: list[ScalarVisit] = []
    holders: dict[tuple[int, str], Holder] = {}
    for visit in walk(root, wanted=_is_text):
        if isinstance(visit, ScalarVisit):
            texts.append(visit)
            continue
        for arguments, flag, path in _flags(visit):
            setting = _known(flag, owner)
            if setting and _can_take(text, arguments, flag):
                key = id(arguments), flag
                holders.setdefault(key, Holder(arguments, [], Field(flag, setting.form))).paths.append(path)
        for name, field in _fields(visit):
            value = dict(visit.pairs)[field]
            setting = _known(name, owner)
            if setting and isinstance(value, yaml.ScalarNode) and is_free(text, visit.node, value):
                key = id(visit.node), field
                holders.setdefault(key, Holder(visit.node, [], Field(field, setting.form))).paths.append(visit.path)
    return ProgramSettings(list(holders.values()), texts)


def may_be_setting(text: str) -> bool:
    """Whether a name may be that of a setting, or a text may hold one."""
    return any(sign in text for sign in _SIGNS)


def _is_text(value: str) -> bool:
    return may_be_setting(value) and any(sign in value for sign in BREAKS)


def _fields(mapping: MappingVisit) -> Iterator[tuple[str, str]]:
    """The names in a mapping that may be those of settings, each with the key of its value."""
    keys = dict(mapping.pairs)
    name = keys.get("name")
    if isinstance(name, yaml.ScalarNode) and "value" in keys:
        yield name.value, "value"
    yield from ((key, key) for key in keys)


def _flags(mapping: MappingVisit) -> Iterator[tuple[yaml.SequenceNode, str, Path]]:
    """The flags in a mapping that may be settings, each with the arguments among which it is, and their place."""
    for key, value in mapping.pairs:
        if key in LISTS and isinstance(value, yaml.SequenceNode):
            words = [word.value for word in value.value if isinstance(word, yaml.ScalarNode)]
            flags = dict.fromkeys(word.partition("=")[0] for word in words if word.startswith("--"))
            yield from ((value, flag, (mapping.path, key)) for flag in flags)


def _can_take(text: str, arguments: yaml.SequenceNode, flag: str) -> bool:
    """Whether the first flag of a name stands among the arguments so that more can stand in front of it or in it."""
    first = next(given(arguments, flag), None)
    if first is None:
        return False
    return all(_is_plainly_in(text, arguments, node) for node in (arguments.value[first.place], first.node))


def _is_plainly_in(text: str, arguments: yaml.SequenceNode, word: yaml.ScalarNode) -> bool:
    """Whether an argument stands in its list itself, as an alias does not, alone on its line or in brackets."""
    start = word.start_mark.index
    inside = arguments.start_mark.index <= start < arguments.end_mark.index and text[start] not in "&!|>"
    return inside and (bool(arguments.flow_style) or before(text, start).strip() == "-")


def _known(name: str, owner: str) -> ProgramSetting | None:
    """The setting of a name in an object; None if it is none."""
    if not may_be_setting(name):
        return None
    from postrenderer.apis import catalogue  # noqa: PLC0415  # most streams have no setting

    known = [one for one in catalogue.settings() if fnmatchcase(name, one.name) and fnmatchcase(owner, one.of)]
    return min(known, key=lambda one: one.of == _ANY, default=None)


def spelled_in(text: str, owner: str) -> Iterator[ProgramSetting]:
    """The settings whose whole name stands in a text of an object."""
    if may_be_setting(text):
        from postrenderer.apis import catalogue  # noqa: PLC0415  # most streams have no setting

        yield from (one for one in catalogue.settings() if one.name in text and fnmatchcase(owner, one.of))
