"""The inventory of a stream of manifests: the references that move, and the workloads that need pull secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.plan.decide import LEFT, MOVED
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from postrenderer.plan.decide import Finding
    from postrenderer.plan.pieces import DocumentFindings

_CONTAINER = re.compile(r"(.*/)(?:containers|initContainers)/[0-9]+/image")
_POD_SPECS = {
    "Pod": "/spec/",
    "CronJob": "/spec/jobTemplate/spec/template/spec/",
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"), "/spec/template/spec/"
    ),
}
"""Where the pod specs of Kubernetes' own kinds are."""


class InventoryEntry(NamedTuple):
    """A reference, or an object that needs pull secrets where `source` is empty.

    Attributes:
        source: the reference, as it is.
        target: what it becomes.
        pointer: JSON pointer (RFC 6901) of the place in the document.
        api_version: of the document.
        kind: of the document.
        name: of the document.
        hook: whether the document is a chart hook.
        left: why acreg itself leaves the reference where it is; empty if it moves.
    """

    source: str
    target: str
    pointer: str
    api_version: str
    kind: str
    name: str
    hook: bool
    left: str = ""

    @property
    def is_container(self) -> bool:
        """Whether it is the image of a container or an init container, wherever the pod spec is."""
        return _CONTAINER.fullmatch(self.pointer) is not None

    def __str__(self) -> str:
        """Say what it is and where."""
        return f"{self.source or 'pull secrets'} at {self.pointer or '/'} of {self.kind} {self.name}"


class Workload(NamedTuple):
    """An object of a kind of Kubernetes' own that makes pods."""

    api_version: str
    kind: str
    name: str


class Inventory(NamedTuple):
    """What an export of manifests lists.

    Attributes:
        images: the references that move.
        registries: parts of references that move, to which other fields add the rest.
        needing: workloads with an image on the private registry.
        others: workloads without one.
        secrets: other places that need pull secrets.
        public: references that acreg leaves outside the private registry, though the settings do not keep them there.
    """

    images: tuple[InventoryEntry, ...]
    registries: tuple[InventoryEntry, ...]
    needing: tuple[Workload, ...]
    others: tuple[Workload, ...]
    secrets: tuple[InventoryEntry, ...]
    public: tuple[InventoryEntry, ...]


def pod_spec(kind: str) -> tuple[str, ...]:
    """Return the keys that lead to the pod spec of a kind of Kubernetes' own."""
    return tuple(filter(None, _POD_SPECS[kind].split("/")))


def take(documents: Iterable[DocumentFindings], hooks: Collection[int]) -> Inventory:
    """Take the inventory of a stream.

    Args:
        documents: what was found in each.
        hooks: the positions of those that are chart hooks.
    """
    images: list[InventoryEntry] = []
    registries: list[InventoryEntry] = []
    secrets: list[InventoryEntry] = []
    public: list[InventoryEntry] = []
    workloads: dict[Workload, bool] = {}
    for document in documents:
        identity = document.identity
        names = (identity.api_version, identity.kind, identity.name, identity.position in hooks)
        images += _moved(document.images, names)
        registries += _moved(document.prefixes, names)
        public += [
            InventoryEntry(one.source, "", pointer(one.site.path), *names, one.reason)
            for one in document.findings
            if one.kind == LEFT and not one.kept
        ]
        inside = _POD_SPECS.get(identity.kind, "no such place")
        own = [image for image in document.images if pointer(image.site.path).startswith(inside)]
        if own:
            workloads[Workload(*names[:3])] = any(image.is_private for image in own)
        secrets += [
            InventoryEntry("", "", pointer(path), *names)
            for addition in document.additions
            for path in addition.paths
            if f"{pointer(path)}/" != inside
        ]
    needing = tuple(workload for workload, needs in workloads.items() if needs)
    others = tuple(workload for workload, needs in workloads.items() if not needs)
    return Inventory(tuple(images), tuple(registries), needing, others, tuple(secrets), tuple(public))


def _moved(findings: Iterable[Finding], names: tuple[str, str, str, bool]) -> Iterable[InventoryEntry]:
    return [
        InventoryEntry(one.source, one.target, pointer(one.site.path), *names) for one in findings if one.kind == MOVED
    ]
