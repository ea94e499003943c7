"""The pull secrets of images inside texts: a Pod in a ConfigMap, a chart's values in a Secret, JSON in an annotation.

A text that reads as YAML or JSON is planned as a document is, by the same rules, and proved for itself. What is added
goes back into the scalar in the scalar's own style. Where that style cannot hold it, the image is without its secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer import prove, sites
from postrenderer.pullsecrets import needed, settings
from postrenderer.pullsecrets.merge import Addition, Holder
from postrenderer.pullsecrets.places import Places
from postrenderer.sites.secrets import decoded
from postrenderer.text.insertions import inserted
from postrenderer.text.scalars import BINARY_TAG, Edit, apply, in_text
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

    from postrenderer.images.relocation import Relocation
    from postrenderer.pullsecrets.accounts import Accounts
    from postrenderer.pullsecrets.schemas import Schemas
    from postrenderer.settings import Settings
    from postrenderer.sites import Contents, Text
    from postrenderer.sites.site import Site
    from postrenderer.sites.tasks import Tasks
    from postrenderer.text.pointer import Path

_UNWRITABLE = "the text that it stands in is not written so that lines can be added: write it as a block, with `|`"


_FOLDING = ("'", ">")
"""The styles of scalars in which one line break is a space, and two are one."""
_IN_BRACKETS = ("{", '"')
"""What is added between brackets begins with these; lines begin with a name or a hyphen."""


class Wanted(NamedTuple):
    """What a plan depends on beside the document: the settings, and what the rest of the stream says.

    Attributes:
        settings: what is asked for.
        relocation: what becomes of a reference.
        schemas: the schemas in the stream.
        accounts: the ServiceAccounts in the stream.
        tasks: the tasks of Tekton in the stream.
        owner: what the document is, as `Kind/name`.
    """

    settings: Settings
    relocation: Relocation
    schemas: Schemas
    accounts: Accounts
    tasks: Tasks
    owner: str = ""


class Tree(NamedTuple):
    """A document of a stream or of a text: what it was composed from, its root, and what it holds."""

    text: str
    root: yaml.Node
    contents: Contents


class Change(NamedTuple):
    """What changes in a scalar.

    Attributes:
        node: the scalar.
        encoding: `base64`, or empty.
        references: the edits of its value, decoded, that move references.
        additions: those that add pull secrets.
    """

    node: yaml.ScalarNode
    encoding: str
    references: list[Edit]
    additions: list[Edit]

    @property
    def value(self) -> str:
        """What the scalar says, decoded."""
        return decoded(self.node.value) if self.encoding else str(self.node.value)

    @property
    def edits(self) -> list[Edit]:
        """All edits of the value."""
        return self.references + self.additions


class Within(NamedTuple):
    """What is planned for the pull secrets of the images in the texts of a document.

    Attributes:
        changes: what changes in its scalars.
        additions: the pull secrets that its scalars lack and get.
        others: the images that need a place outside their text.
        without: the images whose text has a place that cannot take their secret, each with what the user can do.
        settings: the mappings of the document itself that have settings.
    """

    changes: list[Change]
    additions: list[Addition]
    others: list[Site]
    without: list[tuple[Site, str]]
    settings: list[Holder]


class _Inside(NamedTuple):
    """What is planned for one text.

    Attributes:
        edits: what adds the secrets.
        names: the secrets that are added.
        others: where the images begin that need a place outside of the text.
        without: why the text has no place for the secret of an image, by where that begins.
    """

    edits: list[Edit]
    names: list[str]
    others: set[int]
    without: dict[int, str]


def plan(tree: Tree, private: Iterable[Site], changes: Iterable[Change], wanted: Wanted) -> Within:
    """Plan the pull secrets of the private images, and of the settings, that stand in the texts of a document.

    Args:
        tree: the document.
        private: where its images are that are or will be on the private registry.
        changes: what changes in its scalars as references move.
        wanted: what the plan depends on.
    """
    text, root, contents = tree
    told = settings.find(text, root, wanted.owner)
    planned = {id(change.node): change for change in changes}
    found = Within([], [], [], [], told.holders)
    by_node: dict[int, tuple[list[Path], list[Site]]] = {}
    for scalar in told.texts:
        planned.setdefault(id(scalar.node), Change(scalar.node, "", [], []))
        by_node.setdefault(id(scalar.node), ([], []))[0].append(scalar.path)
    for site in private:
        planned.setdefault(id(site.node), Change(site.node, site.encoding, [], []))
        places, images = by_node.setdefault(id(site.node), ([], []))
        places.append(site.path)
        images.append(site)
    for node, (places, images) in by_node.items():
        change = planned[node]
        starts = {site.span.start for site in images}
        inside = _inside(change, starts, contents, wanted) if _may_be_text(change.value) else None
        if inside is None:
            found.others.extend(images)
            continue
        if change.node.style in _FOLDING:
            inside = inside._replace(edits=list(map(_in_one_line, inside.edits)))
        if not _can_hold(text, change, inside.edits):
            found.without.extend((site, _UNWRITABLE) for site in images)
            continue
        change.additions.extend(inside.edits)
        if inside.edits:
            found.additions.append(Addition(inside.names, list(dict.fromkeys(places))))
        found.others.extend(site for site in images if site.span.start in inside.others)
        reasons = ((site, inside.without.get(site.span.start, "")) for site in images)
        found.without.extend((site, reason) for site, reason in reasons if reason)
    return found._replace(changes=[change for change in planned.values() if change.edits])


def written(change: Change, contents: Contents) -> Change:
    """A change of a scalar as the documents in its text need it: a plain `image: a/b` becomes `image: "[::1]/a/b"`.

    Args:
        change: the change.
        contents: what the scalar's document holds.
    """
    read = contents.texts.get(change.value)
    if read is None:
        return change
    edits = [edit for edit in change.references if edit.start not in read.sites]  # templates are in no document
    moves = _moves(read, change.references)
    for _, inside in read.documents:
        for one in _changes(inside, moves):
            edits += in_text(read.value, one.node, written(one, inside).references)
    return change._replace(references=sorted(edits))


def _moves(read: Text, references: Iterable[Edit]) -> dict[int, Edit]:
    """The edits that move the references in the documents of a text, by the id() of the reference's site."""
    return {id(read.sites[edit.start]): edit for edit in references if edit.start in read.sites}


