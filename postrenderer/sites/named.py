"""Texts with names, which stand side by side: whole images by their names, and images that several of them make up.

This one grammar serves the fields of a mapping, the variables of a container, the flags of a command and the
assignments of a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.images import registries
from postrenderer.images.reference import InvalidReferenceError, parse
from postrenderer.sites import evidence, keys
from postrenderer.sites.site import SOME_IMAGE, STRONG, WEAK, Image, Named, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DIGEST = "sha256:"
_PARTS = frozenset((keys.IMAGE, keys.REGISTRY, keys.REPOSITORY, keys.TAG))
_SINGLE = frozenset((keys.IMAGE, keys.MENTION, keys.PREFIX, keys.UNPULLED))
ROLES = _PARTS | _SINGLE
"""Those of texts that are images or parts of one."""


def images(values: Iterable[Named]) -> Iterator[Image]:
    """The images among texts with names."""
    groups: dict[tuple[str, ...], dict[str, Named]] = {}
    single = []
    for value in values:
        word = keys.read(value.name)
        role = value.role or word.role
        if role in _PARTS:
            groups.setdefault(word.stem, {}).setdefault(role, value)
        if role in _SINGLE:
            single.append((role, value))
    used: set[int] = set()
    for group in groups.values():
        for made in _put_together(group):
            used.update(id(value) for value in (made.value, *made.parts))
            yield made
    for role, value in single:
        if id(value) not in used:
            yield from _alone(role, value)


def _alone(role: str, value: Named) -> Iterator[Image]:
    """The image that a text is by its name alone."""
    if role == keys.PREFIX:
        yield from _prefix(value)
        return
    text = evidence.read(value.value)
    level = evidence.level(text, role) if text else ""
    if text and level:
        end = value.start + len(text.literal)
        reason = f"`{value.name}` names {'no image that nodes pull' if role == keys.UNPULLED else 'an image'}"
        yield Image(value, Span(value.start, end, text.literal, "", level, reason))


def _put_together(group: dict[str, Named]) -> Iterator[Image]:
    """The image that texts with one stem make up: the first of them that says anything carries the registry."""
    registry, repository, tag = group.get(keys.REGISTRY), group.get(keys.REPOSITORY), group.get(keys.TAG)
    name = group.get(keys.IMAGE)
    if name and _is_complete(name.value):
        return
    parts = [part for part in (registry, repository, name) if part and part.value]
    if not parts or not (repository or (registry and name) or (tag and (name or registry))):
        return
    if parts == [registry]:
        yield from _prefix(parts[0], least="/")
        return
    text = evidence.read("/".join(part.value.strip("/") for part in parts))
    if text is None or text.reference.suffix:
        return
    named = any(part and keys.read(part.name).image for part in (registry, repository, name))
    level = _level(text, group, named=named)
    suffix = "".join("/" + part.value.strip("/") for part in parts[1:])
    reference, mark = _with_tag(text.literal, tag.value if tag else "")
    together = " and ".join(f"`{part.name}`" for part in (*parts, tag) if part)
    reason = f"{together} make up an image" if len(parts) > 1 or tag else f"{together} names a repository"
    first = parts[0]
    rest = tuple(part for part in (*parts[1:], tag) if part)
    length = len(first.value.rstrip("/"))
    if len(text.literal) < length:  # a template fills in the end of it
        length, reference, suffix, mark = len(text.literal), text.literal, "", ""
    span = Span(first.start, first.start + length, reference, suffix + mark, level, reason)
    yield Image(first, span, rest)


def _is_complete(name: str) -> bool:
    """Whether the text of an image field needs no other parts: it has a host, a tag or a digest."""
    text = evidence.read(name)
    return text is not None and bool(text.reference.host or text.reference.suffix)


def _level(text: evidence.Text, group: dict[str, Named], *, named: bool) -> str:
    """How sure it is that texts make up an image."""
    if text.incomplete:
        return WEAK
    if named:
        return STRONG
    if keys.TAG not in group or text.host == registries.LOCAL:
        return WEAK
    repository = group.get(keys.REPOSITORY)
    code = repository is not None and not text.host and keys.words(repository.name)[-1] == "repo"
    return WEAK if code else STRONG  # `repo: acme/app` is as well one of code


def _prefix(registry: Named, least: str = "") -> Iterator[Image]:
    """A registry or a path in it to which the names of images are added elsewhere, as Istio's `hub` with its `tag`."""
    place = registry.value.rstrip("/")
    text = evidence.read(place + SOME_IMAGE)
    if text and text.host == registries.REGISTRY and least in place:
        reason = f"`{registry.name}` is where images with names that stand elsewhere come from"
        end = registry.start + len(place)
        yield Image(registry, Span(registry.start, end, place + SOME_IMAGE, SOME_IMAGE, STRONG, reason, place=True))


def _with_tag(repository: str, tag: str) -> tuple[str, str]:
    """A repository with the tag or digest that another text holds, if they fit, and what was added."""
    mark = ("@" if tag.startswith(_DIGEST) else ":") + tag if tag else ""
    try:
        parse(repository + mark)
    except InvalidReferenceError:
        return repository, ""
    return repository + mark, mark
