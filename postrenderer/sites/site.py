"""The values that the families share: a site, the place where it stands, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, KeysView
    from types import ModuleType

    import yaml

    from postrenderer.text.pointer import Path

CERTAIN = "certain"
"""A field that is an image by its type, or a reference under a configured source or rule."""
STRONG = "strong"
"""An image-like place that holds what can only be an image."""
KNOWN = "under a configured source or rule"
"""Why a reference is certain whose place does not say so."""
WEAK = "weak"
"""Looks like an image and may be none: reported, never changed."""
UNMOVED = "unmoved"
"""An image or registry that may not change here, for a reason: reported as left, never changed."""
STAYS = "stays"
"""An image reference that nothing pulls, such as a condition of a policy: reported with the reason, never changed."""

BROKEN = "it is broken over several lines inside a text; write it on one line"
IN_BASE64 = "it stands in base64 within a text; write it there as plain text"
"""Why a reference inside a text is UNMOVED."""


class ImageSpan(NamedTuple):
    """An image reference inside a text.

    Attributes:
        start: where the text to be replaced begins.
        end: where it ends.
        reference: the whole reference, which for a split one is put together from several values.
        suffix: the end of the reference that other values hold, with its separator; empty if this one has it all.
        level: CERTAIN, STRONG, WEAK, UNMOVED or STAYS.
        reason: why it was taken for an image; with UNMOVED why it may not change, with STAYS why nothing pulls it.
        before: what is written in front of a new reference, such as the name by which Argo CD finds the old one.
    """

    start: int
    end: int
    reference: str
    suffix: str
    level: str
    reason: str
    before: str = ""


class PrefixSpan(NamedTuple):
    """A registry, or a path in one, to which something adds the names of images: `docker.io/istio` in Istio's `hub`.

    Attributes:
        start: where it begins in the text.
        end: where it ends.
        reference: the registry or path, without a slash at its end.
        level: CERTAIN, STRONG, WEAK, UNMOVED or STAYS.
        reason: as that of an image.
    """

    start: int
    end: int
    reference: str
    level: str
    reason: str


Span = Union[ImageSpan, PrefixSpan]
"""What is found in a text: an image, or a registry in front of images."""


def not_pulled(name: str) -> str:
    """Why nothing pulls what a name, such as `chartRef`, is given to."""
    return f"`{name}` names no image that nodes pull"


def unless_certain(span: Span, reason: str) -> Span:
    """A span in a place that nothing pulls from: it stays, unless it is under a configured source or rule."""
    return span if span.level == CERTAIN else span._replace(level=STAYS, reason=reason)


class Site(NamedTuple):
    """An image reference in a document.

    Attributes:
        node: the scalar that is edited when the image moves.
        span: the reference or prefix in the scalar's value or, with an encoding, in the decoded value.
        family: the class of the place, as reports name it.
        path: where the scalar stands.
        encoding: `base64`, or empty.
        parts: the scalars that hold the rest of a split reference.
        registry: the mapping that gets a field `registry` when the image moves, as its operator puts one in front of
            the rest, Docker Hub if that field is absent; None if the scalar is edited.
    """

    node: yaml.ScalarNode
    span: Span
    family: str
    path: Path
    encoding: str = ""
    parts: tuple[yaml.ScalarNode, ...] = ()
    registry: yaml.MappingNode | None = None


class Api(NamedTuple):
    """What a Kubernetes object is: the group of its `apiVersion`, empty for core, and its `kind`."""

    group: str
    kind: str


class MappingVisit(NamedTuple):
    """A mapping of a document, with merge keys (`<<`) resolved.

    Attributes:
        node: the mapping itself.
        pairs: its keys and values, duplicates included.
        keys: its keys.
        path: where it stands.
        key: the nearest mapping key above: of the mapping itself, or of the list that it stands in.
        listed: whether it stands in a list.
        api: the object that it is or belongs to.
        stays: why nothing in it is pulled; empty if something may be.
        trusted: whether `api` is that of the document or of an item of its list. A mapping deeper inside can have any
            `kind` written into it, so such a kind never makes an image stay.
    """

    node: yaml.MappingNode
    pairs: list[tuple[str, yaml.Node]]
    keys: KeysView[str]
    path: Path
    key: str
    listed: bool
    api: Api
    stays: str = ""
    trusted: bool = True


class ScalarVisit(NamedTuple):
    """A scalar value of a document; `stays` as in a mapping."""

    node: yaml.ScalarNode
    path: Path
    key: str
    stays: str = ""


class NamedText(NamedTuple):
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
    scalar: ScalarVisit | None = None
    role: str = ""


class NamedImage(NamedTuple):
    """An image among texts with names: the text that carries its registry, and the texts that hold the rest of it."""

    value: NamedText
    span: Span
    parts: tuple[NamedText, ...] = ()


def sites_of(images: Iterable[NamedImage], family: str) -> Iterator[Site]:
    """The images as sites of the scalars that hold their texts."""
    for image in images:
        if image.value.scalar is not None:
            place = image.value.scalar
            parts = tuple(part.scalar.node for part in image.parts if part.scalar is not None)
            yield Site(place.node, image.span, family, place.path, "", parts)


class Context(NamedTuple):
    """What families know beside the mapping or scalar that they look at.

    Attributes:
        known: whether a reference is under a configured source or rule, or on the private registry.
        spans: the references in a text, read as a document if it is one.
        claimed: the families that have scalars already, by the scalars' id().
        why_parameter_stays: why an image in a parameter of a task of Tekton stays, by the names of the task and the
            parameter; empty if it does not.
    """

    known: Callable[[str], bool]
    spans: Callable[[str], list[Span]]
    claimed: dict[int, ModuleType]
    why_parameter_stays: Callable[[str, str], str]


def whole(scalar: ScalarVisit, family: str, level: str, reason: str) -> Site:
    """A site that is all of a scalar."""
    value = scalar.node.value
    return Site(scalar.node, ImageSpan(0, len(value), value, "", level, reason), family, scalar.path)
