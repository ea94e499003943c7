"""Images whose registry stands in another field of their object, so that they are left as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites import evidence, fields
from postrenderer.sites.site import CERTAIN, STAYS, STRONG, UNMOVED, ImageSpan, PrefixSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postrenderer.sites.site import Site
    from postrenderer.text.pointer import Path

_IN_FORCE = (CERTAIN, STRONG, UNMOVED)
"""Levels of registries that are in front of images for sure."""


def replaced(site: Site, shared: Sequence[tuple[Path, str]]) -> Site:
    """The site; as one that may not change, if a field of its object takes the place of its registry.

    Args:
        site: what was found.
        shared: the fields that do so, each with the path of the mapping that has it.
    """
    above: Path = site.path
    while above is not None:
        above, step = above
        field = next((field for path, field in shared if path == above), "")
        if field and step != field:
            reason = f"`{field}` takes the place of its registry: empty it, or set both yourself"
            return site._replace(span=site.span._replace(level=UNMOVED, reason=reason))
    return site


def behind(found: list[Site]) -> list[Site]:
    """The sites; names of one word as those that stay, if a registry in front of images stands in a mapping above them.

    cnvrg has `imageHub: docker.io/cnvrg` for `controlPlane: {image: "core:3.6"}`, and no registry serves `core` alone.
    """
    fronts = {id(site.path[0]): site.path[1] for site in found if site.path and _is_in_front(site)}
    return [_behind(site, fronts) if _is_one_word(site) else site for site in found] if fronts else found


def _is_in_front(site: Site) -> bool:
    return site.family == fields.FAMILY and isinstance(site.span, PrefixSpan) and site.span.level in _IN_FORCE


def _is_one_word(site: Site) -> bool:
    """Whether a field has a name, with a tag, that is no image of Docker Hub."""
    span = site.span
    if site.family != fields.FAMILY or site.parts or not isinstance(span, ImageSpan) or span.level != STRONG:
        return False
    text = evidence.read(span.reference)
    return text is not None and text.incomplete


def _behind(site: Site, fronts: dict[int, str | int]) -> Site:
    above: Path = site.path
    while above is not None:
        above = above[0]
        if id(above) in fronts:
            reason = f"a name behind the registry in `{fronts[id(above)]}`"
            return site._replace(span=site.span._replace(level=STAYS, reason=reason))
    return site
