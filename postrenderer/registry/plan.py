"""Which images are to be copied where: by the very relocation that the post-renderer uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.findings import check_collisions, find
from postrenderer.images import collisions, listed
from postrenderer.images.relocation import Relocation
from postrenderer.plan.decide import LEFT, OPEN_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.settings import Settings


class ImageCopy(NamedTuple):
    """An image, by its reference where it comes from and on the private registry; both are one if it is there."""

    source: str
    target: str


class LeftReference(NamedTuple):
    """A reference that stays where it is, and why."""

    reference: str
    reason: str


class CopyPlan(NamedTuple):
    """The images to copy, each target once, and the references that are left out."""

    copies: list[ImageCopy]
    left: list[LeftReference]

    @property
    def moved(self) -> list[ImageCopy]:
        """The images that are not on the private registry already."""
        return [copy for copy in self.copies if copy.source != copy.target]


def of_manifests(raw: bytes, settings: Settings) -> CopyPlan:
    """Plan for what the post-renderer finds in manifests.

    Raises:
        AcregError: the manifests cannot be read, or two images would become one.
    """
    found = find(raw, settings)
    check_collisions(found)
    copies: dict[str, ImageCopy] = {}
    left: dict[str, LeftReference] = {}
    for document in found:
        for image in document.images:
            if image.kind == LEFT:
                left.setdefault(image.source, LeftReference(image.source, image.reason))
            elif image.is_open:
                left.setdefault(image.source, LeftReference(image.source, OPEN_TAG))
            elif image.is_private:
                other = copies.get(image.target)
                if other is None or other.source == other.target:  # a public name tells where an image comes from
                    copies[image.target] = ImageCopy(image.source, image.target)
    return CopyPlan(list(copies.values()), list(left.values()))


def of_list(raw: bytes, settings: Settings) -> CopyPlan:
    """Plan for a list of references.

    Raises:
        AcregError: it cannot be read, is empty, or two images would become one.
    """
    references = listed.references(raw)
    if not references:
        raise AcregError("The list is empty: it must have a reference on each line.")
    return of_references((reference for _, reference in references), settings)


def of_references(references: Iterable[str], settings: Settings) -> CopyPlan:
    """Plan for valid references.

    Raises:
        AcregError: two images would become one.
    """
    relocation = Relocation(settings)
    moves: list[ImageCopy] = []
    left: dict[str, LeftReference] = {}
    for reference in references:
        outcome = relocation(reference)
        if outcome.is_private:
            moves.append(ImageCopy(reference, outcome.target))
        else:
            left.setdefault(reference, LeftReference(reference, outcome.reason))
    collisions.check(moves)
    copies = {move.target: move for move in reversed(moves)}  # of several names for an image the first
    return CopyPlan([copies[target] for target in dict.fromkeys(move.target for move in moves)], list(left.values()))
