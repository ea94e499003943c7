"""Texts with names, which stand side by side: whole images by their names, and images that several of them make up.

This one grammar serves the fields of a mapping, the variables of a container, the flags of a command and the
assignments of a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.images import registries
from postrenderer.images.reference import SOME_IMAGE, InvalidReferenceError, parse
from postrenderer.sites import evidence, keys
from postrenderer.sites.site import STRONG, UNMOVED, WEAK, ImageSpan, NamedImage, NamedText, PrefixSpan, not_pulled
from postrenderer.text.templates import SIGN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DIGEST = "sha256:"
_PARTS = (keys.REGISTRY, keys.REPOSITORY, keys.IMAGE, keys.NAME, keys.TAG)
"""The parts of an image in their order. The first of them that says anything carries the registry."""
_IMAGES = (
    {keys.REPOSITORY},  # repository: quay.io/acme/app, with or without registry, image and tag
    {keys.REGISTRY, keys.IMAGE},  # registry: quay.io, image: acme/app
    {keys.IMAGE, keys.TAG},  # image: acme/app, version: 1.2
    {keys.REGISTRY, keys.NAME, keys.TAG},  # registry: quay.io, name: acme/app, tag: 1
)
"""The sets of roles that make up an image."""
_WITH_OWN_TAG = {keys.REGISTRY, keys.IMAGE}
"""The roles of parts of which the last one may have the tag."""
_PLACE = {keys.REGISTRY, keys.TAG}
"""The roles that make up a registry to which something adds names of images: hub: docker.io/istio, tag: 1.22."""
_CONTAINERS = {keys.REGISTRY, keys.REPOSITORY}
"""The roles of `containerRegistry` and `containerRepository`, from which an operator takes all its images."""
_IN_FRONT = frozenset(("container", "containers", "image", "images"))
"""Words that say of a registry that images come from it."""
_OF_OTHERS, _OF_KNOWN = (registries.REGISTRY,), (registries.REGISTRY, registries.NONE)
"""The kinds of host of a registry in front of images; if an API knows the field, a name on Docker Hub too: `theotw`."""
_PATH = "/"
_SCHEME = "://"
"""A part of addresses, such as `https://`, that no part of an image has."""
_DOCKER = "docker"
"""A word that says of a repository that it is one of images: Kubermatic's `dockerRepository`."""
_HUB = ("hub",)
"""The name of what stands in front of the images of Istio and those that come from it."""
_SINGLE = frozenset((keys.IMAGE, keys.MENTION, keys.PREFIX, keys.HOST, keys.UNPULLED))
ROLES = _SINGLE.union(_PARTS)
"""The roles of texts that are images or parts of one."""


def images(values: Iterable[NamedText]) -> Iterator[NamedImage]:
    """The images among texts with names."""
    groups: dict[tuple[str, ...], dict[str, NamedText]] = {}
    single = []
    for value in values:
        word = keys.read(value.name)
        role = value.role or word.role
        if role in _PARTS and _SCHEME not in value.value:
            groups.setdefault(word.stem, {}).setdefault(role, value)
        elif role == keys.MENTION and keys.is_name(value.name) and _PATH in value.value:
            groups.setdefault(word.stem, {}).setdefault(keys.IMAGE, value)
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


def _alone(role: str, value: NamedText) -> Iterator[NamedImage]:
    """The image that a text is by its name alone."""
    if role == keys.PREFIX:
        yield from _prefix(value)
        return
    if role == keys.HOST:
        reason = f"`{value.name}` takes a registry without a path: set it and the path yourself"
        yield NamedImage(value, PrefixSpan(value.start, value.start + len(value.value), value.value, UNMOVED, reason))
        return
    text = evidence.read(value.value)
    level = evidence.level(text, role) if text else ""
    if text is None and role == keys.IMAGE and evidence.is_malformed(value.value):
        reason = f"`{value.name}` names an image"
        end = value.start + len(value.value)
        yield NamedImage(value, ImageSpan(value.start, end, value.value, "", STRONG, reason))
    if text is None and role != keys.UNPULLED and value.value.startswith(SIGN):
        reason = f"a template in `{value.name}` falls back to it"
        for start, default in evidence.fallbacks(value.value):
            begin = value.start + start
            span = ImageSpan(begin, begin + len(default.literal), default.literal, "", STRONG, reason)
            yield NamedImage(value, span)
    if text and level:
        end = value.start + len(text.literal)
        reason = not_pulled(value.name) if role == keys.UNPULLED else f"`{value.name}` names an image"
        yield NamedImage(value, ImageSpan(value.start, end, text.literal, "", level, reason))


def _put_together(group: dict[str, NamedText]) -> Iterator[NamedImage]:
    """The image, or the registry of images, that texts with one stem make up."""
    said = {role: group[role] for role in _PARTS if role in group and group[role].value}
    if keys.IMAGE in said and _is_complete(said):
        return
    if keys.NAME in said and not _is_name_of_image(said):
        del said[keys.NAME]
    if said.keys() == _CONTAINERS and "container" in keys.words(said[keys.REGISTRY].name):
        yield from _in_front(said[keys.REGISTRY])
    elif any(shape <= said.keys() for shape in _IMAGES):
        yield from _image(said)
    elif said.keys() >= _PLACE:
        registry = said[keys.REGISTRY]
        yield from _prefix(registry, least="" if keys.read(registry.name).image else "/")
    elif said.keys() == {keys.REGISTRY}:
        yield from _in_front(said[keys.REGISTRY])


