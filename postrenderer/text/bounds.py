"""Where the text of a document starts and ends.

Helm 3 takes the white space off both ends of a document before it reads it (strings.TrimSpace in releaseutil). Behind a
post-renderer Helm 4 does not (kyaml's ByteReader), so the indentation of the first line counts there.
"""

from __future__ import annotations

import re

import yaml

from postrenderer.text import composer
from postrenderer.text.layout import BREAKS
from postrenderer.text.mappings import is_merge
from postrenderer.text.tags import MARK

_MARKER = "---"
_BREAK = re.compile(rf"[{BREAKS}]")


def bounds(whole: str) -> tuple[int, int]:
    """Where the text of a document starts and ends: what Helm 3 leaves of it, and plain white space.

    The indentation of its first line stays if all lines have it, and so do the usual line breaks at its end, which a
    block scalar keeps.
    """
    start, content = 0, _skip_white_space(whole, 0)
    while whole.startswith(_MARKER, content) and (not start or whole[content + 3 : content + 4].isspace()):
        start = content + len(_MARKER)
        content = _skip_white_space(whole, start)
    line = _line_start(whole, content)
    indent = whole[max(line, start) : content]
    if indent and not indent.strip(" ") and (line > start or not start) and _is_indented(whole, content, indent):
        content = line
    end = len(whole.rstrip())
    while end < len(whole) and whole[end] in " \r\n":
        end += 1
    return content, max(content, end)


def refuse_two_readings(whole: str, start: int) -> None:
    """Refuse a document of which Helm 4 reads another object than Helm 3, since only its first line is indented.

    To Helm 4 the document ends where a line is less indented than the first one. One field without a merge key is no
    object that it installs: that has at least `apiVersion` and `kind`.

    Args:
        whole: the document.
        start: where its text starts.

    Raises:
        yaml.MarkedYAMLError: Helm 4 may read an object of its own.
    """
    indent = whole[_line_start(whole, start) : start].replace(MARK, "")
    if not indent or indent.strip(" "):
        return
    try:
        roots = composer.first(indent + whole[start:]).roots
    except (yaml.YAMLError, RecursionError):  # Helm 4 refuses it
        return
    if roots and isinstance(roots[0], yaml.MappingNode) and not roots[0].flow_style:
        keys = [key for key, _ in roots[0].value]
        is_shorter = bool(keys) and keys[0].start_mark.column > 0
        if is_shorter and (len(keys) > 1 or any(map(is_merge, keys))):
            problem = "the first line is indented and a later one is not, so Helm 4 would read no further than there"
            raise yaml.MarkedYAMLError(None, None, problem, yaml.Mark("", start, 0, len(indent), None, 0))


def _line_start(whole: str, position: int) -> int:
    """Where the line of a position starts, whatever the line break before it."""
    return max(whole.rfind(sign, 0, position) for sign in BREAKS) + 1


def _is_indented(whole: str, content: int, indent: str) -> bool:
    """Whether all lines behind the one of the content begin with an indentation, so that the first one's counts."""
    return all(line.startswith(indent) for line in _BREAK.split(whole[content:])[1:] if line.strip(" \t"))


def _skip_white_space(text: str, position: int) -> int:
    """The index of the first sign from a position on that is neither white space nor a byte order mark."""
    while position < len(text) and (text[position].isspace() or text[position] == MARK):
        position += 1
    return position
