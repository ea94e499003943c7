"""The settings as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from postrenderer.images.pins import Pins
    from postrenderer.images.relocation import Rule
    from postrenderer.pullsecrets.accounts import Account
    from postrenderer.sites.declared import Ignore, Location


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
        keep_host: whether one that is rewritten keeps its host in its path.
        strict: whether an image that stays outside the private registry is an error.
        strict_secrets: whether a private image without a known place for its pull secret is an error.
        report: the file that the report is written to; empty for none.
        service_accounts: whether ServiceAccounts get the pull secrets too.
        confidence: the least evidence that lets a reference be changed: `certain` or `strong`.
        secrets: whether references inside the base64 data of Secrets are changed.
        locations: places where images live, and fields for pull secrets, beside those that are known.
        ignore: texts that only look like images.
        before: other post-renderers that run first, each as a program and its arguments.
        after: other post-renderers that get what acreg made.
        lock: the file with the digests that references are pinned to; empty for none.
        pins: the digests in that file, once it was read.
        accounts: ServiceAccounts of the cluster, where `helm acreg` asked it.
    """

    registry: str
    repository_path: str = ""
    pull_secrets: tuple[str, ...] = ("containerregistry",)
    sources: tuple[str, ...] = ("europe-west1-docker.pkg.dev/appcircle/docker-registry",)
    rules: tuple[Rule, ...] = ()
    keep: tuple[str, ...] = ()
    others: str = "rewrite"
    keep_host: bool = False
    strict: bool = False
    strict_secrets: bool = False
    report: str = ""
    service_accounts: bool = False
    confidence: str = "strong"
    secrets: bool = True
    locations: tuple[Location, ...] = ()
    ignore: tuple[Ignore, ...] = ()
    before: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()
    lock: str = ""
    pins: Pins | None = None
    accounts: tuple[Account, ...] = ()

    @property
    def prefix(self) -> str:
        """The private registry path, `registry[/repository_path]`."""
        return f"{self.registry}/{self.repository_path}" if self.repository_path else self.registry
