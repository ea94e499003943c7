"""Fields of any object, by their names: `image`, `initImage`, `imageName`; `repository` or `hub` with `tag`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import evidence, keys, named
from postrenderer.sites.podspec import PLACEHOLDERS
from postrenderer.sites.site import CERTAIN, STRONG, WEAK, Named, Scalar, Site, Span, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

from postrenderer.sites.site import Context, Mapping

FAMILY = "field"

_OPENSHIFT = "DockerImage"
"""The kind of an ObjectReference that names an image: ImageStream and BuildConfig, image.openshift.io/v1, build/v1."""


def sites(mapping: Mapping, _: Context) -> Iterator[Site]:
    """The images that a mapping's fields hold or make up."""
    scalars = [
        Named(key, value.value, 0, Scalar(value, (mapping.path, key), key))
        for key, value in mapping.pairs
        if isinstance(value, yaml.ScalarNode) and value.value and keys.read(key).role
    ]
    if not scalars:
        return
    of = {key: value.value for key, value in mapping.pairs if isinstance(value, yaml.ScalarNode)}
    if of.get("kind") == _OPENSHIFT:
        for value in scalars:
            if value.name == "name" and value.scalar:
                yield whole(value.scalar, FAMILY, CERTAIN, f"name of a {_OPENSHIFT}")
    for value, span in named.spans(scalars, image=keys.read(mapping.key).role == keys.IMAGE):
        if value.scalar:
            container = mapping.listed and value.name == "image" and "name" in of
            yield Site(value.scalar.node, _of_container(span) if container else span, FAMILY, value.scalar.path)


def _of_container(span: Span) -> Span:
    """An entry of a list with `name` and `image` is a container, so that a bare word is an image too."""
    text = evidence.read(span.reference)
    if span.level != WEAK or text is None or text.like_an_address or text.literal in PLACEHOLDERS:
        return span
    return span._replace(level=STRONG, reason="an entry with `name` and `image` is a container")
