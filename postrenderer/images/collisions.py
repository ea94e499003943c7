"""Two different images that would become one on the private registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.images.reference import DEFAULT_TAG, DOCKER_HUB, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.images.reference import Reference

_SAME = {"k8s.gcr.io": "registry.k8s.io", "mirror.gcr.io": DOCKER_HUB}
"""Registries that serve the images of another one: https://kubernetes.io/blog/2023/03/10/image-registry-redirect,
https://cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images."""


def check(moves: Iterable[tuple[str, str]]) -> None:
    """Refuse two source repositories that become one with the same tag, unless both have the same digest.

    Args:
        moves: each image's reference before and after; what stays the same is passed over.

    Raises:
        AcregError: the cluster could not tell two images apart.
    """
    taken: dict[tuple[tuple[str, ...], str], tuple[str, tuple[str, ...], str]] = {}
    for before, after in dict.fromkeys(moves):
        source, target = parse(before), parse(after)  # a lock may have put a digest into the second one
        if before == after or (source.digest and not target.tag):
            continue  # what is named by its digest alone is the same content wherever it is
        own = (before, origin(source), source.digest)
        other = taken.setdefault((target.components, target.tag or DEFAULT_TAG), own)
        same_content = source.digest and source.digest == other[2]
        if other[1] != own[1] and not same_content:
            hosts = "" if other[1][0] == own[1][0] else " With `keepHost: true` (--keep-host) each keeps its host."
            raise AcregError(
                f"`{other[0]}` and `{before}` are two images, and both would become `{after}`. Move one of them"
                f" elsewhere with an entry under `rules`, or name it under `keep`.{hosts}"
            )


def origin(reference: Reference) -> tuple[str, ...]:
    """Return the repository that a reference's images come from, the same for registries that serve the same images."""
    host, *path = reference.components
    return (_SAME.get(host, host), *path)
