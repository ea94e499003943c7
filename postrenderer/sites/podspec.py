"""Images of pod specs, wherever a pod spec stands: workloads, lists, templates, custom resources.

Source: PodSpec and Container of the Kubernetes API, core/v1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import evidence, kinds
from postrenderer.sites.site import CERTAIN, STAYS, ImageSpan, ScalarVisit, whole
from postrenderer.text import templates
from postrenderer.text.mappings import fields, fields_of, is_null

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit, Site
    from postrenderer.text.pointer import Path

FAMILY = "podspec"
VOLUME_FAMILY = "image-volume"

_CONTAINERS, _SPEC = "containers", "spec"
_CONTAINER = ("image",)
IMAGES = {
    _CONTAINERS: _CONTAINER,
    "initContainers": _CONTAINER,
    "ephemeralContainers": _CONTAINER,
    "volumes": ("image", "reference"),
}
"""The lists of a pod spec, and the keys that lead from an item to its image."""

_TEMPLATE, _POD_TEMPLATE = "template", "podtemplate"
_POD_SPECS = ("podspec", "pod_spec", "pod")
"""How names of pod specs in custom resources end, in lower case, or of their fields: `podSpec`, `buildPod`."""
_WITH_POD_SPEC = (_TEMPLATE, "jobtemplate", "pod")
"""Names of what has a pod spec as its `spec`."""
_WITH_POD_SPECS = (_POD_TEMPLATE, "podtemplates", "podtemplatespec")
"""How such names end, and those of lists of such, as ClickHouse's `podTemplates`."""
_SPECS = ("spec", "specs")
"""How the names end of what has one as its `spec` if that has `containers`: Seldon's `componentSpecs`."""
OF_TEMPLATES = frozenset(
    ("affinity", "nodeSelector", "securityContext", "serviceAccountName", "tolerations", "volumes")
)
"""Fields that tell a pod spec below a template that is called anything: `leaderTemplate`."""
_OF_PODS = frozenset(
    (
        "automountServiceAccountToken",
        "dnsPolicy",
        "enableServiceLinks",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "restartPolicy",
        "shareProcessNamespace",
        "terminationGracePeriodSeconds",
    )
)
"""Fields that, beside `containers`, pod specs alone have; affinity, tolerations and volumes stand in others, too."""

FAMILIES = (FAMILY, VOLUME_FAMILY)

_INJECTED = "auto"
"""No image: Istio's gateway injection replaces it, see https://istio.io/latest/docs/setup/additional-setup/gateway."""
PLACEHOLDERS = frozenset(("", _INJECTED))
"""What a container may have in the place of an image."""


def is_concerned(_api: Api, _key: str, keys: tuple[str, ...]) -> bool:
    """Whether a mapping with these keys has lists of containers or volumes."""
    return not IMAGES.keys().isdisjoint(keys)


def sites(mapping: MappingVisit, _: Context) -> Iterator[Site]:
    """The images of the containers and of the image volumes of a mapping that is a pod spec, or has such lists."""
    for key, value in mapping.pairs:
        steps = IMAGES.get(key, ())
        for place in _images(value, (mapping.path, key), steps) if steps else ():
            image = place.node
            if steps != _CONTAINER:
                yield whole(place, VOLUME_FAMILY, CERTAIN, "image of a volume")
            elif image.value == _INJECTED:
                yield whole(place, FAMILY, STAYS, "Istio's injection puts an image in the place of `auto`")
            else:
                yield from _of_container(place)


def is_pod_spec(mapping: MappingVisit, *, in_text: bool = False) -> bool:
    """Whether a mapping in which images of containers or volumes were found is a pod spec.

    In Kubernetes' own objects whatever has such images is one. In texts that say of no API it is one if it has
    `containers` of pods: the values of charts have `initContainers` and `volumes` beside anything, and Azure's
    pipelines `containers` of their own. In custom resources the name tells it or a field beside the containers, as any
    mapping may have `containers` there (Cloud Run's `template`, MinIO's `sideCars`), and the catalogue knows the names
    that deceive.
    """
    if not kinds.is_custom(mapping.api.group):
        return not in_text or bool(mapping.api.kind) or _has_containers_of_pods(mapping)
    is_one = _is_named_so(mapping) or (_CONTAINERS in mapping.keys and not _OF_PODS.isdisjoint(mapping.keys))
    return is_one and not kinds.lacks_pull_secrets(mapping.api, mapping.path)


def _has_containers_of_pods(mapping: MappingVisit) -> bool:
    """Whether the `containers` of a mapping have names, as those of pods must, or it is called so or not at all."""
    containers = dict(mapping.pairs).get(_CONTAINERS)
    listed = containers.value if isinstance(containers, yaml.SequenceNode) else []
    return bool(listed) and (mapping.key in ("", _SPEC) or any("name" in fields_of(item) for item in listed))


def _is_named_so(mapping: MappingVisit) -> bool:
    """Whether the name of a mapping, or its name and the one above, are those of a pod spec."""
    place = mapping.path
    if place is None or not isinstance(place[1], str):
        return False
    if place[1] != _SPEC:
        return place[1].lower().endswith(_POD_SPECS) or place[1].lower() == _POD_TEMPLATE
    holder = place[0]
    if holder and isinstance(holder[1], int):
        holder = holder[0]
    above = holder[1] if holder else ""
    if not isinstance(above, str):
        return False
    name = above.lower()
    is_template = name in _WITH_POD_SPEC or name.endswith(_WITH_POD_SPECS)
    return is_template or (_CONTAINERS in mapping.keys and _may_hold_one(name, mapping))


def _may_hold_one(name: str, mapping: MappingVisit) -> bool:
    """Whether the `spec` with containers of what has a name, here in lower case, is a pod spec."""
    is_like_one = not OF_TEMPLATES.isdisjoint(mapping.keys)
    return name.endswith(_SPECS) or (is_like_one and name.endswith(_TEMPLATE))


def _of_container(place: ScalarVisit) -> Iterator[Site]:
    """The image of a container, or those that a template falls back to.

    What a template fills in behind `:` or `@` stays as it is.
    """
    site = whole(place, FAMILY, CERTAIN, "image of a container")
    value: str = place.node.value
    defaults = list(evidence.fallbacks(value)) if value.startswith(templates.SIGN) else []
    for start, default in defaults:
        span = ImageSpan(start, start + len(default.literal), default.literal, "", CERTAIN, "image of a container")
        yield site._replace(span=span)
    if defaults:
        return
    text = evidence.read(value) if "$" in value or "{" in value else None
    if text and value[len(text.literal) :].startswith((":", "@")):
        yield site._replace(span=site.span._replace(end=len(text.literal), reference=text.literal))
        return
    yield site


def _images(node: yaml.Node, path: Path, steps: tuple[str, ...]) -> Iterator[ScalarVisit]:
    """The images of the items of a list; a null is none."""
    reached = list(enumerate(node.value)) if isinstance(node, yaml.SequenceNode) else []
    found: list[tuple[yaml.Node, Path]] = [(item, (path, index)) for index, item in reached]
    for step in steps:
        found = [
            (value, (at, key))
            for item, at in found
            if isinstance(item, yaml.MappingNode)
            for key, value in fields(item)
            if key == step
        ]
    for image, at in found:
        if isinstance(image, yaml.ScalarNode) and not is_null(image):
            yield ScalarVisit(image, at, steps[-1])
