"""What changes in a document: a value, made without changing any node that was read.

A scalar that is an image changes where it is written. If it has an anchor, each alias shows the change; a mapping that
is merged into others (`<<`) shows it in each of them. A scalar that is also a mapping's key may not change: the run is
refused. Pull secrets are added to the mapping that needs them, unless what was added elsewhere shows in it already.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer import sites
from postrenderer.decide import decide
from postrenderer.errors import AcregError
from postrenderer.pullsecrets import merge, places
from postrenderer.sites import declared, hints, podspec
from postrenderer.sites.secrets import decoded, reencoded
from postrenderer.text import mappings, stream
from postrenderer.text.scalars import Edit, apply, in_text
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.decide import Decision, Finding
    from postrenderer.images.relocation import Relocation
    from postrenderer.settings import Settings
    from postrenderer.text.stream import Document, Identity, Reading


class Plan(NamedTuple):
    """What becomes of one document, and why.

    Attributes:
        identity: what the document is called.
        root: its root node, as it was read.
        findings: the references in it, and what becomes of them.
        additions: the pull secrets that mappings lack and get.
    """

    identity: Identity
    root: yaml.Node
    findings: list[Finding]
    additions: list[merge.Addition]


class Piece(NamedTuple):
    """A piece of a stream that was read.

    Attributes:
        reading: its text, and the documents in it.
        plans: one for each document in it; `...` lines separate several.
        edits: what changes in the text.
        view: the documents as they will be.
    """

    reading: Reading
    plans: list[Plan]
    edits: list[Edit]
    view: View


def pieces(data: bytes, settings: Settings, relocation: Relocation) -> Iterator[Piece | Document]:
    """Plan a stream piece by piece; one that cannot be about images comes as it is, unread.

    Args:
        data: the stream, in UTF-8.
        settings: what is asked for.
        relocation: what becomes of a reference.

    Raises:
        AcregError: a document cannot be read, or cannot be processed as asked.
    """
    words = _more_words(settings)
    hosts = frozenset(host.encode() for host in relocation.hosts)
    for document in stream.documents(data):
        raw = document.raw()
        hinted = hints.hints(raw, hosts, words)
        if not hinted:
            yield document
            continue
        reading = stream.read(document)
        piece = Piece(reading, [], [], View())
        inside = hinted.of_text(raw, len(reading.before.encode()))
        try:
            for root in reading.roots:
                identity = stream.identify(document, reading.text, root)
                piece.plans.append(_plan(piece, identity, root, inside, settings, relocation))
        except (mappings.TooMuchMergedError, RecursionError) as error:
            raise stream.unreadable(document, reading.text, reading.line, error) from None
        yield piece


def _more_words(settings: Settings) -> list[bytes]:
    """Words that make a document worth reading for what the settings ask beside images; the empty one is everywhere."""
    kinds = [location.kind for location in settings.locations]
    words = [b"" if set(kind) & set("*?[") else kind.encode() for kind in kinds]
    return [*words, b"ServiceAccount"] if settings.service_accounts else words


def _plan(
    piece: Piece,
    identity: Identity,
    root: yaml.Node,
    inside: hints.Hints | None,
    settings: Settings,
    relocation: Relocation,
) -> Plan:
    """Plan one document of a piece; its edits are added to those of the piece."""
    text, edits, view = piece.reading.text, piece.edits, piece.view
    contents = sites.find(root, relocation.known, inside, in_secrets=settings.secrets)
    spans = partial(sites.spans, known=relocation.known)
    revised = declared.revise(root, contents.sites, settings.locations, settings.ignore, spans)
    decisions = [decide(site, relocation, settings, piece.reading.line) for site in revised]
    changes = _changes(decisions)
    start, end = root.start_mark.index, root.end_mark.index  # the text may hold many documents, `a: b` and `...`
    if settings.pull_secrets and text.find(places.VARIABLE, start, end) >= 0:
        changes += [(node, "", [edit]) for node, edit in places.variables(root, settings.pull_secrets)]
    if changes and text.find("&", start, end) >= 0 and _has_key_among(root, [node for node, _, _ in changes]):
        raise AcregError(
            f"{identity}: an image reference there is an alias of a mapping's key, which may not change. Write the "
            "reference out instead of the alias."
        )
    for node, encoding, parts in changes:
        edits += _rewrite(text, view, node, encoding, parts, identity)
    holders = _holders(root, contents, decisions, settings, relocation)
    additions, inserted = _add_secrets(text, view, holders, settings, identity)
    edits += inserted
    return Plan(identity, root, [finding for finding, _ in decisions], additions)


def _changes(decisions: Iterable[Decision]) -> list[tuple[yaml.ScalarNode, str, list[Edit]]]:
    """Each scalar that changes, its encoding, and the edits of its value: aliases reach one from several places."""
    found: dict[int, tuple[yaml.ScalarNode, str, dict[Edit, None]]] = {}
    for finding, edit in decisions:
        if edit is not None:
            site = finding.site
            found.setdefault(id(site.node), (site.node, site.encoding, {}))[2][edit] = None
    return [(node, encoding, list(edits)) for node, encoding, edits in found.values()]


def _has_key_among(root: yaml.Node, scalars: Iterable[yaml.ScalarNode]) -> bool:
    """Whether one of these scalars is a mapping's key too, as an alias of a key is."""
    wanted = {id(scalar) for scalar in scalars}
    stack = [root]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
            continue
        for key, value in node.value:
            if id(key) in wanted:
                return True
            stack += (key, value)
    return False


