"""Images that may be behind a registry, as another field of their object names one: they can't move alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.images import registries
from postrenderer.sites import evidence, fields, keys, kinds
from postrenderer.sites.site import STRONG, UNMOVED, ImageSpan, PrefixSpan, Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postrenderer.sites.site import MappingVisit
    from postrenderer.text.pointer import Path

_WORDS = "container containers custom default docker image images prefix private registry url"
_OF_IMAGES = frozenset(_WORDS.split())
"""Words of names of such registries: `imageRegistry`, `defaultContainerRegistry`; not of a `schemaRegistry`."""
_OF_ALL = frozenset(("global", "globals"))
"""What holds settings for all that stands beside it."""


class RegistryField(NamedTuple):
    """A field that holds a registry.

    Attributes:
        name: the field.
        node: its value.
        path: where that stands.
        scope: where the mapping stands in which, and below which, images may come from it.
    """

    name: str
    node: yaml.ScalarNode
    path: Path
    scope: Path


def registries_in(mapping: MappingVisit, known: Callable[[str], bool]) -> Iterator[RegistryField]:
    """The registries in a mapping of a custom resource.

    Args:
        mapping: the mapping.
        known: whether a reference is under a configured source or rule, or on the private registry.
    """
    if not kinds.is_custom(mapping.api.group) or mapping.stays:
        return
    for key, value in mapping.pairs:
        if not isinstance(value, yaml.ScalarNode) or keys.read(key).role != keys.REGISTRY:
            continue
        place = value.value.rstrip("/")
        is_registry = registries.kind(place.partition("/")[0]) == registries.REGISTRY or known(f"{place}/image")
        if is_registry and _OF_IMAGES.issuperset(keys.words(key)):
            shared = mapping.path is not None and mapping.key in _OF_ALL
            scope = mapping.path[0] if shared and mapping.path else mapping.path
            yield RegistryField(key, value, (mapping.path, key), scope)


def images(found: list[Site], registry_fields: list[RegistryField]) -> list[Site]:
    """The sites; images without a host don't move that may be behind a registry, and that registry does.

    Whatever an operator does with the registry, the names of such images come out right if it moves alone.
    """
    parts = (site for site in found if isinstance(site.span, ImageSpan))
    used = {id(node) for site in parts for node in (site.node, *site.parts)}
    alone = [field for field in registry_fields if id(field.node) not in used]
    moving: dict[int, Site] = {}
    sites = []
    for site in found:
        field = _registry_of(site, alone)
        if field:
            reason = f"`{field.name}` may stand in front of it: write its registry here if that is another one"
            sites.append(site._replace(span=site.span._replace(level=UNMOVED, reason=reason)))
            moving[id(field.node)] = _moving(field)
        else:
            sites.append(site)
    return [site for site in sites if id(site.node) not in moving] + list(moving.values())


def _registry_of(site: Site, registry_fields: list[RegistryField]) -> RegistryField | None:
    """The nearest registry that an image may be behind, as it has no host of its own."""
    if not isinstance(site.span, ImageSpan) or site.span.level != STRONG:
        return None
    text = evidence.read(site.span.reference)
    above: Path = site.path if text and not text.reference.host else None
    while above is not None:
        above = above[0]
        for field in registry_fields:
            if field.scope == above:
                return field
    return None


def _moving(field: RegistryField) -> Site:
    reason = f"`{field.name}` is in front of images of its object"
    place = field.node.value.rstrip("/")
    return Site(field.node, PrefixSpan(0, len(place), place, STRONG, reason), fields.FAMILY, field.path)
