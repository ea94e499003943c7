"""The grammar of names: what fields, variables and flags say about the text that they hold.

The same few words name images everywhere: `imageRepository`, `SIDECAR_IMAGE_TAG`, `--helper-image`, `trivy.repository`,
`image_version`. A name is cut into words; the last ones tell the role, the others the stem that belongs together.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from postrenderer.text.regex import regex

_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

IMAGE = "image"
"""A whole image, or its name where other parts stand beside it."""
MENTION = "mention"
"""`image` stands somewhere in the name, or `container` at its end, so the text may be an image."""
REGISTRY = "registry"
REPOSITORY = "repository"
TAG = "tag"
PREFIX = "prefix"
"""A registry or a path in it to which names of images are added elsewhere; only tables of known fields say so."""
HOST = "host"
"""A registry that can have no path; only tables say so, too."""
UNPULLED = "unpulled"
"""References that no node pulls: artifacts of other kinds, and where images are copied from and to."""
QUOTED = "quoted"
"""A text that speaks of images and is not in force: copies for information, queries, conditions, prose."""
NAME = "name"
"""The word `name` at the end, which is the name of an image where its registry and its tag stand beside it."""
OTHER = ""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IMAGES = _set("image images img")
_AFTER_IMAGE = _set("env name pull ref reference spec value")
"""Words that may follow `image` in the name of what holds one: imageName, imageRef, imagePullSpec, X_IMAGE_ENV."""
_ROLES = {
    "registry": REGISTRY,
    "hub": REGISTRY,
    "repository": REPOSITORY,
    "repo": REPOSITORY,
    "tag": TAG,
    "version": TAG,
    "digest": TAG,
    "sha": TAG,
    "sha256": TAG,
}
_AFTER_REGISTRY = _set("override prefix url")
"""Words that may follow a role: MONGODB_REPO_URL, registryOverride, docker_registry_prefix."""
_PREFIX = ("image", "prefix")
"""The last words of what is put in front of images without a word of a registry: imagePrefix."""
_GLUED = {"containerregistry": ("container", "registry"), "imageregistry": ("image", "registry")}
"""Words that are written as one: VM_CONTAINERREGISTRY of VictoriaMetrics' operator."""
GLUED_IMAGE = "image"
"""The end of words in lower case that are two: `sidecarimage` of openGauss' operator."""
_PICTURES = _set("avatar background banner favicon icon logo thumbnail")
_NO_IMAGE = _PICTURES | _set(
    "bucket const dir enum format gc host hostname key policy port secret secrets size timeout type"
)
"""Words that, beside `image`, name something about images, or a picture: imagePullPolicy, imageGCHighThreshold."""
_ARTIFACTS = _set("bundle chart charts model models oci policies")
"""Words for what is kept in registries beside images, which no kubelet pulls."""
_STORES = _set("database db git github helm maven npm schema")
"""Words that make another thing than an image of a repository or registry: GIT_REPO, schema.registry.url."""
_COPIED = _set("dest destination destinations dst output push src")
"""Words for where images are copied from and to: they stay, or the copy would read what it is to write."""
COPYING = _set("buildah buildctl cosign crane gcrane imgpkg kaniko kaniko-project ko oras pack regctl regsync skopeo")
"""Tools that read or write the very registry that they are told, by their names or those of their images."""
PULLED = _set("builder run-image lifecycle-image jib.from.image Djib.from.image")
"""Flags of such tools for what they run or build upon: pack's, and jib's."""
BUILD_ARGUMENT = "build-arg"
"""The flag of an argument of a build, often what it builds upon: kaniko's, buildah's and docker's."""
_RULES = _set(
    "allow allowed allowlist blocked deny denied denylist exclude excluded forbidden ignore ignored match matches"
    " mirrors sources"
)
"""Words for images that are compared with others: allowed_images of GitLab's runner, matchImages of the kubelet, the
imageContentSources of OpenShift, which say where mirrors are."""
_DESTINATION = ("to", "image")
"""The last words of where a build goes: jib.to.image."""
_OF_A_CONTAINER = ("container.apparmor.security.beta.kubernetes.io/", "container.seccomp.security.alpha.kubernetes.io/")
"""Annotations whose names end in the name of a container; their values are profiles."""
_COPIES = _set("applied merged original")
"""Words for texts that repeat, for information, what is in force elsewhere: last-applied-configuration."""
_PROSE = _set(
    "abstract comment conclusion desc description help instructions introduction message readme summary title"
)
"""Words at the end of names of texts for people: failedTaskHelp, longDescription, README."""
_SPEECH = _PROSE | _set("condition const enum expr expression pattern query regex")
"""Names of such texts, and of queries and conditions, in which an image is a value to compare with."""
COMPARED = r"\w{0,64}\s{0,8}(?:!=|=~|==)"
"""What stands behind `image` in a query that compares images, as dashboards and rules have it."""
_MARKDOWN, _SHOWN = ".md", ("display", "name")
"""How the names of files of prose end, and those of names for people."""
_QUERY = regex("(?i:mage)" + COMPARED)
_ATTRIBUTE = "container.image."
"""How rules and traces name what they know of a running container: OpenTelemetry's and Falco's attributes."""

