"""What a report does not show: the values of Secrets, and texts that hold more than references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postrenderer.plan.decide import UNSURE
from postrenderer.text.pointer import pointer, steps
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

    from postrenderer.plan.decide import Finding
    from postrenderer.report.patch import Patch

TEXT = "(withheld)"
"""Stands for a reference that is not shown."""
SECRET_KINDS = ("Secret", "SecretList")
"""Kinds whose values are shown nowhere. The items of a list need no kind of their own."""
_SECRET_IN_TEXT = regex(r"kind[\\\"'\s]*[:=](?:[\\\"'\s]|[&!]\S{0,99}\s)*Secret(?:List)?\b")
_FLAG = regex(r"(?:--?[A-Za-z][\w.-]*=)?")
"""The name of a flag, which may stand in front of the first reference of a text that is shown."""
_BETWEEN = regex(r"[\s,;]*")


def shown(patch: Patch, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The operations of a patch that show references, names of flags and pull secrets, and nothing else.

    A password may stand beside an image in one string: in a script, in a variable, in a manifest within a ConfigMap.
    """
    of_nodes: dict[int, list[Finding]] = {}
    for finding in findings:
        of_nodes.setdefault(id(finding.site.node), []).append(finding)
    nodes = {id(node): node for node in patch.nodes}  # aliases put one in many places
    bare = {key for key, node in nodes.items() if _holds_only_references(node, of_nodes.get(key, []))}
    return [
        operation
        for operation, node in zip(patch.operations, patch.nodes)
        if id(node) in bare and not _is_secret(operation["path"], patch.after)
    ]


def may_be_secret(one: Finding, document: Any) -> bool:  # noqa: ANN401  # what JSON can hold
    """Whether a text that only looks like an image is a value of a Secret, or of one within a text."""
    if one.kind != UNSURE:
        return False
    return bool(one.site.encoding) or holds_secret(one.site.node.value) or _is_secret(pointer(one.site.path), document)


def holds_secret(text: str) -> bool:
    """Whether a text holds the manifest of a Secret, or its template."""
    return _SECRET_IN_TEXT.search(text) is not None


def _is_secret(path: str, document: Any) -> bool:  # noqa: ANN401  # what JSON can hold
    """Whether a JSON pointer leads into an object of a kind whose values are withheld, or to what another key hides."""
    node = document
    for step in steps(path):
        if isinstance(node, dict) and node.get("kind") in SECRET_KINDS:
            return True
        try:
            node = node[int(step)] if isinstance(node, list) else node[step]
        except (LookupError, TypeError, ValueError):  # of two keys of a name the last one counts
            return True
    return False


def _holds_only_references(node: yaml.Node, findings: list[Finding]) -> bool:
    """Whether a scalar holds its references and no text around them; without any it is a list of pull secrets."""
    if any(finding.site.encoding for finding in findings):
        return False
    spans = sorted({finding.site.span[:2] for finding in findings})
    return not spans or (
        _FLAG.fullmatch(node.value, 0, spans[0][0]) is not None
        and all(_BETWEEN.fullmatch(node.value, end, start) for (_, end), (start, _) in zip(spans, spans[1:]))
        and _BETWEEN.fullmatch(node.value, spans[-1][1]) is not None
    )
