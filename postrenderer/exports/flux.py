"""Flux: the post-renderer of a HelmRelease, which is kustomize in the helm-controller.

Format: `spec.postRenderers` of HelmRelease (helm.toolkit.fluxcd.io/v2), https://fluxcd.io/flux/components/helm/api/v2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.exports import kustomize
from postrenderer.exports.document import Document, Export

if TYPE_CHECKING:
    from postrenderer.exports.found import Found
    from postrenderer.settings import Settings

_ABOUT = (
    "The post-renderer of a HelmRelease (helm.toolkit.fluxcd.io/v2): put `postRenderers` under its `spec`, in Git.",
    "It knows the images of the chart's version that it was made from; make it anew when that changes.",
)


def flux(settings: Settings, found: Found) -> Export:
    """Return the post-renderer for the images of a chart, as the part of a HelmRelease."""
    content = {"spec": {"postRenderers": [{"kustomize": kustomize.transformers(settings, found)}]}}
    hooks = [
        f"{place}: in a chart hook, which a helm-controller that is built on Helm 3 does not post-render."
        for place in found.images
        if place.hook
    ]
    return Export((Document(_ABOUT, content),), (*kustomize.left(found), *dict.fromkeys(hooks)))
