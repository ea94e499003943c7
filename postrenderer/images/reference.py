"""The image reference as a value: parse, normalise, print.

The grammar is that of github.com/distribution/reference, by which the kubelet and the container runtimes read images:

    reference  = [ host "/" ] path [ ":" tag ] [ "@" digest ]
    host       = ( name *( "." name ) / "[" IPv6 address "]" ) [ ":" port ]
    name       = letters and digits, with any number of "-" between them
    port       = digits
    path       = component *( "/" component )                ; at most 255 characters after normalising
    component  = word *( ( "." / "_" / "__" / 1*"-" ) word )
    word       = lower-case letters and digits
    tag        = ( letter / digit / "_" ) *127( letter / digit / "_" / "." / "-" )
    digest     = algorithm ":" lower-case hexadecimal digits, as many as the algorithm has

* The first of several components is the host if it contains "." or ":", has an upper-case letter, or is `localhost`.
* Without a host an image is Docker Hub's: `bitnami/redis` is `docker.io/bitnami/redis`. `index.docker.io` is an old
  name for `docker.io`, and `registry-1.docker.io` is the host that serves it.
* On Docker Hub a single component is an official image: `nginx` and `docker.io/nginx` are `docker.io/library/nginx`.
* One component is never a host: `localhost:5000` is the repository `localhost` with the tag `5000`.
* A host with "_" and without a port, `my_registry.local/app`, passes, as it does in distribution.
* 64 hexadecimal digits alone are the ID of an image, not a reference.
* The digest algorithms are those that the OCI image specification and go-digest register. Others are refused.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.text.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

DOCKER_HUB = "docker.io"
OFFICIAL = "library"
DEFAULT_TAG = "latest"
"""The tag of a reference that has neither a tag nor a digest."""
SOME_IMAGE = "/image"
"""Stands for the images of a registry or path whose names are not known."""
DOCKER_HUB_ALIASES = ("index", "registry-1")
"""The first labels of other names of Docker Hub, such as `index.docker.io`."""
_DOCKER_HUB_NAMES = ("", DOCKER_HUB, *(f"{alias}.{DOCKER_HUB}" for alias in DOCKER_HUB_ALIASES))
_PATH_LIMIT = 255
_TAG_LIMIT = 128
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128, "blake3": 64}

_NAME = r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = rf"(?:{_NAME}(?:\.{_NAME})*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?|{_COMPONENT}"
_TAG = rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{_TAG_LIMIT - 1}}}"
_DIGEST = "|".join(rf"{algorithm}:[a-f0-9]{{{count}}}" for algorithm, count in _DIGITS.items())

_REFERENCE_PATTERN = regex(
    r"(?![a-f0-9]{64}\Z)"
    rf"(?:(?=localhost/|[^/.:A-Z]*[.:A-Z])({_HOST})/)?({_COMPONENT}(?:/{_COMPONENT})*)(?::({_TAG}))?(?:@({_DIGEST}))?"
)
RE2 = rf"^(?:(?:{_HOST})/)?{_COMPONENT}(?:/{_COMPONENT})*(?::{_TAG})?(?:@(?:{_DIGEST}))?$"
"""The grammar for engines whose regular expressions have no look-ahead; beside references it matches IDs of images."""
IMAGE_ID = "^[a-f0-9]{64}$"

_HOST_PATTERN = regex(_HOST)
_COMPONENT_PATTERN = regex(_COMPONENT)
_TAG_PATTERN = regex(_TAG)
_DIGEST_PATTERN = regex(_DIGEST)

_REASONS = {
    _HOST_PATTERN: "a registry host is letters, digits, '.' and inner '-', then ':' and a port number if it has one",
    _COMPONENT_PATTERN: "a repository path is lower-case letters and digits, joined by '/', '.', '_', '__' or '-'",
    _TAG_PATTERN: f"a tag is at most {_TAG_LIMIT} letters, digits, '_', '.' and '-'; its first is not '.' or '-'",
    _DIGEST_PATTERN: "a digest is one of "
    + ", ".join(f"{name}:<{count} digits 0-9a-f>" for name, count in _DIGITS.items()),
}


class InvalidReferenceError(ValueError):
    """A text that is not an image reference, or not the prefix of one.

    Attributes:
        reason: what is wrong, in plain words, without a full stop.
        position: index into the text of the first character that is wrong; the text's length if something is missing.
    """

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class Reference(NamedTuple):
    """An image reference, as it was written.

    Attributes:
        host: the registry's host and port; empty if none was written.
        path: the repository path.
        tag: without the ":"; empty if there is none.
        digest: without the "@"; empty if there is none.
    """

    host: str
    path: str
    tag: str
    digest: str

    @property
    def version(self) -> str:
        """What is pulled: the digest, or else the tag, or else `latest`."""
        return self.digest or self.tag or DEFAULT_TAG

    @property
    def components(self) -> tuple[str, ...]:
        """The normalised host and path components: `nginx` has `("docker.io", "library", "nginx")`."""
        path = self.path.split("/")
        if self.host not in _DOCKER_HUB_NAMES:
            return (self.host, *path)
        return (DOCKER_HUB, *path) if len(path) > 1 else (DOCKER_HUB, OFFICIAL, *path)

    @property
    def repository(self) -> str:
        """The normalised host and path, without tag and digest: `nginx:1` has `docker.io/library/nginx`."""
        return "/".join(self.components)

    @property
    def familiar_path(self) -> tuple[str, ...]:
        """The path components as people write them: an official image of Docker Hub goes without `library`."""
        components = self.components
        return components[2:] if components[:-1] == (DOCKER_HUB, OFFICIAL) else components[1:]

    @property
    def suffix(self) -> str:
        """What follows the path: `:tag`, `@digest`, both or nothing."""
        return (self.tag and f":{self.tag}") + (self.digest and f"@{self.digest}")

    def __str__(self) -> str:
        """Return exactly the text that was parsed."""
        return (self.host and f"{self.host}/") + self.path + self.suffix


@lru_cache(maxsize=4096)  # every reference is looked at several times, by what finds it and by what moves it
def parse(text: str) -> Reference:
    """Read an image reference.

    Raises:
        InvalidReferenceError: the text is not a reference by the grammar above. White space is never part of one.
    """
    match = _REFERENCE_PATTERN.fullmatch(text)
    if match is None:
        raise _fault(text)
    reference = Reference(*match.groups(""))
    excess = len("/".join(reference.components[1:])) - _PATH_LIMIT
    if excess > 0:
        position = len(text) - len(reference.suffix) - excess
        raise InvalidReferenceError(f"a repository path has at most {_PATH_LIMIT} characters", position)
    return reference


def parse_prefix(text: str) -> tuple[str, ...]:
    """Read a prefix, as settings name it: a host or a repository, with everything below.

    A prefix is written like a reference without tag and digest, with three differences, for what people mean by it:

    * A bare host is the host, not an official image: `quay.io`, `registry.example.com:8083`, `docker.io`.
    * A slash at the end makes a single name a namespace of Docker Hub: `bitnami/` covers `bitnami/redis`, whereas
      `nginx` is the official image `docker.io/library/nginx`. Elsewhere it changes nothing.
    * A single name below Docker Hub's own host is taken both ways (see `prefixes`): `docker.io/bitnami` covers
      `bitnami/redis`, and `docker.io/nginx` covers `nginx`.

    Returns:
        The normalised host, then the path components if there are any.

    Raises:
        InvalidReferenceError: the text is no such prefix.
    """
    bare = text.removesuffix("/")
    first, slash, rest = bare.partition("/")
    host, path = (first, rest) if is_host(first) else ("", bare)
    parts = [(_HOST_PATTERN, host)] if host else []
    if path or slash or not host:
        parts += [(_COMPONENT_PATTERN, component) for component in path.split("/")]
    fault = _first_fault(parts)
    if fault is not None:
        raise fault
    if not host and "/" not in text:
        return (DOCKER_HUB, OFFICIAL, path)
    components = path.split("/") if path else []
    return (DOCKER_HUB if host in _DOCKER_HUB_NAMES else host, *components)


def prefixes(components: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Take a repository apart at each boundary of its components, longest prefix first.

    An official image of Docker Hub has one prefix more: `docker.io/nginx`, the short way to write it with its host.

    Args:
        components: what `Reference.components` or `parse_prefix` returned.

    Yields:
        A prefix that the repository lies at or below, and the components below it.
    """
    for size in range(len(components), 0, -1):
        yield components[:size], components[size:]
        if size == 3 and components[:-1] == (DOCKER_HUB, OFFICIAL):  # noqa: PLR2004  # docker.io, library and the name
            yield (DOCKER_HUB, components[2]), ()


