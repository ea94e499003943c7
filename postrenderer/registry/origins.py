"""Where images come from, and what is wanted of them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import parse
from postrenderer.registry import platforms, referrers
from postrenderer.registry.failures import ABSENT, DAMAGED, RegistryError
from postrenderer.registry.places import SOURCE, ImagePlace, in_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postrenderer.registry.manifests import Manifest
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.referrers import Referrer
    from postrenderer.registry.remote import Remote


_REMEMBERED = 64
"""Manifests: more than images are worked on at once."""


class Wishes(NamedTuple):
    """Which parts of an image are copied, and which references may be replaced.

    Attributes:
        platforms: all, if there are none.
        referrers: whether its signatures, attestations and SBOMs are copied too.
        replace: references, of the source or the target, that may replace an image of another source.
    """

    platforms: tuple[str, ...] = ()
    referrers: bool = True
    replace: frozenset[str] = frozenset()


class Origin:
    """Where images come from: their registries. `carried.CarriedFolder` is another one.

    Args:
        remote: is asked.
        wishes: what is wanted of them.
    """

    def __init__(self, remote: Remote, wishes: Wishes) -> None:
        self._remote = remote
        self._wishes = wishes
        self._fetched = lru_cache(_REMEMBERED)(self._fetch)  # one copy asks for it several times

    def digest(self, image: ImageCopy) -> str:
        """Return the digest that an image is to have.

        Raises:
            RegistryError: there is none, or its registry cannot be asked.
        """
        if self._wishes.platforms:
            return self.manifest(image).digest
        digest = self._remote.digest(in_registry(image.source), SOURCE)
        if digest is None:
            raise RegistryError(ABSENT, f"there is no image {image.source}")
        see_that_it_is(image.source, digest)
        return digest

    def manifest(self, image: ImageCopy) -> Manifest:
        """Return the manifest that an image is to have.

        Raises:
            RegistryError: there is none, or its registry cannot be asked.
        """
        return self._fetched(image.source)

    def _fetch(self, source: str) -> Manifest:
        manifest = self._remote.get(in_registry(source), SOURCE)
        if manifest is None:
            raise RegistryError(ABSENT, f"there is no image {source}")
        see_that_it_is(source, manifest.digest)
        return platforms.reduced(manifest, self._wishes.platforms, source, is_pinned=bool(parse(source).digest))

    def place(self, image: ImageCopy, digest: str) -> ImagePlace:
        """Return where a digest of an image's repository is, so that a tag which moves in the meantime does no harm."""
        return in_registry(image.source, digest=digest)

    def has(self, image: ImageCopy, digest: str) -> bool:
        """Tell whether the source has a digest, too."""
        try:
            return self._remote.digest(self.place(image, digest), SOURCE) == digest
        except RegistryError:
            return False

    def referrers(self, image: ImageCopy, digests: Sequence[str]) -> list[Referrer]:
        """Return the referrers of an image.

        Raises:
            RegistryError: its registry cannot be asked.
        """
        return referrers.find(self._remote, in_registry(image.source), SOURCE, digests)


def see_that_it_is(reference: str, digest: str) -> None:
    """See that what was found has the digest that a reference names, if it names one.

    Raises:
        RegistryError: it has another one.
    """
    if parse(reference).digest not in ("", digest):
        raise RegistryError(DAMAGED, f"where {reference} should be, there is {digest}, which is another image")
