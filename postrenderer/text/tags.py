"""Where Kubernetes' parser reads more than libyaml: base64 behind a tag, where a tag ends, byte order marks."""

from __future__ import annotations

import base64

import yaml

from postrenderer.text.layout import BREAKS
from postrenderer.text.regex import regex
from postrenderer.text.scalars import BINARY_TAG

BINARY = r"!(?:[^\s!]{0,200}(?:binary|%))"
"""A tag that makes base64 of a key or a value, or may: its letters can be written as `%62`."""
DIRECTIVE = "%TAG"
"""The directive by which a short handle stands for the start of tags: `%TAG !a! tag:yaml.org,2002:`."""
_BINARY = regex(BINARY)
_END = regex(r"(?:&[^\s,\[\]{}]*\s+)?!(?!<)[^\s,\[\]{}]*[,\[\]{}]")
"""A tag where it is looked for, and the comma or bracket behind it; a whole one (`!<…>`) may hold them."""
_SOME_END = regex(r"![^\s!,\[\]{}]*[,\[\]{}]")
"""The last part of such a tag, `!b,` of `!a!b,`, to look for: the whole would be read again from each `!` of `!!!!`."""
MARK = "\ufeff"
"""A byte order mark."""
_FIELDS = ("apiVersion", "kind", "metadata", "spec", "data", "binaryData", "stringData", "immutable", "type")
_OTHER_LINE = regex(rf"(?<=[{BREAKS}])(?!(?:{'|'.join(_FIELDS)}):)[^ \t{BREAKS}]")
"""A line that is not indented and does not begin with one of the usual fields."""


def settle(text: str, roots: list[yaml.Node]) -> None:
    """Make nodes say what Kubernetes' parser reads, where that can be done.

    Scalars with the tag of base64, keys too, get the text that they stand for; what stands for no text stays.

    Args:
        text: what was read.
        roots: its documents, as they were just composed.

    Raises:
        yaml.YAMLError: Kubernetes' parser would take a part of the text for something else, or refuse it.
    """
    if "!" in text and (DIRECTIVE in text or _BINARY.search(text) or _SOME_END.search(text)):
        _settle_tags(text, roots)


def refuse_skipped(whole: str, start: int) -> None:
    """Refuse a document if a byte order mark may make Kubernetes' parser read other lines than everybody else.

    Where its buffer starts with a mark, go-yaml skips the first character of each line without indentation (`is_bom` in
    yamlprivateh.go), and reads `kind: Pod` for `#kind: Pod`. Where buffers start depends on all that stands before,
    also on what Helm puts there. Of one of the usual fields such a slip leaves nothing that Kubernetes knows.

    Args:
        whole: the document.
        start: where its content begins.

    Raises:
        yaml.MarkedYAMLError: another line is not indented; it tells its line, from 0, behind the start.
    """
    mark = whole.find(MARK)
    found = _OTHER_LINE.search(whole, max(mark, start)) if mark >= 0 else None
    if found:
        problem = "a byte order mark (U+FEFF) further up may make Kubernetes' parser skip the first character"
        line = whole.count("\n", start, found.start())
        raise yaml.MarkedYAMLError(None, None, problem, yaml.Mark("", found.start(), line, 0, None, 0))


def _settle_tags(text: str, roots: list[yaml.Node]) -> None:
    stack, seen = list(roots), set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if _END.match(text, node.start_mark.index):  # Kubernetes' parser takes the comma or bracket for a part of it
            raise yaml.MarkedYAMLError(None, None, "a space is missing after a tag", node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            stack += node.value
        elif isinstance(node, yaml.MappingNode):
            stack += [child for entry in node.value for child in entry]
        elif node.tag == BINARY_TAG:
            try:
                node.value = base64.b64decode("".join(node.value.split()), validate=True).decode()
            except UnicodeDecodeError:
                continue
            except ValueError:
                raise yaml.MarkedYAMLError(
                    None, None, "the text after !!binary is not base64", node.start_mark
                ) from None
