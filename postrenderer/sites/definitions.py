"""Tells from a document's bytes that it is a CustomResourceDefinition: these are large, and few name images."""

from __future__ import annotations

import re

from postrenderer.text.regex import regex

KIND = b"\nkind: CustomResourceDefinition"
"""The line that each definition has at its top level, as charts write it."""
_TOP = regex(rb"\n([^\s#][^\n]*)")
"""A line that begins in the first column and is no comment."""
_KNOWN_TOP = regex(
    rb"---(?:\s+#.*)?\s*|(apiVersion): apiextensions\.k8s\.io/v1(?:beta1)?\s*|(kind): CustomResourceDefinition\s*"
    rb"|(metadata|spec|status):\s*(?:\s#.*)?",
    re.DOTALL,
)
_FIRST = regex(rb"(?:---[^\n]*\n)?(?:[ \t\r]*(?:#[^\n]*)?\n)*(?:apiVersion|kind|metadata|spec|status):")
"""The first content, behind `---`, empty lines and comments: one of these keys in the first column."""
_OTHER_STARTS = tuple(sign.encode() for sign in "\x85\u2028\u2029\ufeff")
"""Characters after which a line may begin without a line feed: other line breaks of YAML 1.1, and the byte order mark,
after which Kubernetes' parser can skip the first character of a line (tags.refuse_skipped)."""

_TAGGED = rb"[\"']?:(?:[ \t]+[\"']?|[\"'])[\w.-]+(?::[0-9]+)?(?:/[\w.-]+)*[:@]\w"
_DEFAULTS = (regex(b"default" + _TAGGED), regex(b"mage" + _TAGGED))
"""A default with a tag or digest; or an image in a default that is a mapping."""


def is_definition(raw: bytes) -> bool:
    """Whether a document is a CustomResourceDefinition in each way to read it, and so pulls nothing.

    It is if every line in the first column is one of the few that each of them has, at most once, with nothing behind
    `metadata:`, `spec:` and `status:`, and the first content stands in that column: then no other key is at the top,
    and no quoted text and no bracket spans them.
    """
    if raw.find(KIND) < 0 or _FIRST.match(raw) is None:
        return False
    if (raw.find(b"\r") >= 0 and raw.count(b"\r") != raw.count(b"\r\n")) or (
        not raw.isascii() and any(found in raw for found in _OTHER_STARTS)
    ):
        return False
    seen: list[bytes] = []
    for line in _TOP.findall(b"\n" + raw):
        top = _KNOWN_TOP.fullmatch(line)
        if top is None:
            return False
        seen += filter(None, top.groups())
    return len(seen) == len(set(seen)) and b"kind" in seen


def defaults(raw: bytes) -> list[int]:
    """The offsets in a definition, in UTF-8, at which an image may be the default of a field."""
    return sorted(match.end() - 1 for pattern in _DEFAULTS for match in pattern.finditer(raw))
