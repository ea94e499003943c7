"""References inside longer texts: scripts, configuration files, templates, lists in one variable.

A text that reads as YAML or JSON is searched as a document, by all families. Any other is searched by its lines:
assignments and flags by their names, and everywhere for references that leave no doubt.
"""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from postrenderer.images import registries
from postrenderer.images.reference import SOME_IMAGE
from postrenderer.sites import artifacts, copiers, dockerfiles, evidence, keys, named
from postrenderer.sites.site import (
    CERTAIN,
    KNOWN,
    STAYS,
    STRONG,
    ImageSpan,
    NamedText,
    PrefixSpan,
    Site,
    not_pulled,
    unless_certain,
)
from postrenderer.text import tags, templates
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from postrenderer.sites.site import Context, ScalarVisit, Span
    from postrenderer.text.pointer import Path

FAMILY = "text"

start_of = attrgetter("start")
"""The key by which the spans of a text are sorted."""

_REFERENCE = regex(
    r"(?:(?<=docker://)|(?<=:-)|(?<![\w.\-/@%~+]))"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9-]*(?:(?:\.[A-Za-z0-9-]+)+(?::\d+)?|:\d+)|localhost|\[[0-9A-Fa-f:]+\](?::\d+)?)"
    r"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+"
    r"(?::\w[\w.-]{0,127}(?![\w/]))?"
    r"(?:@[a-z0-9]+:[0-9a-f]{64,128})?"
    r"(?:(?P<template>[:@])(?=\{\{|\$[({A-Za-z_])|(?![\w*:@]|/[\w.*-]|[.-]\w|\{\{|\$[({]))",
    re.ASCII,
)
_OPEN_VALUE = (
    r"(?![\w./-]+(?::[ \t]|=))"  # no assignment of its own
    r"(?P<value>(?:[^\s\"'`,;(){}\[\]<>|\\$]|\$(?![{(]))+(?:\{\{|\$\{|\$\()?|\{\{|\$\{|\$\()"
)
_ASSIGNMENT = regex(
    r"(?P<name>[A-Za-z_](?<![\w./?&-].)(?=(?P<rest>[\w./-]*))(?P=rest))"
    r"\\?[\"']?[ \t]*(?::=|=>|:-|=(?!=)|:(?=[ \t\"'`\\]))[ \t]*\*?\\?[\"'`]?" + _OPEN_VALUE
)
"""A name and its value. Only the whole name is tried, as what must follow never stands after a part of it."""
_FLAG = regex(r"-(?<![\w.-]-)-?(?P<name>[A-Za-z][\w.-]*)(?:=|[ \t]+)[\"']?" + _OPEN_VALUE)
_LIST = regex(r"(?P<name>[A-Za-z_](?<![\w./?&-].)[\w.-]*)[ \t]*[=:][ \t]*\[(?P<items>[^\[\]{}()]*)\]")
"""A name and a list in brackets, as TOML and HCL write it."""
_OF_LISTS = (keys.MENTION, keys.UNPULLED)
_PROPERTY = regex(r"^[ \t]*(?P<name>[a-z][\w-]*(?:\.[\w-]+)*\.image)[ \t]+(?P<value>[^\s=:]\S*)[ \t]*$", re.MULTILINE)
"""A property with white space in front of its value: spark-defaults.conf, https://spark.apache.org/docs/latest."""
_IGNORED = (
    regex(r"\n[ \t]*(?:#|//|--[ \t]|\*[ \t]).*"),  # a line that is a comment
    regex(r"#(?<=[ \t]#)[ \t].*"),  # the end of a line that is a comment
    regex(r"[{,][ \t]*\w+(?:=~|!=|!~|=)\\?\"[^\"\n]*\""),  # PromQL's label matchers
)
_TOKEN = regex(r"[^\s,;|=\"'`(){}\[\]]+")
_HINT = regex("|".join(form for word in keys.HINTS for form in (word, word.capitalize(), word.upper())))
_BASE64 = ("Secret(?![A-Za-z])", tags.BINARY)
"""Words that say that a value below is base64, in which no hint is seen."""
_INTERESTING = regex("|".join((_HINT.pattern, registries.BEFORE_PATH, *keys.DOCKER, *keys.ARTIFACTS, *_BASE64)))
_DOTTED = ".image"
_PRINTED = "map["
"""The start of a map as Go prints it, which a template should have turned into YAML: nothing reads it."""
_IN_FORCE = ("mutations", "generate")
"""Where MutatingAdmissionPolicy (Kubernetes), MutatingPolicy and GeneratingPolicy (Kyverno) have the expressions that
make objects."""
_NEIGHBOURS = 2
"""Lines between assignments that still belong together."""


