"""Read edited text back, to prove that it says what was planned: of a document only the entries around the edits.

An entry of a block mapping is read the same wherever it stands: a parser goes by the column of its key, and what
follows starts on a line of its own, in a column that stays what it is. So the smallest entries around the edits, each
read in its column as a document of its own, prove the whole, as nothing else has changed in the text or in the nodes.
Where that does not hold (flow style, anchors, directives, explicit keys), reading them fails or gives something else
than planned. Then the whole text is read, and what it says counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer import composer, patch
from postrenderer.layout import BREAKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from postrenderer.scalars import Edit


_REACHING_OUT = re.compile(rf"&|[{BREAKS}](?:---|\.\.\.)")
"""Anchors, which aliases elsewhere need, and the ends of documents."""


class Part(NamedTuple):
    """Entries of a block mapping.

    Attributes:
        planned: their keys and values as planned.
        column: where their keys start.
        start: where they start in the text before the edits.
        end: where they end there.
        growth: by how many characters they are longer now.
    """

    planned: list[tuple[yaml.Node, yaml.Node]]
    column: int
    start: int
    end: int
    growth: int


class _NoPartsError(Exception):
    """The text must be read as a whole."""


def difference(
    text: str, edited: str, edits: list[Edit], planned: list[yaml.Node], touched: Iterable[yaml.Node]
) -> str | None:
    """Compare what an edited text says with what was planned.

    Args:
        text: the text before the edits.
        edited: the text after them.
        edits: what was to change.
        planned: the root nodes of its documents, composed from the text before the edits, and changed as planned.
        touched: the scalars that were changed, and the mappings that something was added to.

    Returns:
        Where the first difference is, as a JSON pointer; None if there is none.

    Raises:
        yaml.YAMLError: the edited text is not YAML.
        RecursionError: likewise.
    """
    try:
        parts = _parts(sorted(edits), planned)
        if _covers(parts, touched) and _says(_texts(text, edited, parts), parts):
            return None
    except (_NoPartsError, yaml.YAMLError, RecursionError):
        pass
    return patch.difference(planned, composer.compose(edited).roots)


def _covers(parts: list[Part], touched: Iterable[yaml.Node]) -> bool:
    """Whether nothing was touched outside of the parts."""
    covered = {id(node) for part in parts for pair in part.planned for root in pair for node in _below(root)}
    return all(id(node) in covered for owner in touched for node in _fresh(owner))


def _says(texts: list[str], parts: list[Part]) -> bool:
    """Whether the texts of the parts say what is planned for them, where it is planned."""
    if any(_REACHING_OUT.search(text) for text in texts):
        return False
    planned: list[yaml.Node] = [yaml.MappingNode("tag:yaml.org,2002:map", part.planned) for part in parts]
    roots = composer.compose("".join(f"---\n{text}" for text in texts)).roots
    columns = [root.start_mark.column for root in roots]
    return columns == [part.column for part in parts] and patch.difference(planned, roots) is None


def _texts(text: str, edited: str, parts: list[Part]) -> list[str]:
    """The text of each part as it is now, if all else is as it was and what follows a part keeps its column."""
    texts = []
    position = shift = 0
    for part in parts:
        unchanged = edited[position + shift : part.start + shift] == text[position : part.start]
        now = edited[part.start + shift : part.end + shift + part.growth]
        indent = text[text.rfind("\n", 0, part.end) : part.end]
        apart = part.end == len(text) or (indent.strip(" ") == "\n" and now.endswith(indent))
        if not unchanged or not apart or "&" in text[part.start : part.end]:
            raise _NoPartsError
        texts.append(" " * part.column + now + "\n")
        position, shift = part.end, shift + part.growth
    if edited[position + shift :] != text[position:]:
        raise _NoPartsError
    return texts


def _below(root: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all nodes below it, each once."""
    stack, seen = [root], {id(root)}
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, yaml.ScalarNode):
            pairs = isinstance(node, yaml.MappingNode)
            items = [item for pair in node.value for item in pair] if pairs else node.value
            stack += [item for item in items if id(item) not in seen]
            seen.update(map(id, items))


def _fresh(owner: yaml.Node) -> Iterator[yaml.Node]:
    """A scalar that was changed, or what was added to a mapping or to a list in it: nodes without a place."""
    if isinstance(owner, yaml.ScalarNode):
        yield owner
        return
    for key, value in owner.value:
        if not key.start_mark or not value.start_mark:
            yield value
        elif isinstance(value, yaml.SequenceNode):
            yield from (item for item in value.value if not item.start_mark)


def _parts(edits: list[Edit], roots: list[yaml.Node]) -> list[Part]:
    """The smallest entries of block mappings that hold all edits, which come in their order."""
    if len(roots) != 1:
        raise _NoPartsError
    return list(_of_mapping(roots[0], edits))


def _of_mapping(mapping: yaml.Node, edits: list[Edit]) -> Iterator[Part]:
    if not isinstance(mapping, yaml.MappingNode) or mapping.flow_style:
        raise _NoPartsError
    added: list[tuple[yaml.Node, yaml.Node]] = []
    old = [key for key, _ in mapping.value if key.start_mark]
    ends = [*(key.start_mark.index for key in old[1:]), mapping.end_mark.index]
    shares = iter(_shared(edits, [(key.start_mark.index, end) for key, end in zip(old, ends)]))
    for pair in mapping.value:
        if not pair[0].start_mark:
            added.append(pair)
            continue
        start, end, own = next(shares)
        column = pair[0].start_mark.column
        if own and own[0].start == own[0].end == start:
            yield Part(added, column, start, start, len(own.pop(0).text))
        added = []
        if own:
            growth = sum(len(edit.text) + edit.start - edit.end for edit in own)
            yield from _of_value(pair[1], own) or [Part([pair], column, start, end, growth)]


def _of_value(value: yaml.Node, edits: list[Edit]) -> list[Part]:
    """The parts of an entry's value that hold all edits, none if the entry itself is the smallest."""
    if not isinstance(value, (yaml.MappingNode, yaml.SequenceNode)) or value.flow_style or not value.start_mark:
        return []
    try:
        if isinstance(value, yaml.MappingNode):
            return list(_of_mapping(value, edits))
        if not all(item.start_mark for item in value.value):
            return []
        shares = _shared(edits, [(item.start_mark.index, item.end_mark.index) for item in value.value])
        return [part for item, (_, _, own) in zip(value.value, shares) if own for part in _of_mapping(item, own)]
    except _NoPartsError:
        return []


def _shared(edits: list[Edit], ranges: list[tuple[int, int]]) -> list[tuple[int, int, list[Edit]]]:
    """The ranges, each with the edits in it. Ranges and edits come in their order, and no edit is between ranges."""
    shares: list[tuple[int, int, list[Edit]]] = []
    index = position = 0
    for start, end in ranges:
        if start < position:  # an alias, whose anchor stands elsewhere
            raise _NoPartsError
        position, own = end, []
        while index < len(edits) and start <= edits[index].start < end and edits[index].end <= end:
            own.append(edits[index])
            index += 1
        shares.append((start, end, own))
    if index < len(edits):
        raise _NoPartsError
    return shares
