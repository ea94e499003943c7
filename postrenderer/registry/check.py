"""Is every image there on the private registry, with these credentials, and with the digest of its source?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import parse
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.mirror import tag_of
from postrenderer.registry.skopeo import SOURCE, TARGET, Skopeo, in_registry

if TYPE_CHECKING:
    from postrenderer.registry.plan import Copy
    from postrenderer.registry.work import Crew

PRESENT, MISSING, DIFFERS, FAILED = "present", "missing", "differs", "failed"


class Finding(NamedTuple):
    """What was found of an image.

    Attributes:
        image: where it comes from and where it is to be.
        status: one of the four above; `failed` if it cannot be told.
        digest: of the image on the private registry; empty if there is none.
        source_digest: of the image at its source; empty if nobody asked, or if the source cannot be reached.
        note: why it failed, or why the source could not be asked, in plain words.
    """

    image: Copy
    status: str
    digest: str = ""
    source_digest: str = ""
    note: str = ""


class Check:
    """Looks for images. Call it with one of them; several threads may.

    Args:
        skopeo: does it.
        crew: tries again.
        digests: whether the source is asked too.
    """

    def __init__(self, skopeo: Skopeo, crew: Crew, *, digests: bool) -> None:
        self._skopeo = skopeo
        self._crew = crew
        self._digests = digests

    def __call__(self, image: Copy) -> Finding:
        """Look for an image."""
        pinned = parse(image.target).digest
        place = in_registry(image.target) if pinned else in_registry(image.target, tag=tag_of(image.target))
        try:
            digest = self._crew.attempt(lambda: self._skopeo.digest(place, TARGET), place.host)
        except RegistryError as error:
            return Finding(image, FAILED, note=str(error))
        if digest is None:
            return Finding(image, MISSING)
        if pinned and digest != pinned:
            return Finding(image, DIFFERS, digest, pinned, "the registry has other content under this digest")
        if not self._digests or image.source == image.target:
            return Finding(image, PRESENT, digest)
        return self._compare(image, digest)

    def _compare(self, image: Copy, digest: str) -> Finding:
        place = in_registry(image.source)
        try:
            source = self._crew.attempt(lambda: self._skopeo.digest(place, SOURCE), place.host)
        except RegistryError as error:
            return Finding(image, PRESENT, digest, note=f"the source could not be asked: {error}")
        if source is None:
            return Finding(image, PRESENT, digest, note="the source has no such image any more")
        if source != digest:
            return Finding(image, DIFFERS, digest, source, f"the source has {source}")
        return Finding(image, PRESENT, digest, source)
