"""The names of fields for pull secrets, and the form of such a field by its name and its value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from postrenderer.apis.forms import NAME, NAMES, OBJECT, OBJECTS
from postrenderer.sites.keys import hints_at_image, words
from postrenderer.text.mappings import is_empty, is_null
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection

USUAL = "imagePullSecrets"
"""The name in Kubernetes' own API, core/v1, and in most others."""
OBJECT_NAME = regex(r"[a-z0-9][a-z0-9.-]*")
"""What an object such as a Secret may be called (DNS subdomain, Kubernetes' object names)."""
_FIELD = regex(
    r"(?:[a-z]*pull(?:credentials?)?|(?:[a-z]*(?:image|container|docker))registry(?:credentials?)?)secrets?(?:refs?|names?)?"
    r"|imagesecret(?:ref|name)?"
)
"""The names in other APIs, in lower case: pullSecret, image_pull_secrets, packagePullSecrets, imagePullSecretName,
imageRegistrySecret, ee_pull_credentials_secret, imageSecret. KubeEdge's `imageSecrets` is `namespace/name`."""
_SWITCHES = frozenset(("true", "false", "True", "False"))
"""Values of a field that only switches pull secrets on or off."""
_SPLIT = frozenset(("repository", "image", "version"))
"""A mapping with these fields has pull secrets as a list of names: NVIDIA's operators, and others that copied them."""
_HUB = frozenset(("hub", "tag"))
"""So has a mapping with these: Istio's `global` values (istio-discovery, files/injection-template.yaml)."""
_IN_OTHER_CASES = frozenset(("image_pull_secrets", "image-pull-secrets"))
_OF_CHARTS, _REPOSITORY = "pullSecrets", frozenset(("repository", "repo"))
"""How the values of charts give the pull secrets of one image, as Bitnami's do: `{repository, tag, pullSecrets}`; F5's
and Neo4j's have a `repo`."""


_PODS = frozenset(("spec", "deployment", "statefulset", "daemonset", "values", "global", "overlay", "serviceaccount"))
_OF_PODS = ("template", "templatespec", "pod", "podspec")
"""Names of what says how the pods of the mapping around it are made, in lower case, and how they end: Strimzi's
`template.pod`, Tekton's `taskRunTemplate.podTemplate`, MatrixOne's `overlay`, the `serviceAccount` of Grafana's pods;
and of what charts share, Istio's `values.global`."""
_OF_ALL_PODS, _TEMPLATES = frozenset(("config", "pod", "podspec", "spec")), ("template", "templatespec")
"""Names of what says it of all pods, and how they end: not Strimzi's `buildPod`; and Aqua's `config`."""
_BUILD = "build"
_SHARED = frozenset(("account", "common", "global", "globals", "shared"))
"""Words for what the components of an object share: IBM's `shared_configuration` and `account`, Aqua's `common`."""


@lru_cache(maxsize=4096)
def is_about_pods(name: str) -> bool:
    """Whether what has this name says how the pods of the mapping around it are made."""
    return name.lower().endswith(_OF_PODS) or name.lower() in _PODS


@lru_cache(maxsize=4096)
def is_about_all_pods(name: str) -> bool:
    """Whether what has this name says how all pods of the mapping around it are made, not only those of builds."""
    plain = name.lower()
    return plain in _OF_ALL_PODS or plain.endswith(_TEMPLATES) or not _SHARED.isdisjoint(words(name))


@lru_cache(maxsize=4096)
def is_about_one_image(name: str) -> bool:
    """Whether what has this name is about one image, or about builds: `initContainerImage`, Strimzi's `buildPod`."""
    return hints_at_image(name) or _BUILD in words(name)


@lru_cache(maxsize=4096)
def is_field(name: str) -> bool:
    """Whether a field with this name holds pull secrets."""
    return "." not in name and _FIELD.fullmatch(name.replace("_", "").replace("-", "").lower()) is not None


def first(names: Collection[str]) -> str:
    """The field to take of several in one mapping: the usual one, else one that speaks of images, or of several.

    Flux has `artifactPullSecret` beside `imagePullSecret`, and AWX the older `image_pull_secret`.
    """
    return min(names, key=lambda name: (name != USUAL, "image" not in name, not name.endswith("s")))


def has_names(keys: Collection[str]) -> bool:
    """Whether a mapping with these keys keeps pull secrets in `imagePullSecrets`, as a list of names."""
    return _SPLIT.issubset(keys)


def keeps_names(name: str, keys: Collection[str]) -> bool:
    """Whether a field with this name, beside these, is a list of names where Kubernetes' own are of mappings.

    APIs that write names in another way than Kubernetes have lists of names: Kiali's and AWX' `image_pull_secrets`. So
    have those in which the list came later than a field for one name: NGINX Gateway Fabric's `imagePullSecret`.
    """
    if name in _IN_OTHER_CASES or (name.endswith("s") and name[:-1] in keys):
        return True
    if name == USUAL:
        return has_names(keys) or _HUB.issubset(keys)
    return name == _OF_CHARTS and not _REPOSITORY.isdisjoint(keys)


def form(value: yaml.Node) -> str:
    """The form of a field that holds pull secrets; empty if there is nothing in it, or none of its entries tells."""
    if isinstance(value, yaml.ScalarNode):
        return NAME if value.value not in _SWITCHES and not is_empty(value) else ""
    entry = value.value[0] if isinstance(value, yaml.SequenceNode) and value.value else None
    if entry is not None:
        return {yaml.ScalarNode: NAMES, yaml.MappingNode: OBJECTS}.get(type(entry), "")
    keys = [key.value for key, _ in value.value] if isinstance(value, yaml.MappingNode) else []
    return OBJECT if "name" in keys else ""


def held(value: yaml.Node) -> list[yaml.Node]:
    """The names of secrets in a field of any form, with what else stands there."""
    entries = value.value if isinstance(value, yaml.SequenceNode) else [value]
    texts = [[text for _, text in entry.value] if isinstance(entry, yaml.MappingNode) else [entry] for entry in entries]
    return [text for entry in texts for text in entry]


def form_of_empty(name: str, value: yaml.Node) -> str:
    """The form of a field in which nothing stands, by its name: the likeliest one, as public APIs have it.

    Where an empty text stands there can be no list, whatever the name says: `imagePullSecrets` of Che's image puller.
    """
    words = name.replace("_", "").replace("-", "").lower()
    if isinstance(value, yaml.ScalarNode) and not is_null(value):
        return NAME
    if isinstance(value, yaml.SequenceNode):
        return OBJECTS if words.endswith(("secret", "secrets")) else NAMES
    if isinstance(value, yaml.MappingNode) or words.endswith("ref"):
        return OBJECT
    return OBJECTS if words.endswith("secrets") else NAME
