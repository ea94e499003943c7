"""Where images live in a document: one module per family of places, asked in turn."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.sites import args, behind, defaults, embedded, env, fields, kinds, overrule, podspec, secrets, text
from postrenderer.sites.hints import EVERYWHERE, Hints
from postrenderer.sites.repeats import Repeats
from postrenderer.sites.site import (
    BROKEN,
    CERTAIN,
    IN_BASE64,
    STAYS,
    STRONG,
    UNMOVED,
    WEAK,
    Api,
    Context,
    MappingVisit,
    ScalarVisit,
    Site,
    whole,
)
from postrenderer.sites.tasks import Tasks
from postrenderer.sites.walk import walk
from postrenderer.text import templates
from postrenderer.text.mappings import TooMuchMergedError
from postrenderer.text.scalars import BINARY_TAG, Edit, in_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from postrenderer.sites.site import Span
    from postrenderer.text.pointer import Path

LIST_FAMILIES = (podspec, env, args)
"""Asked for mappings that have a list with a hint in it; they look for nothing else."""
MAPPING_FAMILIES = (fields,)
"""Asked for mappings after those. The first that claims a scalar has it. The data of Secrets have `secrets` alone."""

_SERVICE_ACCOUNT = Api("", "ServiceAccount")

_LEVELS_OF_TEXT = 4
"""How deep texts may lie in texts and still be read as documents: a Pod in a ConfigMap in a Secret lies two deep."""


class Owner(NamedTuple):
    """A pod spec or a ServiceAccount: a mapping that can have pull secrets.

    Attributes:
        node: the mapping.
        paths: all the paths that lead to it.
        images: the images in it, if it is a pod spec.
    """

    node: yaml.MappingNode
    paths: list[Path]
    images: list[yaml.ScalarNode]


class Contents(NamedTuple):
    """What a document holds.

    Attributes:
        sites: its image references, in the order of the text.
        pod_specs: its pod specs that have images.
        service_accounts: its ServiceAccounts.
        texts: the texts in its scalars that are documents with references, by what they say.
    """

    sites: list[Site]
    pod_specs: list[Owner]
    service_accounts: list[Owner]
    texts: dict[str, Text]


class Text(NamedTuple):
    """A text that is one or more documents.

    Attributes:
        value: the text, as embedded.composable() writes it.
        documents: the root of each document, and its contents.
        sites: the references in the documents, by where each one starts in the text.
    """

    value: str
    documents: list[tuple[yaml.Node, Contents]]
    sites: dict[int, Site]


def find(
    root: yaml.Node,
    known: Callable[[str], bool],
    hints: Hints = EVERYWHERE,
    *,
    depth: int = 0,
    tasks: Tasks | None = None,
) -> Contents:
    """Find the image references of a document, or of each item of a list of documents, in the order of the text.

    Args:
        root: the composed document.
        known: whether a reference is under a configured source or rule, or on the private registry.
        hints: where in the document something may be about an image.
        depth: in how many texts the document stands.
        tasks: the tasks of Tekton in the stream.

    Raises:
        TooMuchMergedError: merge keys add more than any Kubernetes object holds.
        RecursionError: aliases put the same lists into more mappings than any Kubernetes object does.
    """
    claimed: dict[int, ModuleType] = {}
    texts: dict[str, Text] = {}
    inner = partial(spans, known=known, texts=texts, depth=depth)
    context = Context(known, inner, claimed, (tasks or Tasks()).why_stays)
    found: list[Site] = []
    pod_specs: dict[int, Owner] = {}
    accounts: dict[int, Owner] = {}
    unclaimed: list[ScalarVisit] = []
    shared: list[tuple[Path, str]] = []
    in_front: list[behind.RegistryField] = []
    in_lists = Repeats() if hints.everywhere else None  # else there are no aliases
    for visit in walk(root, kinds.stays, text.may_hold_images, hints):
        if visit.stays == kinds.SCHEMA:
            found += defaults.sites(visit, context)
            continue
        if isinstance(visit, MappingVisit):
            lists = any(isinstance(value, yaml.SequenceNode) and hints.inside(value) for _, value in visit.pairs)
            if lists and in_lists:
                in_lists.look_at(visit)
            sites = _of_families(_families(visit, lists=lists), visit, context)
            shared += [(visit.path, field) for field in kinds.shared_registries(visit)]
            in_front += behind.registries_in(visit, known)
            images = [site.node for site in sites if site.family in podspec.FAMILIES]
            if images and not visit.stays and podspec.is_pod_spec(visit, in_text=depth > 0):
                pod_specs.setdefault(id(visit.node), Owner(visit.node, [], images)).paths.append(visit.path)
            elif visit.api == _SERVICE_ACCOUNT and "kind" in visit.keys:
                accounts.setdefault(id(visit.node), Owner(visit.node, [], [])).paths.append(visit.path)
        elif id(visit.node) not in claimed:
            sites = list(text.sites(visit, context))
            if not sites:
                unclaimed.append(visit)
        else:
            continue
        found += overrule.by_place(sites, visit, known)
    found = overrule.by_pod_specs(found, claimed)
    found = overrule.by_shared_registries(found, shared) if shared else found
    found = behind.images(found, in_front)
    found += _repeated(found, unclaimed) if unclaimed else ()
    found.sort(key=lambda site: (site.node.start_mark.index, site.span.start))
    return Contents(found, list(pod_specs.values()), list(accounts.values()), texts)


def spans(value: str, known: Callable[[str], bool], texts: dict[str, Text] | None = None, depth: int = 0) -> list[Span]:
    """Find the references in a text, by all families if it reads as a document, else by its lines.

    Args:
        value: the text.
        known: whether a reference is under a configured source or rule, or on the private registry.
        texts: gets the text if it is a document.
        depth: in how many texts it stands.
    """
    readable = embedded.composable(value)
    roots = embedded.documents(readable) if depth < _LEVELS_OF_TEXT else []
    if not roots:
        return text.spans(value, known)
    try:
        read = Text(readable, [(root, find(root, known, depth=depth + 1)) for root in roots], {})
    except (TooMuchMergedError, RecursionError):
        return text.spans(value, known)
    found = _placed(read)
    if texts is not None:
        texts[value] = read
    if templates.SIGN in value:
        found += templates.within(templates.places(roots), text.spans(value, known))
    return sorted(found, key=text.start_of)


def _placed(read: Text) -> list[Span]:
    """The references in the documents of a text, with their places in it; `read.sites` gets those that can move."""
    by_node: dict[int, dict[int, Site]] = {}
    found: list[Span] = []
    for site in (site for _, contents in read.documents for site in contents.sites):
        if site.encoding or site.node.tag == BINARY_TAG:
            found.append(_of_whole_scalar(site, IN_BASE64))
        elif embedded.is_unbroken(site.node.value[site.span.start : site.span.end]):
            by_node.setdefault(id(site.node), {})[site.span.start] = site
        elif embedded.is_unbroken(site.span.reference):
            found.append(_of_whole_scalar(site, BROKEN))
    for inside in by_node.values():
        ordered = [site for _, site in sorted(inside.items())]
        places = in_text(read.value, ordered[0].node, [Edit(*site.span[:2], "") for site in ordered])
        for site, place in zip(ordered, places):
            read.sites[place.start] = site
            found.append(site.span._replace(start=place.start, end=place.end))
    return found


def _of_whole_scalar(site: Site, reason: str) -> Span:
    """A reference in a document of a text that cannot be edited there, with the place of its scalar in the text."""
    span = site.span._replace(start=site.node.start_mark.index, end=site.node.end_mark.index)
    return span if span.level in (WEAK, STAYS, UNMOVED) else span._replace(level=UNMOVED, reason=reason)


def read(value: str) -> Text | None:
    """A text without references as documents; None if it is no document."""
    value = embedded.composable(value)
    roots = embedded.documents(value)
    return Text(value, [(root, Contents([], [], [], {})) for root in roots], {}) if roots else None


def _families(visit: MappingVisit, *, lists: bool) -> list[ModuleType]:
    """The families that may find something in a mapping; the data of a Secret have one of their own."""
    return [secrets] if secrets.is_data(visit) else _concerned(visit.api, visit.key, tuple(visit.keys), lists)


@lru_cache(maxsize=1024)
def _concerned(api: Api, key: str, keys: tuple[str, ...], lists: bool) -> list[ModuleType]:  # noqa: FBT001  # cached
    """The families that may find something in a mapping, by the names in it and its own."""
    families = (*LIST_FAMILIES, *MAPPING_FAMILIES) if lists else MAPPING_FAMILIES
    return [family for family in families if family.is_concerned(api, key, keys)]


def _of_families(families: Iterable[ModuleType], mapping: MappingVisit, context: Context) -> list[Site]:
    found: list[Site] = []
    claimed = context.claimed
    for family in families:
        for site in family.sites(mapping, context):
            if family is podspec:  # whatever else an alias makes of its scalar, a node pulls it
                claimed[id(site.node)] = family
            if claimed.setdefault(id(site.node), family) is family:
                found.append(site)
                for part in site.parts:
                    claimed[id(part)] = family
    return found


def _repeated(found: list[Site], unclaimed: list[ScalarVisit]) -> Iterator[Site]:
    """The scalars that repeat, as their whole text, what certainly is an image elsewhere in the document."""
    certain = {site.span.reference for site in found if site.span.level == CERTAIN and ":" in site.span.reference}
    for scalar in unclaimed:
        if scalar.node.value in certain:
            yield whole(scalar, text.FAMILY, STRONG, "the image of a container in the same document")
