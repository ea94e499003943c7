"""Where images live in a document: one module per family of places, asked in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.sites import fields, known, podspec
from postrenderer.sites.site import Context, Mapping, Path, Scalar, Site
from postrenderer.sites.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable

MAPPING_FAMILIES = (podspec, fields)
"""Asked for every mapping; the first that claims a scalar has it."""
SCALAR_FAMILIES = (known,)
"""Asked for every scalar that no mapping family has claimed."""

SCHEMAS = frozenset(("CustomResourceDefinition",))
"""Kinds that describe objects and hold none: an image in them is a default or an example."""


class Owner(NamedTuple):
    """A mapping that can have pull secrets, and all the paths that lead to it."""

    node: yaml.MappingNode
    paths: list[Path]


class Found(NamedTuple):
    """What a document holds."""

    sites: list[Site]
    pod_specs: list[Owner]
    service_accounts: list[Owner]


SERVICE_ACCOUNTS = frozenset(("ServiceAccount",))


def find(root: yaml.Node, known: Callable[[str], bool]) -> Found:
    """Find the image references of a document, or of each item of a list of documents, in the order of the text.

    Args:
        root: the composed document.
        known: whether a reference is under a configured source or rule, or on the private registry.
    """
    context = Context(known)
    found: list[Site] = []
    pod_specs: dict[int, Owner] = {}
    accounts: dict[int, Owner] = {}
    claimed: dict[int, object] = {}
    for visit in walk(root, _is_schema):
        families = MAPPING_FAMILIES if isinstance(visit, Mapping) else SCALAR_FAMILIES
        for family in families:
            if isinstance(visit, Scalar) and id(visit.node) in claimed:
                continue
            sites = family.sites(visit, context)
            found += [site for site in sites if claimed.setdefault(id(site.node), family) is family]
        if isinstance(visit, Mapping):
            if podspec.is_pod_spec(visit):
                pod_specs.setdefault(id(visit.node), Owner(visit.node, [])).paths.append(visit.path)
            elif _is_kind(visit, SERVICE_ACCOUNTS):
                accounts.setdefault(id(visit.node), Owner(visit.node, [])).paths.append(visit.path)
    return Found(found, list(pod_specs.values()), list(accounts.values()))


def _is_schema(mapping: Mapping) -> bool:
    return _is_kind(mapping, SCHEMAS)


def _is_kind(mapping: Mapping, kinds: frozenset[str]) -> bool:
    return any(
        key == "kind" and isinstance(value, yaml.ScalarNode) and value.value in kinds for key, value in mapping.pairs
    )
