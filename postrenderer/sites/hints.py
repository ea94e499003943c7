"""Which documents can be about images at all, and where in them: told from their bytes, without reading them as YAML.

The rule errs on one side only. A document without hints holds no image reference that acreg would move, in any of the
ways in which Helm, kubectl and the API server may read it, and no alias whose anchor stands in another document. What
is merely weak is never changed, and so no reason to read a document.

The words come from the grammar of names (keys.py): an image needs one of them in its own name, in the name of what
holds it, or beside it; or its text is a reference that speaks for itself.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.images.registries import OFFICIAL
from postrenderer.sites import keys, kinds
from postrenderer.sites.definitions import defaults, is_definition
from postrenderer.text import tags
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import yaml


class Hints(NamedTuple):
    """Where in a text something may be about an image.

    Attributes:
        offsets: of the hints, sorted.
        everywhere: whether each part of the text may be about an image.
    """

    offsets: list[int]
    everywhere: bool = False

    def __bool__(self) -> bool:
        """Whether there is any hint."""
        return self.everywhere or bool(self.offsets)

    def inside(self, node: yaml.Node) -> bool:
        """Whether there is a hint in the text of a node, whose marks are offsets as these are."""
        if self.everywhere:
            return True
        index = bisect_left(self.offsets, node.start_mark.index)
        return index < len(self.offsets) and self.offsets[index] < node.end_mark.index

    def in_text(self, text: str, start: int) -> Hints:
        """The same as indices into a text, which begins at an offset of the document."""
        if self.everywhere or text.isascii():
            return self._replace(offsets=[offset - start for offset in self.offsets])
        raw, position, index, found = text.encode(), 0, 0, []
        for offset in self.offsets:
            index += len(raw[position : max(0, offset - start)].decode(errors="replace"))
            position = max(0, offset - start)
            found.append(index)
        return Hints(found)


NOWHERE = Hints([])
EVERYWHERE = Hints([], everywhere=True)

_BEFORE = [word.encode() for word in (*keys.DOCKER, *keys.ARTIFACTS)]
_LOWER = [word.encode() for word in keys.HINTS]
_WORDS = sorted((form for word in keys.HINT_WORDS for form in (word, word.capitalize(), word.upper())), key=len)
_WORD = regex(
    "(?:{})(?![a-z])(?!{})".format("|".join(reversed(_WORDS)), keys.COMPARED).encode()  # no query that compares images
)
_INSIDE = regex(rb"(?<=[A-Za-z])(?<!\\[a-z])[a-z]")
"""A letter inside a word, where none begins: the `images` of `backingimages`. In quotes `\nimage` begins a line."""
_GLUED = keys.GLUED_IMAGE.encode()

_PATH_END = regex(rb"/(?<=[\w\]]/)[a-z0-9][\w.@-]*:[\w{$]")
"""The end of a path, and a tag or a digest, or what becomes one."""
_DIGEST = regex(rb"@(?<=\w@)[{$]")
"""What becomes a digest."""
_TAGGED = regex(rb":[\w{$](?<=[\w\]]:.)")
"""A tag, as also a text has it that repeats an image which stands elsewhere in the document."""
_SIGNS = b"\\\"' \t:=>*`"
"""What may stand between a name and its value."""
_SERVICE = regex(rb"ame[%b]+([a-z0-9.-]+)(?:@\w+)?:\w" % re.escape(_SIGNS))
"""A `name` with a tag, as services of CI runners have it if the image is official."""
_OFFICIAL = frozenset(name.encode() for name in OFFICIAL)

_ESCAPE = regex(rb"\\(?:x[2-7]|u00[2-7]|U000000[2-7]|[\s/\x80-\xff])")
"""What could spell a letter of a word, or join the lines of one, in double quotes."""
_ALIAS = regex(rb"\*(?:(?<![^\s,\[{?\x80-\xff]\*)|(?<=\W:\*))([\w-]+)(?=[ \t]*(?:[\r\n\v\f#,\]}:?%@`\x80-\xff]|\Z))")
"""An alias. In flow style none of `{"args":*x}` needs a space; beyond ASCII there are more line breaks.

