"""A composed document as the mappings and scalars in it, in the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional, Union

import yaml

from postrenderer.sites import keys
from postrenderer.sites.hints import EVERYWHERE, Hints
from postrenderer.sites.site import Api, MappingVisit, ScalarVisit
from postrenderer.text.mappings import fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.text.pointer import Path

Visit = Union[MappingVisit, ScalarVisit]
Stays = Callable[[Api, str], str]

_OBJECT = ("apiVersion", "kind")
"""The fields of every object (API conventions of Kubernetes, types). An item of a list may leave them to the list."""
_REVISITS = 10_000
"""How many nodes are visited again, through aliases, to learn all their paths. Beyond it each is visited once.

A large one counts as several: a text of a megabyte and ten thousand aliases for it would be ten gigabytes to look at.
"""
_LONG = 100
"""Characters of a text that count as one node more; a longer text is judged only when the walk reaches it."""
_ITEMS = (None, "items")
"""The path of the items of a list of objects (`kind: List`)."""
_UNKNOWN = Api("", "")


_Place = tuple[yaml.Node, "Path", str, bool, Api, Optional[str], bool]
"""A node, its path, the nearest key above, whether it stands in a list, the API of its object, why nothing in it is
pulled (None if its object is not `trusted`), and whether its key hints at an image."""


def nothing_stays(_: Api, __: str) -> str:
    """The answer for documents whose kinds nobody asks for."""
    return ""


def walk(
    root: yaml.Node,
    stays: Stays = nothing_stays,
    wanted: Callable[[str], object] = bool,
    hints: Hints = EVERYWHERE,
) -> Iterator[Visit]:
    """Visit every mapping and every wanted scalar below a node, the node included, in the order of the text.

    Keys are no values, and keys that are no scalars hide what they lead to. A node with aliases is visited at each of
    its places, but a document that multiplies itself by aliases is cut short.

    Args:
        root: the composed document.
        stays: says of a field of an object why nothing in it is pulled; empty if something may be.
        wanted: says of the value of a scalar whether it is to be visited.
        hints: where in the text something may be about an image; a node without a hint, below a key without one, is
            passed over.

    Raises:
        TooMuchMergedError: a mapping merges more than any Kubernetes object does.
    """
    stack: list[_Place] = [(root, None, "", False, _UNKNOWN, "", True)]
    seen: set[int] = set()
    open_aliases = _REVISITS
    while stack:
        node, path, key, listed, api, why, hinted = stack.pop()
        if id(node) in seen:
            open_aliases -= _size(node)
            if open_aliases < 0:
                continue
        else:
            seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pairs = fields(node)
            names = dict(pairs).keys()
            top = path is None or path[0] == _ITEMS or (listed and path[0] is None)
            own = _api(pairs, top=top) if top or "kind" in names else None
            if own and not top:
                why = why or None  # not `trusted`, see MappingVisit
            why = stays(own or api, key) if top or why == "" else why
            visit = MappingVisit(node, pairs, names, path, key, listed, own or api, why or "", why is not None)
            yield visit
            for name, value in reversed(pairs):
                hinted = keys.hints_at_image(name)
                if (hinted or hints.inside(value)) and _may_be_wanted(value, wanted):
                    stack.append((value, (path, name), name, False, visit.api, why, hinted))
        elif isinstance(node, yaml.SequenceNode):
            stack += [
                (item, (path, index), key, True, api, why, hinted)
                for index, item in reversed(list(enumerate(node.value)))
                if hinted or hints.inside(item)
            ]
        elif isinstance(node, yaml.ScalarNode) and wanted(node.value):
            yield ScalarVisit(node, path, key, (stays(api, key) if why == "" else why) or "")


def _may_be_wanted(node: yaml.Node, wanted: Callable[[str], object]) -> bool:
    """Whether a node may have to be visited; a long scalar is asked where it is, as many aliases may lead to it."""
    return type(node) is not yaml.ScalarNode or len(node.value) > _LONG or bool(wanted(node.value))


def _size(node: yaml.Node) -> int:
    """How many nodes a node counts as when it is visited again; the items of a list count when they are visited."""
    if isinstance(node, yaml.ScalarNode):
        return 1 + len(node.value) // _LONG
    return 1 + len(node.value) if isinstance(node, yaml.MappingNode) else 1


def _api(pairs: list[tuple[str, yaml.Node]], *, top: bool) -> Api | None:
    """The API of the object with these fields; _UNKNOWN if they contradict each other, None if it is no object."""
    texts = {(key, value.value) for key, value in pairs if key in _OBJECT and isinstance(value, yaml.ScalarNode)}
    named = dict(texts)
    if not named or (len(named) < len(_OBJECT) and not top):
        return None
    if len(texts) > len(named):
        return _UNKNOWN
    return Api(named.get("apiVersion", "").rpartition("/")[0], named.get("kind", ""))
