"""The admission policies that the API server itself evaluates: no webhook, no controller.

Formats: MutatingAdmissionPolicy (admissionregistration.k8s.io/v1 since Kubernetes 1.36, v1beta1 in 1.34 and 1.35) and
ValidatingAdmissionPolicy (v1 since 1.30), each with its binding, as the Kubernetes API reference has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.exports import cel
from postrenderer.exports.document import Export, ExportDocument
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
_LONGEST = 100_000
"""Characters that an expression may have (cel-go's parser, ExpressionSizeCodePointLimit)."""
_BUDGET = (
    "a pod of about 50 containers with 200 variables each costs more than the API server's budget for policies, and is"
    " refused."
)
_REMEDY = "Copy them there with `acreg mirror`, and use `acreg upgrade` or the names in brackets."
IGNORE = "`ignore` does not apply: policies move the images of every pod."


class Scope(NamedTuple):
    """Where policies apply.

    Attributes:
        excepted: namespaces that they pass over: names, and patterns with `*` for any text.
        labels: what other namespaces must be labelled with, key and value; empty for all.
        name: of the policies.
    """

    excepted: tuple[str, ...] = ("kube-system",)
    labels: tuple[tuple[str, str], ...] = ()
    name: str = NAME

    def selector(self) -> dict[str, Any]:
        """Return the scope as a selector of namespaces; each has its name as a label since Kubernetes 1.21."""
        selector: dict[str, Any] = {"matchLabels": dict(self.labels)} if self.labels else {}
        names = [name for name in self.excepted if "*" not in name]
        if names:
            name = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": names}
            selector["matchExpressions"] = [name]
        return selector

    def conditions(self) -> list[dict[str, str]]:
        """Return the patterns as conditions of a policy, as selectors know names alone."""
        patterns = [name.replace("*", ".*") for name in self.excepted if "*" in name]
        expression = f"!request.namespace.matches('^({'|'.join(patterns)})$')"
        return [{"name": "is-not-excepted", "expression": expression}] if patterns else []


def admission(settings: Settings, scope: Scope, version: str = "v1") -> Export:
    """Return the policies that move the images of pods and refuse those that cannot be moved.

    Args:
        settings: what the relocation is.
        scope: where they apply.
        version: the version of MutatingAdmissionPolicy in the cluster, `v1` or `v1beta1`.
    """
    validating = {
        **_common(scope),
        "variables": [*cel.variables(table(settings)), {"name": "refused", "expression": cel.refused()}],
        "validations": [_validation(settings)],
    }
    since = "1.36 or newer" if version == "v1" else "1.34 or 1.35, where this version must be enabled"
    about_mutating = (
        f"Kubernetes {since}: `kubectl apply -f` it.",
        "The API server points the images of pods at the private registry: containers, init and ephemeral containers,",
        "and image volumes. Only pods change, not the objects that make them, which stay as Git or Helm has them.",
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
            _object("MutatingAdmissionPolicy", version, scope, mutating_spec(settings, scope), about_mutating),
            _binding("MutatingAdmissionPolicyBinding", version, scope),
            _object("ValidatingAdmissionPolicy", "v1", scope, validating, (refuses, preview)),
            _binding("ValidatingAdmissionPolicyBinding", "v1", scope, validationActions=["Deny"]),
        ),
        (PODS_ALONE, *([IGNORE] if settings.ignore else []), *no_secret(settings), _BUDGET),
    )


def no_secret(settings: Settings) -> tuple[str, ...]:
    """Return what policies leave to the user: a pull secret is made in each namespace."""
    names = ", ".join(settings.pull_secrets)
    made = f"the pull secret must exist in every namespace in scope: {names}. `acreg secret -n NAMESPACE` writes one."
    return (made,) if names else ()


def mutating_spec(settings: Settings, scope: Scope) -> dict[str, Any]:
    """Return the specification of a policy that moves the images of pods and adds the pull secrets.

    Raises:
        AcregError: there are more rules than it can hold.
    """
    known = table(settings)
    mutations = [cel.moves()]
    if settings.pull_secrets:
        mutations.append(cel.pull_secrets(known, settings.pull_secrets))
    variables = cel.variables(known)
    longest = max(len(variable["expression"]) for variable in variables)
    if longest > _LONGEST:
        raise AcregError(
            f"{len(known.entries)} entries of `rules`, `sources` and `keep` make {longest:,} characters of CEL, and"
            f" the API server takes {_LONGEST:,}, which is about 800 rules. Use fewer and shorter prefixes."
        )
    return {
        **_common(scope),
        "reinvocationPolicy": "IfNeeded",
        "variables": variables,
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": text}} for text in mutations],
    }


def _common(scope: Scope) -> dict[str, Any]:
    conditions = [_no_mirror(), *scope.conditions()]
    return {"failurePolicy": "Fail", "matchConstraints": _pods(), "matchConditions": conditions}


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
    """The message that names no image stands in where the other one cannot be made."""
    where = f"do not come from {settings.prefix}"
    return {
        "expression": "size(variables.refused) == 0",
        "messageExpression": cel.refusal(f"these images {where}: ", f". {_REMEDY}"),
        "message": f"some images of the pod {where}: `acreg verify` lists them. {_REMEDY}",
        "reason": "Forbidden",
    }


def _object(kind: str, version: str, scope: Scope, spec: dict[str, Any], about: tuple[str, ...] = ()) -> ExportDocument:
    content = {"apiVersion": f"{GROUP}/{version}", "kind": kind, "metadata": {"name": scope.name}, "spec": spec}
    return ExportDocument(about, content)


def _binding(kind: str, version: str, scope: Scope, **more: list[str]) -> ExportDocument:
    spec: dict[str, Any] = {"policyName": scope.name, **more}
    if scope.selector():
        spec["matchResources"] = {"namespaceSelector": scope.selector()}
    return _object(kind, version, scope, spec)
