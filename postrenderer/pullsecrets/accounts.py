"""The pull secrets that pods would have from their ServiceAccounts, as far as the stream says.

Kubernetes gives a pod the pull secrets of its ServiceAccount only if the pod has none of its own. So a pod that gets
ours gets those, too. Source: the ServiceAccount admission controller,
https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.pullsecrets.names import OBJECT_NAME, USUAL
from postrenderer.text import composer, stream
from postrenderer.text.mappings import TooMuchMergedError, check_merges, collections, fields_of, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.text.pointer import Path

_KIND = "ServiceAccount"
_WORD = _KIND.encode()
_NEAR = 12
"""The `kind` begins at most so many bytes before this word: `"kind" : "ServiceAccount"`."""
_BINDING, _LIST = b"roleRef", b"List"
"""Words by which a RoleBinding, which only names a ServiceAccount, is told from a list that may have one."""
_FIELDS = ("serviceAccountName", "serviceAccount")
"""How a pod names its ServiceAccount; the second one is deprecated, and counts where the first is empty."""
DEFAULT = "default"
"""The ServiceAccount of pods that name none."""
_ByName = dict[str, dict[str, list[str]]]
"""Pull secrets by the name of their ServiceAccount and by its namespace."""


class Account(NamedTuple):
    """A ServiceAccount.

    Attributes:
        name: its name.
        namespace: its namespace; empty for that of the release.
        secrets: its pull secrets.
    """

    name: str
    namespace: str
    secrets: tuple[str, ...]


class Use(NamedTuple):
    """A ServiceAccount whose pull secrets pods had, as they had none of their own, and lose when they get ours.

    Attributes:
        name: its name.
        namespaces: the namespaces of the pods; an empty one is that of the release.
        paths: where the pod specs are in their document.
        left: the pods' images that stay on other registries; none if it is known which pull secrets it has.
    """

    name: str
    namespaces: tuple[str, ...]
    paths: list[Path]
    left: list[str]


class Accounts:
    """The ServiceAccounts of a stream and of a cluster. The stream is read when something first asks for one.

    Args:
        data: the stream, in UTF-8.
        known: the ServiceAccounts that the cluster told of.
    """

    def __init__(self, data: bytes = b"", known: Iterable[Account] = ()) -> None:
        self._data = data
        self._known = list(known)
        self._with_secrets: _ByName | None = None
        self._all: _ByName | None = None
        if data.find(USUAL.encode()) < 0 and not any(account.secrets for account in self._known):
            self._with_secrets = {}

    def __bool__(self) -> bool:
        """Whether some may have pull secrets."""
        return self._with_secrets is None or bool(self._with_secrets)

    def holds(self, name: str, namespaces: Iterable[str]) -> bool:
        """Whether a ServiceAccount is known in each of these namespaces, see `secrets`."""
        if self._all is None:
            self._all = self._read(b"")
        same = self._all.get(name, {})
        return all(_places(wanted, same) for wanted in namespaces)

    def secrets(self, name: str, namespaces: Iterable[str]) -> list[str]:
        """The pull secrets of a ServiceAccount; none if the stream has none for it.

        An object that does not say its namespace is in that of the release, which each of the others may be. A name
        too many does no harm: Kubernetes passes over pull secrets that are not there.

        Args:
            name: its name.
            namespaces: those of the objects that use it; empty where one does not say.
        """
        if self._with_secrets is None:
            self._with_secrets = self._read(USUAL.encode())
        same = self._with_secrets.get(name, {})
        found = [secret for wanted in namespaces for place in _places(wanted, same) for secret in same[place]]
        return list(dict.fromkeys(found))

    def _read(self, word: bytes) -> _ByName:
        """The ServiceAccounts in documents that hold a word, and in the cluster, by name and namespace."""
        found: _ByName = {}
        for account in (*_accounts(self._data, word), *self._known):
            found.setdefault(account.name, {}).setdefault(account.namespace, []).extend(account.secrets)
        return found


def account_name(holder: yaml.MappingNode) -> str:
    """The ServiceAccount that a pod spec names, or a mapping that makes pods; empty if it names none."""
    there = fields_of(holder)
    return next(filter(None, (_text(there.get(field)) for field in _FIELDS)), "")


def _places(wanted: str, same: Iterable[str]) -> list[str]:
    """The namespaces that may be the wanted one.

    Args:
        wanted: a namespace; empty for that of the release.
        same: the namespaces that have a ServiceAccount of some name.
    """
    if wanted in same:
        return [wanted]
    return [place for place in same if not (place and wanted)]


def _accounts(data: bytes, word: bytes) -> Iterator[Account]:
    """The ServiceAccounts of a stream, in the documents that hold a word."""
    at = data.find(_WORD)
    while at >= 0:
        end = at + len(_WORD)
        if data.find(b"kind", max(0, at - _NEAR), at) >= 0:
            start, end = stream.around(data, at)
            document = data[start:end]
            names_alone = document.find(_BINDING) >= 0 and document.find(_LIST) < 0
            if document.find(word) >= 0 and not names_alone:
                yield from _in_document(document)
        at = data.find(_WORD, end)


def _in_document(raw: bytes) -> list[Account]:
    """The ServiceAccounts of a document, a list too; none if it cannot be read, as it is refused in its turn."""
    try:
        text = raw.decode()
        roots = composer.compose(text).roots
        check_merges(text, roots)
        mappings = (node for node in collections(roots) if isinstance(node, yaml.MappingNode))
        return [found for found in map(_account, mappings) if found]
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, TooMuchMergedError):
        return []


def _account(mapping: yaml.MappingNode) -> Account | None:
    """A mapping as a ServiceAccount; None if it is another object."""
    there = fields_of(mapping)
    if _text(there.get("kind")) != _KIND or "metadata" not in there:
        return None
    metadata, listed = fields_of(there["metadata"]), there.get(USUAL)
    entries = listed.value if isinstance(listed, yaml.SequenceNode) else ()
    names = (_text(fields_of(entry).get("name")) for entry in entries)
    secrets = tuple(name for name in names if OBJECT_NAME.fullmatch(name))
    return Account(_text(metadata.get("name")), _text(metadata.get("namespace")), secrets)


def _text(node: yaml.Node | None) -> str:
    """The text of a scalar; empty if it is null, or none."""
    return node.value if isinstance(node, yaml.ScalarNode) and not is_empty(node) else ""