Helm takes `\\v` and `\\f` off the end of a document.
"""
_ANCHOR = regex(rb"&([\w-]+)")
_BINARY = regex(tags.BINARY.encode())
_TAG_DIRECTIVE = tags.DIRECTIVE.encode()
_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
"""Byte order marks of UTF-16 and UTF-8. A document with one is always read, as reading.read refuses some of them:
after a mark of UTF-8 Kubernetes' parser can skip characters (tags.refuse_skipped)."""
_HOST = regex(rb"(?<![\w.-])[\w.-]+(?::[0-9]+)?(?=/)|\](?::[0-9]+)?(?=/)")
_FEW = 8
"""Up to so many hosts are looked for one by one, which is quicker than a pattern."""
_VERSION = b"/v"
"""The start of the version in an `apiVersion`, after the group of the API."""
_OF_GROUPS = b"abcdefghijklmnopqrstuvwxyz0123456789.-"
_LONGEST_GROUP = 253
"""The characters of a group, and its greatest length (DNS subdomain, Kubernetes' names of objects)."""

_SECRET = regex(rb"Secret(?<!\wSecret)(?!\w)")
"""The kind whose data are base64."""
_COMMENTS = regex(rb"\n *#(?:[^\n\r\xc2\xe2]|\xc2(?!\x85)|\xe2(?!\x80[\xa8\xa9]))*")
"""Comments, to the end of the line: a lone CR, NEL (U+0085), LS and PS (U+2028, U+2029) end one, too."""
_INDICATORS = (b"\\", b"!", b"&", b"#")
_INDENTED = regex(rb"[|>][-+]?[0-9]")
"""The header of a block scalar with a digit, which would be taken for the first character of the base64 below it."""
_BASE64 = regex(rb"[A-Za-z0-9+/][A-Za-z0-9+/ \t\r\n]{6,}")


def hints(
    raw: bytes, hosts: Collection[bytes] = (), words: Iterable[bytes] = (), pull_secrets: Iterable[bytes] = ()
) -> Hints:
    """Where a document may be about an image.

    Args:
        raw: the document, in UTF-8, with its `---`.
        hosts: the configured registries', at which a reference is an image without a tag too.
        words: others that make the document worth reading, such as a kind that the settings name.
        pull_secrets: names of settings of programs, such as `PULL_SECRET`: so do these, but not in a
            CustomResourceDefinition.

    Returns:
        The hints; NOWHERE if the document need not be read.
    """
    if any(raw.find(word) >= 0 for word in words):
        return EVERYWHERE
    if is_definition(raw):
        return Hints(defaults(raw))
    aliases = _ALIAS.search(raw) if raw.find(b"*") >= 0 else None
    told = any(raw.find(word) >= 0 for word in pull_secrets)
    if told or _is_obscure(raw, hosts) or (aliases and not _are_defined(raw)):
        return EVERYWHERE
    found = _found(raw, hosts)
    if not found:
        return NOWHERE
    if aliases:  # what is below an alias stands elsewhere
        return EVERYWHERE
    return Hints(sorted(found + _starts(_TAGGED, raw)))


def _is_obscure(raw: bytes, hosts: Collection[bytes]) -> bool:
    """Whether a document may hold images without a hint in its bytes, as in base64, or in fields of certain APIs."""
    return bool(
        _has_fields_without_hints(raw)
        or raw.find(_TAG_DIRECTIVE) >= 0
        or (raw.find(b"!") >= 0 and _BINARY.search(raw))
        or _in_base64(raw, hosts)
        or (not raw.isascii() and any(mark in raw for mark in _MARKS))
    )