def _image(said: dict[str, NamedText]) -> Iterator[NamedImage]:
    """The image that parts make up, by their roles: the first carries the registry."""
    first, *more = (part for role, part in said.items() if role != keys.TAG)
    joined = "/".join((first.value.rstrip("/"), *(part.value.strip("/") for part in more)))
    text = evidence.read(joined)
    if text is None and evidence.is_malformed(joined):
        yield NamedImage(
            first, ImageSpan(first.start, first.start + len(first.value), joined, "", STRONG, "parts of an image")
        )
    if text is None or (text.reference.suffix and said.keys() != _WITH_OWN_TAG):
        return
    suffix = "".join("/" + part.value.strip("/") for part in more)
    tag = said.get(keys.TAG)
    reference, mark = _with_tag(text.literal, tag.value if tag else "")
    rest = (*more, tag) if tag else tuple(more)
    together = " and ".join(f"`{part.name}`" for part in (first, *rest))
    reason = f"{together} make up an image" if rest else f"{together} names a repository"
    length = len(first.value.rstrip("/"))
    if len(text.literal) < length:  # a template fills in the end of it
        length, reference, suffix, mark = len(text.literal), text.literal, "", ""
    span = ImageSpan(first.start, first.start + length, reference, suffix + mark, _level(text, said), reason)
    yield NamedImage(first, span, rest)


def _is_name_of_image(said: dict[str, NamedText]) -> bool:
    """Whether a text called `name` is an image's, as a public registry stands beside it and nothing else names one."""
    if keys.REGISTRY not in said or keys.REPOSITORY in said or keys.IMAGE in said:
        return False
    registry, name = said[keys.REGISTRY].value, said[keys.NAME].value
    has_path = "/" in f"{registry.strip('/')}{name}"  # `--registry=quay.io --name=demo --version=1` is about a release
    return has_path and registries.kind(registry.partition("/")[0]) == registries.REGISTRY


def _is_complete(said: dict[str, NamedText]) -> bool:
    """Whether the text of an image field needs no other parts: it has a host, a tag or a digest.

    One word with a tag needs the registry beside it, as no other one serves it: `registry: quay.io/acme, image: app:1`.
    """
    text = evidence.read(said[keys.IMAGE].value)
    if text is None:
        return False
    needs_registry = keys.REGISTRY in said and text.incomplete
    return bool(text.reference.host or (text.reference.suffix and not needs_registry))


def _level(text: evidence.PossibleImage, said: dict[str, NamedText]) -> str:
    """How sure it is that texts make up an image."""
    if text.incomplete:
        return WEAK
    if any(keys.read(part.name).image for role, part in said.items() if role != keys.TAG):
        return STRONG
    repository = said.get(keys.REPOSITORY)
    if repository is not None and text.host == registries.REGISTRY and _DOCKER in keys.words(repository.name):
        return STRONG
    if keys.TAG not in said or text.host == registries.LOCAL:
        return WEAK
    code = repository is not None and not text.host and keys.words(repository.name)[-1] == "repo"
    return WEAK if code else STRONG  # `repo: acme/app` is as well one of code


def _prefix(registry: NamedText, least: str = "") -> Iterator[NamedImage]:
    """A registry or a path in it to which the names of images are added elsewhere, as Istio's `hub` with its `tag`."""
    place = registry.value.rstrip("/")
    text = evidence.read(place + SOME_IMAGE)
    hosts = _OF_KNOWN if registry.role == keys.PREFIX else _OF_OTHERS
    if text and text.host in hosts and least in place:
        reason = f"`{registry.name}` goes in front of the names of images in other fields"
        yield NamedImage(registry, PrefixSpan(registry.start, registry.start + len(place), place, STRONG, reason))


def _in_front(registry: NamedText) -> Iterator[NamedImage]:
    """A registry alone, which operators put in front of their images, such as ECK's `container-registry`.

    It moves if it has a path and its name speaks of images. One without a path is left: its API may take no path, and
    the private registry has one.
    """
    place = registry.value.rstrip("/")
    if registries.kind(place.partition("/")[0]) != registries.REGISTRY:
        return
    words = keys.words(registry.name)
    says, has_path = not _IN_FRONT.isdisjoint(words), "/" in place
    if has_path and (says or words == _HUB):
        yield from _prefix(registry)
    elif has_path:
        reason = f"whether images come from `{registry.name}` is not known"
        yield NamedImage(registry, PrefixSpan(registry.start, registry.start + len(place), place, WEAK, reason))
    elif says:
        reason = f"whether `{registry.name}` takes a registry with a path is not known: set it yourself"
        yield NamedImage(registry, PrefixSpan(registry.start, registry.start + len(place), place, UNMOVED, reason))


def _with_tag(repository: str, tag: str) -> tuple[str, str]:
    """A repository with the tag or digest that another text holds, if they fit, and what was added."""
    mark = ("@" if tag.startswith(_DIGEST) else ":") + tag if tag else ""
    try:
        parse(repository + mark)
    except InvalidReferenceError:
        return repository, ""
    return repository + mark, mark
