"""What overrules a family: other things that the document says of a site, such as that nothing pulls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites import kinds, podspec
from postrenderer.sites.site import CERTAIN, KNOWN, STAYS, UNMOVED, MappingVisit, PrefixSpan
from postrenderer.text.pointer import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from postrenderer.sites.site import Site
    from postrenderer.sites.walk import Visit
    from postrenderer.text.pointer import Path

_NO_TEXT = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
"""The tags of values that are no text, in quotes either: no parser could read a reference behind one of them."""
_TIMESTAMP_TAG = "tag:yaml.org,2002:timestamp"
"""The tag of a date, which is a text to Kubernetes' parser (go-yaml, decode.go)."""


def by_place(sites: Iterable[Site], visit: Visit, known: Callable[[str], bool]) -> Iterator[Site]:
    """The sites in a mapping or scalar, by their tags, by the settings and by the API of their object.

    Args:
        sites: what a family found there.
        visit: the mapping or scalar.
        known: whether a reference is under a configured source or rule, or on the private registry.
    """
    for site in sites:
        if site.node.tag not in _NO_TEXT:
            yield _by_api(_by_date(_by_settings(site, known)), visit)


def by_pod_specs(sites: list[Site], claimed: dict[int, ModuleType]) -> list[Site]:
    """The sites without those of other families in scalars that are also the image of a container, by an alias."""
    of_pods = {node for node, family in claimed.items() if family is podspec}
    return [site for site in sites if id(site.node) not in of_pods or site.family in podspec.FAMILIES]


def by_shared_registries(sites: list[Site], shared: list[tuple[Path, str]]) -> list[Site]:
    """The sites; those whose registry a field of their object replaces may not change.

    Args:
        sites: the sites of a document.
        shared: the objects with such a field, and its name.
    """
    above: dict[int, tuple[Path, str] | None] = {id(None): None, **{id(path): (path, field) for path, field in shared}}
    return [_by_shared_registry(site, nearest(site.path, above)) for site in sites]


def _by_settings(site: Site, known: Callable[[str], bool]) -> Site:
    """The site, certain if its reference spells out a configured prefix, whatever the place says."""
    span = site.span
    if span.level == CERTAIN or isinstance(span, PrefixSpan) or not known(span.reference):
        return site
    return site._replace(span=span._replace(level=CERTAIN, reason=KNOWN))


def _by_date(site: Site) -> Site:
    """The site, not to be moved if its tag allows no text but a date."""
    if site.node.tag != _TIMESTAMP_TAG:
        return site
    return site._replace(span=site.span._replace(level=UNMOVED, reason="its tag, !!timestamp, allows only a date"))


def _by_api(site: Site, visit: Visit) -> Site:
    """The site, which stays if the API of its object, or of the field that it is in, says that nothing pulls it."""
    reason = visit.stays
    if not reason and isinstance(visit, MappingVisit) and visit.trusted:
        path = site.path
        while path is not None and path[0] != visit.path:
            path = path[0]
        reason = kinds.stays(visit.api, str(path[1])) if path is not None else ""
    return site._replace(span=site.span._replace(level=STAYS, reason=reason)) if reason else site


def _by_shared_registry(site: Site, shared: tuple[Path, str] | None) -> Site:
    if shared is None or (site.path and site.path[0] is shared[0] and site.path[1] == shared[1]):
        return site
    reason = f"`{shared[1]}` replaces its registry: empty that field, or set both yourself"
    return site._replace(span=site.span._replace(level=UNMOVED, reason=reason))
