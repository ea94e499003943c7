"""The values that the families share: a site, the place where it stands, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, KeysView
    from types import ModuleType

    import yaml

CERTAIN = "certain"
"""A field that is an image by its type, or a reference under a configured source or rule."""
STRONG = "strong"
"""An image-like place that holds what can only be an image."""
KNOWN = "under a configured source or rule"
"""Why a reference is certain whose place does not say so."""
WEAK = "weak"
"""Looks like an image and may be none: reported, never changed."""

Path = Optional[tuple["Path", Union[str, int]]]
"""Where a node stands, from its document's root (None), each step a mapping key or a list index."""


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join("/" + step for step in reversed(steps))


SOME_IMAGE = "/image"
"""Stands for the images of a registry or path whose names are not known."""


class Span(NamedTuple):
    """An image reference inside a text.

    Attributes:
        start: where the text to be replaced begins.
        end: where it ends.
        reference: the whole reference, which for a split one is put together from several values.
        suffix: the end of the reference that other values hold, with its separator; empty if this one has it all.
        level: CERTAIN, STRONG or WEAK.
        reason: why it was taken for an image, in plain words.
        place: whether it is no image but where images are, with SOME_IMAGE for those; `suffix` is that then.
    """

    start: int
    end: int
    reference: str
    suffix: str
    level: str
    reason: str
    place: bool = False


class Site(NamedTuple):
    """An image reference in a document.

    Attributes:
        node: the scalar that is edited when the image moves.
        span: the reference in the scalar's value or, with an encoding, in the decoded value.
        family: the class of the place, as reports name it.
        path: where the scalar stands.
        encoding: `base64`, or empty.
        parts: the scalars that hold the rest of a split reference.
    """

    node: yaml.ScalarNode
    span: Span
    family: str
    path: Path
    encoding: str = ""
    parts: tuple[yaml.ScalarNode, ...] = ()


class Api(NamedTuple):
    """What a Kubernetes object is: the group of its `apiVersion`, empty for core, and its `kind`."""

    group: str
    kind: str


class Mapping(NamedTuple):
    """A mapping of a document, with merge keys (`<<`) resolved.

    Attributes:
        node: the mapping itself.
        pairs: its keys and values, duplicates included.
        keys: its keys.
        path: where it stands.
        key: the nearest mapping key above: of the mapping itself, or of the list that it stands in.
        listed: whether it stands in a list.
        api: the object that it is or belongs to.
    """

    node: yaml.MappingNode
    pairs: list[tuple[str, yaml.Node]]
    keys: KeysView[str]
    path: Path
    key: str
    listed: bool
    api: Api


class Scalar(NamedTuple):
    """A scalar value of a document."""

    node: yaml.ScalarNode
    path: Path
    key: str


class Named(NamedTuple):
    """A text with a name: a field, a variable, a flag, an assignment in a script.

    Attributes:
        name: the name as written.
        value: the text.
        start: where it begins in the scalar or the larger text that holds it.
        scalar: the scalar that holds it; None inside a larger text.
        role: what the text is for, if a table knows it better than the name.
    """

    name: str
    value: str
    start: int = 0
    scalar: Scalar | None = None
    role: str = ""


class Image(NamedTuple):
    """An image among texts with names: the text that carries its registry, and the texts that hold the rest of it."""

    value: Named
    span: Span
    parts: tuple[Named, ...] = ()


def sites_of(images: Iterable[Image], family: str) -> Iterator[Site]:
    """The images as sites of the scalars that hold their texts."""
    for image in images:
        if image.value.scalar is not None:
            place = image.value.scalar
            parts = tuple(part.scalar.node for part in image.parts if part.scalar is not None)
            yield Site(place.node, image.span, family, place.path, "", parts)


class Context(NamedTuple):
    """What families know beside the place.

    Attributes:
        known: whether a reference is under a configured source or rule, or on the private registry.
        spans: the references in a text, read as a document if it is one.
        secrets: whether the base64 data of Secrets is read.
        claimed: the families that have scalars already, by the scalars' id().
    """

    known: Callable[[str], bool]
    spans: Callable[[str], list[Span]]
    secrets: bool
    claimed: dict[int, ModuleType]


def whole(scalar: Scalar, family: str, level: str, reason: str) -> Site:
    """A site that is all of a scalar."""
    value = scalar.node.value
    return Site(scalar.node, Span(0, len(value), value, "", level, reason), family, scalar.path)
