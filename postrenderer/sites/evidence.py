"""How sure it is that a text is an image: what its place says against what the text itself says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images import registries
from postrenderer.images.reference import InvalidReferenceError, Reference, is_host, parse
from postrenderer.sites.keys import IMAGE, MENTION, UNPULLED
from postrenderer.sites.site import STAYS, STRONG, WEAK, ImageSpan
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANYWHERE = "anywhere"
"""A place that says nothing of images, such as running text."""

_LONGEST = 1024
"""More than a host, a path, a tag and a digest have together."""
_TEMPLATE = regex(r"[:@]?(?:\{\{|\$\{|\$\(|\$[A-Za-z_]|%\(|<)")
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", "default", "latest", "string"))
"""Values of switches and types, which the grammar of references lets pass."""
_FALLBACK = regex(r"(?P<quote>[\"'`])(?P<value>[^\"'`\s{}\\]+)\\?(?P=quote)")
"""A text in quotes inside a template, also as JSON and double quotes write it."""
_NOT_IN_REFERENCES = "{}$<>()'\"*,;|\\"
"""Characters of templates, patterns, lists and code."""
_PORT = regex(r"\d{4,5}")
_VERSION = regex(
    r"v?\d.*|.*\d\.\d.*|[0-9a-f]{7,40}"
    r"|(?:.*-)?(?:latest|main|master|head|stable|edge|dev|devel|develop|nightly|next|snapshot|release|canary|beta|alpha|rc"
    r"|testing|lts)(?:-.*)?",
    re.IGNORECASE | re.DOTALL,
)
_ENDINGS = "svg png jpg jpeg gif ico webp bmp htm html json yml yaml tgz zip iso qcow2 img git"
_FILES = frozenset(_ENDINGS.split())
"""The endings of files that are no images of containers."""
_MACHINE = regex(r"projects/.+/images/.+", re.DOTALL)
"""The image of a virtual machine: https://cloud.google.com/compute/docs/images."""
_API = regex(r"v\d+(?:(?:alpha|beta)\d+)?")
"""The version of an API, as it stands behind its group: `apps.acme.dev/v1`."""
_CHARTS = frozenset(("charts", "helm-charts", "bitnamicharts"))
"""Where registries keep Helm charts."""


class PossibleImage(NamedTuple):
    """A text that is a valid reference, and so may be an image.

    Attributes:
        literal: the part that is a reference, without a tag that a template fills in later.
        reference: that part, parsed.
        host: the kind of its host, by registries.kind().
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
    def incomplete(self) -> bool:
        """Whether no registry serves it as it stands: one word, which is no official image of Docker Hub."""
        return not self.reference.host and not self.nested and not self.official

    @property
    def like_an_address(self) -> bool:
        """Whether it may as well be the name of a service and its port."""
        return not self.reference.host and not self.nested and _PORT.fullmatch(self.reference.tag) is not None


def read(value: str) -> PossibleImage | None:
    """Read a text as a reference; None if it cannot be an image."""
    template = _TEMPLATE.search(value, 0, 2 * _LONGEST)
    literal = value[: template.start()].rstrip("/._-") if template else value
    if len(literal) > _LONGEST or literal in _WORDS:
        return None
    try:
        reference = parse(literal)
    except InvalidReferenceError:
        return None
    host = reference.host
    if (host != host.lower() and "." not in host and ":" not in host) or _MACHINE.fullmatch(literal):
        return None
    if not reference.suffix and _is_file(reference.path):
        return None
    if template and not host and is_host(reference.path):
        return None  # what follows the host is the template's
    return PossibleImage(literal, reference, registries.kind(host), bool(reference.suffix or template))


def _is_file(path: str) -> bool:
    _, dot, ending = path.rpartition(".")
    return bool(dot) and ending in _FILES


def fallbacks(template: str) -> Iterator[tuple[int, PossibleImage]]:
    """The images in quotes inside a template, and where each begins: `{{ default "acme/app:1" .image }}`."""
    for match in _FALLBACK.finditer(template):
        image = read(match["value"])
        if image and level(image, MENTION):
            yield match.start("value"), image


def is_malformed(value: str) -> bool:
    """Whether a text would be a reference without a typing error, such as a capital: a node would fail to pull it."""
    host, slash, rest = value.partition("/")
    if not slash or any(sign.isspace() or sign in _NOT_IN_REFERENCES for sign in value):
        return False
    small = read(value.lower()) if host == host.lower() and value != value.lower() else None
    in_capitals = small is not None and small.tagged and small.nested
    return in_capitals or (bool(rest) and registries.kind(host) == registries.REGISTRY)


def level(image: PossibleImage, place: str) -> str:
    """How sure it is that a text is an image; empty if it is none.

    Args:
        image: the text.
        place: what the place says: IMAGE, MENTION, UNPULLED or ANYWHERE.
    """
    return _LEVELS[place](image)


def weighed(value: str, start: int, place: str, reason: str) -> Iterator[ImageSpan]:
    """The span of a part of a text, if that part is an image.

    Args:
        value: the part.
        start: where it begins in the text.
        place: IMAGE, MENTION, UNPULLED or ANYWHERE.
        reason: what says that it may be an image.
    """
    image = read(value)
    sure = level(image, place) if image else ""
    if image and sure:
        yield ImageSpan(start, start + len(image.literal), image.literal, "", sure, reason)


def _image(image: PossibleImage) -> str:
    if image.like_an_address:
        return WEAK
    return STRONG if image.tagged or image.reference.host or image.nested or image.official else WEAK


def _mention(image: PossibleImage) -> str:
    if image.tagged and (image.reference.host or image.nested) and not _is_address(image):
        return STRONG
    if image.host == registries.REGISTRY and image.nested:
        return STRONG
    return STRONG if image.tagged and image.official and not image.like_an_address else ""


def _unpulled(image: PossibleImage) -> str:
    return STAYS if image.host in (registries.REGISTRY, registries.DOMAIN) else ""


def _anywhere(image: PossibleImage) -> str:
    reference = image.reference
    if not _CHARTS.isdisjoint(reference.path.split("/")[:-1]) or reference.path in _CHARTS:
        return WEAK if image.host == registries.REGISTRY else ""
    if reference.digest and (reference.host or image.nested):
        return STRONG
    if not image.tagged:
        return WEAK if image.host == registries.REGISTRY and image.nested else ""
    if image.host == registries.REGISTRY:
        return STRONG
    if image.host == registries.DOMAIN and not _API.fullmatch(reference.path):
        return STRONG if _VERSION.fullmatch(reference.tag) else WEAK
    return ""


def _is_address(image: PossibleImage) -> bool:
    return image.host == registries.LOCAL and not image.nested and _PORT.fullmatch(image.reference.tag) is not None


_LEVELS: dict[str, Callable[[PossibleImage], str]] = {
    IMAGE: _image,
    MENTION: _mention,
    UNPULLED: _unpulled,
    ANYWHERE: _anywhere,
}
