"""CRI-O and Podman: a drop-in for `registries.conf` (containers-registries.conf.d(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.nodes.model import NodeFile
from postrenderer.nodes.toml import TomlTable

if TYPE_CHECKING:
    from postrenderer.nodes.model import Target

_PATH = "/etc/containers/registries.conf.d/50-private-registry.conf"


def files(target: Target) -> list[NodeFile]:
    """Return the drop-in."""
    about = [f"{_PATH}, on every node. Then: `systemctl reload crio`."]
    about.append("The password comes with the pull secret.")
    if target.ca_file:
        about.append(
            f"Copy the authority's certificate to /etc/containers/certs.d/{target.registry}/ca.crt on every node, too."
        )
    insecure: dict[str, object] = {"insecure": True} if target.insecure else {}
    tables = [_registry(target.registry, insecure)]
    for mirror in target.mirrors:
        location = f"{target.registry}/{mirror.target}".rstrip("/")
        child = TomlTable("registry.mirror", {"location": location, **insecure}, identity="location")
        tables.append(_registry(mirror.source, {}, child))
    return [NodeFile(_PATH, tuple(about), "toml", tables)]


def _registry(prefix: str, more: dict[str, object], *children: TomlTable) -> TomlTable:
    return TomlTable("registry", {"prefix": prefix, "location": prefix, **more}, "prefix", children)
