"""The grammar of names: what fields, variables and flags say about the text that they hold.

The same few words name images everywhere: `imageRepository`, `SIDECAR_IMAGE_TAG`, `--helper-image`, `trivy.repository`,
`image_version`. A name is cut into words; the last ones tell the role, the others the stem that belongs together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

IMAGE = "image"
"""A whole image, or its name where other parts stand beside it."""
MENTION = "mention"
"""`image` stands somewhere in the name, so the text may be an image."""
REGISTRY = "registry"
REPOSITORY = "repository"
TAG = "tag"
NAME = "name"
"""The bare word `name`, which means an image only inside a field that names one."""
OTHER = ""

_IMAGES = frozenset(("image", "images", "img"))
_AFTER_IMAGE = frozenset(("env", "full", "name", "path", "pull", "ref", "reference", "spec", "uri", "url", "value"))
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
    "name": NAME,
}
_NO_IMAGE = frozenset(
    ("policy", "secret", "secrets", "type", "format", "size", "port", "timeout", "gc", "host", "hostname", "dir", "key")
)
"""Words that, behind `image`, name something about images: imagePullPolicy, imagePullSecrets, imageGCHighThreshold."""
_ARTIFACTS = frozenset(
    (
        "bundle",
        "chart",
        "charts",
        "db",
        "database",
        "helm",
        "git",
        "oci",
        "plugin",
        "plugins",
        "model",
        "models",
        "policies",
    )
)
"""Words for what is kept in registries and repositories beside images, which no kubelet pulls."""
_COPIES = frozenset(("original", "merged", "applied"))
"""Words for texts that repeat, for information, what is in force elsewhere: last-applied-configuration."""
_COPIED = frozenset(("destination", "dest", "dst", "src", "push", "output"))
"""Words for where images are copied from and to: they stay, or the copy would read what it is to write."""


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


def words(name: str) -> list[str]:
    """The words of a name in camel, snake, kebab or dotted case, in lower case: `dockerImageName`, `docker_image`."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=8192)
def read(name: str) -> Word:
    """Read a name by the grammar above."""
    parts = words(name)
    image = not _IMAGES.isdisjoint(parts)
    if not _COPIED.isdisjoint(parts) or (not image and not _ARTIFACTS.isdisjoint(parts)):
        return Word(OTHER, tuple(parts), image=False)
    end = len(parts)
    while image and end > 1 and parts[end - 1] in _AFTER_IMAGE:
        end -= 1
    last = parts[end - 1] if end else ""
    if last in _IMAGES and not _has_pull_words(parts[end:]):
        return Word(IMAGE, _stem(parts[: end - 1]), image)
    role = _ROLES.get(parts[-1], OTHER) if parts else OTHER
    if role != OTHER:
        return Word(role, _stem(parts[:-1]), image)
    return Word(MENTION if image and _NO_IMAGE.isdisjoint(parts) else OTHER, tuple(parts), image)


@lru_cache(maxsize=8192)
def names_artifact(name: str) -> bool:
    """Whether a name is one of what is kept in registries beside images."""
    parts = words(name)
    return _IMAGES.isdisjoint(parts) and not _ARTIFACTS.isdisjoint(parts)


@lru_cache(maxsize=8192)
def names_copy(name: str) -> bool:
    """Whether what has this name only repeats what is in force elsewhere."""
    return not _COPIES.isdisjoint(words(name))


def _has_pull_words(after: list[str]) -> bool:
    return after == ["pull"]


def _stem(parts: list[str]) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in _IMAGES)
