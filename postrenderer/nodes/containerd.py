"""containerd: `certs.d/<host>/hosts.toml` (github.com/containerd/containerd, docs/hosts.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.nodes.model import NodeFile
from postrenderer.nodes.toml import TomlTable

if TYPE_CHECKING:
    from postrenderer.nodes.model import NodeMirror, Target

FOLDER = "/etc/containerd/certs.d"
_SERVERS = {"docker.io": "https://registry-1.docker.io"}


def files(target: Target) -> list[NodeFile]:
    """Return a file for the private registry, and one for each host whose images are to come through it.

    Raises:
        AcregError: pull-through is wanted, and it is possible for no host.
    """
    hosts: dict[str, dict[str, None]] = {}
    for mirror in sorted(target.mirrors, key=lambda mirror: -len(mirror.path)):  # containerd asks in the file's order
        front = in_front(mirror)
        if front is not None:
            hosts.setdefault(mirror.host, {})[front] = None
    if target.mirrors and not hosts:
        source, path = target.mirrors[0].source, target.mirrors[0].path
        raise AcregError(
            "containerd can put a path in front of an image's own path, and cannot replace a part of it, as the"
            f" settings do with {source}. Keep that part, with `rules: [{{from: {source}, to: {path}}}]` in acreg.yaml,"
            " and mirror the images again; or do without --pull-through, as the post-renderer does."
        )
    return [_own(target), *(_mirror(host, list(fronts), target) for host, fronts in hosts.items())]


def in_front(mirror: NodeMirror) -> str | None:
    """Return the path that containerd must put in front of an image's own; None if that is not enough.

    It cannot shorten the image's own path. So an image resolves through the private registry only where the relocation
    keeps the whole path, as a rule for a whole host does, or one whose `to` ends with the path of its `from`.
    """
    front = f"/{mirror.target}".removesuffix(f"/{mirror.path}" if mirror.path else "")
    return front.removeprefix("/") if f"{front}/{mirror.path}".strip("/") == mirror.target else None


def _own(target: Target) -> NodeFile:
    keys: dict[str, object] = {"capabilities": ["pull", "resolve"]}
    if target.ca_file:
        keys["ca"] = target.ca_file
    tables = [TomlTable("", {"server": target.url}), TomlTable(f'host."{target.url}"', keys)]
    return NodeFile(f"{FOLDER}/{target.registry}/hosts.toml", _about(target.registry, target), "toml", tables)


def _mirror(host: str, fronts: list[str], target: Target) -> NodeFile:
    keys: dict[str, object] = {"capabilities": ["pull", "resolve"], "override_path": True}
    if target.ca_file:
        keys["ca"] = target.ca_file
    urls = [f"{target.url}/v2/{front}".rstrip("/") for front in fronts]
    server = _SERVERS.get(host, f"https://{host}")
    tables = [TomlTable("", {"server": server}), *(TomlTable(f'host."{url}"', keys) for url in urls)]
    return NodeFile(f"{FOLDER}/{host}/hosts.toml", _about(host, target), "toml", tables)


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
