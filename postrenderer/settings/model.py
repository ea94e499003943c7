"""The settings as a value."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """What lies at or below one prefix moves to another place.

    Attributes:
        source: `from` in acreg.yaml: a registry host, or a reference without tag and digest, in normal form.
        target: `to` in acreg.yaml: the same, or a path below the private registry path.
    """

    source: str
    target: str


class Location(NamedTuple):
    """A place where images live that the user knows of.

    Attributes:
        path: JSON pointer (RFC 6901) of the place, each step a pattern with `*`.
        api_version: `apiVersion` of the objects that have it, a pattern with `*`.
        kind: their `kind`, likewise.
        form: what is there: `whole`, an image; `split`, a mapping with its parts; `text`, a text with images in it.
        parts: for `split`, pairs of a part's name (`registry`, `repository`, `name`, `tag`, `digest`) and its key.
    """

    path: str
    api_version: str = "*"
    kind: str = "*"
    form: str = "whole"
    parts: tuple[tuple[str, str], ...] = ()


class Ignore(NamedTuple):
    """What is no image whatever it looks like: where all of the patterns, with `*`, match.

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


class Settings(NamedTuple):
    """What the user asks for; every value is checked and in normal form.

    Attributes:
        registry: the private registry, `host[:port]`.
        repository_path: the path below it, without slashes at its ends; empty for none.
        pull_secrets: names of the Secrets that pods with private images get.
        sources: registry hosts or paths whose images keep the rest of their path below the private registry path.
        rules: prefixes that move elsewhere.
        keep: registry hosts, paths or repositories that are never touched.
        others: what happens to every other image: `rewrite`, `keep` or `fail`.
        strict: whether an image that stays outside the private registry is an error.
        report: the file that the report is written to; empty for none.
        service_accounts: whether ServiceAccounts get the pull secrets too.
        confidence: the least evidence that lets a reference be changed: `certain` or `strong`.
        secrets: whether references inside the base64 data of Secrets are changed.
        locations: places where images live, beside those that are known.
        ignore: what is no image, though it looks like one.
    """

    registry: str
    repository_path: str = ""
    pull_secrets: tuple[str, ...] = ("containerregistry",)
    sources: tuple[str, ...] = ("europe-west1-docker.pkg.dev/appcircle/docker-registry",)
    rules: tuple[Rule, ...] = ()
    keep: tuple[str, ...] = ()
    others: str = "rewrite"
    strict: bool = False
    report: str = ""
    service_accounts: bool = False
    confidence: str = "strong"
    secrets: bool = True
    locations: tuple[Location, ...] = ()
    ignore: tuple[Ignore, ...] = ()

    @property
    def prefix(self) -> str:
        """The private registry path, `registry[/repository_path]`."""
        return f"{self.registry}/{self.repository_path}" if self.repository_path else self.registry
