"""Environment variables: lists of `name` and `value`, in containers and wherever else such lists stand.

Source: EnvVar of the Kubernetes API, core/v1. Parameters of Argo and Tekton have the same form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import keys, named, text
from postrenderer.sites.site import NamedImage, NamedText, ScalarVisit, sites_of
from postrenderer.text.mappings import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit, Site
    from postrenderer.text.pointer import Path

FAMILY = "env"


def is_concerned(_api: Api, _key: str, _keys: tuple[str, ...]) -> bool:
    """Whether a mapping with lists may have one of variables: any may."""
    return True


def sites(mapping: MappingVisit, _: Context) -> Iterator[Site]:
    """The images in the lists of variables of a mapping."""
    for key, value in mapping.pairs:
        if isinstance(value, yaml.SequenceNode):
            variables = list(_variables(value, (mapping.path, key)))
            yield from sites_of(_images(variables), FAMILY) if variables else ()


def _images(variables: list[NamedText]) -> Iterator[NamedImage]:
    """The images that variables are or make up, then those inside longer texts of variables named after images."""
    found = list(named.images(variables))
    whole = {id(image.value) for image in found}
    yield from found
    for variable in variables:
        if id(variable) not in whole and keys.read(variable.name).role in (keys.IMAGE, keys.MENTION):
            yield from (NamedImage(variable, span) for span in text.mentioned(variable.value))


def _variables(node: yaml.SequenceNode, path: Path) -> Iterator[NamedText]:
    for index, item in enumerate(node.value):
        entry = dict(fields(item)) if isinstance(item, yaml.MappingNode) else {}
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and value.value:
            yield NamedText(name.value, value.value, 0, ScalarVisit(value, ((path, index), "value"), "value"))
