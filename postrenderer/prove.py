"""The proof that an edited text says what was planned: read back, and compared with what was read plus the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.text import composer
from postrenderer.text.pointer import Path, pointer

if TYPE_CHECKING:
    from postrenderer.text.view import View


def fault(text: str, roots: list[yaml.Node], view: View) -> str | None:
    """Where an edited text says something else than was planned.

    Args:
        text: the edited text.
        roots: the documents that the text had before, as they were read.
        view: these documents as they should be now.

    Returns:
        The first place, as a JSON pointer, or what is wrong with the whole; None if the text says what was planned.
    """
    try:
        written = composer.manifest(text).roots
    except (yaml.YAMLError, RecursionError) as error:
        return getattr(error, "problem", None) or str(error) or "its root"
    if len(roots) != len(written):
        return f"{len(roots)} documents became {len(written)}"
    different = _difference(roots, written, view)
    return None if different is None else _place(roots, different, view) or "its root"


def _difference(roots: list[yaml.Node], written: list[yaml.Node], view: View) -> yaml.Node | None:
    """The first node whose tag, value, order or quoting is not as planned: what is plain is open to interpretation."""
    stack: list[tuple[Any, Any]] = [(roots, written)]
    seen: set[tuple[int, int]] = set()
    while stack:
        for before, after in zip(*stack.pop()):
            if type(before) is yaml.ScalarNode and not view.changes(before):
                if type(after) is not yaml.ScalarNode or not _is_same(before, after):
                    return before
                continue
            planned = view.node(before)
            if type(planned) is not type(after) or planned.tag != after.tag:
                return before  # type: ignore[no-any-return]  # a node
            if isinstance(planned, yaml.ScalarNode):
                if not _says(after, planned, view):
                    return before  # type: ignore[no-any-return]  # likewise
            elif (id(planned), id(after)) not in seen:
                seen.add((id(planned), id(after)))
                ours, theirs = _children(planned, view), _children(after, view)
                if len(ours) != len(theirs):
                    return before  # type: ignore[no-any-return]  # likewise
                stack.append((ours, theirs))
    return None


def _is_same(before: yaml.ScalarNode, after: yaml.ScalarNode) -> bool:
    """Whether a scalar that does not change is what it was."""
    same: bool = before.value == after.value and before.tag == after.tag
    return same and (not before.style) is (not after.style)


def _says(after: yaml.ScalarNode, planned: yaml.ScalarNode, view: View) -> bool:
    """Whether a scalar is as planned; a new value may be put into quotes."""
    quoted = view.is_changed(planned) and bool(after.style)
    return view.value(planned) == after.value and (quoted or (not planned.style) is (not after.style))


def _children(node: yaml.Node, view: View) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return view.items(node)
    return [child for entry in view.entries(node) for child in entry]


def _place(roots: list[yaml.Node], wanted: yaml.Node, view: View) -> str:
    """Where a node of documents stands, as a JSON pointer; a key stands where its mapping does."""
    stack: list[tuple[yaml.Node, Path]] = [(root, None) for root in roots]
    seen: set[int] = set()
    while stack:
        node, path = stack.pop()
        if node is wanted:
            return pointer(path)
        node = view.node(node)
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            stack += ((item, (path, index)) for index, item in enumerate(view.items(node)))
        for key, value in view.entries(node) if isinstance(node, yaml.MappingNode) else ():
            stack += ((key, path), (value, (path, key.value)))
    return ""
