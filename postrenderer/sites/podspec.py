"""Images of pod specs, wherever a pod spec stands: workloads, lists, templates, custom resources.

Source: PodSpec and Container of the Kubernetes API, core/v1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites.site import CERTAIN, STAYS, ScalarVisit, whole
from postrenderer.text.mappings import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, MappingVisit, Site
    from postrenderer.text.pointer import Path

FAMILY = "podspec"
VOLUME_FAMILY = "image-volume"

CONTAINERS = frozenset(("containers", "initContainers", "ephemeralContainers"))

_LISTS = CONTAINERS | {"volumes"}

_CONTAINER_SET = "containerSet"
"""Containers of a step of an Argo Workflow, which has the pull secrets for all its steps (ContainerSetTemplate)."""

FAMILIES = (FAMILY, VOLUME_FAMILY)

_INJECTED = "auto"
"""No image: Istio's gateway injection replaces it, see https://istio.io/latest/docs/setup/additional-setup/gateway."""
PLACEHOLDERS = frozenset(("", _INJECTED))
"""What a container may have in the place of an image."""
_NULL = ("", "~", "null", "Null", "NULL")


def is_concerned(_group: str, _key: str, keys: tuple[str, ...]) -> bool:
    """Whether a mapping with these keys has lists of containers or volumes."""
    return not _LISTS.isdisjoint(keys)


def sites(mapping: MappingVisit, _: Context) -> Iterator[Site]:
    """The images of the containers and of the image volumes of a mapping that is a pod spec, or has such lists."""
    for key, value in mapping.pairs:
        if key in CONTAINERS:
            yield from _containers(value, (mapping.path, key))
        elif key == "volumes":
            yield from _volumes(value, (mapping.path, key))


def is_pod_spec(mapping: MappingVisit) -> bool:
    """Whether a mapping is a pod spec with an image: in a container of any kind or in an image volume."""
    if mapping.key == _CONTAINER_SET and mapping.api.group == "argoproj.io":
        return False
    return not _LISTS.isdisjoint(mapping.keys) and any(True for _ in images(mapping.node))


def images(mapping: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    """The images of all containers and image volumes of a pod spec."""
    for key, value in fields(mapping):
        if key in CONTAINERS:
            yield from (image for _, image in containers(value))
        elif key == "volumes":
            yield from (site.node for site in _volumes(value, None))


def containers(node: yaml.Node) -> Iterator[tuple[int, yaml.ScalarNode]]:
    """The index and the image of each container of a list that has one."""
    for index, item in enumerate(node.value if isinstance(node, yaml.SequenceNode) else ()):
        for key, image in fields(item) if isinstance(item, yaml.MappingNode) else ():
            if key == "image" and isinstance(image, yaml.ScalarNode):
                yield index, image


def _containers(node: yaml.Node, path: Path) -> Iterator[Site]:
    for index, image in containers(node):
        place = ScalarVisit(image, ((path, index), "image"), "image")
        if image.value == _INJECTED:
            yield whole(place, FAMILY, STAYS, "Istio's injection puts an image in the place of `auto`")
        elif image.style or image.value not in _NULL:
            yield whole(place, FAMILY, CERTAIN, "image of a container")


def _volumes(node: yaml.Node, path: Path) -> Iterator[Site]:
    for index, volume in enumerate(node.value if isinstance(node, yaml.SequenceNode) else ()):
        source = dict(fields(volume)).get("image") if isinstance(volume, yaml.MappingNode) else None
        for key, value in fields(source) if isinstance(source, yaml.MappingNode) else ():
            if key == "reference" and isinstance(value, yaml.ScalarNode) and value.value:
                place = ScalarVisit(value, (((path, index), "image"), "reference"), key)
                yield whole(place, VOLUME_FAMILY, CERTAIN, "image of a volume")