def may_hold_images(value: str) -> bool:
    """Whether a text that no family of places claims may hold an image; most texts cannot."""
    return "/" in value or ":" in value or keys.FROM in value or _HINT.search(value) is not None


def sites(scalar: ScalarVisit, context: Context) -> Iterator[Site]:
    """The references inside a scalar that no family of places has claimed."""
    value = scalar.node.value
    if not _INTERESTING.search(value):
        return
    artifact = artifacts.site(scalar)
    if artifact:
        yield artifact
        return
    role = keys.read(scalar.key).role
    quoted = value.startswith(_PRINTED) or (role == keys.QUOTED and not _is_in_force(scalar.path))
    unpulled = role == keys.UNPULLED and not any(char.isspace() for char in value)
    for span in context.spans(value):
        if span.level == CERTAIN or scalar.stays or not (quoted or unpulled):
            yield Site(scalar.node, span, FAMILY, scalar.path)
        elif unpulled:
            yield Site(scalar.node, unless_certain(span, not_pulled(scalar.key)), FAMILY, scalar.path)


def _is_in_force(path: Path) -> bool:
    """Whether an expression makes objects: it does in the mutations of admission policies."""
    while path is not None:
        path, step = path
        if step in _IN_FORCE:
            return True
    return False


def spans(text: str, known: Callable[[str], bool]) -> list[Span]:
    """The references in a text that is no document, in their order, none within another."""
    references = list(_references(text))
    chosen = list(_configured(references, known))
    assigned = sorted([*_assigned(text), *_listed(text), *dockerfiles.images(text)], key=start_of)
    unmistakable = sorted(_unmistakable(text, references), key=start_of)
    if assigned or unmistakable:
        ignored, copied = _ranges(_IGNORED, "\n" + text), _ranges((copiers.COMMAND,), "\n" + text)
        given = copiers.given(text) if copied else set()
        for found in (assigned, unmistakable):
            kept = {id(span) for span in _outside(found, copied)} | {id(span) for span in found if span.start in given}
            spans = (span if id(span) in kept else span._replace(level=STAYS, reason=copiers.STAYS) for span in found)
            chosen = _merged(chosen, _outside(spans, ignored))
    return chosen


def _references(text: str) -> Iterator[re.Match[str]]:
    """Texts that look like a reference with a host. Only lines with a slash are searched, as searching takes time."""
    slash = text.find("/")
    while slash >= 0:
        start, end = text.rfind("\n", 0, slash) + 1, text.find("\n", slash)
        yield from _REFERENCE.finditer(text, start, end if end >= 0 else len(text))
        slash = text.find("/", end) if end >= 0 else -1