def is_host(component: str) -> bool:
    """Tell whether the first of several components is a host (distribution's normalize.go, splitDockerDomain)."""
    return "." in component or ":" in component or component == "localhost" or component != component.lower()


def _fault(text: str) -> InvalidReferenceError:
    """Find what is wrong with a text that the pattern refused."""
    if not text:
        return InvalidReferenceError("it is empty", 0)
    name, at, digest = text.partition("@")
    first, slash, rest = name.partition("/")
    host, path = (first, rest) if slash and is_host(first) else ("", name)
    path, colon, tag = path.partition(":")
    parts = [(_HOST_PATTERN, host)] if host else []
    parts += [(_COMPONENT_PATTERN, component) for component in path.split("/")]
    parts += [(_TAG_PATTERN, tag)] if colon else []
    parts += [(_DIGEST_PATTERN, digest)] if at else []
    return _first_fault(parts) or InvalidReferenceError("64 hexadecimal digits are the ID of an image", 0)


def _first_fault(parts: list[tuple[re.Pattern[str], str]]) -> InvalidReferenceError | None:
    """Find the first part that does not match its pattern; one character stands between two parts."""
    position = 0
    for pattern, part in parts:
        if not pattern.fullmatch(part):
            match = pattern.match(part)
            return InvalidReferenceError(_REASONS[pattern], position + (match.end() if match else 0))
        position += len(part) + 1
    return None
