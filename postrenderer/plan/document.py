"""What changes in a document of a stream, and in the documents within its texts, such as a Pod in a ConfigMap.

A text that reads as YAML or JSON is planned as a document is, by the same rules, and proved for itself. What is added
to it goes back into the scalar in the scalar's own style. Where that style cannot hold it, the image is without its
secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from postrenderer import sites
from postrenderer.plan import changes, prove
from postrenderer.plan.changes import Change
from postrenderer.pullsecrets import needed, programs
from postrenderer.pullsecrets.merge import Addition, Holder
from postrenderer.pullsecrets.places import Places
from postrenderer.text.layout import BREAKS
from postrenderer.text.scalars import apply
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import yaml

    from postrenderer.images.relocation import Relocation
    from postrenderer.pullsecrets.accounts import Accounts, Use
    from postrenderer.pullsecrets.schemas import Schemas
    from postrenderer.settings import Settings
    from postrenderer.sites import Contents, Text
    from postrenderer.sites.site import Site
    from postrenderer.sites.tasks import Tasks
    from postrenderer.text.pointer import Path
    from postrenderer.text.scalars import Edit

_OF_TEXTS = f"{BREAKS}{{["
"""Characters of a text that is more than the name of an image: of several lines, or of brackets."""
_UNWRITABLE = "the text that it stands in is not written so that lines can be added: write it as a block, with `|`"


class Wanted(NamedTuple):
    """What a plan depends on beside the document: the settings, and what the rest of the stream says.

    Attributes:
        settings: what is asked for.
        relocation: what becomes of a reference.
        schemas: the schemas in the stream.
        accounts: the ServiceAccounts in the stream.
        tasks: the tasks of Tekton in the stream.
        owner: what the document is, as `Kind/name`.
        in_text: whether it stands in a text.
    """

    settings: Settings
    relocation: Relocation
    schemas: Schemas
    accounts: Accounts
    tasks: Tasks
    owner: str = ""
    in_text: bool = False


class Tree(NamedTuple):
    """A document of a stream or of a text: what it was composed from, its root, and what it holds."""

    text: str
    root: yaml.Node
    contents: Contents


class Planned(NamedTuple):
    """What is planned for a document.

    Attributes:
        changed: the scalars that change.
        moves: the edits that move references.
        secrets: the edits that add pull secrets.
        additions: the pull secrets that mappings and scalars lack and get.
        nowhere: the images for whose secret no place in the document is known.
        without: the images that lack their secret, each with what the user can do.
        accounts: the ServiceAccounts whose secrets Kubernetes gives to pods no longer.
    """

    changed: list[yaml.ScalarNode]
    moves: list[Edit]
    secrets: list[Edit]
    additions: list[Addition]
    nowhere: list[Site]
    without: list[tuple[Site, str]]
    accounts: list[Use]


class _Texts(NamedTuple):
    """What is planned for the pull secrets of the images in the texts of a document.

    Attributes:
        changes: what changes in its scalars.
        additions: the pull secrets that its scalars lack and get.
        others: the images that need a place outside their text.
        without: the images whose text has a place that cannot take their secret, each with what the user can do.
        programs: the mappings and arguments of the document itself that have settings of programs.
    """

    changes: list[Change]
    additions: list[Addition]
    others: list[Site]
    without: list[tuple[Site, str]]
    programs: list[Holder]


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


def plan(  # noqa: PLR0913  # what the document and the stream say, each by its name
    tree: Tree,
    view: View,
    private: Iterable[Site],
    moving: list[Change],
    wanted: Wanted,
    *,
    left: Mapping[int, str] | None = None,
) -> Planned:
    """Plan what changes in a document: its references move, and what pulls them gets the pull secrets.

    Args:
        tree: the document.
        view: the document as it will be; it gets what is planned.
        private: where its images are that are or will be on the private registry.
        moving: what changes in its scalars as references move.
        wanted: what the plan depends on.
        left: the images that stay on other registries, by the id() of their nodes.

    Raises:
        AcregError: a reference is written so that it cannot be edited, or the pull secrets of a pod spec are no list.
    """
    names = wanted.settings.pull_secrets
    texts = _in_texts(tree, private, moving, wanted) if names else _Texts(moving, [], [], [], [])
    planned = Planned([change.node for change in texts.changes], [], [], texts.additions, [], texts.without, [])
    for change in texts.changes:
        moves, secrets = changes.edits(tree.text, view, change, tree.contents)
        planned.moves.extend(moves)
        planned.secrets.extend(secrets)
    if not names:
        return planned
    need = needed.find(
        tree.contents,
        texts.others,
        wanted.relocation.is_private,
        Places(tree.root, wanted.schemas, wanted.settings.locations, in_text=wanted.in_text),
        wanted.accounts,
        left=left,
        service_accounts=wanted.settings.service_accounts and not wanted.in_text,
    ).with_programs(texts.programs)
    added = needed.add(tree.text, view, need.leniently() if wanted.in_text else need, names)
    planned.secrets.extend(added.edits)
    planned.additions.extend(added.additions)
    planned.without.extend(added.without)
    return planned._replace(nowhere=need.nowhere, accounts=added.accounts)


def _in_texts(tree: Tree, private: Iterable[Site], moving: Iterable[Change], wanted: Wanted) -> _Texts:
    """Plan the pull secrets of the private images, and of the settings of programs, in the texts of a document."""
    text, root, contents = tree
    told = programs.find(text, root, wanted.owner)
    planned = {id(change.node): change for change in moving}
    found = _Texts([], [], [], [], told.holders)
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
        additions = changes.holdable(text, change, inside.edits)
        if additions is None:
            found.without.extend((site, _UNWRITABLE) for site in images)
            continue
        change.additions.extend(additions)
        if additions:
            found.additions.append(Addition(inside.names, list(dict.fromkeys(places))))
        found.others.extend(site for site in images if site.span.start in inside.others)
        lacking = (site for site in images if site.span.start in inside.without)
        found.without.extend((site, inside.without[site.span.start]) for site in lacking)
    return found._replace(changes=[change for change in planned.values() if change.edits])


def _may_be_text(value: str) -> bool:
    """Whether a value may be more than the name of an image."""
    return any(sign in value for sign in _OF_TEXTS)


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
    moving = changes.moves(read, references)
    starts = {id(site): start for start, site in read.sites.items() if start in images}
    moved: list[Edit] = []
    view, inside = View(), _Inside([], [], {start for start in images if start not in read.sites}, {})
    for root, contents in read.documents:
        private = [site for site in contents.sites if id(site) in starts]
        tree, inner = Tree(read.value, root, contents), wanted._replace(in_text=True)
        planned = plan(tree, view, private, changes.within(contents, moving), inner)
        moved.extend(planned.moves)
        inside.edits.extend(planned.secrets)
        lacking = dict.fromkeys(name for one in planned.additions for name in one.names)
        inside.names.extend(name for name in lacking if name not in inside.names)
        nowhere = {id(site) for site in planned.nowhere}
        inside.others.update(starts[site] for site in nowhere)
        inside.without.update((starts[id(site)], why) for site, why in planned.without if id(site) not in nowhere)
    if inside.edits and _fault(read, [*moved, *inside.edits], view):
        return _Inside([], [], set(), dict.fromkeys(images, _UNWRITABLE))
    return inside


def _fault(read: Text, edits: list[Edit], view: View) -> bool:
    """Whether a text with its edits says something else than was planned, or cannot be read any more."""
    return prove.fault(apply(read.value, edits), [root for root, _ in read.documents], view) is not None
