"""The proof that an edited text says what was planned: read back, and compared with what was read plus the plan."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.text import composer
from postrenderer.text.pointer import place_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from postrenderer.text.view import View

_INDENTATION = regex(r"\A((?:(?:[%#][^\n]*|(?:---|\.\.\.)?[^\S\n]*)\n)*---\s*\n|) +")
"""The indentation of a text's first line, behind the directives and the marker that it may begin with."""


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
    different = _difference(roots, written, view, aliases="&" in text)
    return None if different is None else place_of(different, roots) or "its root"


def loses_its_lines(before: str, text: str, roots: list[yaml.Node], view: View) -> bool:
    """Whether an edited text says something else without the indentation of its first line, which Helm takes off.

    A new key beside the only key of the root needs that indentation. Helm trims each document (strings.TrimSpace).

    Args:
        before: the text before it was edited; one that cannot be read without that indentation is as it was.
        text: the edited text.
        roots: the documents that the text had before, as they were read.
        view: these documents as they should be now.
    """
    if not text.startswith((" ", "%")):
        return False
    try:
        composer.manifest(_INDENTATION.sub(r"\1", before))
    except (yaml.YAMLError, RecursionError):
        return False
    return fault(_INDENTATION.sub(r"\1", text), roots, view) is not None


def _difference(roots: list[yaml.Node], written: list[yaml.Node], view: View, *, aliases: bool) -> yaml.Node | None:
    """The first node whose tag, value, order or quoting is not as planned: what is plain is open to interpretation.

    Args:
        roots: the documents as they were read.
        written: the documents as they were read back.
        view: the documents as they should be now.
        aliases: whether nodes may stand in several places; then each is compared once.
    """
    befores, afters = list(roots), list(written)  # both grow by the children of what is compared
    seen: set[tuple[int, int]] = set()
    planned, scalar, sequence = view.planned, yaml.ScalarNode, yaml.SequenceNode
    node: Any
    after: Any
    for before, after in zip(befores, afters):
        if aliases:
            if (id(before), id(after)) in seen:
                continue
            seen.add((id(before), id(after)))
        node, content, changed = before, before.value, False
        if id(before) in planned:
            node = view.node(before)
            content, changed = view.content(node), view.is_changed(node)
        kind = type(node)
        if kind is not type(after) or node.tag != after.tag:
            return before
        if kind is scalar:
            quoted = changed and after.style  # a new value may be put into quotes
            alike = node.style == after.style or quoted or (not node.style) is (not after.style)
            if content != after.value or not alike:
                return before
        elif len(content) != len(after.value):
            return before
        elif kind is sequence:
            befores += content
            afters += after.value
        else:
            befores += chain.from_iterable(content)
            afters += chain.from_iterable(after.value)
    return None
