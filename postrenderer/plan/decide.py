"""Decides what becomes of each site: its reference moves, or it stays for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.reference import OFFICIAL, parse
from postrenderer.sites.secrets import decoded
from postrenderer.sites.site import BROKEN, CERTAIN, STAYS, UNMOVED, WEAK, ImageSpan, PrefixSpan, Site
from postrenderer.text.scalars import Edit

if TYPE_CHECKING:
    import yaml

    from postrenderer.images.pins import Pins
    from postrenderer.images.relocation import Outcome, Relocation
    from postrenderer.settings import Settings

MOVED = "moved"
"""It is on the private registry from now on."""
PRIVATE = "private"
"""It was there already."""
LEFT = "left"
"""Something would pull it from elsewhere than the private registry."""
NOT_LOCKED = "not in the lock"
"""How the reason begins why a reference cannot be pinned."""
UNSURE = "unsure"
"""It only looks like an image, and stays as it is."""
_NOT_SURE = "it may not be an image"
OPEN_TAG = "its tag is filled in later, so acreg cannot know which image it is"
"""Why `quay.io/acme/app:{{ .tag }}`, whose tag something fills in, is neither copied nor pinned."""
_LEFT_ENCODED = "in the data of a Secret, which `secrets: false` (--no-secrets) leaves as it is"


class Finding(NamedTuple):
    """A reference that was found, or a registry to which something adds names: what became of it, and why.

    Attributes:
        kind: MOVED, PRIVATE, LEFT, STAYS (nothing pulls it from outside the cluster) or UNSURE.
        source: the reference as it was.
        target: the reference as it is now.
        reason: why it is not on the private registry, in plain words; empty for MOVED and PRIVATE.
        site: where it stands, and why it was taken for an image.
        line: the line of its scalar in the stream, from 1.
        kept: whether it is LEFT because the settings keep it, by `keep` or `others: keep`.
    """

    kind: str
    source: str
    target: str
    reason: str
    site: Site
    line: int
    kept: bool = False

    @property
    def is_private(self) -> bool:
        """Whether it is on the private registry, since now or before."""
        return self.kind in (MOVED, PRIVATE)

    @property
    def is_prefix(self) -> bool:
        """Whether it is no image but a registry, or a path in one, to which something adds names."""
        return isinstance(self.site.span, PrefixSpan)

    @property
    def is_open(self) -> bool:
        """Whether something fills in the tag or the digest later, as in `quay.io/acme/app:{{ .tag }}`."""
        return _is_open(self.site)


class Decision(NamedTuple):
    """A finding, and what moves it.

    Attributes:
        finding: what was found.
        edit: of its scalar's value.
        registry: the value of a new field `registry`, instead.
        pin: the other scalar that holds its tag, and the edit that adds a digest to that; None if there is none.
    """

    finding: Finding
    edit: Edit | None
    registry: str = ""
    pin: tuple[yaml.ScalarNode, Edit] | None = None


def decide(site: Site, relocation: Relocation, settings: Settings, first_line: int) -> Decision:
    """Decide what becomes of what was found at a site.

    Args:
        site: where it was found.
        relocation: what becomes of a reference.
        settings: how sure it must be.
        first_line: the number of the document's first line in the stream.
    """
    span, line = site.span, first_line + site.node.start_mark.line
    source = span.reference
    if span.level in (STAYS, WEAK):
        kind, reason = (STAYS, span.reason) if span.level == STAYS else (UNSURE, f"{_NOT_SURE} ({span.reason})")
        return Decision(Finding(kind, source, source, reason, site, line), None)
    outcome = relocation.of_prefix(source) if isinstance(span, PrefixSpan) else relocation(source)
    if settings.pins and isinstance(span, ImageSpan) and outcome.is_private:
        return _pinned(site, outcome, settings, settings.pins, line)
    if outcome.status == "private":
        return Decision(Finding(PRIVATE, source, source, "", site, line), None)
    if outcome.status == "stays":
        return Decision(Finding(STAYS, source, source, outcome.reason, site, line), None)
    outcome = _with_library(site, outcome, settings)
    new = _new_text(site, outcome)
    reason = _obstacle(site, outcome, settings, new)
    if reason:
        return Decision(Finding(LEFT, source, source, reason, site, line, kept=outcome.status == "kept"), None)
    finding = Finding(MOVED, source, outcome.target, "", site, line)
    return Decision(finding, None, new) if site.registry else Decision(finding, Edit(span.start, span.end, new))


def _pinned(site: Site, outcome: Outcome, settings: Settings, pins: Pins, line: int) -> Decision:
    """Decide with a lock: the text that ends in the tag gets the digest behind it."""
    source = site.span.reference
    outcome = _with_library(site, outcome, settings)
    digest, reference = pins.digest(outcome.target), parse(outcome.target)
    new, suffix, edit, pin = _new_text(site, outcome), _suffix(site), None, None
    reason = _obstacle(site, outcome._replace(status="moved"), settings, new)
    added = "" if reference.digest else f"@{digest}"
    tags = [part for part in site.parts if reference.tag and part.value == reference.tag]
    bare = not (reference.tag or reference.digest)  # its tag may stand in a field of its own
    may_stay = outcome.status == "private" and (bool(digest or reason) or bare)
    if _is_open(site):
        reason = reason or OPEN_TAG
    elif not (digest or reason):
        reason = f"{NOT_LOCKED} {pins.name}"
    elif added and suffix and not (tags and suffix.endswith(f":{reference.tag}")):
        reason = reason or "the digest of the lock must follow its tag, and no field holds the tag alone"
    if reason:
        kind, reason = (PRIVATE, "") if may_stay else (LEFT, reason)
        return Decision(Finding(kind, source, source, reason, site, line), None)
    if added and suffix:
        pin = (tags[-1], Edit(0, len(tags[-1].value), tags[-1].value + added))
    elif added:
        new += added
    if outcome.status == "moved" or (added and not suffix):
        edit = Edit(site.span.start, site.span.end, new)
    kind = MOVED if edit or pin else PRIVATE
    finding = Finding(kind, source, outcome.target + added, "", site, line)
    if site.registry:
        return Decision(finding, None, new if edit else "", pin)
    return Decision(finding, edit, "", pin)


def _obstacle(site: Site, outcome: Outcome, settings: Settings, new: str) -> str:
    """Why a reference cannot move, in plain words; empty if it can.

    Args:
        site: where it stands.
        outcome: what would become of it.
        settings: how sure it must be.
        new: the text that would stand there; empty if the target does not end in what other scalars hold.
    """
    if settings.confidence == CERTAIN and site.span.level != CERTAIN:
        return f"not certain to be an image ({site.span.reason})"
    if outcome.status != "moved":
        return outcome.reason
    if site.span.level == UNMOVED:
        return site.span.reason
    if site.encoding and not settings.secrets:
        return _LEFT_ENCODED
    if not new:
        held = site.span.reference if site.registry else _suffix(site)
        return f"it would become {outcome.target}, but another field holds its end, {held}, and keeps it"
    return BROKEN if _is_broken(site) else ""


def _suffix(site: Site) -> str:
    """The end of the reference that other scalars hold."""
    return "" if isinstance(site.span, PrefixSpan) else site.span.suffix


def _with_library(site: Site, outcome: Outcome, settings: Settings) -> Outcome:
    """The outcome with the `library` of an official image that another field holds, and so keeps."""
    suffix = _suffix(site)
    is_kept = suffix == f"/{OFFICIAL}{outcome.target[len(settings.prefix) :]}"
    return outcome._replace(target=settings.prefix + suffix) if is_kept else outcome


def _new_text(site: Site, outcome: Outcome) -> str:
    """The new text at a site, without the end that other scalars hold; empty if the target does not end in that."""
    target, suffix = outcome.target, _suffix(site)
    if site.registry:
        return target[: -len(site.span.reference) - 1] if target.endswith(f"/{site.span.reference}") else ""
    before = "" if isinstance(site.span, PrefixSpan) else site.span.before
    return before + target[: len(target) - len(suffix)] if target.endswith(suffix) else ""


def _is_broken(site: Site) -> bool:
    """Whether line breaks stand inside the reference where it is written: a folded text inside a longer one."""
    return len(_value(site)[site.span.start : site.span.end].split()) > 1


def _is_open(site: Site) -> bool:
    """Whether a template fills in its tag or digest later: the reference has none, but `:` or `@` follows it."""
    span = site.span
    if not isinstance(span, ImageSpan) or parse(span.reference).suffix:
        return False
    in_another = any(part.value.strip("/") not in span.reference for part in site.parts)
    return in_another or _value(site)[span.end :].startswith((":", "@"))


def _value(site: Site) -> str:
    return decoded(site.node.value) if site.encoding else site.node.value
