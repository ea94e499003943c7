"""What changes in each document of a stream: a value, made without changing any node that was read.

A scalar that is an image changes where it is written. If it has an anchor, each alias shows the change; a mapping that
is merged into others (`<<`) shows it in each of them. A scalar that is also a mapping's key may not change: the run is
refused. Pull secrets are added to the mapping that needs them, unless what was added elsewhere shows in it already.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import sites
from postrenderer.apis.forms import REGISTRY
from postrenderer.errors import AcregError
from postrenderer.plan import changes, document
from postrenderer.plan.changes import Change
from postrenderer.plan.decide import LEFT, decide
from postrenderer.plan.document import Tree, Wanted
from postrenderer.pullsecrets.accounts import Accounts
from postrenderer.pullsecrets.programs import UNHINTED
from postrenderer.pullsecrets.schemas import Schemas
from postrenderer.sites import declared, hints
from postrenderer.sites.tasks import Tasks
from postrenderer.text import mappings, reading, stream, writing
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import yaml

    from postrenderer.images.relocation import Relocation
    from postrenderer.plan.decide import Decision, Finding
    from postrenderer.pullsecrets.accounts import Use
    from postrenderer.pullsecrets.merge import Addition
    from postrenderer.settings import Settings
    from postrenderer.text.reading import Identity, Reading
    from postrenderer.text.scalars import Edit
    from postrenderer.text.stream import Document


class DocumentFindings(NamedTuple):
    """What was found in a document, and what becomes of it.

    Attributes:
        identity: what the document is called.
        findings: the references in it, in the order of the text.
        additions: the pull secrets that mappings in it lack and get.
        without: the images on the private registry without a known place for their pull secret.
        accounts: the ServiceAccounts whose pull secrets Kubernetes gives to pods no longer.
    """

    identity: Identity
    findings: list[Finding]
    additions: list[Addition]
    without: list[WithoutSecret]
    accounts: list[Use]

    @property
    def images(self) -> list[Finding]:
        """The findings that are images, without the registries to which something adds names."""
        return [finding for finding in self.findings if not finding.is_prefix]

    @property
    def prefixes(self) -> list[Finding]:
        """The registries, and paths in them, to which something adds the names of images."""
        return [finding for finding in self.findings if finding.is_prefix]


class WithoutSecret(NamedTuple):
    """An image on the private registry without a known place for its pull secret, and what the user can do."""

    finding: Finding
    reason: str


class Piece(NamedTuple):
    """A piece of a stream that was read.

    Attributes:
        reading: its text, and the roots of the documents in it; `...` lines separate several.
        documents: what was found in each of them.
        edits: what changes in the text.
        view: the documents as they will be.
    """

    reading: Reading
    documents: list[DocumentFindings]
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
    told = UNHINTED if settings.pull_secrets else ()
    hosts = frozenset(host.encode() for host in relocation.hosts)
    wanted = Wanted(settings, relocation, Schemas(data), Accounts(data, settings.accounts), Tasks(data))
    for each in stream.documents(data):
        raw = each.raw()
        hinted = hints.hints(raw, hosts, words, told)
        if not hinted:
            yield each
            continue
        read = reading.read(each)
        piece = Piece(read, [], [], View())
        inside = hinted.in_text(read.text, len(read.before.encode()))
        try:
            for index in range(len(read.roots)):
                piece.documents.append(_plan(piece, index, inside, wanted))
        except (mappings.TooMuchMergedError, RecursionError) as error:
            raise reading.unreadable(each, read.text, read.line, error) from None
        yield piece


def _more_words(settings: Settings) -> list[bytes]:
    """Words that make a document worth reading for what the settings ask beside images; the empty one is everywhere."""
    kinds = [location.kind for location in settings.locations if not location.pull_secrets]
    words = [b"" if set(kind) & set("*?[") else kind.encode() for kind in kinds]
    return [*words, b"ServiceAccount"] if settings.service_accounts else words


def _plan(piece: Piece, index: int, inside: hints.Hints, wanted: Wanted) -> DocumentFindings:
    """Plan one document of a piece; its edits are added to those of the piece."""
    text, edits, view = piece.reading.text, piece.edits, piece.view
    root, identity = piece.reading.roots[index], piece.reading.identities[index]
    settings, relocation = wanted.settings, wanted.relocation
    contents = sites.find(root, relocation.known, inside, tasks=wanted.tasks)
    spans = partial(sites.spans, known=relocation.known, texts=contents.texts)
    revised = declared.revise(root, contents.sites, settings.locations, settings.ignore, spans)
    decisions = [decide(site, relocation, settings, piece.reading.line) for site in revised]
    findings = [finding for finding, *_ in decisions]
    private = [one.site for one in findings if one.is_private and (settings.secrets or not one.site.encoding)]
    left = {id(one.site.node): one.source for one in findings if one.kind == LEFT}
    try:
        for finding, _, registry, _ in decisions:
            if finding.site.registry and registry:
                edits.append(writing.insert(text, view, finding.site.registry, (REGISTRY, registry)))
        wanted = wanted._replace(owner=f"{identity.kind}/{identity.name}")
        planned = document.plan(Tree(text, root, contents), view, private, _changes(decisions), wanted, left=left)
        if inside.everywhere:  # else there are no aliases
            changes.refuse_shared(root, planned.changed)
    except AcregError as error:
        raise AcregError(f"{identity}: {error}") from None
    edits += planned.moves + planned.secrets
    reasons = {id(site): reason for site, reason in planned.without}
    without = [WithoutSecret(one, reasons[id(one.site)]) for one in findings if id(one.site) in reasons]
    return DocumentFindings(identity, findings, planned.additions, without, planned.accounts)


def _changes(decisions: Iterable[Decision]) -> list[Change]:
    """What changes in each scalar: aliases reach one from several places.

    Raises:
        AcregError: a tag would get two digests.
    """
    found: dict[int, tuple[yaml.ScalarNode, str, list[Edit]]] = {}
    for finding, edit, _, pin in decisions:
        if edit is not None:
            site = finding.site
            found.setdefault(id(site.node), (site.node, site.encoding, []))[2].append(edit)
        if pin is not None:
            edits = found.setdefault(id(pin[0]), (pin[0], "", []))[2]
            edits.append(pin[1])
            if edits[0] != pin[1]:
                raise AcregError(
                    f"`{pin[0].value}` is the tag of several images through an alias, and the lock has another digest"
                    " for each. Write the tag out instead of the alias."
                )
    return [Change(node, encoding, list(dict.fromkeys(edits)), []) for node, encoding, edits in found.values()]
