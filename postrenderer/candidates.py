"""Which documents can hold an image that moves, told from their bytes, so that the others need no parsing.

The rule is safe on one side only: a document that is passed over holds no site that is certain or strong, and no alias
whose anchor stands in another document. What is merely weak is never changed, and so no reason to read a document.
"""

from __future__ import annotations

import re

from postrenderer.sites.keys import HINTS

_WORDS = (*(hint.encode() for hint in HINTS if hint != "epo"), b"HUB", b"pkg.crossplane.io")
"""Names of fields, variables and flags; and the group with a field that holds an image under another name."""
_NAMED = rb"\\?[\"']?[ \t]*[:=]+>?[ \t]*[*\"'`\\]*(?!system:)[a-z0-9-]+:\w"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"/(?<=[\w\]]/)[a-z0-9][\w.-]*[:@][\w{$]",  # the end of a path, and a tag, a digest or a template for one
        rb"epo(?:sitory)?(?![a-z])",  # and no report
        rb"hub(?<![a-z]hub)(?![a-z])",  # Istio's word for a registry
        rb"Hub(?![a-z])",
        rb"ame" + _NAMED,  # a `name` with a tag, as services of CI runners have it, and no role `system:…`
        rb"AME" + _NAMED,
        rb"Secret(?<!\wSecret)(?!\w)",  # the kind whose data are base64
        rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|\s|/)",  # escapes that a key or a reference could be spelled with
    )
)
"""Each begins with a literal, without which searching takes ten times as long."""
_ALIAS = re.compile(rb"\*(?<![^\s,\[{]\*)([\w-]+)(?=[\s,\]}]|\Z)")
_HOST = re.compile(rb"(?<![\w.-])[\w.-]+(?::[0-9]+)?(?=/)|\](?::[0-9]+)?(?=/)")
_FEW = 8
"""Hosts that are looked for one by one, which is quicker for so many."""
_SCHEMA = b"\nkind: CustomResourceDefinition"


def may_hold_images(data: bytes, start: int, end: int, hosts: frozenset[bytes] = frozenset()) -> bool:
    """Whether a document must be read.

    Args:
        data: the stream.
        start: where the document starts in it.
        end: where it ends.
        hosts: the configured registries', at which a reference is an image without a tag too.
    """
    schema = data.find(_SCHEMA, start, end)
    if schema >= 0 and data[schema + len(_SCHEMA) : schema + len(_SCHEMA) + 1] in (b"", b"\n", b"\r"):
        return data.find(b"\n...", start, end) >= 0  # a second document may stand behind the end of the first
    return (
        any(data.find(word, start, end) >= 0 for word in _WORDS)
        or _names(hosts, data, start, end)
        or any(pattern.search(data, start, end) for pattern in _PATTERNS)
        # An anchor may be in an earlier document, as Helm 4 leaves it: then its aliases must be written out.
        or any(data.find(b"&" + alias[1], start, alias.start()) < 0 for alias in _ALIAS.finditer(data, start, end))
    )


def _names(hosts: frozenset[bytes], data: bytes, start: int, end: int) -> bool:
    """Whether one of the hosts may stand before a path in a document, at a cost that many hosts do not raise."""
    if len(hosts) <= _FEW:
        return any(data.find(host, start, end) >= 0 for host in hosts)
    found = (match.group() for match in _HOST.finditer(data, start, end))
    return any(host in hosts or host.startswith(b"]") or host.removeprefix(b"index.") in hosts for host in found)
