"""Docker: a part of `daemon.json` (docs.docker.com, dockerd)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.images.reference import DOCKER_HUB
from postrenderer.nodes.model import NodeFile

if TYPE_CHECKING:
    from postrenderer.nodes.model import Target


def files(target: Target) -> list[NodeFile]:
    """Return the part of daemon.json.

    Raises:
        AcregError: pull-through is wanted, which Docker has for Docker Hub alone, and with no path.
    """
    about = ["/etc/docker/daemon.json, on every node. Then: `systemctl restart docker`, which restarts containers."]
    content: dict[str, object] = {}
    if target.insecure:
        content["insecure-registries"] = [target.registry]
    if target.ca_file:
        about.append(
            f"Copy the authority's certificate to /etc/docker/certs.d/{target.registry}/ca.crt on every node; that"
            " needs no restart."
        )
    if target.mirrors:
        if not any(mirror.source == DOCKER_HUB and not mirror.target for mirror in target.mirrors):
            raise AcregError(
                "Docker can pull through another registry for Docker Hub alone, and only if the images lie there with"
                " no path in front of theirs, which the settings do not say. Do without --pull-through, as the"
                " post-renderer does."
            )
        content["registry-mirrors"] = [target.url]
    if not content:
        about.append("Docker needs nothing more: it speaks HTTPS to every registry.")
    return [NodeFile("/etc/docker/daemon.json", tuple(about), "json", content)]
