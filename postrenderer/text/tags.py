"""Where Kubernetes' parser reads more than libyaml: base64 behind a tag, where a tag ends, byte order marks."""

from __future__ import annotations

import base64
from contextlib import suppress

import yaml

from postrenderer.text.layout import BREAKS
from postrenderer.text.regex import regex
from postrenderer.text.scalars import BINARY_TAG

BINARY = r"!(?:[^\s!]{0,200}(?:binary|%))"
"""A tag that makes base64 of a key or a value, or may: its letters can be written as `%62`."""
DIRECTIVE = "%TAG"
"""What makes a handle of a part of a tag."""
_BINARY = regex(BINARY)
_END = regex(r"(?:&[^\s,\[\]{}]*\s+)?!(?!<)[^\s,\[\]{}]*[,\[\]{}]")
"""A tag where it is looked for, and the comma or bracket behind it; a whole one (`!<…>`) may hold them."""
_SOME_END = regex(r"![^\s!,\[\]{}]*[,\[\]{}]")
"""The last part of such a tag, `!b,` of `!a!b,`, to look for: the whole would be read again from each `!` of `!!!!`."""
_MARK = "\ufeff"
_MARKED_COMMENT = regex(rf"{_MARK}[ \t]*#")
_MARKED_SIGN = regex(rf"(?<=[{BREAKS}]){_MARK}[ \t{BREAKS}]*(?:[!-,:-@\[-`{{-~]|-[ \t])")
"""A mark at the start of a line, and a sign such as a quote, also on a later line: libyaml skips the mark, and for Go
it begins a text, which may go on there."""


def settle(text: str, roots: list[yaml.Node]) -> None:
    """Make nodes say what Kubernetes' parser reads, where that can be done.

    Scalars with the tag of base64, keys too, get the text that they stand for. What is no base64 stays: Kubernetes
    refuses it.

    Args:
        text: what was read.
        roots: its documents, as they were just composed.

    Raises:
        yaml.YAMLError: Kubernetes' parser would take a part of the text for something else.
    """
    if "!" in text and (DIRECTIVE in text or _BINARY.search(text) or _SOME_END.search(text)):
        _settle_tags(text, roots)
    if _MARK in text:
        if _MARKED_COMMENT.search(text):
            raise yaml.YAMLError("a byte order mark stands before a `#`, which some parsers take for a comment")
        if any(text[: found.start()].strip() not in ("", "---") for found in _MARKED_SIGN.finditer(text)):
            raise yaml.YAMLError("a byte order mark stands before a sign, which parsers then take for different things")


def _settle_tags(text: str, roots: list[yaml.Node]) -> None:
    stack, seen = list(roots), set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if _END.match(text, node.start_mark.index):  # Kubernetes' parser takes the comma or bracket for a part of it
            raise yaml.MarkedYAMLError(None, None, "a space is missing behind a tag", node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
        elif isinstance(node, yaml.MappingNode):
            stack += [child for entry in node.value for child in entry]
        elif node.tag == BINARY_TAG:
            with suppress(ValueError):
                node.value = base64.b64decode("".join(node.value.split()), validate=True).decode()
