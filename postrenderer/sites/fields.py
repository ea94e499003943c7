"""Fields of any object, by their names: `image`, `initImage`, `imageName`; `repository` or `hub` with `tag`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import artifacts, evidence, keys, kinds, named
from postrenderer.sites.podspec import PLACEHOLDERS
from postrenderer.sites.site import (
    CERTAIN,
    STAYS,
    STRONG,
    WEAK,
    ImageSpan,
    NamedText,
    ScalarVisit,
    Site,
    sites_of,
    whole,
)
from postrenderer.text.mappings import fields_of, text_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit, Span

FAMILY = "field"

_OPENSHIFT = "DockerImage"
"""The kind of an ObjectReference that names an image: ImageStream and BuildConfig, image.openshift.io/v1, build/v1."""
_OF_A_REFERENCE = frozenset(("kind", "name"))
_SETTING = frozenset(("kind", "metadata", "value"))
"""Fields of an object that is one setting, by its name: Setting, management.cattle.io/v3."""
_VALUES = frozenset(("value", "default"))
_PATCH = frozenset(("path", "value"))
"""Fields of an operation of a JSON patch (RFC 6902), whose path names what its value replaces."""
_OPERATIONS = ("op", "operator")
"""Fields that tell the operation: that of JSON patches, and Karmada's. Without one it is KubeFed's, which replaces."""
_SETS = frozenset(("add", "replace", ""))
_QUOTED = regex(r'"([^"\\]*)"')
_SERVICES, _OF_JOBS = "services", frozenset(("image", "script"))
"""The list of images that run beside a job (https://docs.gitlab.com/ci/services), and fields by which a job is told."""
_OF_A_SERVICE = frozenset(("name", "alias"))
"""Fields of one of these that is more than an image."""
_OF_LISTS = frozenset((keys.IMAGE, keys.MENTION))
_NOTHING = ("", "")
_OVERRIDES = frozenset(("newName", "newTag"))
"""Keys beside a `name` that is the image to replace: https://kubectl.docs.kubernetes.io/references/kustomize."""
_OF_KUSTOMIZE = _OVERRIDES | {"name", "digest", "tagSuffix"}
"""All keys of an entry of kustomize's `images`."""
_LOOKED_UP = "a name by which something is looked up"


def is_concerned(api: Api, key: str, keys: tuple[str, ...]) -> bool:
    """Whether a mapping with these keys has fields that speak of images."""
    is_named = any(names.issubset(keys) for names in (_OF_A_REFERENCE, _SETTING, _PATCH))
    return is_named or bool(_said(key, keys)) or _may_be_known(api, keys)


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The images that a mapping's fields hold or make up."""
    if mapping.keys >= _OF_A_REFERENCE:
        yield from _object_reference(mapping)
    yield from sites_of(named.images(_setting(mapping) or _patched(mapping)), FAMILY)
    replaced = _replaced(mapping)
    if replaced:
        yield replaced
    said = _said(mapping.key, tuple(mapping.keys))
    said = {**said, **_known(mapping)} if _may_be_known(mapping.api, mapping.keys) else said
    said = _of_entry(said) if mapping.listed else said
    scalars, lists = [], []
    for key, value in mapping.pairs if said else ():
        name, role = said.get(key, _NOTHING)
        if role and value.value:
            if isinstance(value, yaml.ScalarNode):
                place = ScalarVisit(value, (mapping.path, key), key)
                start = artifacts.start(value.value) if role == keys.IMAGE else 0
                scalars.append(NamedText(name, value.value[start:], start, place, role))
            elif isinstance(value, yaml.SequenceNode) and role in _OF_LISTS:
                lists.append((key, value))
    if not lists and (not scalars or _is_of_another_family(scalars, context)):
        return
    found = named.images([*_without_sources(scalars, mapping), *_listed(mapping, lists)])
    registry = mapping.node if kinds.lacks_registry(mapping) else None
    for site in sites_of(found, FAMILY):
        yield site._replace(span=_weighed(site, mapping), registry=registry if site.parts else None)


def _weighed(site: Site, mapping: MappingVisit) -> Span:
    """The span of a site, as sure as the mapping around it makes it."""
    span = site.span
    if isinstance(span, ImageSpan) and _replaces_by_name(mapping, site):
        name = span.reference.partition("@")[0]
        colon = name.rfind(":", name.rfind("/"))
        return span._replace(before=f"{name[:colon] if colon > 0 else name}=")
    if keys.says_copy(mapping.key):
        return span._replace(level=STAYS, reason=f"`{mapping.key}` is where an image is copied from or to")
    is_entry = mapping.listed and "name" in mapping.keys and site.path == (mapping.path, "image")
    return _of_container(span) if is_entry and isinstance(span, ImageSpan) else span


def _is_of_another_family(scalars: list[NamedText], context: Context) -> bool:
    """Whether a mapping's one text is an image already, as a container's is: then it needs no second look."""
    place = scalars[0].scalar
    owner = context.claimed.get(id(place.node)) if place and len(scalars) == 1 else None
    return owner is not None and owner.FAMILY != FAMILY


def _may_be_known(api: Api, fields: Iterable[str]) -> bool:
    """Whether the catalogue may know the role of one of these fields."""
    known = kinds.roles(api)
    return bool(known) and (kinds.ANY in known or not known.keys().isdisjoint(fields))


def _known(mapping: MappingVisit) -> dict[str, tuple[str, str]]:
    """The names and roles of the fields of a mapping that the catalogue knows."""
    roles = {key: kinds.role(mapping.api, mapping.path, key) for key in mapping.keys}
    return {key: (key, role) for key, role in roles.items() if role}


@lru_cache(maxsize=1024)
def _said(holder: str, fields: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """The names and roles of fields that have one; what holds them is in the name if that is an image: `image.tag`."""
    if keys.says_labels(holder):
        return {}
    prefix = f"{holder}." if keys.read(holder).role in _OF_LISTS else ""
    names = {key: prefix + key for key in fields}
    roles = {key: keys.read(name).role for key, name in names.items()}
    roles = {key: role for key, role in roles.items() if role != keys.REPOSITORY or not keys.says_code(key)}
    has_parts = {keys.REGISTRY, keys.TAG}.issubset(roles.values())
    if "name" in roles and ("image" in roles or (roles["name"] == keys.NAME and not has_parts)):
        del roles["name"]
    if _SERVICES in roles and not _OF_JOBS.isdisjoint(roles):
        roles[_SERVICES] = keys.MENTION
    elif holder == _SERVICES and _OF_A_SERVICE.issubset(fields):
        roles["name"] = keys.MENTION
    return {key: (names[key], role) for key, role in roles.items() if role in named.ROLES}


def _of_entry(said: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What fields of an entry of a list say: beside a repository, its `name` is what tells the entry from others.

    Gardener's image vectors: https://github.com/gardener/gardener/blob/master/docs/deployment/image_vector.md.
    """
    has_repository = any(role == keys.REPOSITORY for _, role in said.values())
    return {key: told for key, told in said.items() if key != "name"} if has_repository else said


def _object_reference(mapping: MappingVisit) -> Iterator[Site]:
    is_image = any(key == "kind" and value.value == _OPENSHIFT for key, value in mapping.pairs)
    for key, value in mapping.pairs if is_image else ():
        if key == "name" and isinstance(value, yaml.ScalarNode) and value.value:
            yield whole(ScalarVisit(value, (mapping.path, key), key), FAMILY, CERTAIN, f"name of a {_OPENSHIFT}")


def _setting(mapping: MappingVisit) -> list[NamedText]:
    """The value of an object that is one setting, named as the object is, and what it is without one."""
    if not mapping.keys >= _SETTING:
        return []
    name = text_of(fields_of(dict(mapping.pairs)["metadata"]).get("name"))
    return [
        NamedText(name, value.value, 0, ScalarVisit(value, (mapping.path, key), key))
        for key, value in mapping.pairs
        if key in _VALUES and isinstance(value, yaml.ScalarNode) and value.value
    ]


def _patched(mapping: MappingVisit) -> list[NamedText]:
    """What an operation of a JSON patch writes, named as the field that it writes to; some write it as JSON."""
    said = dict(mapping.pairs) if mapping.keys >= _PATCH else {}
    value = said.get("value")
    path = text_of(said.get("path"))
    operations = {text_of(said.get(key)) for key in _OPERATIONS}
    if not isinstance(value, yaml.ScalarNode) or not (path.startswith("/") and operations <= _SETS):
        return []
    quoted = _QUOTED.fullmatch(value.value)
    text, start = (quoted[1], 1) if quoted else (value.value, 0)
    name = path.rpartition("/")[2]
    return [NamedText(name, text, start, ScalarVisit(value, (mapping.path, "value"), "value"))] if text else []


def _without_sources(scalars: list[NamedText], mapping: MappingVisit) -> Iterator[NamedText]:
    """The fields but for the repositories of charts and code, and the names of images that others replace."""
    overrides = not mapping.keys.isdisjoint(_OVERRIDES) or _is_of_kustomize(mapping)
    repositories = {value.name for value in scalars if keys.read(value.name).role == keys.REPOSITORY}
    sources = bool(repositories) and any(keys.says_source(key) for key in (mapping.key, *mapping.keys))
    for value in scalars:
        source = sources and value.name in repositories
        if not source and not (overrides and value.scalar and value.scalar.key == "name"):
            yield value


def _is_of_kustomize(mapping: MappingVisit) -> bool:
    """Whether a mapping is an entry of kustomize's `images`, in its own file or in what hands it to kustomize."""
    is_entry = mapping.key == "images" and mapping.listed and mapping.keys <= _OF_KUSTOMIZE
    holder = mapping.path[0][0] if is_entry and mapping.path and mapping.path[0] else None
    return is_entry and ("kustomize" in mapping.api.group or (holder is not None and holder[1] == "kustomize"))


def _replaced(mapping: MappingVisit) -> Site | None:
    """The name of the image that an entry of kustomize replaces."""
    for key, value in mapping.pairs if _is_of_kustomize(mapping) else ():
        if key == "name" and isinstance(value, yaml.ScalarNode) and value.value:
            return whole(ScalarVisit(value, (mapping.path, key), key), FAMILY, STAYS, _LOOKED_UP)
    return None


def _listed(mapping: MappingVisit, lists: list[tuple[str, yaml.SequenceNode]]) -> Iterator[NamedText]:
    """The texts in lists that are named after images."""
    for key, node in lists:
        for index, item in enumerate(node.value):
            if isinstance(item, yaml.ScalarNode) and item.value:
                yield NamedText(key, item.value, 0, ScalarVisit(item, ((mapping.path, key), index), key), keys.MENTION)


def _replaces_by_name(mapping: MappingVisit, site: Site) -> bool:
    """Whether an entry sets the tag of the image that it names, as Argo CD's `kustomize.images` does without a `=`.

    Source: KustomizeImage, argo-cd pkg/apis/application/v1alpha1: `[old_image_name=]<image_name>:<image_tag>`.
    """
    of_argo = mapping.api.group == "argoproj.io" and mapping.key == "kustomize"
    return of_argo and site.path is not None and site.path[0] == (mapping.path, "images") and "=" not in site.node.value


def _of_container(span: ImageSpan) -> ImageSpan:
    """An entry of a list with `name` and `image` is a container, so that a bare word is an image too."""
    text = evidence.read(span.reference)
    if span.level != WEAK or text is None or text.like_an_address or text.literal in PLACEHOLDERS:
        return span
    return span._replace(level=STRONG, reason="an entry with `name` and `image` is a container")
