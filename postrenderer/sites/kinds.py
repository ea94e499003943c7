"""What the catalogue of public APIs says of the fields of a kind: which ones are images, and which nobody pulls."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from postrenderer.apis import forms
from postrenderer.sites import keys

if TYPE_CHECKING:
    from postrenderer.apis.catalogue import KnownField
    from postrenderer.sites.site import Api, MappingVisit
    from postrenderer.text.pointer import Path

_KUBERNETES = frozenset(
    f"{name}.k8s.io"
    for name in (
        "admissionregistration",
        "apiextensions",
        "apiregistration",
        "authentication",
        "authorization",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "metrics",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "storage",
    )
)
"""Groups of Kubernetes itself that have a dot in their name; those without one, such as `apps`, are all its own."""

ANY = "*"
"""A step of a path in the catalogue that is any key of a map, or any item of a list."""
_ROLES = {forms.WHOLE: keys.IMAGE, forms.PREFIX: keys.PREFIX, forms.HOST: keys.HOST}
"""The forms of image fields in the catalogue, as the grammar of names calls them."""

_WHY = {
    "artifact": "an OCI artifact, which a program pulls and no node does",
    "behind": "a name in the registry that another field of the object names",
    "condition": "a condition of a policy, which pulls nothing",
    "copied": "what is copied into a registry, or where to",
    "key": "a name by which something is looked up",
    "machine": "the disk image of a machine, not the image of a container",
    "model": "a model: a program pulls it, not a node",
    "output": "where a build is pushed to: nothing pulls it from there",
    "report": "what a program reports of containers, which pulls nothing",
    "rule": "a rule about registries, not an image",
    "watched": "it is watched for new versions, not pulled",
}
"""The reasons of apis/stays.tsv, in plain words."""
_ADMISSION = "admissionregistration.k8s.io"
"""The group of Kubernetes' own policies."""

SCHEMA = "a schema, which describes objects and makes none"
_SCHEMA = (("apiextensions.k8s.io", "CustomResourceDefinition"), ("", "CustomResourceDefinition"))
"""Kinds that describe objects: an image in a CustomResourceDefinition is a default or an example."""


def is_custom(group: str) -> bool:
    """Whether a group of APIs is somebody else's than Kubernetes' own, so that the catalogue may know its kinds."""
    return "." in group and group not in _KUBERNETES


def image_names(group: str) -> set[str]:
    """The names of the image fields of a group that the catalogue knows; of the items of a map, the map's."""
    if not is_custom(group):
        return set()
    from postrenderer.apis import catalogue  # noqa: PLC0415  # as below

    paths = [field.path for field in catalogue.of_group(group) if field.form in _ROLES]
    return {next(step for step in reversed(path) if step != ANY) for path in paths}


def known_fields(api: Api) -> tuple[KnownField, ...]:
    """The fields of a kind that the catalogue knows."""
    if not is_custom(api.group):
        return ()
    from postrenderer.apis import catalogue  # noqa: PLC0415  # most streams have no kind that it could know

    return catalogue.of_kind(api.group, api.kind)


@lru_cache(maxsize=1024)
def roles(api: Api) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The image fields of a kind in the catalogue: by key, the path of each mapping that has it, with its role."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for field in known_fields(api):
        if field.form in _ROLES:
            found.setdefault(field.path[-1], []).append((field.path[:-1], _ROLES[field.form]))
    return found


def role(api: Api, place: Path, key: str) -> str:
    """The role of the field of a mapping at a place, as the grammar of names calls it; empty if only its name says it.

    The place counts from its end, as the object may stand inside another one.
    """
    fields = roles(api)
    found = (role for name in (key, ANY) for path, role in fields.get(name, ()) if _ends_with(place, path))
    return next(found, "")


def lacks_registry(mapping: MappingVisit) -> bool:
    """Whether the operator of a kind puts Docker Hub in front of the image of a mapping, as it has no `registry`."""
    place = (mapping.path, forms.REGISTRY)
    return forms.REGISTRY not in mapping.keys and any(
        field.form == forms.REGISTRY and _ends_with(place, field.path) for field in known_fields(mapping.api)
    )


def shared_registries(mapping: MappingVisit) -> list[str]:
    """The fields of an object that are set to a registry for all its images, whatever registry each image names."""
    fields = {field.path[-1] for field in known_fields(mapping.api) if field.form == forms.SHARED}
    return [key for key, value in mapping.pairs if key in fields and value.value and "kind" in mapping.keys]


def _ends_with(place: Path, path: tuple[str, ...]) -> bool:
    """Whether a place ends with the steps of a path."""
    for wanted in reversed(path):
        if place is None or wanted not in (ANY, place[1]):
            return False
        place = place[0]
    return True


def lacks_pull_secrets(api: Api, place: Path) -> bool:
    """Whether a mapping at a place looks like a pod spec and has no field for pull secrets."""
    return any(field.form == forms.NONE and _ends_with(place, field.path) for field in known_fields(api))


def stays(api: Api, key: str) -> str:
    """Why nothing in a field of an object is pulled, whatever it looks like; empty if something may be.

    Args:
        api: the object.
        key: the name of the field, at any depth.
    """
    if api in _SCHEMA:
        return SCHEMA
    if not is_custom(api.group) and api.group != _ADMISSION:
        return ""
    from postrenderer.apis import catalogue  # noqa: PLC0415  # most streams have no kind that it could know

    why = catalogue.why_stays(api.group, api.kind, key)
    return _WHY[why] if why else ""
