"""Which documents, and which of their lines, can be about an image that moves: told from their bytes, without parsing.

The rule is safe on one side only: a document that is passed over holds no site that is certain or strong, and no alias
whose anchor stands in another document. What is merely weak is never changed, and so no reason to read a document.
"""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from postrenderer.images.registries import OFFICIAL
from postrenderer.lines import DOCUMENT_END
from postrenderer.sites.args import LISTS
from postrenderer.sites.keys import COMPARED, COPYING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MORE = rb"[_-]?[a-z]"
"""What goes on with a name whose last word counts."""
_LOWER = (
    # an image, and no query that compares them
    re.compile(rb"g(?:e(?<=mage)(?!" + COMPARED.encode() + rb")|istry(?<=egistry)(?!" + _MORE + rb")|(?<=img))"),
    re.compile(rb"epo(?:sitory)?(?!" + _MORE + rb")"),  # and no report
)
"""The HINTS, in any case. Patterns begin with a literal, which is ten times as quick."""
_NO_WORD = re.compile(
    rb"g(?:e(?!s?(?![a-z]))(?<=[iI]mage)"  # imagestreams
    rb"|e(?<=[A-Za-z]image)|(?<=[A-Za-z]img)|(?<=[A-Za-z]reg)istry"  # backingimages, packageregistry
    rb"|ePull(?:Policy|Secrets?)(?![A-Za-z]))"  # which every workload has
)
"""What is no word of a name, or names no image."""
_SIGNS = b"\\\"' \t:=>*`"
"""What may stand between a name and its value."""
_SERVICE = re.compile(rb"ame[%b]+[a-z0-9.@-]+:\w" % re.escape(_SIGNS))
"""A `name` with a tag, as services of CI runners have it if it is official; a group for it would take time."""
_OFFICIAL = frozenset(name.encode() for name in OFFICIAL)
_PATH_END = re.compile(rb"/(?<=[\w\]]/)[a-z0-9][\w.@-]*:[\w{$]")
"""The end of a path, and a tag or a digest, or what becomes one."""
_DIGEST = re.compile(rb"@(?<=\w@)[{$]")
"""What becomes a digest."""
_ESCAPE = re.compile(rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|\s|/)")
"""What could spell a key or a reference."""
_HUB = re.compile(rb"hub(?<![A-Za-z]hub)(?![a-z])|Hub(?![a-z])|HUB")
"""Istio's word for a registry, and no GitHub."""
_ANCHOR = re.compile(rb"&([\w-]+)")
_ALIAS = re.compile(rb"\*(?<![^\s,\[{]\*)([\w-]+)(?=[ \t]*(?:[\r\n#,\]}:]|\Z))")
_HOST = re.compile(rb"(?<![\w.-])[\w.-]+(?::[0-9]+)?(?=/)|\](?::[0-9]+)?(?=/)")
_FEW = 8
"""Hosts that are looked for one by one, which is quicker for so many."""
_TAGGED = re.compile(rb":[\w{$](?<=[\w\]]:.)")
"""A tag, as also a text has it that repeats an image which stands elsewhere in the document."""
_TOOLS = sorted(tool.encode() for tool in COPYING)
"""What a command may be that makes the images in another list, its arguments, ones that are not pulled."""
_COMMANDS = sorted(name.encode() for name in LISTS - {"args"})
"""One of them stands where there are two lists of a command's words."""
_PULL_SECRETS = (b"ullSecret", b"ecrets")
"""What the fields are called that hold pull secrets: what is in them counts where there are images."""
_PACKAGES = b"pkg.crossplane.io"
"""The group with images in fields called `package`, which only it tells from others: any line may be about one."""
_SECRET = re.compile(rb"Secret(?<!\wSecret)(?!\w)")
"""The kind whose data are base64."""
_COMMENTS = re.compile(rb"\n *#.*")
_INDICATORS = (b"\\", b"!", b"&", b"#")
_INDENTED = re.compile(rb"[|>][-+]?[0-9]")
"""What, beside other scripts, may make base64 text begin elsewhere than behind a sign that is none of its own."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/][A-Za-z0-9+/ \t\r\n]{6,}")
_SPELT = re.compile(rb"\"[\w./-]*\\[xuU]")
"""An escape in what may be one of these."""
_SCHEMA = re.compile(rb"\nkind: CustomResourceDefinition\r?(?:\n|\Z)")


def may_hold_images(raw: bytes, hosts: frozenset[bytes] = frozenset()) -> bool:
    """Whether a document must be read; its arguments are those of hints()."""
    return not is_schema(raw, 0, len(raw)) and hints(raw, hosts) != []


def hints(raw: bytes, hosts: frozenset[bytes] = frozenset()) -> list[int] | None:
    """Where in a document something may be about an image.

    Every site that is certain or strong has a hint in what it was found by: its text, its name, the names and texts
    beside it, or the name of what holds these.

    Args:
        raw: the document, in UTF-8; no schema.
        hosts: the configured registries', at which a reference is an image without a tag too.

    Returns:
        Sorted offsets; none if the document need not be read, and None if hints are everywhere.
    """
    if _in_base64(raw, hosts) or _borrows(raw):
        return None
    if raw.find(_PACKAGES) >= 0:  # here and below, as `in` asks for a number first, which takes ten times as long
        return None
    found = _hints(raw, hosts)
    if not found:
        return []
    if raw.find(b"\\") >= 0 and _SPELT.search(raw):
        return None
    if any(raw.find(name) >= 0 for name in _COMMANDS):
        found += _places(raw, _TOOLS)
    return sorted(found + _places(raw, _PULL_SECRETS) + _starts(_TAGGED, raw))


def is_schema(data: bytes, start: int, end: int) -> bool:
    """Whether the document between two offsets is a CustomResourceDefinition, with no other behind its end."""
    kind = data.find(b"\nkind:", start, end)
    return kind >= 0 and _SCHEMA.match(data, kind, end) is not None and DOCUMENT_END.search(data, kind, end) is None


def _borrows(raw: bytes) -> bool:
    """Whether there is an alias whose anchor may be in an earlier document, as Helm 4 leaves it, and must go."""
    if raw.find(b"*") < 0:
        return False
    anchors: dict[bytes, int] = {}
    for anchor in _ANCHOR.finditer(raw):
        anchors.setdefault(anchor[1], anchor.start())
    return any(anchors.get(alias[1], len(raw)) > alias.start() for alias in _ALIAS.finditer(raw))


def _places(raw: bytes, words: Iterable[bytes]) -> list[int]:
    found = []
    for word in words:
        at = raw.find(word)
        while at >= 0:
            found.append(at)
            at = raw.find(word, at + 1)
    return found


def _in_base64(raw: bytes, hosts: frozenset[bytes]) -> bool:
    """Whether the data of a Secret may be about an image, or cannot be told from its bytes."""
    if raw.find(b"Secret") < 0 or not _SECRET.search(raw):
        return False
    raw = _COMMENTS.sub(b"", b"\n" + raw)
    if not raw.isascii() or any(raw.find(sign) >= 0 for sign in _INDICATORS):
        return True
    if any(raw.find(header) >= 0 for header in (b"|", b">")) and _INDENTED.search(raw):
        return True
    decoded = b"\n".join(_decoded(b"".join(match.group().split())) for match in _BASE64.finditer(raw))
    return bool(_hints(decoded, hosts)) or _PACKAGES in decoded or _SECRET.search(decoded) is not None


def _decoded(text: bytes) -> bytes:
    """What base64 text says, without its padding or with the start of a word behind it."""
    whole = text[:-1] if len(text) % 4 == 1 else text  # one sign alone says nothing
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


@lru_cache(maxsize=64)
def _ends(hosts: frozenset[bytes]) -> dict[bytes, tuple[bytes, ...]]:
    """Hosts by what they end with, if several do, as `docker.io` and `gcr.io`; none that _LOWER finds."""
    sought = [host for host in hosts if not host.startswith(b"registry.")]
    ends = [host[-4:] for host in sought]
    found = {host[-4:] if ends.count(host[-4:]) > 1 else host for host in sought}
    return {end: tuple(host for host in sought if host.endswith(end)) for end in sorted(found)}


def _hints(raw: bytes, hosts: frozenset[bytes]) -> list[int]:
    lower = raw.lower()
    found = [match.start() for pattern in _LOWER for match in pattern.finditer(lower)]
    if raw.find(b"\\") < 0:
        found = [at for at in found if not _NO_WORD.match(raw, at)]
    else:  # `\nimage` is a word at the start of a line
        found += _starts(_ESCAPE, raw)
    found += [match.start() for match in _SERVICE.finditer(lower) if _is_official(match.group())]
    found += _starts(_PATH_END, raw)
    if raw.find(b"@") >= 0:
        found += _starts(_DIGEST, raw)
    found += [at for at in _places(lower, (b"hub",)) if _HUB.match(raw, at)]
    if len(hosts) <= _FEW:
        for end, of in _ends(hosts).items():
            if lower.find(end) >= 0:
                found += [at for at in _places(lower, (end,)) if lower.endswith(of, 0, at + len(end))]
        return found
    for match in _HOST.finditer(lower):
        host = match.group()
        if host in hosts or host.startswith(b"]") or host.removeprefix(b"index.") in hosts:
            found.append(match.start())
    return found


def _is_official(service: bytes) -> bool:
    """Whether what _SERVICE found has the name of an official image."""
    return service[len(b"ame") : -len(b":1")].lstrip(_SIGNS).partition(b"@")[0] in _OFFICIAL


def _starts(pattern: re.Pattern[bytes], text: bytes) -> list[int]:
    return [match.start() for match in pattern.finditer(text)]
