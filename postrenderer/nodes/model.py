"""The private registry as nodes see it, and the files that tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.images.reference import DOCKER_HUB, OFFICIAL, is_host

if TYPE_CHECKING:
    from postrenderer.registry.credentials import Login
    from postrenderer.settings import Settings


class NodeMirror(NamedTuple):
    """A mirror: the images below `source` are found below `target`, with the rest of their paths unchanged.

    Attributes:
        source: as the original references have it: a host, or a host and a path.
        target: the path on the private registry; empty for all of it.
    """

    source: str
    target: str

    @property
    def host(self) -> str:
        """The host of the original references."""
        return self.source.partition("/")[0]

    @property
    def path(self) -> str:
        """The path of the original references; empty if the whole host is meant."""
        return self.source.partition("/")[2]


class Target(NamedTuple):
    """The private registry.

    Attributes:
        registry: `host[:port]`.
        insecure: whether it speaks HTTP.
        ca_file: the certificate of its authority, as a path on the node; empty for the system's authorities.
        certificate: the same as a text.
        login: what nodes log in with; None if pods bring pull secrets, or nobody must log in.
        mirrors: prefixes whose original references are to resolve through it.
    """

    registry: str
    insecure: bool = False
    ca_file: str = ""
    certificate: str = ""
    login: Login | None = None
    mirrors: tuple[NodeMirror, ...] = ()

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{'http' if self.insecure else 'https'}://{self.registry}"


class NodeFile(NamedTuple):
    """A file, or an object of the cluster.

    Attributes:
        path: where it goes; for objects of a cluster, a name.
        about: what to do with it, a line each; they become comments where the form has some.
        form: `yaml`, `toml` or `json`.
        content: the mapping, or for `toml` the list of tables.
    """

    path: str
    about: tuple[str, ...]
    form: str
    content: Any


def mirrors(settings: Settings) -> tuple[NodeMirror, ...]:
    """Return the mirrors for the sources and rules of the settings whose images go to the private registry.

    Images of other registries, of which only the host is replaced, are not among them, as nobody can list these
    registries. The official images of Docker Hub go without `library` if they do so in the relocation.
    """
    base = settings.repository_path
    found: dict[str, NodeMirror] = {}
    for rule in settings.rules:
        host, _, path = rule.target.partition("/")
        if not is_host(host):
            path = "/".join(filter(None, (base, rule.target)))
        elif host != settings.registry:
            continue
        found[rule.source] = NodeMirror(rule.source, path)
    for source in settings.sources:
        if source in found:
            continue
        found[source] = NodeMirror(source, base)
        if source == DOCKER_HUB:
            official = f"{DOCKER_HUB}/{OFFICIAL}"
            found.setdefault(official, NodeMirror(official, base))
    return tuple(found.values())
