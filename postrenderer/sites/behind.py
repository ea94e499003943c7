"""Images without a host below a field such as `imageRegistry: quay.io`: the registry moves, and they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.images import registries
from postrenderer.sites import evidence, fields, keys, kinds
from postrenderer.sites.site import CERTAIN, STAYS, STRONG, UNMOVED, ImageSpan, PrefixSpan, Site
from postrenderer.text.pointer import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from postrenderer.sites.site import MappingVisit
    from postrenderer.text.pointer import Path

_WORDS = "container containers custom default docker image images prefix private registry url"
_OF_IMAGES = frozenset(_WORDS.split())
"""Words of names of such registries: `imageRegistry`, `defaultContainerRegistry`; not of a `schemaRegistry`."""
_OF_ALL = frozenset(("global", "globals"))
"""What holds settings for all that stands beside it."""
_IN_FRONT = (CERTAIN, STRONG, UNMOVED)
"""Levels of registries that are in front of images for sure."""


class RegistryField(NamedTuple):
    """A field that holds a registry.

    Attributes:
        name: the field.
        node: its value.
        path: where that stands.
        scope: the path of a mapping; images in it and below it may come from the registry.
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


def images(sites: list[Site], registry_fields: list[RegistryField]) -> list[Site]:
    """The sites of a document; images without a host do not move behind a registry, and the registry does.

    Whatever an operator does with the registry, the names of such images come out right if it moves alone. A name of
    one word can only be behind it: cnvrg has `imageHub: docker.io/cnvrg` for `controlPlane: {image: "core:3.6"}`.

    Args:
        sites: what was found.
        registry_fields: the fields that hold a registry.
    """
    in_front = {id(site.path[0]): str(site.path[1]) for site in sites if site.path and _is_in_front(site)}
    if not registry_fields and not in_front:
        return sites
    parts = {id(node) for site in sites if _is_image(site) for node in (site.node, *site.parts)}
    alone = {id(field.scope): field for field in reversed(registry_fields) if id(field.node) not in parts}
    fields_above: dict[int, RegistryField | None] = {id(None): None, **alone}
    names_above: dict[int, str | None] = {id(None): None, **in_front}
    moving: dict[int, Site] = {}
    found = []
    for site in sites:
        if site.path is None or not _has_no_host(site):
            found.append(site)
            continue
        field, name = nearest(site.path[0], fields_above), nearest(site.path[0], names_above)
        if _is_one_word(site) and (field or name):
            reason = f"a name behind the registry in `{field.name if field else name}`"
            found.append(site._replace(span=site.span._replace(level=STAYS, reason=reason)))
        elif field:
            reason = f"`{field.name}` may stand in front of it: write its registry here if that is another one"
            found.append(site._replace(span=site.span._replace(level=UNMOVED, reason=reason)))
        else:
            found.append(site)
        if field:
            moving[id(field.node)] = _moving(field)
    return [site for site in found if id(site.node) not in moving] + list(moving.values())


def _has_no_host(site: Site) -> bool:
    """Whether a site is an image that another field may give a registry."""
    text = evidence.read(site.span.reference) if _is_image(site) and site.span.level == STRONG else None
    return text is not None and not text.reference.host


def _is_image(site: Site) -> bool:
    return isinstance(site.span, ImageSpan)


def _is_in_front(site: Site) -> bool:
    return site.family == fields.FAMILY and isinstance(site.span, PrefixSpan) and site.span.level in _IN_FRONT


def _is_one_word(site: Site) -> bool:
    """Whether a field has a name, with a tag, that is no image of Docker Hub."""
    text = evidence.read(site.span.reference) if site.family == fields.FAMILY and not site.parts else None
    return text is not None and text.incomplete


def _moving(field: RegistryField) -> Site:
    reason = f"`{field.name}` is in front of images of its object"
    place = field.node.value.rstrip("/")
    return Site(field.node, PrefixSpan(0, len(place), place, STRONG, reason), fields.FAMILY, field.path)
