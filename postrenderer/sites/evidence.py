"""How sure it is that a text is an image: what its place says against what the text itself says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.reference import InvalidReferenceError, Reference, parse
from postrenderer.sites import registries
from postrenderer.sites.keys import IMAGE, MENTION, REPOSITORY
from postrenderer.sites.site import STRONG, WEAK

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN = "open"
"""A place that says nothing."""

_TEMPLATE = re.compile(r"[:@]?(?:\{\{|\$\{|\$\(|\$[A-Za-z_]|%\(|<)")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", "default", "latest", "string"))
"""Values of switches and types, which the grammar of references lets pass."""
_PORT = re.compile(r"\d{4,5}")
_VERSION = re.compile(
    r".*\d.*|latest|main|master|stable|edge|dev|devel|develop|nightly|next|snapshot|release|canary|beta|alpha|rc|testing|lts"
)
_FILE = re.compile(r".*\.(?:svg|png|jpe?g|gif|ico|webp|bmp|html?|json|ya?ml|tgz|zip|iso|qcow2|img|git)$", re.IGNORECASE)


class Text(NamedTuple):
    """What a text says by itself.

    Attributes:
        literal: the part that is a reference, without a tag that a template fills in later.
        reference: that part, parsed.
        host: what its host is, by registries.kind().
        tagged: whether it has a tag or a digest, written out or from a template.
    """

    literal: str
    reference: Reference
    host: str
    tagged: bool

    @property
    def nested(self) -> bool:
        """Whether the path has more than one component."""
        return "/" in self.reference.path

    @property
    def official(self) -> bool:
        """Whether it is one of the official images of Docker Hub, written without host."""
        return not self.reference.host and self.reference.path in registries.OFFICIAL

    @property
    def like_an_address(self) -> bool:
        """Whether it may as well be the name of a service and its port."""
        return not self.reference.host and not self.nested and _PORT.fullmatch(self.reference.tag) is not None


def read(value: str) -> Text | None:
    """Take a text for a reference; None if it is none."""
    template = _TEMPLATE.search(value)
    literal = value[: template.start()] if template else value
    try:
        reference = parse(literal)
    except InvalidReferenceError:
        return None
    if literal in _WORDS:
        return None
    if _FILE.fullmatch(reference.path) and not reference.suffix:
        return None
    return Text(literal, reference, registries.kind(reference.host), bool(reference.suffix or template))


def level(text: Text, place: str) -> str:
    """How sure it is that a text is an image in a place: IMAGE, MENTION, REPOSITORY or OPEN; empty if it is none."""
    return _LEVELS[place](text)


def _image(text: Text) -> str:
    if text.like_an_address:
        return WEAK
    return STRONG if text.tagged or text.reference.host or text.nested or text.official else WEAK


def _mention(text: Text) -> str:
    if text.tagged and (text.reference.host or text.nested) and not _is_address(text):
        return STRONG
    if text.host == registries.REGISTRY and text.nested:
        return STRONG
    return STRONG if text.tagged and text.official and not text.like_an_address else ""


def _repository(text: Text) -> str:
    return STRONG if text.reference.host or text.nested else WEAK


def _open(text: Text) -> str:
    reference = text.reference
    if reference.digest and (reference.host or text.nested):
        return STRONG
    if not text.tagged:
        return WEAK if text.host == registries.REGISTRY and text.nested else ""
    if text.host == registries.REGISTRY:
        return STRONG
    if text.host == registries.DOMAIN:
        return STRONG if _VERSION.fullmatch(reference.tag) else WEAK
    return ""


def _is_address(text: Text) -> bool:
    return text.host == registries.LOCAL and not text.nested and _PORT.fullmatch(text.reference.tag) is not None


_LEVELS: dict[str, Callable[[Text], str]] = {IMAGE: _image, MENTION: _mention, REPOSITORY: _repository, OPEN: _open}
