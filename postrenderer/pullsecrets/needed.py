"""The mappings that need pull secrets, what is added to them, and the images without a place for theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.pullsecrets import merge
from postrenderer.pullsecrets.accounts import DEFAULT, Use, account_name
from postrenderer.sites import args, env
from postrenderer.text.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from postrenderer.pullsecrets.accounts import Accounts
    from postrenderer.pullsecrets.places import Places
    from postrenderer.sites import Contents
    from postrenderer.sites.site import Site
    from postrenderer.text.scalars import Edit

_OTHERS = (env.FAMILY, args.FAMILY)
"""Families of images that another pod pulls than the one in which they stand: a program makes that pod."""

_AS_READ = View()
"""Documents as they were read: nothing is planned in it."""

_NOWHERE = (
    "no field for its pull secret is known: give the Secret to the ServiceAccount of the pods that pull it, or the "
    "registry's credentials to the nodes"
)


class Wanting(NamedTuple):
    """A mapping that must have the pull secrets.

    Attributes:
        holder: the mapping.
        images: the images that it is for; a ServiceAccount has none of its own.
        account: the ServiceAccount of its pods, if they have no secrets of their own yet.
        others: the secrets of that ServiceAccount, which the pods would lose when they get ours.
        lenient: whether a field that cannot take them is only reported: in custom resources it may have any form.
    """

    holder: merge.Holder
    images: list[Site]
    account: Use | None = None
    others: Sequence[str] = ()
    lenient: bool = False


class Need(NamedTuple):
    """The mappings that must have the secrets, and the images for whose secret no place is known."""

    wanting: list[Wanting]
    nowhere: list[Site]

    def leniently(self) -> Need:
        """The same where no field that cannot take the secrets ends the run."""
        return self._replace(wanting=[one._replace(lenient=True) for one in self.wanting])

    def with_programs(self, holders: Sequence[merge.Holder]) -> Need:
        """The same with settings of programs, which serve the images that have no other place.

        Args:
            holders: the mappings and arguments that have such settings; the first one stands for the images.
        """
        if not holders:
            return self
        told = [Wanting(holder, [] if number else self.nowhere, lenient=True) for number, holder in enumerate(holders)]
        return Need([*self.wanting, *told], [])


class AddedSecrets(NamedTuple):
    """What is planned for the pull secrets of a document.

    Attributes:
        additions: the secrets that mappings lack and get.
        edits: the edits of the text that add them.
        without: the images without a place that takes their secret, each with what the user can do.
        accounts: the ServiceAccounts whose secrets Kubernetes gives to pods no longer.
    """

    additions: list[merge.Addition]
    edits: list[Edit]
    without: list[tuple[Site, str]]
    accounts: list[Use]


def find(  # noqa: PLR0913  # what the stream and the settings say, each by its name
    contents: Contents,
    private: Sequence[Site],
    is_private: Callable[[str], bool],
    places: Places,
    accounts: Accounts,
    *,
    left: Mapping[int, str] | None = None,
    service_accounts: bool = False,
) -> Need:
    """Find where the pull secrets of a document go: for an image in a pod spec there, for any other the nearest place.

    Args:
        contents: what the document holds.
        private: where its images are that are or will be on the private registry.
        is_private: whether a reference is on the private registry, also one that the settings ignore.
        places: the places for pull secrets outside pod specs.
        accounts: the ServiceAccounts that are known.
        left: the images that stay on other registries, by the identity of their nodes.
        service_accounts: whether ServiceAccounts are asked for.
    """
    found: dict[int, Wanting] = {}
    in_pods: set[int] = set()
    nodes = {id(site.node): site for site in private}
    for owner in contents.service_accounts if service_accounts else ():
        found[id(owner.node)] = Wanting(merge.Holder(owner.node, owner.paths), [])
    for owner in contents.pod_specs:
        own = [id(image) for image in owner.images]
        wants = not nodes.keys().isdisjoint(own) or any(is_private(image.value) for image in owner.images)
        if wants and not all(map(places.lacks_field, owner.paths)):
            images = [nodes[image] for image in own if image in nodes]
            wanting = Wanting(merge.Holder(owner.node, owner.paths), images)
            staying = [left[image] for image in own if left and image in left]
            found[id(owner.node)] = _with_account(wanting, places, accounts, staying, DEFAULT)
            in_pods.update(own)
    nowhere = []
    for site in private:
        if id(site.node) in in_pods:
            continue
        around = [] if site.family in _OTHERS else places.around(site.path)
        if not around:
            nowhere.append(site)
        for holder in around:
            if id(holder.node) not in found:
                found[id(holder.node)] = _with_account(Wanting(holder, [], lenient=True), places, accounts)
            found[id(holder.node)].images.append(site)
    return Need(list(found.values()), nowhere)


def _with_account(
    wanting: Wanting, places: Places, accounts: Accounts, left: Sequence[str] = (), default: str = ""
) -> Wanting:
    """Add the pull secrets of their ServiceAccount to what pods without secrets of their own get.

    Args:
        wanting: the mapping.
        places: know its namespaces.
        accounts: the ServiceAccounts that are known.
        left: the images of its pods that stay on other registries.
        default: the ServiceAccount if it names none; empty for none.
    """
    holder = wanting.holder
    if not isinstance(holder.node, yaml.MappingNode) or not merge.lacks_all(_AS_READ, holder):
        return wanting
    name = account_name(holder.node) or default
    if not name:
        return wanting
    namespaces = tuple(dict.fromkeys(map(places.namespace, holder.paths)))
    unknown = list(left) if left and not accounts.holds(name, namespaces) else []
    use = Use(name, namespaces, holder.paths, unknown)
    return wanting._replace(account=use, others=accounts.secrets(name, namespaces) if accounts else ())


def add(text: str, view: View, need: Need, names: tuple[str, ...]) -> AddedSecrets:
    """Plan to add what each mapping lacks. An addition to one may show in others, by aliases and merge keys.

    Args:
        text: what the document was composed from.
        view: the document as it will be; it gets what is planned, too.
        need: the mappings that must have the secrets.
        names: the secrets.

    Raises:
        AcregError: the pull secrets of a pod spec are no list.
    """
    wanting = [(one, (*names, *(name for name in one.others if name not in names))) for one in need.wanting]
    lacking = [(one, wanted, merge.missing(view, one.holder, wanted)) for one, wanted in wanting]
    added = AddedSecrets([], [], [(site, _NOWHERE) for site in need.nowhere], [])
    for one, wanted, planned in lacking:
        obstacle = merge.obstacle(text, view, one.holder, wanted) if one.lenient else ""
        if obstacle:
            added.without.extend((image, obstacle) for image in one.images)
            continue
        missing = planned
        if added.edits:
            missing = merge.missing(view, one.holder, wanted if merge.lacks_all(view, one.holder) else names)
        if missing:
            added.edits.extend(merge.add(text, view, one.holder, missing))
        if planned:
            absent = merge.missing(view, one.holder, wanted) if one.others else ()
            shown = [name for name in planned if name not in absent]
            added.additions.append(merge.Addition(shown, one.holder.places))
            added.accounts.extend([one.account] if one.account else [])
    return added
