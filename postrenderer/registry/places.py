"""Where an image is or goes, and how the registries there are reached: values for skopeo and for our own client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.images.reference import DEFAULT_TAG, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.registry.scratch import HandedFile

SOURCE, TARGET = "src", "dest"
"""The sides of a copy, as skopeo's flags name them."""


class ImagePlace(NamedTuple):
    """Where an image is or goes: as skopeo names it, and its parts; none of them if it is in a folder.

    Attributes:
        name: with skopeo's transport.
        host: of the registry, `host[:port]`.
        path: of the repository.
        tag: empty if there is a digest.
        digest: empty if there is a tag.
    """

    name: str
    host: str = ""
    path: str = ""
    tag: str = ""
    digest: str = ""

    def tagged(self, tag: str) -> ImagePlace:
        """Return the place of a tag in the same repository."""
        return self._replace(name=f"docker://{self.host}/{self.path}:{tag}", tag=tag, digest="")

    def pinned(self, digest: str) -> ImagePlace:
        """Return the place of a digest in the same repository."""
        return self._replace(name=f"docker://{self.host}/{self.path}@{digest}", tag="", digest=digest)


class Reach(NamedTuple):
    """How registries are reached.

    Attributes:
        authfiles: the docker config of each side, for skopeo.
        configs: the same, read.
        insecure: registries, `host[:port]`, whose certificates are not verified and which may speak HTTP.
        certificates: a folder with more authorities to trust; empty for none.
        environ: the environment of skopeo, which also names the proxies.
    """

    authfiles: Mapping[str, HandedFile]
    configs: Mapping[str, Mapping[str, Any]]
    insecure: frozenset[str]
    certificates: str
    environ: Mapping[str, str]


def in_registry(reference: str, *, digest: str = "", tag: str = "") -> ImagePlace:
    """Return the place of an image in its registry.

    Args:
        reference: of which the tag is left out if there is a digest: skopeo takes one of both.
        digest: instead of the reference's own.
        tag: instead of the reference's own tag and digest.
    """
    parsed = parse(reference)
    digest = "" if tag else digest or parsed.digest
    tag = "" if digest else tag or parsed.tag or DEFAULT_TAG
    suffix = f"@{digest}" if digest else f":{tag}"
    host, *path = parsed.components
    return ImagePlace(f"docker://{parsed.repository}{suffix}", host, "/".join(path), tag, digest)


def tag_of(target: str) -> str:
    """Return the tag to write.

    What is pinned by its digest moves no tag, and gets one of its own, as registries collect what has no tag as
    garbage. It is none of the tags that OCI's referrers and signatures use, which begin with `sha256-`.
    """
    reference = parse(target)
    digest = reference.digest.partition(":")[2]
    return f"digest-{digest[:16]}" if digest else reference.tag or DEFAULT_TAG
