"""The values that the families share: a site, the place where it stands, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Optional, Union

if TYPE_CHECKING:
    from collections.abc import Callable

    import yaml

CERTAIN = "certain"
"""A field that is an image by its type, or a reference under a configured source or rule."""
STRONG = "strong"
"""An image-like place that holds what can only be an image."""
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


class Site(NamedTuple):
    """An image reference in a document.

    Attributes:
        node: the scalar that is edited when the image moves.
        start: where in the scalar's value the text to be replaced begins.
        end: where it ends.
        reference: the whole reference, which for a split one is put together from several fields.
        suffix: the end of the repository that other fields hold, with its "/"; empty if this one has it all.
        family: the class of the place, as reports name it.
        level: CERTAIN, STRONG or WEAK.
        reason: why it was taken for an image, in plain words.
        path: where the scalar stands.
    """

    node: yaml.ScalarNode
    start: int
    end: int
    reference: str
    suffix: str
    family: str
    level: str
    reason: str
    path: Path


class Mapping(NamedTuple):
    """A mapping of a document, with merge keys (`<<`) resolved."""

    node: yaml.MappingNode
    pairs: list[tuple[str, yaml.Node]]
    path: Path
    key: str
    """The nearest mapping key above: of the mapping itself, or of the list that it stands in."""


class Scalar(NamedTuple):
    """A scalar value of a document."""

    node: yaml.ScalarNode
    path: Path
    key: str


class Context(NamedTuple):
    """What families know beside the place: what is configured."""

    known: Callable[[str], bool]
    """Whether a reference is under a configured source or rule, or on the private registry."""


def whole(node: yaml.ScalarNode, family: str, level: str, reason: str, path: Path) -> Site:
    """A site that is all of a scalar."""
    return Site(node, 0, len(node.value), node.value, "", family, level, reason, path)
