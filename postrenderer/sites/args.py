"""Arguments and commands: lists of strings in which flags carry images.

Source: `args` and `command` of Container, Kubernetes API core/v1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import copiers, keys, named
from postrenderer.sites.site import NamedText, ScalarVisit, Site, sites_of, unless_certain
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Api, Context, MappingVisit
    from postrenderer.text.pointer import Path

FAMILY = "args/command"

LISTS = frozenset(("args", "command", "extraArgs", "arguments"))

_FLAG = regex(r"--?([A-Za-z][\w.-]*)$")
_ASSIGNED = regex(rf"(?P<builds>--{keys.BUILD_ARGUMENT}=)?(?:--?)?(?P<name>[A-Za-z][\w.-]*)=(?P<value>[^\s=]+)$")


def is_concerned(_api: Api, _key: str, keys: tuple[str, ...]) -> bool:
    """Whether a mapping with these keys has lists of arguments."""
    return not LISTS.isdisjoint(keys)


def sites(mapping: MappingVisit, context: Context) -> Iterator[Site]:
    """The images that the flags in a mapping's lists of arguments carry."""
    lists = [(key, value) for key, value in mapping.pairs if key in LISTS and isinstance(value, yaml.SequenceNode)]
    words = [word.value for _, value in lists for word in value.value if isinstance(word, yaml.ScalarNode)]
    copying = copiers.is_copying(words) or any(_copies(value) for _, value in lists) or _is_of_a_copier(mapping, words)
    for key, value in lists:
        if copying:
            yield from _copied(value, (mapping.path, key), context)
        else:
            yield from sites_of(named.images(_flags(value, (mapping.path, key))), FAMILY)


def _copies(node: yaml.SequenceNode) -> bool:
    """Whether a command line is one of a tool that copies images."""
    return any(isinstance(word, yaml.ScalarNode) and copiers.is_copier(word.value) for word in node.value[:2])


def _is_of_a_copier(mapping: MappingVisit, words: list[str]) -> bool:
    """Whether a container runs a tool that copies or builds images, such as kaniko's executor.

    An engine is one if its arguments say so: `image: docker`, `args: [build, -t, quay.io/acme/app]`.
    """
    images = [value.value for key, value in mapping.pairs if key == "image" and isinstance(value, yaml.ScalarNode)]
    return any(copiers.is_of_copier(image) or copiers.is_copying([copiers.engine(image), *words]) for image in images)


def _copied(node: yaml.SequenceNode, path: Path, context: Context) -> Iterator[Site]:
    """The references on the command line of a tool that copies images."""
    pulled = [flag for flag in map(_pulled, _flags(node, path)) if flag]
    yield from sites_of(named.images(pulled), FAMILY)
    passed = {id(flag.scalar.node) for flag in pulled if flag.scalar}
    for index, word in enumerate(node.value):
        is_open = isinstance(word, yaml.ScalarNode) and id(word) not in passed
        says_itself = is_open and any(copiers.commands(word.value))  # a script, of which some commands copy
        for span in context.spans(word.value) if is_open else ():
            yield Site(word, span if says_itself else unless_certain(span, copiers.STAYS), FAMILY, (path, index))


def _pulled(flag: NamedText) -> NamedText | None:
    """A copying tool's flag for an image that it runs or builds upon, or a build argument; None for another flag."""
    if flag.name in keys.PULLED:
        return flag._replace(role=keys.IMAGE)
    return flag._replace(role=keys.MENTION) if flag.scalar and flag.scalar.key == keys.BUILD_ARGUMENT else None


def _flags(node: yaml.SequenceNode, path: Path) -> Iterator[NamedText]:
    """`--flag=text` and `key=text` in one element, `--flag` and its text in two."""
    flag = ""
    for index, word in enumerate(node.value):
        if not isinstance(word, yaml.ScalarNode):
            flag = ""
            continue
        assigned = _ASSIGNED.match(word.value)
        if assigned:
            key = keys.BUILD_ARGUMENT if assigned["builds"] else flag
            place = ScalarVisit(word, (path, index), key)
            yield NamedText(assigned["name"], assigned["value"], assigned.start("value"), place)
        elif flag and not word.value.startswith("-"):
            yield NamedText(flag, word.value, 0, ScalarVisit(word, (path, index), flag))
        alone = _FLAG.match(word.value)
        flag = alone[1] if alone else ""
