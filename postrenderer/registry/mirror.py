"""Copy images to the private registry, each only if it is not there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import parse
from postrenderer.registry.failures import ABSENT, DENIED, OTHER, RegistryError
from postrenderer.registry.skopeo import SOURCE, TARGET, Place, Skopeo, in_registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from postrenderer.registry.plan import Copy
    from postrenderer.registry.work import Crew

COPIED, REPLACED, PRESENT, FAILED = "copied", "replaced", "present", "failed"


class Outcome(NamedTuple):
    """What became of an image.

    Attributes:
        image: where it comes from and where it goes.
        status: one of the four above.
        digest: of what is at the target now; empty if that failed.
        note: why it failed, or what it replaced.
    """

    image: Copy
    status: str
    digest: str = ""
    note: str = ""


class Mirror:
    """Copies images between registries, or from folders. Call it with one of them; several threads may.

    Args:
        skopeo: does it.
        crew: tries again, where that may help.
        origin: where an image comes from, if that is not its registry, and its digest.
    """

    def __init__(self, skopeo: Skopeo, crew: Crew, origin: Callable[[Copy], tuple[Place, str]] | None = None) -> None:
        self._skopeo = skopeo
        self._crew = crew
        self._origin = origin or self._published

    def __call__(self, image: Copy) -> Outcome:
        """Copy an image, unless the target has it with the same digest."""
        try:
            return self._copy(image)
        except RegistryError as error:
            return Outcome(image, FAILED, note=str(error))

    def _copy(self, image: Copy) -> Outcome:
        pinned = parse(image.source).digest
        if pinned and self._there(image, pinned) == pinned:
            return Outcome(image, PRESENT, pinned)
        source, digest = self._origin(image)
        before = self._there(image, "")
        if before == digest and not pinned:
            return Outcome(image, PRESENT, digest)
        target = self._target(image)
        self._crew.attempt(lambda: self._skopeo.copy(source, target), *filter(None, (source.host, target.host)))
        after = self._there(image, pinned)
        if after != digest:
            raise RegistryError(OTHER, f"the target has {after or 'nothing'} after the copy of {digest}")
        if before and before != digest:
            return Outcome(image, REPLACED, digest, f"was {before}")
        return Outcome(image, COPIED, digest)

    def _published(self, image: Copy) -> tuple[Place, str]:
        """Return the place of an image by digest, so that a tag which moves in the meantime does no harm."""
        place = in_registry(image.source)
        digest = self._crew.attempt(lambda: self._skopeo.digest(place, SOURCE), place.host)
        if digest is None:
            raise RegistryError(ABSENT, f"there is no image {image.source}")
        return in_registry(image.source, digest=digest), digest

    def _there(self, image: Copy, digest: str) -> str | None:
        """Return the digest of the target; None if there is none, or if only the copy can tell.

        A registry may refuse to show a repository that is to be created by the first push.
        """
        place = in_registry(image.target, digest=digest) if digest else self._target(image)
        try:
            return self._crew.attempt(lambda: self._skopeo.digest(place, TARGET), place.host)
        except RegistryError as error:
            if error.kind == DENIED:
                return None
            raise

    @staticmethod
    def _target(image: Copy) -> Place:
        return in_registry(image.target, tag=tag_of(image.target))


def tag_of(target: str) -> str:
    """Return the tag to write: a digest alone gets one, as registries collect what has no tag as garbage.

    It is none of the tags that OCI's referrers and signatures use, which begin with `sha256-`.
    """
    reference = parse(target)
    digest = reference.digest.partition(":")[2]
    return reference.tag or (f"digest-{digest[:16]}" if digest else "latest")
