"""Where the text of a document starts and ends.

Helm 3 takes the white space off both ends of a document before it reads it (strings.TrimSpace in releaseutil). Behind a
post-renderer Helm 4 does not (kyaml's ByteReader), so the indentation of the first line counts there.
"""

from __future__ import annotations

import yaml

from postrenderer.text import composer
from postrenderer.text.layout import BREAKS
from postrenderer.text.mappings import is_merge
from postrenderer.text.regex import regex
from postrenderer.text.tags import MARK

_MARKER = "---"
_THREE_CHARACTERS = "\r\r\n"
"""A line break of which Helm makes one line feed less before it parses (kyaml's ByteReader, apimachinery's LineReader);
`fromYaml` does not. Behind a backslash in double quotes, `"im` and `age"` around it are then read as `image`."""
_SKIPPED = " \t\v\f"
"""White space that YAML never takes for text: its parsers skip or refuse it."""
_BREAK = regex(rf"[{BREAKS}]")


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
    """Refuse a document of which Helm's parser reads something else where it gets the text in another way.

    Args:
        whole: the document.
        start: where its text starts.

    Raises:
        yaml.MarkedYAMLError: it has a line break of three characters, or only its first line is indented, or that line
            begins with white space that YAML takes for text.
    """
    extra = whole.find(_THREE_CHARACTERS)
    if extra >= 0:
        line = whole.count("\n", start, extra)
        problem = (
            "two carriage returns before a line feed are one line break to some of Helm's readers, and two to others"
        )
        raise yaml.MarkedYAMLError(None, None, problem, yaml.Mark("", extra, line, 0, None, 0))
    before = whole[_line_start(whole, start) : start]
    if before.startswith(_MARKER):
        return
    indent = before.removeprefix(MARK)
    is_text = start < len(whole) and indent.strip(_SKIPPED)
    if is_text and (MARK in indent or not whole[start].isalpha() or _has_fields(indent + whole[start:])):
        problem = "the first line begins with white space or a byte order mark that Helm 4 takes for a part of its text"
        raise yaml.MarkedYAMLError(None, None, problem, yaml.Mark("", start, 0, 0, None, 0))
    if indent and not indent.strip(" ") and _has_fields(indent + whole[start:]):
        problem = "the first line is indented and a later one is not, so Helm 4 would read no further than there"
        raise yaml.MarkedYAMLError(None, None, problem, yaml.Mark("", start, 0, len(indent), None, 0))


def _has_fields(indented: str) -> bool:
    """Whether the first document of a text whose first line is indented may be an object for Helm 4.

    It ends where a line is less indented than the first one. One field without a merge key is no object that Helm
    installs: that has at least `apiVersion` and `kind`.
    """
    try:
        roots = composer.first(indented).roots
    except (yaml.YAMLError, RecursionError):  # Helm 4 may read it all the same, `{a: b:}` for example
        return True
    if not roots or not isinstance(roots[0], yaml.MappingNode) or roots[0].flow_style:
        return False
    keys = [key for key, _ in roots[0].value]
    is_shorter = bool(keys) and keys[0].start_mark.column > 0
    return is_shorter and (len(keys) > 1 or any(map(is_merge, keys)))


def _line_start(whole: str, position: int) -> int:
    """Where the line of a position starts, whatever the line break before it."""
    return max(whole.rfind(sign, 0, position) for sign in BREAKS) + 1


def _is_indented(whole: str, content: int, indent: str) -> bool:
    """Whether all lines behind the one of the content begin with an indentation, so that the first one's counts."""
    return all(line.startswith(indent) for line in _BREAK.split(whole[content:])[1:] if line.strip(" \t"))


def _skip_white_space(text: str, position: int) -> int:
    """The index of the first character from a position on that is neither white space nor a byte order mark."""
    while position < len(text) and (text[position].isspace() or text[position] == MARK):
        position += 1
    return position
