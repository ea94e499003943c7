"""The image references of a stream, and what becomes of them: for lists, gates and reports. Nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.images import collisions
from postrenderer.images.relocation import OTHERS_FAIL, Relocation
from postrenderer.plan.decide import LEFT, MOVED, NOT_LOCKED, PRIVATE, UNSURE
from postrenderer.plan.pieces import Piece, pieces
from postrenderer.sites.site import STAYS
from postrenderer.text import escape, stream
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.plan.decide import Finding
    from postrenderer.plan.pieces import DocumentFindings
    from postrenderer.pullsecrets.accounts import Use
    from postrenderer.settings import Settings
    from postrenderer.text.reading import Identity

_NAMED = 3
"""How many images are named in one line for each reason."""


class Summary(NamedTuple):
    """What a run did, and what it left, in few words.

    Attributes:
        line: one line with the counts.
        open: each image that stays outside the private registry, each without a known place for its pull secret, and
            each whose pod may lack the secrets of its ServiceAccount, with its document and the reason.
    """

    line: str
    open: list[str]


def find(raw: bytes, settings: Settings) -> list[DocumentFindings]:
    """Find the image references of a stream, in each document that can have some.

    Args:
        raw: the stream, in UTF-8, or in UTF-16 behind a byte order mark.
        settings: what is asked for.

    Raises:
        AcregError: a document cannot be read, or cannot be processed as asked.
    """
    read = pieces(stream.decode(raw).data, settings, Relocation(settings))
    return [document for piece in read if isinstance(piece, Piece) for document in piece.documents]


def check_collisions(found: Iterable[DocumentFindings]) -> None:
    """Refuse two images of a stream that would become one.

    Raises:
        AcregError: the cluster could not tell them apart.
    """
    images = (image for document in found for image in document.images)
    collisions.check((image.source, image.target) for image in images if image.is_private)


def refuse_left(found: Iterable[DocumentFindings], settings: Settings) -> None:
    """End a run that would leave references outside the private registry.

    Args:
        found: what was found in the stream.
        settings: with `strict` no reference may be left, with `others: fail` none that no source and no rule covers,
            with a lock none that is not in it.

    Raises:
        AcregError: some would be left; the message names each.
    """
    every = [(document.identity, one) for document in found for one in document.findings]
    if settings.pins:
        _refuse_unlocked([(of, one) for of, one in every if one.kind == LEFT and one.reason.startswith(NOT_LOCKED)])
    if not settings.strict and settings.others != "fail":
        return
    left = [(of, one) for of, one in every if one.kind == LEFT and (settings.strict or one.reason == OTHERS_FAIL)]
    if not left:
        return
    places = _listed(f"{_at(of, one, one.source)}: {one.reason}" for of, one in left)
    option = "--strict" if settings.strict else "`others: fail`"
    raise AcregError(
        f"With {option} every image must come from the private registry, and {len(left)} would not: {places}. Add a "
        f"rule for them, or run without {option}.{_others([one for _, one in every])}"
    )


def _refuse_unlocked(unlocked: list[tuple[Identity, Finding]]) -> None:
    if unlocked:
        places = _listed(_at(of, one, one.source) for of, one in unlocked)
        references = "1 reference is" if len(unlocked) == 1 else f"{len(unlocked)} references are"
        raise AcregError(
            f"{references} {unlocked[0][1].reason}: {places}. Write the lock again with `acreg lock`,"
            " look at what changed, and copy what is new with `acreg mirror`."
        )


def refuse_without_secret(found: Iterable[DocumentFindings], settings: Settings) -> None:
    """With `strictSecrets`, end a run that would leave images without a known place for their pull secret.

    Raises:
        AcregError: some have none; the message names each.
    """
    if not settings.strict_secrets:
        return
    without = [(document.identity, one) for document in found for one in document.without]
    if not without:
        return
    places = _listed(f"{_at(of, one.finding, one.finding.target)}: {one.reason}" for of, one in without)
    has = "has" if len(without) == 1 else "have"
    raise AcregError(
        f"With --strict-secrets every private image must have its pull secret, and {len(without)} {has} no place for "
        f"it: {places}. Name the field under `locations` if there is one, or run without --strict-secrets."
    )


def _at(identity: Identity, one: Finding, reference: str) -> str:
    """A reference and where it stands, in words."""
    return f"{reference} at {pointer(one.site.path)}, line {one.line}, of {identity}"


def _listed(places: Iterable[str]) -> str:
    return escape.line("; ".join(places))


def sum_up(found: Iterable[DocumentFindings]) -> Summary:
    """Say in one line how many images moved, were private, were left and why, and how their pull secrets fared."""
    documents = list(found)
    images = [(document.identity, image) for document in documents for image in document.images]
    left = [(of, image) for of, image in images if image.kind == LEFT]
    without = [(document.identity, one) for document in documents for one in document.without]
    added = sum(len(addition.paths) for document in documents for addition in document.additions)
    moved, private = (sum(image.kind == kind for _, image in images) for kind in (MOVED, PRIVATE))
    line = (
        f"images: {moved} moved, {private} private already, {len(left)} left{_named(left)}; pull secrets added: {added}"
    )
    line += f"; {placeless(len(without))}" if without else ""
    losing = [(document.identity, use) for document in documents for use in document.accounts if use.left]
    line += f"; {len(losing)} may lack the pull secrets of the ServiceAccount" if losing else ""
    listed = [f"{image.source} of {of}: {image.reason}" for of, image in left]
    listed += [f"{one.finding.target} of {of}: {one.reason}" for of, one in without]
    listed += [f"{' '.join(use.left)} of {of}: {loss(use)}" for of, use in losing]
    return Summary(line, listed)


def loss(use: Use) -> str:
    """Why the images that a pod keeps may lack pull secrets, and what the user can do."""
    return (
        f"Kubernetes gives the pull secrets of the ServiceAccount {use.name} only to pods without any, and these pods"
        " get ours. Which ones it has is not known, as it is not among the manifests: name them under `pullSecrets`,"
        " too, or install with `helm acreg upgrade`, which asks the cluster"
    )


def _named(left: list[tuple[Identity, Finding]]) -> str:
    """The first of the images that are left, by the reason; nothing if there are none."""
    reasons: dict[str, dict[str, None]] = {}
    for _, image in left:
        reasons.setdefault(image.reason, {})[image.source] = None
    texts = []
    for reason, sources in reasons.items():
        more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
        texts.append(f"{reason}: {' '.join(list(sources)[:_NAMED])}{more}")
    return f" ({'; '.join(texts)})" if texts else ""


def placeless(count: int) -> str:
    """How many images on the private registry have no known place for their pull secret, in words; empty for none."""
    return f"{count} {'has' if count == 1 else 'have'} no known place for the pull secret" if count else ""


def _others(findings: list[Finding]) -> str:
    """How many findings do not count for `strict`, as a sentence; nothing if there are none."""
    stays, unsure = (sum(one.kind == kind for one in findings) for kind in (STAYS, UNSURE))
    parts = [f"{stays} that may stay"] * bool(stays) + [f"{unsure} that only look like images"] * bool(unsure)
    return f" Not counted: {' and '.join(parts)}." if parts else ""
