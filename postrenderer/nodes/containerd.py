"""containerd: `certs.d/<host>/hosts.toml` (github.com/containerd/containerd, docs/hosts.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.nodes.model import NodeFile
from postrenderer.nodes.toml import Table

if TYPE_CHECKING:
    from postrenderer.nodes.model import Mirror, Target

FOLDER = "/etc/containerd/certs.d"
_SERVERS = {"docker.io": "https://registry-1.docker.io"}


def files(target: Target) -> list[NodeFile]:
    """Return a file for the private registry, and one for each host whose images are to come through it.

    containerd can put a path in front of an image's own, and cannot shorten that. So an image resolves through the
    private registry only where the relocation does no more either, as a rule `{from: <host>, to: <path>}` does.

    Raises:
        AcregError: pull-through is wanted, and it is possible for no host.
    """
    possible = [mirror for mirror in target.mirrors if not mirror.path]
    official = {mirror.source.partition("/")[0] for mirror in target.mirrors if mirror.path == "library"}
    possible = [mirror for mirror in possible if mirror.host not in official]
    if target.mirrors and not possible:
        host = target.mirrors[0].host
        raise AcregError(
            "containerd can put a path in front of an image's own path, and cannot replace a part of it, as the"
            f" settings do with {target.mirrors[0].source}. Move the whole host instead, with"
            f" `rules: [{{from: {host}, to: PATH}}]` in acreg.yaml, and mirror the images again; or do without"
            " --pull-through, as the post-renderer does."
        )
    return [_own(target), *(_mirror(mirror, target) for mirror in possible)]


def _own(target: Target) -> NodeFile:
    keys: dict[str, object] = {"capabilities": ["pull", "resolve"]}
    if target.ca_file:
        keys["ca"] = target.ca_file
    tables = [Table("", {"server": target.url}), Table(f'host."{target.url}"', keys)]
    return NodeFile(f"{FOLDER}/{target.registry}/hosts.toml", _about(target.registry, target), "toml", tables)


def _mirror(mirror: Mirror, target: Target) -> NodeFile:
    url = f"{target.url}/v2/{mirror.target}".rstrip("/")
    keys: dict[str, object] = {"capabilities": ["pull", "resolve"], "override_path": True}
    if target.ca_file:
        keys["ca"] = target.ca_file
    server = _SERVERS.get(mirror.host, f"https://{mirror.host}")
    tables = [Table("", {"server": server}), Table(f'host."{url}"', keys)]
    return NodeFile(f"{FOLDER}/{mirror.host}/hosts.toml", _about(mirror.host, target), "toml", tables)


def _about(host: str, target: Target) -> tuple[str, ...]:
    lines = [
        f"{FOLDER}/{host}/hosts.toml, on every node.",
        "containerd reads it at every pull, without a restart, if",
        f'config_path = "{FOLDER}" stands in /etc/containerd/config.toml, in the table',
        '[plugins."io.containerd.grpc.v1.cri".registry], or [plugins."io.containerd.cri.v1.images".registry] of',
        "containerd 2. If you add that: `systemctl restart containerd`. The password comes with the pull secret.",
    ]
    if target.ca_file:
        lines.append(f"Copy the authority's certificate to {target.ca_file} on every node, too.")
    return tuple(lines)
