"""The image references of manifests, of a chart's annotations and of a list as rows, for `acreg images`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.cli import hookdocuments
from postrenderer.settings.lockfile import pinned
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.cli.announced import AnnouncedImage
    from postrenderer.settings import Settings


class Row(NamedTuple):
    """One reference at one place.

    Attributes:
        source: the reference as it is.
        target: what it becomes; empty if it stays.
        family: the class of the place.
        document: kind and name of the document.
        pointer: JSON pointer (RFC 6901) of the scalar in the document.
        template: the file that Helm rendered it from, empty if unknown.
        hook: whether the document is a chart hook.
        left: why it stays outside the private registry, empty if it does not.
        without_secret: why its pull secret has no place, empty if it has or needs none.
    """

    source: str
    target: str
    family: str
    document: str
    pointer: str
    template: str
    hook: bool
    left: str
    without_secret: str = ""


def of_manifests(raw: bytes, settings: Settings) -> Iterator[Row]:
    """Yield the references of a stream.

    Raises:
        AcregError: the stream cannot be processed as asked.
    """
    from postrenderer.findings import (  # noqa: PLC0415  # a list needs none
        check_collisions,
        find,
        refuse_left,
        refuse_without_secret,
    )

    hooks = hookdocuments.positions(raw)
    settings = pinned(settings)
    found = find(raw, settings)
    check_collisions(found)
    if settings.strict or settings.pins:
        refuse_left(found, settings)
    refuse_without_secret(found, settings)
    for document in found:
        identity = document.identity
        without = {id(one.finding): one.reason for one in document.without}
        for image in document.images:
            yield Row(
                image.source,
                image.target if image.is_private else "",
                image.site.family,
                f"{identity.kind} {identity.name}".strip(),
                pointer(image.site.path),
                identity.template,
                identity.position in hooks,
                image.reason,
                without.get(id(image), ""),
            )


def of_announced(images: Iterable[AnnouncedImage], found: Iterable[Row], settings: Settings) -> Iterator[Row]:
    """Yield the images that a chart announces, beside those that it renders."""
    from postrenderer.images.relocation import Relocation  # noqa: PLC0415  # only for a chart

    relocation, seen = Relocation(settings), {row.source for row in found}
    for image in images:
        outcome = relocation(image.reference)
        if image.reference not in seen and outcome.status != "invalid":
            seen.add(image.reference)
            target = outcome.target if outcome.is_private else ""
            place = f"Chart {image.chart}", pointer(((None, "annotations"), image.place))
            yield Row(
                image.reference, target, "annotation", *place, "", hook=False, left="" if target else outcome.reason
            )


def of_list(raw: bytes, settings: Settings) -> Iterator[Row]:
    """Yield the references of a list.

    Raises:
        AcregError: it cannot be read, or two images would become one.
    """
    from postrenderer.images import collisions, listed  # noqa: PLC0415  # only needed here
    from postrenderer.images.relocation import Relocation  # noqa: PLC0415  # manifests have their own way to it

    relocation = Relocation(settings)
    moved = []
    for number, reference in listed.references(raw):
        outcome = relocation(reference)
        if outcome.is_private:
            moved.append((reference, outcome.target))
        yield Row(
            reference,
            outcome.target if outcome.is_private else "",
            "list",
            f"line {number}",
            "",
            "",
            False,  # no hook
            "" if outcome.is_private else outcome.reason,
        )
    collisions.check(moved)
