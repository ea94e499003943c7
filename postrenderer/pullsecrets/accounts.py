"""The pull secrets that pods would have from their ServiceAccounts, as far as the stream says.

Kubernetes gives a pod the pull secrets of its ServiceAccount only if the pod has none of its own. So a pod that gets
ours gets those, too. Source: the ServiceAccount admission controller,
https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.pullsecrets.names import USUAL, is_empty
from postrenderer.text import composer
from postrenderer.text.mappings import TooMuchMergedError, check_merges, collections, fields, fields_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KIND = "ServiceAccount"
_WORD = _KIND.encode()
_NEAR = 12
"""How many bytes in front of this word its `kind` may begin: `"kind" : "ServiceAccount"`."""
_MARKER = b"\n---"
"""Where Helm cuts a stream."""
_FIELDS = ("serviceAccountName", "serviceAccount")
"""How a pod names its ServiceAccount; the second one is deprecated, and counts where the first is empty."""
DEFAULT = "default"
"""The ServiceAccount of pods that name none."""
_SECRET = regex(r"[a-z0-9][a-z0-9.-]*")


class Accounts:
    """The ServiceAccounts of a stream that have pull secrets. They are read when something asks for one of them.

    Args:
        data: the stream, in UTF-8.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._data = data
        self._found: dict[str, dict[str, list[str]]] | None = None if data.find(USUAL.encode()) >= 0 else {}

    def __bool__(self) -> bool:
        """Whether there may be some."""
        return self._found is None or bool(self._found)

    def secrets(self, name: str, namespaces: Iterable[str]) -> list[str]:
        """The pull secrets of a ServiceAccount; none if the stream has none for it.

        An object that does not say its namespace is in that of the release, which each of the others may be. A name
        too many does no harm: Kubernetes passes over pull secrets that are not there.

        Args:
            name: its name.
            namespaces: those of the objects that use it; empty where one does not say.
        """
        if self._found is None:
            self._found = {}
            for account, namespace, secrets in _accounts(self._data):
                self._found.setdefault(account, {}).setdefault(namespace, []).extend(secrets)
        same = self._found.get(name, {})
        found: list[str] = []
        for wanted in namespaces if same else ():
            places = [wanted] if wanted in same else ["", *(() if wanted else same)]
            found += [secret for place in places for secret in same.get(place, ())]
        return list(dict.fromkeys(found))


def named(holder: yaml.MappingNode) -> str:
    """The ServiceAccount that a pod spec, or what makes pods, names; empty if it names none."""
    there = dict(fields(holder))
    return next(filter(None, (_text(there.get(field)) for field in _FIELDS)), "")


def _accounts(data: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """The name, the namespace and the pull secrets of each ServiceAccount in a stream that has some."""
    at = data.find(_WORD)
    while at >= 0:
        end = at + len(_WORD)
        if data.find(b"kind", max(0, at - _NEAR), at) >= 0:
            start = data.rfind(_MARKER, 0, at) + 1
            end = data.find(_MARKER, at)
            end = end if end >= 0 else len(data)
            if data.find(USUAL.encode(), start, end) >= 0:
                yield from _in_document(data[start:end])
        at = data.find(_WORD, end)


def _in_document(raw: bytes) -> list[tuple[str, str, list[str]]]:
    """The ServiceAccounts of a document, also those of a list; none if it cannot be read: it is refused in its turn."""
    try:
        text = raw.decode()
        roots = composer.compose(text).roots
        check_merges(text, roots)
        mappings = (node for node in collections(roots) if isinstance(node, yaml.MappingNode))
        return [found for found in map(_account, mappings) if found]
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, TooMuchMergedError):
        return []


def _account(mapping: yaml.MappingNode) -> tuple[str, str, list[str]] | None:
    """What a mapping says, if it is a ServiceAccount with pull secrets."""
    there = dict(fields(mapping))
    listed = there.get(USUAL)
    if _text(there.get("kind")) != _KIND or not isinstance(listed, yaml.SequenceNode):
        return None
    of = fields_of(there.get("metadata"))
    entries = [dict(fields(entry)).get("name") for entry in listed.value if isinstance(entry, yaml.MappingNode)]
    secrets = [name for name in map(_text, entries) if _SECRET.fullmatch(name)]
    return _text(of.get("name")), _text(of.get("namespace")), secrets


def _text(node: yaml.Node | None) -> str:
    """The text of a scalar; empty if it is null, or none."""
    return node.value if isinstance(node, yaml.ScalarNode) and not is_empty(node) else ""
