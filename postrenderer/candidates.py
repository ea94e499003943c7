"""Which documents can hold an image that moves, told from their bytes, so that the others need no parsing.

The rule is safe on one side only: a document that is passed over holds no site that is certain or strong, and no alias
whose anchor stands in another document. What is merely weak is never changed, and so no reason to read a document.
"""

from __future__ import annotations

import re

from postrenderer.sites.keys import HINTS

_WORDS = (*(hint.encode() for hint in HINTS), b"pkg.crossplane.io")
"""Names of fields, variables and flags; and the group with a field that holds an image under another name."""
_TAGGED = re.compile(rb"/(?<=[\w\]]/)[a-z0-9][\w.-]*[:@][\w{$]")
"""The end of a path and the start of a tag, a digest or a template for one."""
_NAMED = re.compile(rb"[nN](?:ame|AME)\\?[\"']?[ \t]*[:=]+>?[ \t]*[*\"'`\\]*(?!system:)[a-z0-9-]+:\w")
"""A `name` with a tag, as services of CI runners have it. In the names of roles `system:` stands before the colon."""
_HUB = re.compile(rb"(?:[^a-z]hub|Hub)[^a-z]|HUB")
"""Istio's word for a registry."""
_SECRET = re.compile(rb"[^\w]Secret(?!\w)")
"""The kind whose data are base64."""
_ESCAPED = re.compile(rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|\s|/)")
"""Escapes of characters that a key or a reference could be spelled with in a double-quoted scalar."""
_ALIAS = re.compile(rb"\*(?<![^\s,\[{]\*)([\w-]+)(?=[\s,\]}]|\Z)")
_SCHEMA = b"\nkind: CustomResourceDefinition"


def may_hold_images(data: bytes, start: int, end: int) -> bool:
    """Whether the document between two offsets of a stream must be read, whatever the settings.

    Beside that, a reference without a tag counts as an image if its registry is a configured one, whose host it names.
    """
    schema = data.find(_SCHEMA, start, end)
    if schema >= 0 and data[schema + len(_SCHEMA) : schema + len(_SCHEMA) + 1] in (b"", b"\n", b"\r"):
        return data.find(b"\n...", start, end) >= 0  # a second document may stand behind the end of the first
    return (
        any(data.find(word, start, end) >= 0 for word in _WORDS)
        or any(pattern.search(data, start, end) for pattern in (_TAGGED, _NAMED, _HUB, _SECRET, _ESCAPED))
        or any(_stands_elsewhere(data, start, alias[1]) for alias in _ALIAS.finditer(data, start, end))
    )


def _stands_elsewhere(data: bytes, start: int, name: bytes) -> bool:
    """Whether an anchor may be in an earlier document, as Helm 4 leaves it: its aliases must be written out."""
    return data.rfind(b"&" + name, 0, start) >= 0
