"""Flux: the post-renderer of a HelmRelease, which is kustomize in the helm-controller.

Format: `spec.postRenderers` of HelmRelease (helm.toolkit.fluxcd.io/v2), https://fluxcd.io/flux/components/helm/api/v2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.exports import kustomize
from postrenderer.exports.document import Export, ExportDocument

if TYPE_CHECKING:
    from postrenderer.exports.inventory import Inventory
    from postrenderer.settings import Settings

_PART = "The post-renderer of a HelmRelease (helm.toolkit.fluxcd.io/v2): put `postRenderers` under its `spec`, in Git."
_PATCH = "A patch that gives a HelmRelease its post-renderer: name it under `patches` of the kustomization in Git."
_UNTIL = "It lists the images of one version of the chart: regenerate it when that changes."


class HelmRelease(NamedTuple):
    """The HelmRelease that a post-renderer is for: its own name and namespace; the namespace may be empty."""

    namespace: str
    name: str


def flux(settings: Settings, inventory: Inventory, release: HelmRelease | None = None) -> Export:
    """Return the post-renderer for the images of a chart.

    Args:
        settings: what the relocation is.
        inventory: what the chart holds.
        release: makes it a patch for this HelmRelease; else it is the part of one.
    """
    content: dict[str, Any] = {"spec": {"postRenderers": [{"kustomize": kustomize.transformers(settings, inventory)}]}}
    if release:
        metadata = {"name": release.name, "namespace": release.namespace}
        content = {
            "apiVersion": "helm.toolkit.fluxcd.io/v2",
            "kind": "HelmRelease",
            "metadata": {key: value for key, value in metadata.items() if value},
            **content,
        }
    hooks = [
        f"{place}: in a chart hook, which a helm-controller that is built on Helm 3 does not post-render."
        for place in inventory.images
        if place.hook
    ]
    about = (_PATCH if release else _PART, _UNTIL)
    return Export((ExportDocument(about, content),), (*kustomize.left(settings, inventory), *dict.fromkeys(hooks)))
