"""The relocation for engines other than acreg: one module for each, from settings to what the engine reads.

Some know the names of images alone and are told those of manifests; policies know rules, and are for whole clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.exports.admission import admission
from postrenderer.exports.flux import flux
from postrenderer.exports.kustomize import kustomize
from postrenderer.exports.kyverno import kyverno
from postrenderer.exports.kyverno_cel import kyverno_cel

if TYPE_CHECKING:
    from postrenderer.exports.admission import Scope
    from postrenderer.exports.document import Export
    from postrenderer.exports.flux import HelmRelease
    from postrenderer.exports.inventory import Inventory
    from postrenderer.settings import Settings

OF_MANIFESTS = ("flux", "kustomize")
OF_POLICIES = ("kyverno", "kyverno-cel", "admission")
KINDS = (*OF_MANIFESTS, *OF_POLICIES)


def of_manifests(kind: str, settings: Settings, inventory: Inventory, release: HelmRelease | None = None) -> Export:
    """Return what an engine is to do about some manifests.

    Args:
        kind: one of OF_MANIFESTS.
        settings: what the relocation is.
        inventory: what the manifests hold.
        release: the HelmRelease that it is for, for `flux`.
    """
    return flux(settings, inventory, release) if kind == "flux" else kustomize(settings, inventory)


def policies(kind: str, settings: Settings, scope: Scope, version: str) -> Export:
    """Return the policies of a kind.

    Args:
        kind: one of OF_POLICIES.
        settings: what the relocation is.
        scope: where they apply.
        version: the version of MutatingAdmissionPolicy, for `admission`.
    """
    if kind == "admission":
        return admission(settings, scope, version)
    return (kyverno_cel if kind == "kyverno-cel" else kyverno)(settings, scope)
