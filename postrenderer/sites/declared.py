"""The settings `locations` and `ignore`: places that hold images, and texts that only look like images."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.apis import forms
from postrenderer.sites import evidence, named, text
from postrenderer.sites.site import CERTAIN, STAYS, WEAK, ImageSpan, NamedText, PrefixSpan, ScalarVisit, Site
from postrenderer.text.mappings import fields, fields_of, text_of
from postrenderer.text.pointer import pointer, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from postrenderer.sites.site import Span
    from postrenderer.text.pointer import Path

FAMILY = "location"

IGNORED = "named under `ignore`"
"""Why an image stays that the settings ignore."""
_REASON = "declared under `locations`"
_PART_NAMES = {
    "registry": "imageRegistry",
    "repository": "imageRepository",
    "name": "image",
    "tag": "imageTag",
    "digest": "imageDigest",
}
"""The parts that a location names, as the grammar of names calls them."""


class Location(NamedTuple):
    """A place where images live that the user knows of.

    Attributes:
        path: JSON pointer (RFC 6901) of the place, each step a pattern with `*`.
        api_version: `apiVersion` of the objects that have it, a pattern with `*`.
        kind: their `kind`, a pattern with `*`.
        form: what is there: `whole`, an image; `split`, a mapping with its parts; `text`, a text with images in it;
            `prefix`, a registry or a path in one that is put in front of images.
        parts: for `split`, pairs of a part's name (`registry`, `repository`, `name`, `tag`, `digest`) and its key.
        pull_secrets: the form of the field there for pull secrets, as in postrenderer/apis; empty if it is for images.
    """

    path: str
    api_version: str = "*"
    kind: str = "*"
    form: str = forms.WHOLE
    parts: tuple[tuple[str, str], ...] = ()
    pull_secrets: str = ""

    @property
    def steps(self) -> list[str]:
        """The steps of its path, each a pattern."""
        return steps(self.path)


class Ignore(NamedTuple):
    """An entry of `ignore`: texts that only look like images. All of its patterns, with `*`, must match.

    Attributes:
        api_version: `apiVersion` of the object.
        kind: its `kind`.
        name: its `metadata.name`.
        path: JSON pointer of the place in it.
        reference: the text that looks like an image.
    """

    api_version: str = "*"
    kind: str = "*"
    name: str = "*"
    path: str = "*"
    reference: str = "*"


class Object(NamedTuple):
    """A Kubernetes object: a document, or an item of a list of objects. A field that it does not have is empty."""

    node: yaml.MappingNode
    path: Path
    api_version: str
    kind: str
    name: str


def objects(root: yaml.Node) -> Iterator[Object]:
    """The objects of a document: its own last, the items of a `kind: List` before it."""
    if not isinstance(root, yaml.MappingNode):
        return
    pairs = fields(root)
    for key, value in pairs:
        if key == "items" and isinstance(value, yaml.SequenceNode):
            for index, item in enumerate(value.value):
                if isinstance(item, yaml.MappingNode):
                    yield _object(item, fields(item), ((None, key), index))
    yield _object(root, pairs, None)


def _object(node: yaml.MappingNode, pairs: list[tuple[str, yaml.Node]], path: Path) -> Object:
    texts = {key: value.value for key, value in pairs if isinstance(value, yaml.ScalarNode)}
    name = text_of(fields_of(dict(pairs).get("metadata")).get("name"))
    return Object(node, path, texts.get("apiVersion", ""), texts.get("kind", ""), name)


def revise(
    root: yaml.Node,
    found: list[Site],
    locations: tuple[Location, ...],
    ignore: tuple[Ignore, ...],
    spans: Callable[[str], Iterable[Span]],
) -> list[Site]:
    """Apply `locations` and `ignore` to the sites of a document.

    A location replaces the sites that families found in its place; of several locations for a place the first counts.
    An ignored site is removed; one that certainly is an image stays instead, so that the report names it.

    Args:
        root: the composed document.
        found: what the families found in it.
        locations: places that hold images.
        ignore: texts that only look like images.
        spans: finds the references in a text.
    """
    if not locations and not ignore:
        return found
    all_objects = list(objects(root))
    of_images = [location for location in locations if not location.pull_secrets]
    own: list[Site] = []
    declared: set[int] = set()
    for location in of_images:
        sites = [site for item in all_objects for site in _at(item, location, spans) if id(site.node) not in declared]
        own += sites
        declared.update(id(site.node) for site in sites)
    sites = [*own, *(site for site in found if id(site.node) not in declared)]
    by_place: dict[str, Object] = {}
    for item in all_objects if ignore else ():
        by_place.setdefault(pointer(item.path), item)
    places = ((site, pointer(site.path)) for site in sites)
    ignored = {id(site) for site, place in places if any(_matches(entry, site, place, by_place) for entry in ignore)}
    return [each for site in sites for each in _unless_ignored(site, is_ignored=id(site) in ignored)]


def _unless_ignored(site: Site, *, is_ignored: bool) -> Iterator[Site]:
    """A site, unless it is ignored; one that certainly is an image then stays, so that the report names it."""
    if not is_ignored:
        yield site
    elif site.span.level == CERTAIN:
        yield site._replace(span=site.span._replace(level=STAYS, reason=IGNORED))


def _at(item: Object, location: Location, spans: Callable[[str], Iterable[Span]]) -> Iterator[Site]:
    """The sites of one location in one object."""
    if not (fnmatchcase(item.kind, location.kind) and fnmatchcase(item.api_version, location.api_version)):
        return
    for node, path in _places(item, location.steps):
        if isinstance(node, yaml.MappingNode) and location.form == "split":
            yield from _split(node, path, location)
        elif isinstance(node, yaml.ScalarNode) and node.value and location.form == forms.WHOLE:
            read = evidence.read(node.value)
            literal = read.literal if read else node.value
            yield Site(node, ImageSpan(0, len(literal), literal, "", CERTAIN, _REASON), FAMILY, path)
        elif isinstance(node, yaml.ScalarNode) and node.value and location.form == forms.PREFIX:
            place = node.value.rstrip("/")
            yield Site(node, PrefixSpan(0, len(place), place, CERTAIN, _REASON), FAMILY, path)
        elif isinstance(node, yaml.ScalarNode) and location.form == "text":
            inside = [
                *(span for span in spans(node.value) if span.level not in (WEAK, STAYS)),
                *text.mentioned(node.value),
            ]
            for span in {span.start: span for span in reversed(inside)}.values():
                yield Site(node, span._replace(level=CERTAIN, reason=_REASON), FAMILY, path)


def _places(item: Object, steps: list[str]) -> list[tuple[yaml.Node, Path]]:
    """The nodes of an object that a JSON pointer with patterns leads to."""
    found: list[tuple[yaml.Node, Path]] = [(item.node, item.path)]
    for wanted in steps:
        found = [
            (child, (path, key))
            for node, path in found
            for key, child in _children(node)
            if fnmatchcase(str(key), wanted)
        ]
    return found


def _children(node: yaml.Node) -> Iterable[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return fields(node)
    return enumerate(node.value) if isinstance(node, yaml.SequenceNode) else ()


def _split(node: yaml.MappingNode, path: Path, location: Location) -> Iterator[Site]:
    """The image that the named parts of a mapping make up."""
    scalars = {key: value for key, value in fields(node) if isinstance(value, yaml.ScalarNode)}
    values = [
        NamedText(_PART_NAMES[part], scalars[key].value, 0, ScalarVisit(scalars[key], (path, key), key))
        for part, key in location.parts
        if key in scalars
    ]
    for value, span, _ in named.images(values):
        if value.scalar:
            yield Site(value.scalar.node, span._replace(level=CERTAIN, reason=_REASON), FAMILY, value.scalar.path)


def _matches(entry: Ignore, site: Site, place: str, by_place: dict[str, Object]) -> bool:
    """Whether an entry of `ignore` speaks of a site at a place, in an item of a list, `/items/3`, or in the root."""
    *steps, _ = place.split("/", 3)
    of_object = "/".join(steps)
    if of_object not in by_place:
        of_object = ""
    item = by_place.get(of_object)
    if item is None:
        return False
    return all(
        fnmatchcase(value, wanted)
        for value, wanted in (
            (item.api_version, entry.api_version),
            (item.kind, entry.kind),
            (item.name, entry.name),
            (place[len(of_object) :], entry.path),
            (site.span.reference, entry.reference),
        )
    )
