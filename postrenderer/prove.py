"""The proof that an edited text says what was planned: read back, and compared with what was read plus the plan."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.text import composer
from postrenderer.text.pointer import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.text.view import View

_LONG = 1_000
"""Signs of a text that is compared once, however many aliases it has."""


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
    return None if different is None else place_of(different, roots) or "its root"


def _difference(roots: list[yaml.Node], written: list[yaml.Node], view: View) -> yaml.Node | None:
    """The first node whose tag, value, order or quoting is not as planned: what is plain is open to interpretation."""
    stack: list[tuple[Iterable[Any], Iterable[Any]]] = [(roots, written)]
    seen: set[tuple[int, int]] = set()
    changed, scalar = view.changed, yaml.ScalarNode
    while stack:
        for before, after in zip(*stack.pop()):
            if type(before) is scalar and id(before) not in changed:
                value = before.value
                if (
                    type(after) is scalar
                    and (value == after.value if len(value) < _LONG else _is(value, after, seen))
                    and before.tag == after.tag
                    and (before.style == after.style or (not before.style) is (not after.style))
                ):
                    continue
                return before
            planned = view.node(before)
            if type(planned) is not type(after) or planned.tag != after.tag:
                return before  # type: ignore[no-any-return]  # a node
            if isinstance(planned, yaml.ScalarNode):
                if not _says(after, planned, view, seen):
                    return before  # type: ignore[no-any-return]  # a node
            elif (id(planned), id(after)) not in seen:
                seen.add((id(planned), id(after)))
                is_list = isinstance(planned, yaml.SequenceNode)
                children: Any = view.items(planned) if is_list else view.entries(planned)
                if len(children) != len(after.value):
                    return before  # type: ignore[no-any-return]  # a node
                flat: Any = list if is_list else chain.from_iterable
                stack.append((flat(children), flat(after.value)))
    return None


def _is(value: str, after: yaml.ScalarNode, seen: set[tuple[int, int]]) -> bool:
    """Whether a scalar has a value; a long one is compared once, however many aliases it has."""
    if len(value) < _LONG:
        return bool(value == after.value)
    pair = (id(value), id(after))
    same = pair in seen or value == after.value
    if same:
        seen.add(pair)
    return same


def _says(after: yaml.ScalarNode, planned: yaml.ScalarNode, view: View, seen: set[tuple[int, int]]) -> bool:
    """Whether a scalar is as planned; a new value may be put into quotes."""
    quoted = view.is_changed(planned) and bool(after.style)
    return _is(view.value(planned), after, seen) and (quoted or (not planned.style) is (not after.style))
