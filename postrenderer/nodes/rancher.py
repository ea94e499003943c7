"""K3s and RKE2: `registries.yaml` (docs.k3s.io, docs.rke2.io: Private Registry Configuration)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postrenderer.images.reference import DOCKER_HUB, OFFICIAL
from postrenderer.nodes.model import NodeFile, NodeMirror

if TYPE_CHECKING:
    from collections.abc import Collection

    from postrenderer.nodes.model import Target


_DOT = r"\."
"""A dot in a regular expression; no other character of a path needs a backslash."""


def k3s(target: Target) -> list[NodeFile]:
    """Return the file of K3s."""
    restart = "Restart K3s: `systemctl restart k3s` on servers, `systemctl restart k3s-agent` on agents."
    return [_file("/etc/rancher/k3s/registries.yaml", restart, target)]


def rke2(target: Target) -> list[NodeFile]:
    """Return the file of RKE2."""
    restart = "Restart RKE2: `systemctl restart rke2-server` on servers, `systemctl restart rke2-agent` on agents."
    return [_file("/etc/rancher/rke2/registries.yaml", restart, target)]


def _file(path: str, restart: str, target: Target) -> NodeFile:
    about = [f"{path}, on every node, of mode 0600 if it has a password.", restart]
    content: dict[str, Any] = {"mirrors": {target.registry: {"endpoint": [target.url]}}}
    for mirror in target.mirrors:
        entry = content["mirrors"].setdefault(mirror.host, {"endpoint": [target.url]})
        entry.setdefault("rewrite", {}).update(_rewrite(mirror, target.mirrors))
    config: dict[str, Any] = {}
    if target.login:
        config["auth"] = {"username": target.login.username, "password": target.login.password}
    if target.ca_file:
        config["tls"] = {"ca_file": target.ca_file}
        about.append(f"Copy the authority's certificate to {target.ca_file} on every node, too.")
    if config:
        content["configs"] = {target.registry: config}
    return NodeFile(path, tuple(about), "yaml", content)


def _rewrite(mirror: NodeMirror, others: Collection[NodeMirror]) -> dict[str, str]:
    """Return regular expression and replacement for the path of an image, without host and tag.

    K3s tries them in no order, so no two may match one path: where official images of Docker Hub go where all the
    others go, without `library`, one expression is for both.
    """
    prefix = f"{mirror.target}/" if mirror.target else ""
    whole, official = NodeMirror(DOCKER_HUB, mirror.target), NodeMirror(f"{DOCKER_HUB}/{OFFICIAL}", mirror.target)
    if mirror in (whole, official) and whole in others and official in others:
        return {f"^(?:{OFFICIAL}/)?(.*)$": f"{prefix}$1"}
    if not mirror.path:
        return {"^(.*)$": f"{prefix}$1"}
    return {f"^{mirror.path.replace('.', _DOT)}/(.*)$": f"{prefix}$1"}
