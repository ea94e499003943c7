"""Arguments and commands: lists of strings in which flags carry images.

Source: `args` and `command` of Container, Kubernetes API core/v1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from postrenderer.sites import named
from postrenderer.sites.site import Named, Scalar, sites_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.sites.site import Context, Mapping, Path, Site

FAMILY = "args/command"

LISTS = frozenset(("args", "command", "extraArgs", "arguments"))

_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)$")
_ASSIGNED = re.compile(r"(?:--?)?([A-Za-z][\w.-]*)=([^\s=]+)$")
_COPYING = frozenset(("skopeo", "crane", "regctl", "oras", "imgpkg", "buildah"))
"""Tools that read or write the very registry that they are told: their references stay."""


def sites(mapping: Mapping, _: Context) -> Iterator[Site]:
    """The images that the flags in a mapping's lists of arguments carry."""
    lists = [(key, value) for key, value in mapping.pairs if key in LISTS and isinstance(value, yaml.SequenceNode)]
    if lists and not any(copies(value) for _, value in lists):
        for key, value in lists:
            yield from sites_of(named.spans(_flags(value, (mapping.path, key))), FAMILY)


def copies(node: yaml.SequenceNode) -> bool:
    """Whether a command line is one of a tool that copies images."""
    return any(
        isinstance(word, yaml.ScalarNode) and word.value.rpartition("/")[2] in _COPYING for word in node.value[:2]
    )


def _flags(node: yaml.SequenceNode, path: Path) -> Iterator[Named]:
    """`--flag=text` and `key=text` in one element, `--flag` and its text in two."""
    flag = ""
    for index, word in enumerate(node.value):
        if not isinstance(word, yaml.ScalarNode):
            flag = ""
            continue
        assigned = _ASSIGNED.match(word.value)
        if assigned:
            yield Named(assigned[1], assigned[2], assigned.start(2), Scalar(word, (path, index), flag))
        elif flag and not word.value.startswith("-"):
            yield Named(flag, word.value, 0, Scalar(word, (path, index), flag))
        alone = _FLAG.match(word.value)
        flag = alone[1] if alone else ""
