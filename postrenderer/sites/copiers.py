"""Tools and commands that copy or build images: nodes pull nothing of what they read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.sites.keys import BUILD_ARGUMENT, COPYING
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENGINES, _GROUPS = ("docker", "podman", "nerdctl"), ("buildx", "image", "manifest")
_MAKES = (["push"], ["tag"], ["build"], ["imagetools", "create"])
"""The commands of engines that make images, with or without a group: `docker push`, `docker image push`."""
_MADE = "|".join(r"[ \t]+".join(words) for words in _MAKES)
_MAKING = rf"(?:{'|'.join(_ENGINES)})[ \t]+(?:(?:{'|'.join(_GROUPS)})[ \t]+)?(?:{_MADE})\b"
_KANIKO = "kaniko/executor"
_COPIER = rf"(?:{'|'.join(sorted(COPYING))})(?:-daemonless)?(?:\.sh)?|{_KANIKO}"
_JIB = r"jib[\w:.-]{0,99}"
"""Jib's tasks of Gradle and goals of Maven, https://github.com/GoogleContainerTools/jib."""
COMMAND = regex(rf"\b(?:{_COPIER}|{_MAKING}|{_JIB})[ \t](?:\\\r?\n|(?!&&|\|\||;)[^\n])*")
"""A command in a script that copies or makes images. In it only images under a configured source or rule move."""
_GIVEN = regex(rf"--{BUILD_ARGUMENT}(?:=|[ \t]+)[\"']?\w+=")
"""The start of a build argument, whose value may be the image that is built upon: `--build-arg BASE=`."""
_IS_JIB = regex(rf"(?:[\w.]+:)?{_JIB}")
STAYS = "a tool that copies or builds images reads or writes it"
"""Why the images in such a command stay."""


def is_copier(word: str) -> bool:
    """Whether a word of a command line is a tool that copies or builds images."""
    return word.endswith(_KANIKO) or _name(word).removesuffix(".sh").removesuffix("-daemonless") in COPYING


def is_of_copier(image: str) -> bool:
    """Whether an image is that of a tool that copies or builds images, such as kaniko's executor."""
    return not COPYING.isdisjoint(image.partition("@")[0].replace(":", "/").split("/"))


def engine(image: str) -> str:
    """The engine in an image, such as `docker` in `docker:24-cli`; empty if there is none."""
    return next((part for part in image.partition("@")[0].replace(":", "/").split("/") if part in _ENGINES), "")


def commands(text: str) -> Iterator[str]:
    """The commands in a script that copy or build images."""
    return (match.group() for match in COMMAND.finditer(text))


def given(text: str) -> set[int]:
    """Where the values of arguments of a build begin in a script: `--build-arg BASE=quay.io/acme/base:1`."""
    return {match.end() for match in _GIVEN.finditer(text)}


def is_copying(words: list[str]) -> bool:
    """Whether a command line copies or builds images: `docker push x`, `mvn jib:build`."""
    command = " ".join(words[:4]).split()
    told = command[2:] if command[1:2] and command[1] in _GROUPS else command[1:]
    makes = any(told[: len(making)] == making for making in _MAKES)
    return (makes and _name(command[0]) in _ENGINES) or any(map(_IS_JIB.fullmatch, words))


def _name(program: str) -> str:
    """The name of a program, without the folder that it is in."""
    return program.rpartition("/")[2]
