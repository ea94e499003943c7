"""Copy images to the private registry, each only if it is not there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.reference import parse
from postrenderer.registry.failures import DENIED, FULL, RegistryError
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
        crew: tries again, and is stopped when one failure means that all the others will fail too.
        origin: where an image comes from, if that is not its registry, and its digest.
    """

    def __init__(self, skopeo: Skopeo, crew: Crew, origin: Callable[[Copy], tuple[Place, str]] | None = None) -> None:
        self._skopeo = skopeo
        self._crew = crew
        self._origin = origin or self._published
        self._reached = False

    def __call__(self, image: Copy) -> Outcome:
        """Copy an image, unless the target has it with the same digest."""
        try:
            return self._copy(image)
        except RegistryError as error:
            return Outcome(image, FAILED, note=str(error))

    def _copy(self, image: Copy) -> Outcome:
        pinned = parse(image.source).digest
        if pinned and self._crew.attempt(lambda: self._there(image, pinned)) == pinned:
            self._reached = True
            return Outcome(image, PRESENT, pinned)
        source, digest = self._origin(image)
        before = self._crew.attempt(lambda: self._there(image, ""))
        if before == digest and not pinned:
            self._reached = True
            return Outcome(image, PRESENT, digest)
        self._write(source, self._target(image), image)
        after = self._crew.attempt(lambda: self._there(image, pinned))
        if after != digest:
            raise RegistryError("other", f"the target has {after or 'nothing'} after the copy of {digest}")
        if before and before != digest:
            return Outcome(image, REPLACED, digest, f"was {before}")
        return Outcome(image, COPIED, digest)

    def _published(self, image: Copy) -> tuple[Place, str]:
        """Return the place of an image by digest, so that a tag which moves in the meantime does no harm."""
        try:
            digest = self._crew.attempt(lambda: self._skopeo.digest(in_registry(image.source), SOURCE))
        except RegistryError as error:
            raise RegistryError(error.kind, f"source: {error}") from None
        if digest is None:
            raise RegistryError("absent", f"source: there is no image {image.source}")
        return in_registry(image.source, digest=digest), digest

    def _there(self, image: Copy, digest: str) -> str | None:
        """Return the digest of the target; None if there is none, or if only the copy can tell.

        A registry may refuse to show a repository that is to be created by the first push.
        """
        place = in_registry(image.target, digest=digest) if digest else self._target(image)
        try:
            return self._skopeo.digest(place, TARGET)
        except RegistryError as error:
            if error.kind == DENIED:
                return None
            raise RegistryError(error.kind, f"target: {error}") from None

    @staticmethod
    def _target(image: Copy) -> Place:
        return in_registry(image.target, tag=tag_of(image.target))

    def _write(self, source: Place, target: Place, image: Copy) -> None:
        try:
            self._crew.attempt(lambda: self._skopeo.copy(source, target))
        except RegistryError as error:
            if error.kind == DENIED and not self._reached:
                host = parse(image.target).host
                self._crew.stop(f"{host} refuses the credentials, and too many tries could lock the account")
            if error.kind == FULL:
                self._crew.stop("the disk is full")
            raise
        self._reached = True


def tag_of(target: str) -> str:
    """Return the tag to write: a digest alone gets one, as registries collect what has no tag as garbage.

    It is none of the tags that OCI's referrers and signatures use, which begin with `sha256-`.
    """
    reference = parse(target)
    digest = reference.digest.partition(":")[2]
    return reference.tag or (f"digest-{digest[:16]}" if digest else "latest")
