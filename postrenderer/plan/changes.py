"""What changes in a scalar: references that move, and pull secrets that are added to the text in it.

A scalar may hold a whole document, as in a ConfigMap. What changes in that is an edit of the scalar's value, written in
the style of both: `image: a/b` within a text becomes `image: "[::1]/a/b"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.pullsecrets import names
from postrenderer.sites.secrets import decoded, reencoded
from postrenderer.text import mappings
from postrenderer.text.insertions import inserted
from postrenderer.text.scalars import BINARY_TAG, Edit, apply, in_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.sites import Contents, Text
    from postrenderer.text.view import View

_FOLDING = ("'", ">")
"""The styles of scalars in which one line break is a space, and two are one."""
_IN_BRACKETS = ("{", '"')
"""An addition between brackets begins with one of these, an addition of lines with a name or a hyphen."""


class Change(NamedTuple):
    """What changes in a scalar.

    Attributes:
        node: the scalar.
        encoding: `base64`, or empty.
        references: the edits of its value, decoded, that move references.
        additions: the edits that add pull secrets.
    """

    node: yaml.ScalarNode
    encoding: str
    references: list[Edit]
    additions: list[Edit]

    @property
    def value(self) -> str:
        """What the scalar says, decoded."""
        return decoded(self.node.value) if self.encoding else str(self.node.value)

    @property
    def edits(self) -> list[Edit]:
        """All edits of the value."""
        return self.references + self.additions

    @property
    def is_base64(self) -> bool:
        """Whether the scalar is written as base64, so that it is written as a whole."""
        return bool(self.encoding) or self.node.tag == BINARY_TAG


def moves(read: Text, references: Iterable[Edit]) -> dict[int, Edit]:
    """The edits that move the references in the documents of a text, by the id() of the reference's site."""
    return {id(read.sites[edit.start]): edit for edit in references if edit.start in read.sites}


def within(contents: Contents, moving: dict[int, Edit]) -> list[Change]:
    """What changes in the scalars of a document in a text.

    Args:
        contents: what the document holds.
        moving: the edits that move its references, as `moves` gives them.
    """
    found: dict[int, Change] = {}
    for site in contents.sites:
        move = moving.get(id(site))
        if move:
            change = found.setdefault(id(site.node), Change(site.node, "", [], []))
            change.references.append(Edit(site.span.start, site.span.end, move.text))
    return list(found.values())


def holdable(text: str, change: Change, additions: list[Edit]) -> list[Edit] | None:
    """The additions to the text in a scalar, in lines or in one line as its style needs; None if it cannot hold them.

    Args:
        text: what the scalar was composed from.
        change: what changes in it beside that.
        additions: the edits of its value that add pull secrets.
    """
    if change.node.style in _FOLDING:
        additions = list(map(_in_one_line, additions))
    if additions and not change.is_base64:
        try:
            inserted(text, change.node, additions)
        except ValueError:
            return None
    return additions


def _in_one_line(edit: Edit) -> Edit:
    """An edit without line breaks, if it goes between brackets, where these are no more than white space."""
    if not edit.text.startswith(_IN_BRACKETS):
        return edit
    return edit._replace(text=" ".join(edit.text.split()))


def edits(text: str, view: View, change: Change, contents: Contents) -> tuple[list[Edit], list[Edit]]:
    """Plan what changes in a scalar.

    Args:
        text: what the scalar was composed from.
        view: the document as it will be; it gets the new value.
        change: the change.
        contents: what the scalar's document holds.

    Returns:
        The edits of the text that move references, and those that add pull secrets; base64 has no more than the first.

    Raises:
        AcregError: the value cannot be found again in its text.
    """
    change = _written(change, contents)
    node, references, additions = change.node, change.references, change.additions
    if change.encoding:
        references, additions = reencoded(node.value, apply(change.value, change.edits)), []
    elif change.is_base64:
        references, additions = change.edits, []
    view.change(node, apply(node.value, [*references, *additions]))
    try:
        return in_text(text, node, references), inserted(text, node, additions)
    except ValueError:
        raise AcregError(
            f"an image reference at line {node.start_mark.line + 1} of the document is written so that its text cannot "
            "be edited (`!!binary |`, for example). Write it out as plain text."
        ) from None


def refuse_shared(root: yaml.Node, scalars: Iterable[yaml.ScalarNode]) -> None:
    """Refuse to change a scalar that an alias makes a mapping's key or a pull secret's name, too.

    Raises:
        AcregError: one is.
    """
    changing = {id(scalar) for scalar in scalars}
    for node in mappings.collections([root]):
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            secrets = names.held(value) if isinstance(key, yaml.ScalarNode) and names.is_field(key.value) else []
            for other, nodes in (("a mapping's key", [key]), ("a pull secret's name", secrets)):
                if not changing.isdisjoint(map(id, nodes)):
                    raise AcregError(
                        f"an image reference there is an alias of {other}, which may not change. Write the reference "
                        "out instead of the alias."
                    )


def _written(change: Change, contents: Contents) -> Change:
    """A change of a scalar whose references are written as the documents in its text need it."""
    read = contents.texts.get(change.value)
    if read is None:
        return change
    edits = [edit for edit in change.references if edit.start not in read.sites]  # templates are in no document
    moving = moves(read, change.references)
    for _, inside in read.documents:
        for one in within(inside, moving):
            edits += in_text(read.value, one.node, _written(one, inside).references)
    return change._replace(references=sorted(edits))
