"""How a YAML text is laid out around a position: columns, line endings, indentation. Positions are indices into it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s+#[^\r\n]*)*(?:\s+|\Z))*")


def content_start(text: str, node: yaml.Node) -> int:
    """Where a node's own text starts, behind its anchor and tag, which its start mark includes."""
    match = _PROPERTIES.match(text, node.start_mark.index, node.end_mark.index)
    return match.end() if match else node.start_mark.index


def line_start(text: str, position: int) -> int:
    """Where the line of a position starts."""
    return max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, before its line ending."""
    ends = (text.find("\n", position), text.find("\r", position))
    return min((end for end in ends if end >= 0), default=len(text))


def before(text: str, position: int) -> str:
    """What stands before a position on its line."""
    return text[line_start(text, position) : position]


def newline(text: str, position: int) -> str:
    """The line ending of a position's line or, where the text ends with it, of the text's first line."""
    end = line_end(text, position)
    if end == len(text):
        end = line_end(text, 0)
    return "\r\n" if text[end : end + 2] == "\r\n" else "\n"


def separator(text: str, position: int) -> str:
    """What to write after a comma so that a flow collection's next entry stands as the one at the position does."""
    indent = before(text, position)
    alone = not indent.strip() and line_start(text, position) > 0
    return newline(text, position) + indent if alone else " "