def _ranges(patterns: Iterable[re.Pattern[str]], text: str) -> list[tuple[int, int]]:
    """The parts of a text that match a pattern, in their order, none within another; a line break is put before it."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(match.span() for pattern in patterns for match in pattern.finditer(text)):
        if not found or start > found[-1][1]:
            found.append((start - 1, end - 1))
    return found


def _outside(spans: Iterable[Span], ranges: list[tuple[int, int]]) -> Iterator[Span]:
    """The spans that start in none of the ranges; both come in their order."""
    index = 0
    for span in spans:
        while index < len(ranges) and ranges[index][1] <= span.start:
            index += 1
        if index == len(ranges) or span.start < ranges[index][0]:
            yield span


def _merged(chosen: list[Span], more: Iterable[Span]) -> list[Span]:
    """The chosen spans, and of the others those that overlap neither them nor each other; all come in their order."""
    added: list[Span] = []
    index = end = 0
    for span in more:
        while index < len(chosen) and chosen[index].end <= span.start:
            index += 1
        if span.start >= end and (index == len(chosen) or span.end <= chosen[index].start):
            added.append(span)
            end = span.end
    return sorted(chosen + added, key=start_of)


def mentioned(text: str) -> Iterator[Span]:
    """The images in a text whose name says that images are in it, as `4.2.0=quay.io/strimzi/kafka:0.45.0` lines."""
    for match in _TOKEN.finditer(text):
        yield from evidence.weighed(match.group(), match.start(), keys.MENTION, "in a text whose name mentions images")


def _configured(references: list[re.Match[str]], known: Callable[[str], bool]) -> Iterator[Span]:
    """References that spell out a configured prefix, host included, and such a prefix itself."""
    for match in references:
        reference = _trimmed(match)
        start, end = match.start(), match.start() + len(reference)
        if known(reference):
            yield ImageSpan(start, end, reference, "", CERTAIN, KNOWN)
        elif known(reference + SOME_IMAGE):
            yield PrefixSpan(start, end, reference, CERTAIN, "a configured source or rule itself")


def _unmistakable(text: str, references: list[re.Match[str]]) -> Iterator[Span]:
    """References that leave no doubt wherever they stand. Patterns of filters do: `image:quay.io/x/y`."""
    for match in references:
        start = match.start()
        if not text.startswith(":", start - 1) and not text.startswith("/", match.end()):
            template = "{{" if match["template"] else ""
            yield from evidence.weighed(
                _trimmed(match) + template, start, evidence.ANYWHERE, "a host, a path and a tag or digest"
            )


def _trimmed(match: re.Match[str]) -> str:
    """A reference in running text, without the template behind it and the full stop of a sentence."""
    return match.group().rstrip(":@" if match["template"] else ".-")


def _assigned(text: str) -> Iterator[Span]:
    """Images by the names that they are assigned to, or of the flags that carry them."""
    values = [
        NamedText(match["name"], _with_template(text, match), match.start("value"))
        for pattern in (_ASSIGNMENT, _FLAG, *((_PROPERTY,) if _DOTTED in text else ()))
        for match in pattern.finditer(text)
        if _says_image(match["name"])
    ]
    for group in _neighbours(sorted(values, key=lambda value: value.start), text):
        yield from (image.span for image in named.images(group))
        yield from _services(group)


def _says_image(name: str) -> bool:
    """Whether a name in running text is that of an image or of a part of one; prose has `container: a/b:1 is down`."""
    word = keys.read(name)
    return bool(word.role) and (word.image or word.role != keys.MENTION)


def _listed(text: str) -> Iterator[Span]:
    """The images in lists that are named after images, or after images that nothing pulls."""
    for match in _LIST.finditer(text) if "[" in text else ():
        role = keys.read(match["name"]).role
        place = keys.MENTION if role == keys.IMAGE else role
        reason = not_pulled(match["name"]) if role == keys.UNPULLED else f"`{match['name']}` names images"
        for token in _TOKEN.finditer(text, *match.span("items")) if place in _OF_LISTS else ():
            yield from evidence.weighed(token.group(), token.start(), place, reason)


def _with_template(text: str, match: re.Match[str]) -> str:
    """The value of an assignment; of one that is a template, all of that: `{{ default "acme/app:1" .image }}`."""
    template = templates.WHOLE.match(text, match.start("value")) if match["value"] == templates.SIGN else None
    return template.group() if template else match["value"]


def _neighbours(values: Iterable[NamedText], text: str) -> Iterator[list[NamedText]]:
    """Assignments in groups that stand on lines close to each other."""
    group: list[NamedText] = []
    for value in values:
        if group and text.count("\n", group[-1].start, value.start) > _NEIGHBOURS:
            yield group
            group = []
        group.append(value)
    if group:
        yield group


def _services(group: Iterable[NamedText]) -> Iterator[Span]:
    """Official images with a tag that are called `name`, as services of CI runners are."""
    for value in group:
        word = keys.read(value.name)
        text = evidence.read(value.value) if word.role == keys.NAME and not word.stem else None
        if text and text.official and text.tagged and not text.like_an_address:
            reason = "an official image of Docker Hub with a tag"
            yield ImageSpan(value.start, value.start + len(text.literal), text.literal, "", STRONG, reason)