def _has_fields_without_hints(raw: bytes) -> bool:
    """Whether a document names an API whose images are in fields that only the catalogue knows, as `package`."""
    at = raw.find(_VERSION)
    while at >= 0:
        if raw[at + len(_VERSION) : at + len(_VERSION) + 1].isdigit():
            before = raw[max(0, at - _LONGEST_GROUP) : at]
            if _is_without_hints(before[len(before.rstrip(_OF_GROUPS)) :]):
                return True
        at = raw.find(_VERSION, at + 1)
    return False


@lru_cache(maxsize=1024)
def _is_without_hints(group: bytes) -> bool:
    """Whether kinds of a group have images in fields, such as Crossplane's `package`, whose names don't say so."""
    return any(not keys.hints_at_image(name) for name in kinds.image_names(group.decode()))


def _are_defined(raw: bytes) -> bool:
    """Whether each alias has an anchor before it; Helm 4 may leave that in an earlier document."""
    anchors: dict[bytes, int] = {}
    for anchor in _ANCHOR.finditer(raw):
        anchors.setdefault(anchor[1], anchor.start())
    return all(anchors.get(alias[1], len(raw)) < alias.start() for alias in _ALIAS.finditer(raw))


def _found(raw: bytes, hosts: Collection[bytes]) -> list[int]:
    """The offsets of the words, and of texts that speak for themselves."""
    found = [at for at in _places(raw.lower(), _LOWER) if _begins_word(raw, at)]
    found += _places(raw, hosts) if len(hosts) <= _FEW else _at_hosts(raw, hosts)
    found += _places(raw, _BEFORE)
    found += _starts(_PATH_END, raw)
    found += [match.start() for match in _SERVICE.finditer(raw) if match[1] in _OFFICIAL]
    if raw.find(b"@") >= 0:
        found += _starts(_DIGEST, raw)
    if raw.find(b"\\") >= 0:
        found += _starts(_ESCAPE, raw)
    return found


def _at_hosts(raw: bytes, hosts: Collection[bytes]) -> list[int]:
    """The offsets of what may be one of many hosts; an IPv6 address may be written in several ways."""
    found = []
    for match in _HOST.finditer(raw):
        host = match.group()
        if host in hosts or host.startswith(b"]") or host.removeprefix(b"index.") in hosts:
            found.append(match.start())
    return found


def _begins_word(raw: bytes, at: int) -> bool:
    """Whether one of the words of the grammar stands at an offset, as a whole word of a name or glued to its end."""
    word = _WORD.match(raw, at)
    return word is not None and (_INSIDE.match(raw, at) is None or word.group() == _GLUED)


def _places(raw: bytes, words: Iterable[bytes]) -> list[int]:
    """The offsets at which one of the words stands."""
    found = []
    for word in words:
        at = raw.find(word)  # here and above, as `in` asks for a number first, which takes ten times as long
        while at >= 0:
            found.append(at)
            at = raw.find(word, at + 1)
    return found


def _starts(pattern: re.Pattern[bytes], text: bytes) -> list[int]:
    return [match.start() for match in pattern.finditer(text)]


def _in_base64(raw: bytes, hosts: Collection[bytes]) -> bool:
    """Whether the data of a Secret may be about an image, or cannot be told from its bytes."""
    if raw.find(b"Secret") < 0 or not _SECRET.search(raw):
        return False
    raw = _COMMENTS.sub(b"", b"\n" + raw)
    if not raw.isascii() or any(raw.find(sign) >= 0 for sign in _INDICATORS):
        return True
    if any(raw.find(header) >= 0 for header in (b"|", b">")) and _INDENTED.search(raw):
        return True
    decoded = b"\n".join(_decoded(b"".join(match.group().split())) for match in _BASE64.finditer(raw))
    return bool(_found(decoded, hosts)) or _has_fields_without_hints(decoded) or _SECRET.search(decoded) is not None


def _decoded(text: bytes) -> bytes:
    """The bytes of base64 text, which may lack its padding or have the start of the next word at its end."""
    whole = text[:-1] if len(text) % 4 == 1 else text  # one character alone says nothing
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
