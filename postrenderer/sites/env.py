"""Environment variables: lists of `name` and `value`, in containers and wherever else such lists stand.

Source: EnvVar of the Kubernetes API, core/v1. Parameters of Argo and Tekton have the same form.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import keys, named, text
from postrenderer.sites.site import NamedImage, NamedText, ScalarVisit, not_pulled, sites_of, unless_certain
from postrenderer.sites.tasks import PUSHED, TEKTON, pushed
from postrenderer.text.mappings import fields_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit, Site
    from postrenderer.text.pointer import Path

FAMILY = "env"

_PARAMETERS = "params"
_TASKS = frozenset(("taskRef", "taskSpec", "steps"))
"""Fields of Tekton's runs, pipelines and tasks beside their parameters."""


def is_concerned(_api: Api, _key: str, _keys: tuple[str, ...]) -> bool:
    """Whether a mapping with lists may have one of variables: any may."""
    return True


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The images in the lists of variables of a mapping."""
    stays = _outputs(mapping, context.why_parameter_stays)
    for key, value in mapping.pairs:
        if isinstance(value, yaml.SequenceNode):
            variables = list(_variables(value, (mapping.path, key)))
            outputs = list(_variables(value, (mapping.path, key), "default")) if stays else []
            reasons = (
                {id(one): stays(one.name) for one in (*variables, *outputs)} if stays and key == _PARAMETERS else {}
            )
            yield from sites_of(_outgoing(variables + outputs, reasons, context), FAMILY)
            pulled = [one for one in variables if not reasons.get(id(one))]
            yield from sites_of(_images(pulled, context), FAMILY) if pulled else ()


def _outgoing(variables: list[NamedText], reasons: dict[int, str], context: Context) -> Iterator[NamedImage]:
    """The images in parameters that say where an image goes."""
    for variable in variables:
        reason = reasons.get(id(variable), "")
        for span in context.spans(variable.value) if reason else ():
            yield NamedImage(variable, unless_certain(span, reason))


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
            for span in context.spans(variable.value):
                yield NamedImage(variable, unless_certain(span, not_pulled(variable.name)))


def _variables(node: yaml.SequenceNode, path: Path, key: str = "value") -> Iterator[NamedText]:
    for index, item in enumerate(node.value):
        entry = fields_of(item)
        name, value = entry.get("name"), entry.get(key)
        if isinstance(name, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and value.value:
            yield NamedText(name.value, value.value, 0, ScalarVisit(value, ((path, index), key), key))


def _outputs(mapping: MappingVisit, why_stays: Callable[[str, str], str]) -> Callable[[str], str] | None:
    """Says of a parameter why what stands there stays; None if the mapping is no task of Tekton, nor a run of one."""
    entry = dict(mapping.pairs) if not _TASKS.isdisjoint(mapping.keys) else {}
    spec = (
        mapping.node if mapping.api.group == TEKTON and {"steps", "params"} <= entry.keys() else entry.get("taskSpec")
    )
    if isinstance(spec, yaml.MappingNode):
        names = pushed(spec)
        return lambda parameter: PUSHED if parameter in names else ""
    task = _name(entry.get("taskRef"))
    return partial(why_stays, task) if task else None


def _name(reference: yaml.Node | None) -> str:
    """The name of the task that a `taskRef` refers to, also by a resolver's parameter `name`; empty for none."""
    entry = fields_of(reference)
    params = entry.get("params")
    if isinstance(params, yaml.SequenceNode):
        return next((one.value for one in _variables(params, None) if one.name == "name"), "")
    return text_of(entry.get("name"))
