"""Tools and commands that copy or build images: nodes pull nothing of what they read and write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from postrenderer.sites.keys import BUILD_ARGUMENT, COPYING
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_COPIERS, _ENGINES = sorted(COPYING), ("docker", "podman", "nerdctl")
_MAKES = (
    rf"(?:{'|'.join(_ENGINES)})[ \t]+(?:(?:buildx|image|manifest)[ \t]+)?(?:push|tag|build|imagetools[ \t]+create)\b"
)
_COPIER = rf"(?:{'|'.join(_COPIERS)})(?:-daemonless)?(?:\.sh)?|kaniko/executor"
_JIB = r"jib[\w:.-]{0,99}"
"""Jib's tasks of Gradle and goals of Maven, https://github.com/GoogleContainerTools/jib."""
COMMAND = regex(rf"\b(?:{_COPIER}|{_MAKES}|{_JIB})[ \t](?:\\\r?\n|(?!&&|\|\||;)[^\n])*")
"""Commands in a script that copy or make images: only what is under a configured source or rule moves in them."""
_GIVEN = regex(rf"--{BUILD_ARGUMENT}(?:=|[ \t]+)[\"']?\w+=")
"""What begins an argument of a build, which may name an image that is built upon."""
_IS_COPIER = regex(rf"(?:.*/)?(?:{_COPIER})", re.DOTALL)
_IS_COPYING = regex(rf"(?:\S*/)?{_MAKES}")
_IS_JIB = regex(rf"(?:[\w.]+:)?{_JIB}")
STAYS = "a tool that copies or builds images reads or writes it"
"""Why what stands in such a command stays."""


def is_copier(word: str) -> bool:
    """Whether a word of a command line is a tool that copies or builds images."""
    return _IS_COPIER.fullmatch(word) is not None


def is_of_copier(image: str) -> bool:
    """Whether an image is that of a tool that copies or builds images, such as kaniko's executor."""
    return not COPYING.isdisjoint(image.partition("@")[0].replace(":", "/").split("/"))


def commands(text: str) -> Iterator[str]:
    """The commands in a script that copy or build images."""
    return (match.group() for match in COMMAND.finditer(text))


def given(text: str) -> set[int]:
    """Where the values of arguments of a build begin in a script: `--build-arg BASE=quay.io/acme/base:1`."""
    return {match.end() for match in _GIVEN.finditer(text)}


def is_copying(words: list[str]) -> bool:
    """Whether a command line copies or builds images: `docker push x`, `mvn jib:build`."""
    return _IS_COPYING.match(" ".join(words[:4])) is not None or any(map(_IS_JIB.fullmatch, words))
