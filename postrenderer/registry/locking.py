"""Resolves the images of a lock at registries, and proves that the private registry holds the images of a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.pins import key
from postrenderer.images.reference import parse
from postrenderer.registry import platforms, referrers
from postrenderer.registry.check import DIFFERS, FAILED, MISSING, PRESENT, CheckedImage, missing_referrers
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.places import SOURCE, TARGET, in_registry, tag_of
from postrenderer.registry.plan import ImageCopy
from postrenderer.registry.record import Known
from postrenderer.registry.referrers import Referrer
from postrenderer.settings.lockfile import LockedImage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.registry.origins import Origin, Wishes
    from postrenderer.registry.remote import Remote
    from postrenderer.settings.lockfile import Lock


class ResolvedImage(NamedTuple):
    """An image and its entry in a lock, or why it has none."""

    image: ImageCopy
    locked: LockedImage | None
    note: str = ""


class Resolve:
    """Finds the entries of a lock. Call it with an image; several threads may.

    The private registry's digest counts; where it has no such image yet, the one that `mirror` would put there.

    Args:
        remote: is asked.
        wishes: what is wanted of images.
        origin: their sources.
    """

    def __init__(self, remote: Remote, wishes: Wishes, origin: Origin) -> None:
        self._remote = remote
        self._wishes = wishes
        self._origin = origin

    def __call__(self, image: ImageCopy) -> ResolvedImage:
        """Find the entry of an image."""
        try:
            return ResolvedImage(image, self._locked(image))
        except RegistryError as error:
            return ResolvedImage(image, None, str(error))

    def _locked(self, image: ImageCopy) -> LockedImage:
        target = parse(image.target)
        place, side = in_registry(image.target, tag="" if target.digest else tag_of(image.target)), TARGET
        manifest = self._remote.get(place, side)
        if manifest is None:
            manifest = self._origin.manifest(image)
            place, side = in_registry(image.source), SOURCE
        digests = (manifest.digest, *referrers.instances(manifest))
        found = referrers.find(self._remote, place, side, digests) if self._wishes.referrers else []
        return LockedImage(
            image.source,
            target.repository,
            manifest.digest,
            "" if target.digest else tag_of(image.target),
            platforms.names(manifest),
            tuple((item.digest, item.subject, item.tag) for item in found),
        )


class CheckLock:
    """Proves the private registry against a lock. Call it with an image; several threads may.

    Args:
        remote: is asked.
        lock: what should be there.
        with_referrers: whether what goes with an image is looked for, too.
    """

    def __init__(self, remote: Remote, lock: Lock, *, with_referrers: bool = True) -> None:
        self._remote = remote
        self._with_referrers = with_referrers
        self._locked = {key(name): image for image in lock.images for name in image.names}

    def __call__(self, image: ImageCopy) -> CheckedImage:
        """Look for an image with the digest and the referrers that the lock has."""
        locked = self._locked.get(key(image.target))
        if locked is None:
            return CheckedImage(image, MISSING, note="it is not in the lock")
        place = in_registry(locked.reference)
        try:
            digest = self._remote.digest(place, TARGET)
            if digest is None:
                return CheckedImage(image, MISSING, source_digest=locked.digest)
            if digest != locked.digest:
                return CheckedImage(image, DIFFERS, digest, locked.digest, f"the lock has {locked.digest}")
            wanted = [Referrer(*referrer) for referrer in locked.referrers if self._with_referrers]
            finding = CheckedImage(image, PRESENT, digest, locked.digest)
            return missing_referrers(self._remote, place.pinned(digest), wanted, finding)
        except RegistryError as error:
            return CheckedImage(image, FAILED, note=str(error))


def copies(lock: Lock) -> list[ImageCopy]:
    """Return the images of a lock."""
    return [ImageCopy(image.source, image.reference) for image in lock.images]


def known(lock: Lock) -> dict[str, Known]:
    """Return what a lock knows of where the images on the private registry came from."""
    found = {image.reference: Known(image.digest, image.source) for image in lock.images}
    for image in lock.images:
        tags = [(tag, digest) for digest, _, tag in image.referrers if tag]
        found.update({f"{image.target}:{tag}": Known(digest, image.source) for tag, digest in tags})
    return found


def merged(old: Iterable[LockedImage], new: Iterable[LockedImage]) -> tuple[LockedImage, ...]:
    """Return the entries of two locks; the second one's count."""
    return tuple({image.reference: image for image in (*old, *new)}.values())
