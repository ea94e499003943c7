"""How a YAML text is laid out around a position: columns, line endings, indentation. Positions are indices into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

BREAKS = "\r\n\x85\u2028\u2029"
"""What ends a line for a parser of YAML 1.1, as all of Kubernetes' are."""

_SPACE = f" \t{BREAKS}"


def content_start(text: str, node: yaml.Node) -> int:
    """Where a node's own text starts, behind its anchor and tag, which its start mark includes, and their comments."""
    start, end = node.start_mark.index, node.end_mark.index
    while text.startswith(("&", "!"), start, end):
        start = _behind(_SPACE, text, _before(_SPACE, text, start, end), end)
        while text.startswith("#", start, end):
            start = _behind(_SPACE, text, _before(BREAKS, text, start, end), end)
    return start


def is_bare(line: str) -> bool:
    """Whether a line has no content: it is empty, white space, a comment or a directive."""
    return line.strip()[:1] in ("", "#", "%")


def first_line_end(text: str) -> int:
    """Where the first line of a text ends, behind its line ending."""
    end = line_end(text, 0)
    return min(len(text), end + (2 if text.startswith("\r\n", end) else 1))


def _before(signs: str, text: str, start: int, end: int) -> int:
    """The index of the first of some characters from a position on; the end if there is none."""
    return next((index for index in range(start, end) if text[index] in signs), end)


def _behind(signs: str, text: str, start: int, end: int) -> int:
    """The index of the first other character than some from a position on; the end if there is none."""
    return next((index for index in range(start, end) if text[index] not in signs), end)


def line_start(text: str, position: int) -> int:
    """Where the line of a position starts."""
    start = text.rfind("\n", 0, position) + 1
    if text[start:position].isprintable():  # then there is no other line ending
        return start
    return max(start, *(text.rfind(end, start, position) + 1 for end in BREAKS))


def line_end(text: str, position: int) -> int:
    """Where the line of a position ends, before its line ending."""
    stop = text.find("\n", position)
    stop = len(text) if stop < 0 else stop
    if text[position:stop].isprintable():
        return stop
    return min((at for at in (text.find(end, position, stop) for end in BREAKS) if at >= 0), default=stop)


def before(text: str, position: int) -> str:
    """The text before a position on its line."""
    return text[line_start(text, position) : position]


def newline(text: str, position: int) -> str:
    """The line ending of a position's line or, where the text ends with it, of the line before."""
    end = line_end(text, position)
    if end == len(text):
        end = line_end(text, max(line_start(text, position) - len("\r\n"), 0))
    return "\r\n" if text[end : end + 2] == "\r\n" else "\n"


def separator(text: str, position: int) -> str:
    """The space to write after a comma, so that the next entry of a flow collection stands as the one at a position."""
    start = position
    while start and text[start - 1] in " \t":  # not from the start of the line, which may hold a whole list of pods
        start -= 1
    alone = start > 0 and text[start - 1] in BREAKS
    return newline(text, position) + text[start:position] if alone else " "
