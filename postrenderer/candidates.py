"""Which documents can hold an image reference at all, told from their bytes, so that the others need no parsing.

The rule is safe on one side only: a document that is passed over holds no site. It rests on what every family needs: a
key, a variable or a flag with `image` in its name, or a reference with a host in front.
"""

from __future__ import annotations

import re

from postrenderer.sites.keys import HINTS
from postrenderer.sites.registries import BEFORE_PATH

_WORDS = (*(hint.encode() for hint in HINTS), b"Secret")
_HOST = re.compile(BEFORE_PATH.encode())
_ESCAPED = re.compile(rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|\s|/)")
"""Escapes of characters that a key or a reference could be spelled with in a double-quoted scalar."""
_ALIAS = re.compile(rb"\*(?<![^\s,\[{]\*)[\w-]+(?=[\s,\]}]|\Z)")
"""An alias in a document without an anchor, as Helm 4 makes them: it must be read to be written out."""
_SCHEMA = b"\nkind: CustomResourceDefinition"


def may_hold_images(data: bytes, start: int, end: int) -> bool:
    """Whether the document between two offsets of a stream must be read; if not, no family finds anything in it."""
    schema = data.find(_SCHEMA, start, end)
    if schema >= 0 and data[schema + len(_SCHEMA) : schema + len(_SCHEMA) + 1] in (b"", b"\n", b"\r"):
        return data.find(b"\n...", start, end) >= 0  # a second document may stand behind the end of the first
    return (
        any(data.find(word, start, end) >= 0 for word in _WORDS)
        or _HOST.search(data, start, end) is not None
        or _ESCAPED.search(data, start, end) is not None
        or _ALIAS.search(data, start, end) is not None
    )
