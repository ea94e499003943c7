"""Environment variables: lists of `name` and `value`, in containers and wherever else such lists stand.

Source: EnvVar of the Kubernetes API, core/v1. Parameters of Argo and Tekton have the same form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import keys, kinds, named, text
from postrenderer.sites.site import CERTAIN, STAYS, NamedImage, NamedText, ScalarVisit, sites_of
from postrenderer.text.mappings import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit, Site
    from postrenderer.text.pointer import Path

FAMILY = "env"


def is_concerned(_api: Api, _key: str, _keys: tuple[str, ...]) -> bool:
    """Whether a mapping with lists may have one of variables: any may."""
    return True


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The images in the lists of variables of a mapping."""
    task = _task(dict(mapping.pairs).get("taskRef")) if "taskRef" in mapping.keys else ""
    for key, value in mapping.pairs:
        if isinstance(value, yaml.SequenceNode):
            variables = list(_variables(value, (mapping.path, key)))
            for site in sites_of(_images(variables, context), FAMILY) if variables else ():
                yield _of_task(site, task, variables) if task else site


def _images(variables: list[NamedText], context: Context) -> Iterator[NamedImage]:
    """The images that variables are or make up, and those inside longer texts of variables named so."""
    found = list(named.images(variables))
    whole = {id(image.value) for image in found}
    yield from found
    for variable in variables:
        role = keys.OTHER if id(variable) in whole else keys.read(variable.name).role
        if role in (keys.IMAGE, keys.MENTION):
            yield from (NamedImage(variable, span) for span in text.mentioned(variable.value))
        elif role == keys.UNPULLED:
            reason = f"`{variable.name}` names no image that nodes pull"
            for span in context.spans(variable.value):
                stays = span._replace(level=STAYS, reason=reason)
                yield NamedImage(variable, span if span.level == CERTAIN else stays)


def _variables(node: yaml.SequenceNode, path: Path) -> Iterator[NamedText]:
    for index, item in enumerate(node.value):
        entry = dict(fields(item)) if isinstance(item, yaml.MappingNode) else {}
        name, value = entry.get("name"), entry.get("value")
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and value.value:
            yield NamedText(name.value, value.value, 0, ScalarVisit(value, ((path, index), "value"), "value"))


def _task(reference: yaml.Node | None) -> str:
    """The name of the task that a run or a pipeline of Tekton refers to, also through a resolver's parameter `name`."""
    entry = dict(fields(reference)) if isinstance(reference, yaml.MappingNode) else {}
    name, params = entry.get("name"), entry.get("params")
    if isinstance(params, yaml.SequenceNode):
        return next((one.value for one in _variables(params, None) if one.name == "name"), "")
    return name.value if isinstance(name, yaml.ScalarNode) else ""


def _of_task(site: Site, task: str, variables: list[NamedText]) -> Site:
    """The image of a parameter of a task; one that stays, if the task pushes it."""
    name = next(one.name for one in variables if one.scalar and one.scalar.node is site.node)
    reason = kinds.stays_in_task(task, name)
    return site._replace(span=site.span._replace(level=STAYS, reason=reason)) if reason else site