_LABELS = _set("labels selector")
"""Words at the end of names of labels and of what selects by them, which have neither `/` nor `:` in their values."""
_SOURCES = _set("branch chart charts dependencies git github oci")
"""Words beside or above a `repository` that is one of charts or code: Gardener's `ociRepository` holds a chart."""
_SOURCE = "source"
"""The word in the name of a repository of code."""


HINT_WORDS = tuple(sorted({*_IMAGES, *(word for word, role in _ROLES.items() if role in (REGISTRY, REPOSITORY))}))
"""One of these words stands in the name of every image, or of a part of it: a tag alone makes none."""
HINTS = tuple(word for word in HINT_WORDS if not any(word.startswith(other) for other in HINT_WORDS if other != word))
"""The same without those that begin with another one."""


URL, FROM = "docker://", "FROM "
"""What stands before images in CI and in Dockerfiles."""
DOCKER = (URL, FROM)
ARTIFACTS = ("oci://", "registry://")
"""What stands before OCI artifacts in the fields of controllers."""


class Word(NamedTuple):
    """What a name says.

    Attributes:
        role: what its text is for.
        stem: the words that it shares with the names of the other parts.
        image: whether `image` is one of its words.
    """

    role: str
    stem: tuple[str, ...]
    image: bool


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in camel, snake, kebab or dotted case, in lower case: `dockerImageName`, `docker_image`."""
    return tuple(part for word in _WORD.findall(name) for part in _cut(word))


@lru_cache(maxsize=8192)
def read(name: str) -> Word:
    """Read a name by the grammar above."""
    parts = words(name)
    image = not _IMAGES.isdisjoint(parts)
    role = _no_image(name, parts, image=image)
    if role:
        return Word(role, parts, image=False)
    end = len(parts)
    while image and end > 1 and parts[end - 1] in _AFTER_IMAGE:
        end -= 1
    if end and parts[end - 1] in _IMAGES and parts[end:] != ("pull",) and _NO_IMAGE.isdisjoint(parts):
        return Word(IMAGE, _stem(parts[: end - 1]), image)
    role, stem = _part(parts)
    if role != OTHER:
        return Word(role, _stem(stem), image)
    if (image and _NO_IMAGE.isdisjoint(parts)) or parts[-1:] == ("container",):
        return Word(MENTION, _stem(parts[:-1]) if is_name(name) else parts, image)
    if is_name(name):
        return Word(NAME, parts[:-1], image)
    return Word(OTHER, parts, image)


@lru_cache(maxsize=8192)
def hints_at_image(name: str) -> bool:
    """Whether a name has one of the words without which nothing below it is an image by its name."""
    return not set(HINT_WORDS).isdisjoint(words(name))


@lru_cache(maxsize=8192)
def is_name(name: str) -> bool:
    """Whether the last word is `name`: in front of a version it names what has that, as IMAGE_HTTPD_NAME does."""
    return words(name)[-1:] == (NAME,)


def says_source(name: str) -> bool:
    """Whether a repository beside or below what has this name is one of charts or code."""
    return not _SOURCES.isdisjoint(words(name))


def says_code(name: str) -> bool:
    """Whether a repository that has this name is one of code, as Gardener's `sourceRepository` is."""
    parts = words(name)
    return _SOURCE in parts and _IMAGES.isdisjoint(parts)


def says_labels(name: str) -> bool:
    """Whether what has this name holds labels or selects by them: `image: nginx` is no image there."""
    return not _LABELS.isdisjoint(words(name)[-1:])


def says_copy(name: str) -> bool:
    """Whether what has this name is where images are copied from or to."""
    return not _COPIED.isdisjoint(words(name))


def _cut(word: str) -> tuple[str, ...]:
    """The words that one is written of, in lower case."""
    front = word.removesuffix(GLUED_IMAGE)
    if front not in ("", word) and word.islower():
        return front, GLUED_IMAGE
    return _GLUED.get(word.lower(), (word.lower(),))


def _no_image(name: str, parts: tuple[str, ...], *, image: bool) -> str:
    """The role of a name that says of its text that it is no image, whatever it looks like."""
    if not _COPIED.isdisjoint(parts) or parts[-2:] == _DESTINATION:
        return UNPULLED
    if name.startswith(_OF_A_CONTAINER):
        return QUOTED
    if name.startswith(_ATTRIBUTE) or (image and _QUERY.search(name)):
        return QUOTED
    if image:
        return OTHER if _RULES.isdisjoint(parts) else UNPULLED
    if not _COPIES.isdisjoint(parts) or (len(parts) == 1 and parts[0] in _SPEECH) or _is_prose(name, parts):
        return QUOTED
    stored = _part(parts)[0] != OTHER and not _STORES.isdisjoint(parts)
    return UNPULLED if stored or not _ARTIFACTS.isdisjoint(parts) else OTHER


def _is_prose(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a name is that of a text for people, or of a file of such a text."""
    return name.endswith(_MARKDOWN) or parts[-2:] == _SHOWN or not _PROSE.isdisjoint(parts[-1:])


def _part(parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The part of an image that the last words of a name tell, and the words in front of them."""
    if parts[-2:] == _PREFIX:
        return REGISTRY, parts[:-2]
    end = len(parts)
    if end > 1 and parts[-1] in _AFTER_REGISTRY and _ROLES.get(parts[-2], TAG) != TAG:
        end -= 1
    return (_ROLES.get(parts[end - 1], OTHER), parts[: end - 1]) if parts else (OTHER, parts)


def _stem(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in _IMAGES)
