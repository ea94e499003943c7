"""Copy images to the private registry, each only if it is not there already, with its referrers.

What is there and is another image is replaced only if it came from the same source: the record says so, or the source
has that digest, too. Else it is refused, as another release may run it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from postrenderer.images.reference import parse
from postrenderer.registry import platforms, referrers
from postrenderer.registry.failures import DENIED, OTHER, REFUSED, UNMADE, RegistryError
from postrenderer.registry.outcome import COPIED, FAILED, PRESENT, REPLACED, CopyOutcome
from postrenderer.registry.places import TARGET, ImagePlace, in_registry, tag_of
from postrenderer.registry.record import is_same_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from postrenderer.registry.carried import CarriedFolder
    from postrenderer.registry.origins import Origin, Wishes
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.record import Record
    from postrenderer.registry.referrers import Referrer
    from postrenderer.registry.remote import Remote


class Mirror:
    """Copies images to the private registry. Call it with one of them; several threads may.

    Args:
        remote: does it.
        wishes: what is wanted.
        record: what was copied before.
        origin: where images come from.
        create: makes the repository of a place, or says that it must be made.
    """

    def __init__(
        self,
        remote: Remote,
        wishes: Wishes,
        record: Record,
        origin: Origin | CarriedFolder,
        create: Callable[[ImagePlace, RegistryError], None],
    ) -> None:
        self._remote = remote
        self._wishes = wishes
        self._record = record
        self._origin = origin
        self._create = create
        self._lists = threading.Lock()

    def __call__(self, image: ImageCopy) -> CopyOutcome:
        """Copy an image, unless the target has it with the same digest, and its referrers."""
        try:
            outcome = self._copy(image)
        except RegistryError as error:
            return CopyOutcome(image, REFUSED if error.kind == REFUSED else FAILED, note=str(error))
        if not self._wishes.referrers:
            return outcome
        try:
            found = self._bring_all(image, outcome.digest)
        except RegistryError as error:
            if outcome.status == PRESENT and error.host != in_registry(image.target).host and error.kind != REFUSED:
                return outcome._replace(note=f"its signatures could not be looked up: {error}")
            status = REFUSED if error.kind == REFUSED else FAILED
            return CopyOutcome(image, status, note=f"it is there, but not all its signatures and attestations: {error}")
        extra = f"and {len(found)} that go with it" if found else ""
        return outcome._replace(note=", ".join(filter(None, (outcome.note, extra))), referrers=found)

    def _copy(self, image: ImageCopy) -> CopyOutcome:
        pinned = parse(image.source).digest
        if pinned and self._before(image, in_registry(image.target, digest=pinned)) == pinned:
            return CopyOutcome(image, PRESENT, pinned)
        target = in_registry(image.target, tag=tag_of(image.target))
        digest = self._origin.digest(image)
        before = self._before(image, target)
        if before and before != digest:
            self._see_that_it_may_be_replaced(image, target, before, digest)
        if before != digest:
            try:
                self._transfer(image, digest, target)
            except RegistryError as error:
                if error.kind != UNMADE:
                    raise
                self._create(target, error)
                self._transfer(image, digest, target)
            after = self._there(target)
            if after != digest:
                raise RegistryError(OTHER, f"the target has {after or 'nothing'} after the copy of {digest}")
        self._record.add(_key(target), digest, image.source)
        wanted = self._wishes.platforms
        absent = platforms.absent(self._origin.manifest(image), wanted) if wanted else ""
        if before == digest:
            return CopyOutcome(image, PRESENT, digest, absent)
        if before:
            return CopyOutcome(image, REPLACED, digest, ", ".join(filter(None, (f"was {before}", absent))))
        return CopyOutcome(image, COPIED, digest, absent)

    def _transfer(self, image: ImageCopy, digest: str, target: ImagePlace) -> None:
        if not self._wishes.platforms:
            self._remote.copy(self._origin.place(image, digest), target)
            return
        manifest = self._origin.manifest(image)
        parts = referrers.instances(manifest)
        for part in parts:
            if self._before(image, target.pinned(part)) != part:
                self._remote.copy(self._origin.place(image, part), target.pinned(part))
        if parts:
            self._remote.put(target, manifest, TARGET)
        else:
            self._remote.copy(self._origin.place(image, digest), target)

    def _bring_all(self, image: ImageCopy, digest: str) -> tuple[Referrer, ...]:
        target = in_registry(image.target, digest=digest)
        manifest = self._remote.get(target, TARGET)
        parts = referrers.instances(manifest) if manifest else []
        found = self._origin.referrers(image, (digest, *parts))
        for referrer in found:
            self._bring(image, referrer, target)
        return tuple(found)

    def _bring(self, image: ImageCopy, referrer: Referrer, repository: ImagePlace) -> None:
        place = repository.tagged(referrer.tag) if referrer.tag else repository.pinned(referrer.digest)
        there = self._before(image, place)
        if there != referrer.digest:
            if there:
                self._see_that_it_may_be_replaced(image, place, there, referrer.digest)
            self._remote.copy(self._origin.place(image, referrer.digest), place)
        if referrer.tag:
            self._record.add(_key(place), referrer.digest, image.source)
            return
        manifest = self._remote.get(place, TARGET)
        if manifest:
            with self._lists:  # two images of one digest may be at work
                referrers.attach(self._remote, repository.pinned(referrer.subject), TARGET, manifest)

    def _see_that_it_may_be_replaced(self, image: ImageCopy, target: ImagePlace, before: str, digest: str) -> None:
        if self._is_named(image, target):
            return
        source = self._record.source_of(_key(target), before)
        if source and is_same_source(source, image.source):
            return
        if not source and self._origin.has(image, before):
            return
        whose = f"which came from {source}" if source else "and it is not known where that came from"
        raise RegistryError(
            REFUSED,
            f"{_key(target)} holds {before}, {whose}; --replace {_key(target)} puts {digest} of {image.source} in its"
            " place",
        )

    def _is_named(self, image: ImageCopy, target: ImagePlace) -> bool:
        """Tell whether the user lets an image replace what is at a place, whatever that is."""
        repository = parse(image.target).repository
        return bool(self._wishes.replace & {image.source, image.target, repository, _key(target)})

    def _before(self, image: ImageCopy, place: ImagePlace) -> str | None:
        """Return the digest of what is at a place that is to be written to; None if there is nothing.

        Raises:
            RegistryError: the registry does not show it, so that something could be lost.
        """
        try:
            return self._there(place)
        except RegistryError as error:
            if error.kind != DENIED:
                raise
            if place.digest or self._is_named(image, place):
                return None  # what is named by its digest is the same content before and after
            raise RegistryError(
                DENIED,
                f"{error}; it does not show what it has under {_key(place)}, so nothing was written there;"
                f" --replace {_key(place)} writes all the same",
                error.reason,
                error.host,
            ) from None

    def _there(self, place: ImagePlace) -> str | None:
        """Return the digest of what the private registry has; None if there is nothing.

        A registry may refuse to show a repository that the first push is to make, but to who may push.
        """
        try:
            return self._remote.digest(place, TARGET)
        except RegistryError as error:
            if error.kind != DENIED:
                raise
            return self._remote.digest(place, TARGET, to_write=True)


def _key(place: ImagePlace) -> str:
    """Return a place as a reference, without the transport."""
    return place.name.partition("://")[2]
