"""What is exported has the published formats."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from exports import published
from exports.references import EVERYWHERE, SETTINGS
from exports.test_agreement import exported
from postrenderer import exports
from postrenderer.exports import document
from postrenderer.exports.admission import Scope

SCOPE = Scope(("kube-system", "x"), (("images", "private"),))
SELECTOR = {
    "matchLabels": {"images": "private"},
    "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "x"]}],
}


def policies(kind: str, version: str = "v1", name: str = "default", scope: Scope = SCOPE) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(document.write(exports.policies(kind, SETTINGS[name], scope, version))))


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
@pytest.mark.parametrize("scope", [SCOPE, Scope(())])
def test_admission_policies(version: str, scope: Scope) -> None:
    found = policies("admission", version, scope=scope)
    classes = [version.capitalize() + "MutatingAdmissionPolicy", "V1ValidatingAdmissionPolicy"]
    for content, kind in zip(found, [classes[0], f"{classes[0]}Binding", classes[1], f"{classes[1]}Binding"]):
        assert published.kubernetes().faults(kind, content) == []
        assert f"V{content['apiVersion'].partition('/v')[2]}{content['kind']}" == kind
        assert content["spec"].get("policyName", content["metadata"]["name"]) == "acreg-private-images"
    assert [each["spec"].get("matchResources") for each in found[1::2]] == [
        {"namespaceSelector": SELECTOR} if scope == SCOPE else None
    ] * 2


@pytest.mark.parametrize("scope", [SCOPE, Scope(())])
def test_the_mutating_policy_of_kyverno(scope: Scope) -> None:
    """Its schema was not to be had for every Python here; it is that of Kubernetes' own, with more that is not used."""
    (content,) = policies("kyverno-cel", scope=scope)
    assert (content.pop("apiVersion"), content.pop("kind")) == ("policies.kyverno.io/v1", "MutatingPolicy")
    assert published.kubernetes().faults("V1MutatingAdmissionPolicySpec", content["spec"]) == []
    assert content["spec"]["matchConstraints"].get("namespaceSelector") == (SELECTOR if scope == SCOPE else None)


@pytest.mark.parametrize("name", SETTINGS)
def test_kyverno_policies(name: str) -> None:
    found = policies("kyverno", name=name)
    for content in found:
        assert published.kyverno().faults("ClusterPolicy", content) == []
        for rule in content["spec"]["rules"]:
            assert rule["match"]["any"][0]["resources"]["namespaceSelector"] == {"matchLabels": {"images": "private"}}
            assert rule["exclude"]["any"][0]["resources"]["namespaces"] == ["kube-system", "x"]
    texts = [text for text in _texts(found) if "regex" in text]
    assert texts
    assert not [text for text in texts if "\\" in text or "$(" in text]  # escapes, and Kyverno's own references


def test_the_post_renderer_of_a_helm_release() -> None:
    (content,) = yaml.safe_load_all(document.write(exported("flux", SETTINGS["default"], EVERYWHERE)))
    (renderer,) = content["spec"]["postRenderers"]
    assert renderer["kustomize"]["patches"]
    assert published.flux().faults("PostRenderer", renderer) == []


def test_a_schema_finds_faults() -> None:
    wrong: dict[str, Any] = {
        "apiVersion": "a",
        "kind": 1,
        "metadata": {},
        "spec": {"variable": [], "mutations": [{"x": 1}]},
    }
    assert published.kubernetes().faults("V1MutatingAdmissionPolicy", wrong) == [
        "/kind is no str",
        "/spec/variable is unknown to V1MutatingAdmissionPolicySpec",
        "/spec/mutations/0/patchType is missing",
        "/spec/mutations/0/x is unknown to V1Mutation",
    ]
    rule = {"mutate": {"foreach": [{"list": 1, "patches": ""}]}, "name": "a"}
    policy = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicies", "metadata": {}, "spec": {"rules": [rule]}}
    assert published.kyverno().faults("ClusterPolicy", policy) == [
        "/kind may not be ClusterPolicies",
        "/spec/rules/0/match is missing",
        "/spec/rules/0/mutate/foreach/0/list is no str",
        "/spec/rules/0/mutate/foreach/0/patches is unknown to ForeachModel",
    ]


def test_cel_is_what_kubernetes_documents() -> None:
    """Every function and macro stands in the documentation of CEL in Kubernetes, or in that of CEL itself."""
    documented = {"map", "filter", "exists", "has", "size", "string", "matches", "startsWith"}  # CEL's own
    documented |= {"indexOf", "lastIndexOf", "join", "split", "substring", "orValue"}  # strings, lists, optionals
    for content in policies("admission")[::2]:
        code = " ".join(
            re.sub(r"'[^']*'", "''", text) for text in _texts(content) if "variables" in text or "object" in text
        )
        assert set(re.findall(r"(\w+)\(", code)) <= documented | {"in"}


def test_a_line_of_what_is_left_is_one_comment() -> None:
    export = document.Export(
        (document.ExportDocument(("a",), {"b": "c\nd"}), document.ExportDocument((), {})), ("at /x\ny: z",)
    )
    assert document.write(export) == "# a\n# NOT DONE: at /x y: z\nb: |-\n  c\n  d\n---\n{}\n"


def _texts(value: Any) -> list[str]:  # noqa: ANN401  # what JSON can hold
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []
