"""What a cluster says of pull secrets: which namespaces lack ours, and which ones its ServiceAccounts have.

A pull secret works in its own namespace alone, and a chart may make pods in others than that of its release. A pod that
gets ours no longer has those of its ServiceAccount, unless they are added, too.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.cli import helmargs, probe, show, wrapper_socket
from postrenderer.cli.helm import HelmError
from postrenderer.pullsecrets.accounts import Account
from postrenderer.pullsecrets.names import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm
    from postrenderer.cli.helmcommand import HelmCommand
    from postrenderer.plan.pieces import DocumentFindings
    from postrenderer.settings import Settings

SECRET, ACCOUNTS = "Secret", "ServiceAccount"


class Item(NamedTuple):
    """Something that a cluster is asked for.

    Attributes:
        kind: `Secret` for one of them, `ServiceAccount` for all of a namespace.
        namespace: its namespace; empty for that of the release.
        name: the name of a Secret.
    """

    kind: str
    namespace: str
    name: str = ""

    @property
    def expression(self) -> str:
        """A list of the namespace's name and what is there, as an expression of Helm's template language."""
        place = json.dumps(self.namespace) if self.namespace else ".Release.Namespace"
        there = f'(lookup "v1" "{self.kind}" {place} {json.dumps(self.name)})'
        answer = f"({there} | empty | not)" if self.name else f'(get {there} "items" | default list)'
        return f"(list {place} {answer})"

    def __str__(self) -> str:
        """Say in words what is asked."""
        place = f" of the namespace {self.namespace}" if self.namespace else ""
        if self.kind == SECRET:
            return f"whether the pull secret {self.name}{place} is there"
        return f"which pull secrets the ServiceAccounts{place} have"


class Cluster:
    """A cluster. It is asked for each thing once.

    Args:
        helm: asks.
        place: those of `probe.PLACE` that were given.
        scratch: a folder for files of ours.

    Attributes:
        refused: what may not be seen, with the cluster's own words.
    """

    def __init__(self, helm: Helm, place: Sequence[str], scratch: Path) -> None:
        self.refused: dict[Item, str] = {}
        self._helm, self._place, self._scratch = helm, place, scratch
        self._told: dict[Item, Any] = {}

    def look(self, items: Iterable[Item]) -> dict[Item, Any]:
        """Return the namespace's name and what is there, for each of the items that the cluster tells of.

        Raises:
            HelmError: the cluster cannot be reached.
        """
        wanted = list(dict.fromkeys(items))
        new = [item for item in wanted if item not in self._told]
        if new:
            self._told.update(zip(new, self._ask(new)))
        return {item: self._told[item] for item in wanted if self._told[item] is not None}

    def _ask(self, items: Sequence[Item]) -> list[Any]:
        question = f"(list {' '.join(item.expression for item in items)})"
        try:
            found: list[Any] = probe.online(self._helm, question, self._scratch, *self._place)
        except HelmError as error:
            if "forbidden" not in str(error):
                raise
            if len(items) == 1:
                self.refused[items[0]] = str(error).rpartition("error calling lookup: ")[2]
                return [None]
            return [answer for item in items for answer in self._ask([item])]
        return found


class Wrapper:
    """The `helm acreg` that started Helm: it asks the cluster, and tells the user what is missing there.

    Args:
        helm_command: the command that the user gave to Helm.
        settings: name the pull secrets and their registry.
        scratch: a folder for files of ours.
    """

    def __init__(self, helm_command: HelmCommand, settings: Settings, scratch: Path) -> None:
        place = helmargs.known_to(probe.PLACE, helm_command.arguments, helm_command.flags)
        self._cluster = Cluster(helm_command.helm, place, scratch)
        self._settings = settings
        self._said: set[str] = set()

    def inform(self, found: Sequence[DocumentFindings], settings: Settings) -> Settings:
        """Return the settings with what the cluster tells, see `answer`.

        Args:
            found: what was found in the release.
            settings: those that it was found with.
        """
        return settings._replace(accounts=tuple(self.answer(question(found))))

    def answer(self, question: dict[str, Any]) -> list[Account]:
        """Say which namespaces lack a pull secret, and return the ServiceAccounts that the question is about.

        Args:
            question: as `question` makes it.
        """
        used = [(name, place) for name, place in question["accounts"]]
        items = [Item(SECRET, place, name) for place in question["namespaces"] for name in self._settings.pull_secrets]
        try:
            found = self._cluster.look([*items, *(Item(ACCOUNTS, place) for _, place in used)])
        except HelmError:
            return []  # Helm says itself what is wrong with the cluster
        for item in items:
            place, is_there = found.get(item, ("", True))
            if not is_there:
                self._say(
                    f"the namespace {place} lacks the pull secret {item.name}. To create it: helm acreg secret"
                    f" --server {self._settings.registry} --name {item.name}"
                    f" -n {shlex.quote(place)} --username NAME | kubectl apply -f -"
                )
        for item, why in self._cluster.refused.items():
            if item.kind == SECRET or question["left"]:
                self._say(f"{item} cannot be seen: {why}")
        return accounts(found, used)

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            show.note(f"acreg: {text}")


def question(found: Iterable[DocumentFindings]) -> dict[str, Any]:
    """Return what is to be known about pull secrets before a release is installed.

    It names the namespaces in which the release pulls from the private registry, and the ServiceAccounts of its pods,
    and says whether the pods keep images that may need the secrets of these.

    Args:
        found: what was found in the release.
    """
    documents = list(found)
    used = ((use.name, place) for one in documents for use in one.accounts for place in use.namespaces)
    left = any(use.left for one in documents for use in one.accounts)
    return {"namespaces": namespaces(documents, ""), "accounts": list(dict.fromkeys(used)), "left": left}


def accounts(found: dict[Item, Any], used: Iterable[tuple[str, str]]) -> list[Account]:
    """Return ServiceAccounts by their names and namespaces, as far as the cluster tells of them.

    Args:
        found: as `Cluster.look` returned it.
        used: the name and the namespace of each.
    """
    return [
        Account(name, place, _secrets(found[Item(ACCOUNTS, place)][1], name))
        for name, place in used
        if Item(ACCOUNTS, place) in found
    ]


def informed(found: Sequence[DocumentFindings], settings: Settings) -> Settings:
    """Return the settings with what the `helm acreg` that started Helm knows of the cluster.

    Args:
        found: what was found in the release.
        settings: those that it was found with.
    """
    known = wrapper_socket.ask(question(found)) or ()
    return settings._replace(accounts=tuple(Account(name, place, tuple(names)) for name, place, names in known))


def namespaces(found: Iterable[DocumentFindings], default: str) -> list[str]:
    """Return the namespaces in which something pulls from the private registry, that of the release first.

    Args:
        found: what was found in the release.
        default: the namespace of the release.
    """
    of_objects = {one.identity.namespace for one in found if any(image.is_private for image in one.images)}
    return [default, *sorted(of_objects - {"", default})]


def _secrets(items: Iterable[Any], name: str) -> tuple[str, ...]:
    """The pull secrets of a ServiceAccount among those of a namespace."""
    listed = (entry for item in items if item["metadata"]["name"] == name for entry in item.get(USUAL) or ())
    return tuple(str(entry["name"]) for entry in listed if entry.get("name"))
