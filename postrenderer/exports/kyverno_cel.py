"""Kyverno's mutate policies in CEL, which replace those in JMESPath.

Format: MutatingPolicy (policies.kyverno.io/v1), https://kyverno.io/docs/policy-types/mutating-policy: a superset of
MutatingAdmissionPolicy without a binding, which Kyverno evaluates for Kubernetes of any version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.exports.admission import PODS_ALONE, mutating_spec, no_secret
from postrenderer.exports.document import Export, ExportDocument
from postrenderer.exports.kyverno import unheeded

if TYPE_CHECKING:
    from postrenderer.exports.admission import Scope
    from postrenderer.settings import Settings

_ABOUT = (
    "Kyverno 1.17 or newer: `kubectl apply -f` it. It points the images of pods at the private registry: containers,",
    "init and ephemeral containers, and image volumes. Only pods change, not the objects that make them, which",
    "stay as Git or Helm has them. A running pod keeps the images that it has.",
)


def kyverno_cel(settings: Settings, scope: Scope) -> Export:
    """Return the policy that moves the images of pods and adds the pull secrets."""
    spec = mutating_spec(settings, scope)
    if scope.selector():
        spec["matchConstraints"]["namespaceSelector"] = scope.selector()
    content = {
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "MutatingPolicy",
        "metadata": {"name": scope.name},
        "spec": spec,
    }
    return Export((ExportDocument(_ABOUT, content),), (PODS_ALONE, *unheeded(settings), *no_secret(settings)))