def _rewrite(
    text: str, view: View, node: yaml.ScalarNode, encoding: str, edits: list[Edit], identity: Identity
) -> list[Edit]:
    """Plan new text for parts of a scalar's value, decoded if it is base64; return the edits of the document's text."""
    parts = reencoded(node.value, apply(decoded(node.value), edits)) if encoding else edits
    view.change(node, apply(node.value, parts))
    try:
        return in_text(text, node, parts)
    except ValueError:
        raise AcregError(
            f"{identity}: an image reference at line {node.start_mark.line + 1} of the document is written so that its "
            "text cannot be edited (`!!binary`, for example). Write it out as plain text."
        ) from None


def _holders(
    root: yaml.Node,
    contents: sites.Contents,
    decisions: list[Decision],
    settings: Settings,
    relocation: Relocation,
) -> list[merge.Holder]:
    """What needs pull secrets: pod specs and custom resources with private images; ServiceAccounts if asked for."""
    if not settings.pull_secrets:
        return []
    owners = list(contents.service_accounts) if settings.service_accounts else []
    private = [finding.site for finding, _ in decisions if finding.is_private]
    nodes = {id(site.node) for site in private}

    def needs_secrets(spec: yaml.MappingNode) -> bool:
        """Whether a pod spec has an image on the private registry, be it one to ignore."""
        return any(id(node) in nodes or relocation(node.value).status == "private" for node in podspec.images(spec))

    owners += [owner for owner in contents.pod_specs if needs_secrets(owner.node)]
    holders = {id(owner.node): merge.Holder(owner.node, owner.paths) for owner in owners}
    for holder in places.holders(root, [site.path for site in private]):
        holders.setdefault(id(holder.node), holder)
    return list(holders.values())


def _add_secrets(
    text: str, view: View, holders: list[merge.Holder], settings: Settings, identity: Identity
) -> tuple[list[merge.Addition], list[Edit]]:
    """Plan what each holder lacks; what is added to one may show in others, by aliases and merge keys."""
    names = settings.pull_secrets
    lacking = [(merge.missing(view, holder.node, names, holder.field), holder) for holder in holders]
    edits: list[Edit] = []
    for planned, holder in lacking:
        missing = merge.missing(view, holder.node, names, holder.field) if edits else planned
        try:
            edits += merge.add(text, view, holder.node, holder.paths[0], missing, holder.field) if missing else []
        except AcregError as error:
            raise AcregError(f"{identity}: {error}") from None
    return [merge.Addition(names, holder.paths) for names, holder in lacking if names], edits
