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
from postrenderer.apis.forms import NAME, REGISTRY
from postrenderer.decide import decide
from postrenderer.errors import AcregError
from postrenderer.pullsecrets import merge, needed, places, variables
from postrenderer.pullsecrets.schemas import Schemas
from postrenderer.sites import declared, env, hints
from postrenderer.sites.secrets import decoded, reencoded
from postrenderer.text import mappings, reading, stream
from postrenderer.text.scalars import Edit, apply, in_text
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.decide import Decision, Finding
    from postrenderer.images.relocation import Relocation
    from postrenderer.settings import Settings
    from postrenderer.sites.site import Site
    from postrenderer.text.reading import Identity, Reading
    from postrenderer.text.stream import Document


_REGISTRY = merge.Field(REGISTRY, NAME)
"""The field that some operators put in front of an image whose repository and name stand beside it."""


class Plan(NamedTuple):
    """What becomes of one document, and why.

    Attributes:
        identity: what the document is called.
        root: its root node, as it was read.
        findings: the references in it, and what becomes of them.
        additions: the pull secrets that mappings lack and get.
        without: the images on the private registry without a known place for their pull secret.
    """

    identity: Identity
    root: yaml.Node
    findings: list[Finding]
    additions: list[merge.Addition]
    without: list[WithoutSecret]


class WithoutSecret(NamedTuple):
    """An image on the private registry without a known place for its pull secret, and what the user can do."""

    finding: Finding
    reason: str


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


class _Wanted(NamedTuple):
    """What a stream is planned by: the settings, what becomes of a reference, and the schemas in the stream."""

    settings: Settings
    relocation: Relocation
    schemas: Schemas


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
    wanted = _Wanted(settings, relocation, Schemas(data))
    for document in stream.documents(data):
        raw = document.raw()
        hinted = hints.hints(raw, hosts, words)
        if not hinted:
            yield document
            continue
        read = reading.read(document)
        piece = Piece(read, [], [], View())
        inside = hinted.in_text(read.text, len(read.before.encode()))
        try:
            for index in range(len(read.roots)):
                piece.plans.append(_plan(piece, index, inside, wanted))
        except (mappings.TooMuchMergedError, RecursionError) as error:
            raise reading.unreadable(document, read.text, read.line, error) from None
        yield piece


def _more_words(settings: Settings) -> list[bytes]:
    """Words that make a document worth reading for what the settings ask beside images; the empty one is everywhere."""
    kinds = [location.kind for location in settings.locations if not location.pull_secrets]
    words = [b"" if set(kind) & set("*?[") else kind.encode() for kind in kinds]
    return [*words, b"ServiceAccount"] if settings.service_accounts else words


def _plan(piece: Piece, index: int, inside: hints.Hints, wanted: _Wanted) -> Plan:
    """Plan one document of a piece; its edits are added to those of the piece."""
    text, edits, view = piece.reading.text, piece.edits, piece.view
    root, identity = piece.reading.roots[index], piece.reading.identities[index]
    settings, relocation = wanted.settings, wanted.relocation
    contents = sites.find(root, relocation.known, inside, in_secrets=settings.secrets)
    spans = partial(sites.spans, known=relocation.known)
    revised = declared.revise(root, contents.sites, settings.locations, settings.ignore, spans)
    decisions = [decide(site, relocation, settings, piece.reading.line) for site in revised]
    start, end = root.start_mark.index, root.end_mark.index  # the text may hold many documents, `a: b` and `...`
    has_variables = bool(settings.pull_secrets) and text.find(variables.VARIABLE, start, end) >= 0
    try:
        changes = _changes(decisions)
        if has_variables:
            changes += [(node, "", [edit]) for node, edit in variables.find(root, settings.pull_secrets)]
        if changes and text.find("&", start, end) >= 0:
            _refuse_keys(root, [node for node, _, _ in changes])
        for change in changes:
            edits += _rewrite(text, view, *change)
        for finding, _, registry, _ in decisions:
            if finding.site.registry and registry:
                edits.append(merge.insert(text, view, finding.site.registry, _REGISTRY, registry))
        findings = [finding for finding, *_ in decisions]
        private = [one.site for one in findings if one.is_private]
        if has_variables:  # the operator that reads the images reads the names of the secrets, too
            private = [site for site in private if site.family != env.FAMILY]
        added = _add_secrets(piece, root, contents, private, wanted) if settings.pull_secrets else needed.NOTHING
        edits += added.edits
    except AcregError as error:
        raise AcregError(f"{identity}: {error}") from None
    reasons = {id(site): reason for site, reason in added.without}
    without = [WithoutSecret(one, reasons[id(one.site)]) for one in findings if id(one.site) in reasons]
    return Plan(identity, root, findings, added.additions, without)


def _add_secrets(
    piece: Piece, root: yaml.Node, contents: sites.Contents, private: list[Site], wanted: _Wanted
) -> needed.Added:
    """Plan the pull secrets of the images that are or will be on the private registry."""
    settings = wanted.settings
    around = places.Places(root, wanted.schemas, settings.locations)
    need = needed.find(
        contents, private, wanted.relocation.is_private, around, service_accounts=settings.service_accounts
    )
    return needed.add(piece.reading.text, piece.view, need, settings.pull_secrets)


def _changes(decisions: Iterable[Decision]) -> list[tuple[yaml.ScalarNode, str, list[Edit]]]:
    """Each scalar that changes, its encoding, and the edits of its value: aliases reach one from several places."""
    found: dict[int, tuple[yaml.ScalarNode, str, dict[Edit, None]]] = {}
    for finding, edit, _, pin in decisions:
        if edit is not None:
            site = finding.site
            found.setdefault(id(site.node), (site.node, site.encoding, {}))[2][edit] = None
        if pin is not None:
            edits = found.setdefault(id(pin[0]), (pin[0], "", {}))[2]
            edits[pin[1]] = None
            if len(edits) > 1:
                raise AcregError(
                    f"`{pin[0].value}` is the tag of several images through an alias, and the lock has another digest"
                    " for each. Write the tag out instead of the alias."
                )
    return [(node, encoding, list(edits)) for node, encoding, edits in found.values()]


def _refuse_keys(root: yaml.Node, scalars: Iterable[yaml.ScalarNode]) -> None:
    """See that none of the scalars that are to change is a mapping's key too, as an alias of a key is.

    Raises:
        AcregError: one is.
    """
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
                raise AcregError(
                    "an image reference there is an alias of a mapping's key, which may not change. Write the "
                    "reference out instead of the alias."
                )
            stack += (key, value)


def _rewrite(text: str, view: View, node: yaml.ScalarNode, encoding: str, edits: list[Edit]) -> list[Edit]:
    """Plan new text for parts of a scalar's value, decoded if it is base64; return the edits of the document's text.

    Raises:
        AcregError: the value cannot be found again in its text.
    """
    parts = reencoded(node.value, apply(decoded(node.value), edits)) if encoding else edits
    view.change(node, apply(node.value, parts))
    try:
        return in_text(text, node, parts)
    except ValueError:
        raise AcregError(
            f"an image reference at line {node.start_mark.line + 1} of the document is written so that its text cannot "
            "be edited (`!!binary |`, for example). Write it out as plain text."
        ) from None
