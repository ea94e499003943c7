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
    from collections.abc import Collection, Iterator

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
_TEMPLATES_OF_PODS = frozenset(("pod", "podTemplate", "podTemplateSpec"))
"""Names of what core/v1 calls PodTemplateSpec. In public APIs 199 of those called `podTemplate` or `podTemplateSpec`
have containers in their `spec`, and all of these have `imagePullSecrets` there too. So have all that are called `pod`,
and of 74 called `template` all but three, which the catalogue lists."""
_POD_SPECS = ("podspec", "pod_spec", "pod")
"""How names of pod specs in custom resources end, in lower case: `podSpec`, Strimzi's `buildPod`."""
_WITH_POD_SPEC = (_TEMPLATE, "jobtemplate", "pod")
"""Names of mappings whose `spec` is a pod spec."""
_WITH_POD_SPECS = (_POD_TEMPLATE, "podtemplates", "podtemplatespec")
"""How names of such mappings end, or of lists of them: ClickHouse's `podTemplates`."""
_SPECS = ("spec", "specs")
"""How names end of mappings whose `spec` is a pod spec if it has `containers`: Seldon's `componentSpecs`."""
_OF_TEMPLATES = frozenset(
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
"""Fields beside `containers` that only pod specs have. Other mappings, too, have affinity, tolerations and volumes."""

FAMILIES = (FAMILY, VOLUME_FAMILY)

_INJECTED = "auto"
"""Istio's gateway injection replaces it: https://istio.io/latest/docs/setup/additional-setup/gateway."""
PLACEHOLDERS = frozenset(("", _INJECTED))
"""Values of a container's `image` that are no image."""


def is_concerned(_api: Api, _key: str, keys: tuple[str, ...]) -> bool:
    """Whether a mapping with these keys has lists of containers or volumes."""
    return not IMAGES.keys().isdisjoint(keys)


def sites(mapping: MappingVisit, _: Context) -> Iterator[Site]:
    """The images of the containers and image volumes of a mapping, whether it is a pod spec or not."""
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

    * In an object of Kubernetes' own API it always is.
    * In a text without an API it is one if it has the `containers` of a pod. `initContainers` and `volumes` do not
      tell, as the values of charts have them anywhere, and Azure's pipelines have `containers` of their own.
    * In a custom resource it is one by its name, or by a field beside the containers: any mapping may have `containers`
      there, such as Cloud Run's `template` and MinIO's `sideCars`. The catalogue lists names that deceive.
    """
    if not kinds.is_custom(mapping.api.group):
        return not in_text or bool(mapping.api.kind) or _has_containers_of_pods(mapping)
    is_one = _is_named_so(mapping) or (_CONTAINERS in mapping.keys and not _OF_PODS.isdisjoint(mapping.keys))
    return is_one and not kinds.lacks_pull_secrets(mapping.api, mapping.path)


def is_spec_of_template(path: Path, names: Collection[str]) -> bool:
    """Whether a mapping is the `spec` of a pod template by its place, whether it has containers or not.

    Args:
        path: its place.
        names: the names of its fields.
    """
    if path is None or path[1] != _SPEC or path[0] is None:
        return False
    above = path[0][1]
    return above in _TEMPLATES_OF_PODS or (above == _TEMPLATE and not _OF_TEMPLATES.isdisjoint(names))


def _has_containers_of_pods(mapping: MappingVisit) -> bool:
    """Whether a mapping has containers with a name, as each one of a pod must, or is called `spec`, or nothing."""
    containers = dict(mapping.pairs).get(_CONTAINERS)
    listed = containers.value if isinstance(containers, yaml.SequenceNode) else []
    return bool(listed) and (mapping.key in ("", _SPEC) or any("name" in fields_of(item) for item in listed))


def _is_named_so(mapping: MappingVisit) -> bool:
    """Whether a mapping is a pod spec by its name, `podSpec`, or by that and the name above it, `template.spec`."""
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
    """Whether a `spec` with containers is a pod spec, by the name of the mapping that has it, in lower case."""
    is_like_one = not _OF_TEMPLATES.isdisjoint(mapping.keys)
    return name.endswith(_SPECS) or (is_like_one and name.endswith(_TEMPLATE))


def _of_container(place: ScalarVisit) -> Iterator[Site]:
    """The image of a container, or the images that a template falls back to.

    A tag or digest that a template fills in stays as it is.
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
