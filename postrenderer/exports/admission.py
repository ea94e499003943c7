"""The admission policies that the API server itself evaluates: no webhook, no controller.

Formats: MutatingAdmissionPolicy (admissionregistration.k8s.io/v1 since Kubernetes 1.36, v1beta1 in 1.34 and 1.35) and
ValidatingAdmissionPolicy (v1 since 1.30), each with its binding, as the Kubernetes API reference has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.exports import cel
from postrenderer.exports.document import Document, Export
from postrenderer.exports.prefixes import table

if TYPE_CHECKING:
    from postrenderer.settings import Settings

GROUP = "admissionregistration.k8s.io"
NAME = "acreg-private-images"
_MIRROR = "kubernetes.io/config.mirror"
"""The annotation of a mirror pod, which shows a static pod of a node's own files: nothing can be changed through it."""
PODS_ALONE = (
    "images in variables, arguments, ConfigMaps and custom resources stay, as policies look at pods alone; those of the"
    " pods that operators make of them are moved."
)
IGNORE = "`ignore` does not apply: policies move the images of every pod."


class Scope(NamedTuple):
    """Where policies apply.

    Attributes:
        excepted: namespaces that they pass over.
        labels: what other namespaces must be labelled with, key and value; empty for all.
    """

    excepted: tuple[str, ...] = ("kube-system",)
    labels: tuple[tuple[str, str], ...] = ()

    def selector(self) -> dict[str, Any]:
        """Return the scope as a selector of namespaces; each has its name as a label since Kubernetes 1.21."""
        selector: dict[str, Any] = {"matchLabels": dict(self.labels)} if self.labels else {}
        if self.excepted:
            name = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": list(self.excepted)}
            selector["matchExpressions"] = [name]
        return selector


def admission(settings: Settings, scope: Scope, version: str = "v1") -> Export:
    """Return the policies that move the images of pods and refuse those that cannot be moved.

    Args:
        settings: what the relocation is.
        scope: where they apply.
        version: the version of MutatingAdmissionPolicy in the cluster, `v1` or `v1beta1`.
    """
    validating = {
        **_common(),
        "variables": [*cel.variables(table(settings)), {"name": "refused", "expression": cel.refused()}],
        "validations": [_validation(settings)],
    }
    since = "1.36 or newer" if version == "v1" else "1.34 or 1.35, where this version must be enabled"
    about_mutating = (
        f"Kubernetes {since}: `kubectl apply -f` it.",
        "The API server points the images of pods at the private registry: containers, init and ephemeral containers,",
        "and image volumes. Pods alone are changed, not what they are made from, which stays as Git or Helm has it.",
        "A running pod keeps the images that it has.",
    )
    refuses = (
        "Refuses pods with images from elsewhere, but for those under `keep`."
        if settings.others != "keep"
        else "Refuses pods with images under `rules` and `sources` only: `others` is `keep`, so all else may come in."
    )
    preview = "To see first what it would refuse, set in its binding `validationActions: [Warn, Audit]`."
    return Export(
        (
            _object("MutatingAdmissionPolicy", version, mutating_spec(settings), about_mutating),
            _binding("MutatingAdmissionPolicyBinding", version, scope),
            _object("ValidatingAdmissionPolicy", "v1", validating, (refuses, preview)),
            _binding("ValidatingAdmissionPolicyBinding", "v1", scope, validationActions=["Deny"]),
        ),
        (PODS_ALONE, *([IGNORE] if settings.ignore else [])),
    )


def mutating_spec(settings: Settings) -> dict[str, Any]:
    """Return the specification of a policy that moves the images of pods and adds the pull secrets."""
    known = table(settings)
    mutations = [cel.moves()]
    if settings.pull_secrets:
        mutations.append(cel.pull_secrets(known, settings.pull_secrets))
    return {
        **_common(),
        "reinvocationPolicy": "IfNeeded",
        "variables": cel.variables(known),
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": text}} for text in mutations],
    }


def _common() -> dict[str, Any]:
    return {"failurePolicy": "Fail", "matchConstraints": _pods(), "matchConditions": [_no_mirror()]}


def _pods() -> dict[str, Any]:
    return {
        "resourceRules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["pods", "pods/ephemeralcontainers"],
            }
        ]
    }


def _no_mirror() -> dict[str, str]:
    expression = f"!('{_MIRROR}' in object.metadata.?annotations.orValue({{}}))"
    return {"name": "is-no-static-pod", "expression": expression}


def _validation(settings: Settings) -> dict[str, str]:
    beginning = cel.quote(f"these images do not come from {settings.prefix}: ")
    return {
        "expression": "size(variables.refused) == 0",
        "messageExpression": f"{beginning} + variables.refused.join(', ')",
        "reason": "Forbidden",
    }


def _object(kind: str, version: str, spec: dict[str, Any], about: tuple[str, ...] = ()) -> Document:
    content = {"apiVersion": f"{GROUP}/{version}", "kind": kind, "metadata": {"name": NAME}, "spec": spec}
    return Document(about, content)


def _binding(kind: str, version: str, scope: Scope, **more: list[str]) -> Document:
    spec: dict[str, Any] = {"policyName": NAME, **more}
    if scope.selector():
        spec["matchResources"] = {"namespaceSelector": scope.selector()}
    return _object(kind, version, spec)