def _may_be_text(value: str) -> bool:
    """Whether a value may be more than the name of an image."""
    return any(sign in value for sign in "\n{[")


def _in_one_line(edit: Edit) -> Edit:
    """An edit without line breaks, if it goes between brackets, where these are no more than white space."""
    if not edit.text.startswith(_IN_BRACKETS):
        return edit
    return edit._replace(text=" ".join(line.strip() for line in edit.text.split("\n")))


def _can_hold(text: str, change: Change, edits: list[Edit]) -> bool:
    """Whether a scalar can hold what is added to its text."""
    if not edits or change.encoding or change.node.tag == BINARY_TAG:
        return True
    try:
        inserted(text, change.node, edits)
    except ValueError:
        return False
    return True


def _inside(change: Change, images: set[int], contents: Contents, wanted: Wanted) -> _Inside:
    """Plan the pull secrets of a scalar's text, as documents if it is some, else by its lines."""
    text = change.value
    read = contents.texts.get(text)
    if read is None and not images:
        read = sites.read(text)
    if read is not None:
        return _in_documents(read, change.references, images, wanted)
    from postrenderer.pullsecrets import lines  # noqa: PLC0415  # few streams have texts that are no documents

    planned = lines.plan(text, images, wanted.settings.pull_secrets, wanted.owner)
    return _Inside(planned.edits, planned.names, images - planned.served, {})


def _in_documents(read: Text, references: Iterable[Edit], images: set[int], wanted: Wanted) -> _Inside:
    """Plan the pull secrets of a text that is one or more documents.

    Args:
        read: the text.
        references: the edits that move the references in it.
        images: where its images begin that are or will be on the private registry.
        wanted: what the plan depends on.
    """
    moves = _moves(read, references)
    starts = {id(site): start for start, site in read.sites.items() if start in images}
    moved: list[Edit] = []
    view, inside = View(), _Inside([], [], {start for start in images if start not in read.sites}, {})
    names = wanted.settings.pull_secrets
    for root, contents in read.documents:
        private = [site for site in contents.sites if id(site) in starts]
        within = plan(Tree(read.value, root, contents), private, _changes(contents, moves), wanted)
        for planned in within.changes:
            change = written(planned, contents)
            view.change(change.node, apply(change.node.value, change.edits))
            moved.extend(in_text(read.value, change.node, change.references))
            inside.edits.extend(inserted(read.value, change.node, change.additions))
        around = Places(root, wanted.schemas, wanted.settings.locations, in_text=True)
        need = needed.find(contents, within.others, wanted.relocation.is_private, around, wanted.accounts)
        need = need.leniently().with_settings(within.settings)
        added = needed.add(read.value, view, need, names)
        inside.edits.extend(added.edits)
        lacking = dict.fromkeys(name for one in (*within.additions, *added.additions) for name in one.names)
        inside.names.extend(name for name in lacking if name not in inside.names)
        inside.others.update(starts[id(site)] for site in need.nowhere)
        nowhere = {id(site) for site in need.nowhere}
        obstacles = [*within.without, *((site, why) for site, why in added.without if id(site) not in nowhere)]
        inside.without.update((starts[id(site)], why) for site, why in obstacles)
    if inside.edits and _fault(read, [*moved, *inside.edits], view):
        return _Inside([], [], set(), dict.fromkeys(images, _UNWRITABLE))
    return inside


def _changes(contents: Contents, moves: dict[int, Edit]) -> list[Change]:
    """What changes in the scalars of a document in a text as its references move."""
    found: dict[int, Change] = {}
    for site in contents.sites:
        move = moves.get(id(site))
        if move:
            change = found.setdefault(id(site.node), Change(site.node, "", [], []))
            change.references.append(Edit(site.span.start, site.span.end, move.text))
    return list(found.values())


def _fault(read: Text, edits: list[Edit], view: View) -> bool:
    """Whether a text with its edits says something else than was planned, or cannot be read any more."""
    return prove.fault(apply(read.value, edits), [root for root, _ in read.documents], view) is not None
