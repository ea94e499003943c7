"""A text in a scalar as YAML or JSON documents, which a chart keeps there for somebody else to read."""

from __future__ import annotations

import re

import yaml

from postrenderer.images import registries
from postrenderer.text import composer, tags, templates
from postrenderer.text.mappings import TooMuchMergedError, check_merges
from postrenderer.text.regex import regex

_SURROGATE = regex(r"\\u[dD][89a-fA-F]")
"""Half of how JSON writes a character of more than 16 bits, which YAML does not know; what replaces it is as long."""
_DOCUMENT = regex(r"^[ \t]*(?![ \t])(?:[{\[]|[-?] |[\"']?[\w./ -]+[\"']?:(?:[ \t\r\n]|$))", re.MULTILINE)


def composable(value: str) -> str:
    """A text as libyaml reads it, with the same number of characters.

    It refuses the escapes for surrogates, which JSON has, and does not count a byte order mark at the start, as editors
    on Windows put there.
    """
    plain = _SURROGATE.sub(r"\\u00", value)
    return f"\n{plain[1:]}" if plain.startswith(tags.MARK) else plain


def is_unbroken(reference: str) -> bool:
    """Whether a text that was taken for a reference has no white space; a container's `image` is taken as it stands.

    A template behind a registry may have some: `quay.io/acme/{{ .name }}:1` is an image, `{{ .image }}` anything.
    """
    if registries.kind(reference.partition("/")[0]) == registries.REGISTRY:
        reference = templates.WHOLE.sub("", reference)
    return not any(char.isspace() for char in reference)


def may_be_document(text: str) -> bool:
    """Whether a text is worth reading as YAML: a line starts with a key, also an explicit one, an item or a bracket.

    Lines end at all of YAML's line breaks: beside LF at a lone CR, NEL (U+0085), LS and PS (U+2028, U+2029).
    """
    if "\r" in text or not text.isascii():
        text = "\n".join(text.splitlines())
    return _DOCUMENT.search(text) is not None


def documents(value: str) -> list[yaml.Node]:
    """The documents that a composable text holds; none if it is a plain text or a template."""
    if not may_be_document(value):
        return []
    try:
        roots = composer.compose(value).roots
        check_merges(value, roots)
    except (yaml.YAMLError, TooMuchMergedError, RecursionError):
        return []
    return [] if any(isinstance(root, yaml.ScalarNode) for root in roots) else roots
