"""What a text must be to serve as a setting.

Each check takes the text as it was given and returns it in its normal form. It raises a `ValueError` whose message
continues a sentence that begins with the setting's name: what is wrong, and what to write instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable

from postrenderer.images import reference

if TYPE_CHECKING:
    from collections.abc import Iterable

Check = Callable[[str], str]

# Kubernetes' rule for the name of a Secret: an RFC 1123 subdomain (apimachinery, validation.IsDNS1123Subdomain).
_LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(?:\.{_LABEL})*"
_SUBDOMAIN_LENGTH = 253

_PORTS = range(1, 65536)
_SWITCH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def one_of(*choices: str) -> Check:
    """Return a check that accepts these words alone."""

    def check(text: str) -> str:
        if text in choices:
            return text
        raise ValueError(f"must be {', '.join(choices[:-1])} or {choices[-1]}, not `{text}`{nearest(text, choices)}")

    return check


def switch(text: str) -> bool:
    """Read true or false as an environment variable spells it."""
    try:
        return _SWITCH[text.lower()]
    except KeyError:
        raise ValueError(f"must be true or false (or yes, no, on, off, 1, 0), not `{text}`") from None


def nearest(text: str, names: Iterable[str]) -> str:
    """Return the question whether the name that looks most like `text` was meant; empty if none does."""
    import difflib  # noqa: PLC0415  # needed for an error only

    found = difflib.get_close_matches(text, list(names), n=1)
    return f": did you mean `{found[0]}`?" if found else ""


def registry(text: str) -> str:
    """A host with an optional port, such as `registry.example.com:8083` or `[::1]:5000`."""
    authority, _, path = text.partition("://")[2].partition("/") if "://" in text else text.partition("/")
    host = authority.rpartition("@")[2].lower()
    if not host:
        raise ValueError("is empty: write a host with an optional port, such as `registry.example.com:8083`")
    if host != text:
        rest = f", and `{path.strip('/')}` as the repository path" if path.strip("/") else ""
        raise ValueError(
            f"must be a host in lower case, with or without a port, and nothing else: write `{host}`{rest}"
        )
    port = re.search(r":([^\]:]*)$", host)
    if port and not (re.fullmatch("[0-9]{1,5}", port[1]) and int(port[1]) in _PORTS):
        raise ValueError(f"must have a port from {_PORTS[0]} to {_PORTS[-1]}, not `{port[1]}`")
    if not reference.is_host(host):
        raise ValueError(
            f"would be taken for a path on Docker Hub, as `{host}` has neither a dot nor a port: write the full name,"
            f" or add the port, such as `{host}:443`"
        )
    return _components(host)


def repository_path(text: str) -> str:
    """The path between the registry and the image's own name, such as `appcircle` or `team/mirror`; empty for none."""
    bare = text.strip("/").lower()
    if bare != text:
        raise ValueError(f"must be in lower case, without a slash at its ends: write `{bare}`")
    return text and _components(text, host="localhost/").partition("/")[2]


def prefix(text: str) -> str:
    """A registry host, or a reference without tag and digest, in normal form: `nginx` is `docker.io/library/nginx`."""
    scheme, separator, rest = text.partition("://")
    if separator:
        raise ValueError(f"must not begin with `{scheme}://`: write `{rest}`")
    name, colon, _ = text.partition(":")
    if colon and "/" not in text and not reference.is_host(name) and not name.startswith("["):
        raise ValueError(f"must have no tag: write `{name}`, or, if a registry with a port is meant, `{text}/`")
    return _components(text)


def target(text: str) -> str:
    """Where a rule moves images to: a prefix that begins with a host, or a path below the private registry path."""
    if reference.is_host(text.partition("/")[0]):
        return prefix(text)
    if not text:
        raise ValueError("is empty: to keep the path and change the registry alone, list the prefix under `sources`")
    return repository_path(text)


def path(text: str) -> str:
    """A JSON pointer (RFC 6901) whose steps are patterns, such as `/spec/*/image`."""
    if text.startswith("/") and len(text) > 1:
        return text
    raise ValueError(f"must be a path from the object's root, such as `/spec/*/image`, not `{text}`")


def pattern(text: str) -> str:
    """A name, or a pattern with `*` for any text."""
    if text:
        return text
    raise ValueError("is empty: write a name or a pattern such as `*`, or remove the key")


def secret_name(text: str) -> str:
    """The name of a Secret: an RFC 1123 subdomain."""
    if len(text) <= _SUBDOMAIN_LENGTH and re.fullmatch(_SUBDOMAIN, text):
        return text
    raise ValueError(
        f"must be the name of a Secret, not `{text}`: lower-case letters, digits, `-` and `.`, with a letter or digit"
        f" at each end and beside each dot, at most {_SUBDOMAIN_LENGTH} characters"
    )


def file_name(text: str) -> str:
    """The name of a file; empty for none."""
    if "\0" in text:
        raise ValueError("must be the name of a file: it holds a null character")
    return text


def argument(text: str) -> str:
    """A program or an argument of it."""
    if "\0" in text:
        raise ValueError("must be an argument of a program: it holds a null character")
    return text


def _components(text: str, host: str = "") -> str:
    try:
        return "/".join(reference.parse_prefix(host + text))
    except reference.InvalidReferenceError as error:
        raise ValueError(f"cannot be `{text}`: {error.reason}") from None
