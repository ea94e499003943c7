"""Is every image there on the private registry, with these credentials, and with the digest of its source?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import parse
from postrenderer.registry import referrers
from postrenderer.registry.failures import ABSENT, RegistryError
from postrenderer.registry.places import TARGET, ImagePlace, in_registry, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.registry.origins import Origin
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.referrers import Referrer
    from postrenderer.registry.remote import Remote

PRESENT, MISSING, DIFFERS, FAILED = "present", "missing", "differs", "failed"


class CheckedImage(NamedTuple):
    """An image that was looked for on the private registry.

    Attributes:
        image: where it comes from and where it is to be.
        status: one of the four above; `failed` if it cannot be told.
        digest: of the image on the private registry; empty if there is none.
        source_digest: of the image at its source; empty if nobody asked, or if the source cannot be reached.
        note: why it failed, or why the source could not be asked, in plain words.
    """

    image: ImageCopy
    status: str
    digest: str = ""
    source_digest: str = ""
    note: str = ""


class CheckImage:
    """Looks for images. Call it with one of them; several threads may.

    Args:
        remote: is asked.
        origin: the sources, if they are to be asked too, for digests.
        with_referrers: whether they are asked for signatures and the like as well.
    """

    def __init__(self, remote: Remote, origin: Origin | None, *, with_referrers: bool = True) -> None:
        self._remote = remote
        self._origin = origin
        self._with_referrers = with_referrers

    def __call__(self, image: ImageCopy) -> CheckedImage:
        """Look for an image."""
        pinned = parse(image.target).digest
        place = in_registry(image.target) if pinned else in_registry(image.target, tag=tag_of(image.target))
        try:
            digest = self._remote.digest(place, TARGET)
            if digest is None:
                return CheckedImage(image, MISSING)
            if pinned and digest != pinned:
                return CheckedImage(image, DIFFERS, digest, pinned, "the registry has other content under this digest")
            if self._origin is None or image.source == image.target:
                return CheckedImage(image, PRESENT, digest)
            return self._compare(image, place.pinned(digest), self._origin)
        except RegistryError as error:
            return CheckedImage(image, FAILED, note=str(error))

    def _compare(self, image: ImageCopy, place: ImagePlace, origin: Origin) -> CheckedImage:
        digest = place.digest
        try:
            source = origin.digest(image)
        except RegistryError as error:
            said = "the source has no such image any more" if error.kind == ABSENT else ""
            return CheckedImage(image, PRESENT, digest, note=said or f"the source could not be asked: {error}")
        if source != digest:
            return CheckedImage(image, DIFFERS, digest, source, f"the source has {source}")
        if not self._with_referrers:
            return CheckedImage(image, PRESENT, digest, source)
        manifest = self._remote.get(place, TARGET)
        try:
            wanted = origin.referrers(image, (digest, *(referrers.instances(manifest) if manifest else ())))
        except RegistryError as error:
            return CheckedImage(image, PRESENT, digest, source, f"its signatures could not be looked up: {error}")
        return missing_referrers(self._remote, place, wanted, CheckedImage(image, PRESENT, digest, source))


def missing_referrers(
    remote: Remote, place: ImagePlace, wanted: Iterable[Referrer], finding: CheckedImage
) -> CheckedImage:
    """Return what was found of an image, or that one of its referrers is missing.

    Args:
        remote: is asked.
        place: the image on the private registry, by its digest.
        wanted: what goes with the image.
        finding: of the image itself.

    Raises:
        RegistryError: the private registry cannot be asked.
    """
    lists: dict[str, set[str]] = {}
    for referrer in wanted:
        if referrer.tag:
            found = remote.digest(place.tagged(referrer.tag), TARGET)
            is_there = found == referrer.digest
        else:
            listed = lists.get(referrer.subject)
            if listed is None:
                listed = lists[referrer.subject] = referrers.listed(remote, place.pinned(referrer.subject), TARGET)
            is_there = referrer.digest in listed
            found = None
        if not is_there:
            name = referrer.tag or f"{referrer.digest}, which refers to {referrer.subject}"
            status = DIFFERS if found else MISSING
            return finding._replace(status=status, note=f"signatures or attestations of its source are missing: {name}")
    return finding
