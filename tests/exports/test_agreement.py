"""The filter and every export make the same of the same references."""

from __future__ import annotations

import copy
import platform
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from effort import examples
from helm.harness import tool
from hypothesis import given
from hypothesis import strategies as st
from test_relocation import REFERENCES, build, settings

from exports.references import BECOMES, EVERYWHERE, REFUSED, SETTINGS, images, pod, secrets
from postrenderer import exports
from postrenderer.errors import AcregError
from postrenderer.exports import document, inventory
from postrenderer.exports.admission import Scope
from postrenderer.findings import find
from postrenderer.rewrite import rewrite
from postrenderer.settings import Rule
from postrenderer.sites.podspec import PLACEHOLDERS

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.exports.document import Export
    from postrenderer.settings import Settings

every_setting = pytest.mark.parametrize("name", SETTINGS)


def filtered(values: Settings, *objects: dict[str, Any]) -> list[dict[str, Any]]:
    values = values._replace(others=values.others.replace("fail", "keep"))  # what is refused stays
    raw = b"".join(rewrite(yaml.safe_dump_all(objects).encode(), values).output)
    return list(yaml.safe_load_all(raw))


def exported(kind: str, values: Settings, *objects: dict[str, Any]) -> Export:
    return exports.of_manifests(kind, values, inventory.take(find(yaml.safe_dump_all(objects).encode(), values), ()))


def written(export: Export) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(document.write(export)))


@cache
def policies(kind: str, name: str) -> list[dict[str, Any]]:
    return written(exports.policies(kind, SETTINGS[name], Scope(), "v1"))


def kustomized(folder: Path, component: dict[str, Any], *objects: dict[str, Any]) -> list[dict[str, Any]]:
    """What kubectl's own kustomize makes of objects with a component."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the kubectl under test is for Linux on x86-64")
    (folder / "component").mkdir()
    (folder / "component" / "kustomization.yaml").write_text(yaml.safe_dump(component))
    (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects))
    (folder / "kustomization.yaml").write_text("resources: [objects.yaml]\ncomponents: [component]\n")
    run = subprocess.run([tool("kubectl-1.29.1"), "kustomize", folder], stdout=subprocess.PIPE, check=True)
    return list(yaml.safe_load_all(run.stdout))


@every_setting
def test_the_filter(name: str) -> None:
    (new,) = filtered(SETTINGS[name], pod(list(BECOMES[name])))
    assert dict(zip(BECOMES[name], images(new))) == BECOMES[name]
    assert secrets(new) == set(SETTINGS[name].pull_secrets)


@every_setting
@pytest.mark.parametrize("kind", ["kustomize", "flux"])
def test_kustomize(name: str, kind: str, tmp_path: Path) -> None:
    given = pod(list(BECOMES[name]))
    export = exported(kind, SETTINGS[name], given)
    (content,) = yaml.safe_load_all(document.write(export))
    if kind == "flux":  # the helm-controller makes a kustomization of it
        (renderer,) = content["spec"]["postRenderers"]
        content = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", **renderer["kustomize"]}
    (new,) = kustomized(tmp_path, content, given)
    assert dict(zip(BECOMES[name], images(new))) == BECOMES[name]
    assert secrets(new) == set(SETTINGS[name].pull_secrets)
    assert {line.partition(" at /")[0] for line in export.left} == REFUSED[name] - PLACEHOLDERS


@every_setting
@pytest.mark.parametrize("kind", ["admission", "kyverno-cel"])
def test_mutating_policy(name: str, kind: str) -> None:
    cel = pytest.importorskip("exports.engine_cel")
    new = cel.Policy(policies(kind, name)[0]).mutate(pod(list(BECOMES[name])))
    assert dict(zip(BECOMES[name], images(new))) == BECOMES[name]
    assert secrets(new) == set(SETTINGS[name].pull_secrets)


@every_setting
def test_validating_admission_policy(name: str) -> None:
    cel = pytest.importorskip("exports.engine_cel")
    policy = cel.Policy(policies("admission", name)[2])
    for before, after in BECOMES[name].items():
        assert bool(policy.refusal(pod([before]))) == (before != after or before in REFUSED[name]), before
        assert bool(policy.refusal(pod([after]))) == (after in REFUSED[name]), after


@every_setting
def test_kyverno(name: str) -> None:
    kyverno = pytest.importorskip("exports.engine_kyverno")
    new = kyverno.mutate(policies("kyverno", name), "Pod", pod(list(BECOMES[name])))
    assert dict(zip(BECOMES[name], images(new))) == BECOMES[name]
    assert secrets(new) == set(SETTINGS[name].pull_secrets)


def test_a_component_for_manifests_without_pods(tmp_path: Path) -> None:
    given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
    (component,) = written(exported("kustomize", SETTINGS["default"], given))
    assert kustomized(tmp_path, component, given) == [given]


def test_every_place_of_a_pod(tmp_path: Path) -> None:
    values = SETTINGS["default"]
    (wanted,) = filtered(values, EVERYWHERE)
    export = exported("kustomize", values, EVERYWHERE)
    (new,) = kustomized(tmp_path, yaml.safe_load(document.write(export)), EVERYWHERE)
    for name in ("ephemeralContainers", "volumes"):
        assert new["spec"].pop(name) == EVERYWHERE["spec"][name]
    assert _sorted(new) == _sorted({**wanted, "spec": {key: wanted["spec"][key] for key in new["spec"]}})
    assert [line.partition(":1 ")[0] for line in export.left] == ["quay.io/a/debug", "quay.io/a/model"]


def test_every_place_of_a_pod_at_admission() -> None:
    cel = pytest.importorskip("exports.engine_cel")
    (wanted,) = filtered(SETTINGS["default"], EVERYWHERE)
    mutating, _, validating, _ = policies("admission", "default")
    new = cel.Policy(mutating).mutate(EVERYWHERE)
    assert _sorted(new) == _sorted(wanted)
    assert cel.Policy(mutating).mutate(new) == new
    assert cel.Policy(validating).refusal(new) == ""
    refused = cel.Policy(validating).refused(EVERYWHERE)
    assert refused == ["nginx", "quay.io/a/init:1", "quay.io/a/debug:1", "quay.io/a/model:1"]


def test_every_place_of_a_pod_in_kyverno() -> None:
    kyverno = pytest.importorskip("exports.engine_kyverno")
    (wanted,) = filtered(SETTINGS["default"], EVERYWHERE)
    new = kyverno.mutate(policies("kyverno", "default"), "Pod", EVERYWHERE)
    assert new["spec"].pop("ephemeralContainers") == EVERYWHERE["spec"]["ephemeralContainers"]  # none has a new pod
    ephemeral = wanted["spec"].pop("ephemeralContainers")
    assert _sorted(new) == _sorted(wanted)
    old = copy.deepcopy(EVERYWHERE)
    del old["spec"]["ephemeralContainers"]
    updated = kyverno.mutate(policies("kyverno", "default"), "Pod/ephemeralcontainers", EVERYWHERE, old)
    assert updated["spec"] == {**EVERYWHERE["spec"], "ephemeralContainers": ephemeral}


def test_a_pod_that_runs_keeps_its_images() -> None:
    cel = pytest.importorskip("exports.engine_cel")
    kyverno = pytest.importorskip("exports.engine_kyverno")
    mutating, _, validating, _ = policies("admission", "default")
    old, new = pod(["nginx"]), pod(["nginx", "redis"])
    for same in (old, EVERYWHERE):
        assert cel.Policy(mutating).mutate(same, old=same) == same
        assert cel.Policy(validating).refusal(same, old=same) == ""
        for kind in ("Pod", "Pod/ephemeralcontainers"):
            assert kyverno.mutate(policies("kyverno", "default"), kind, same, old=same) == same
    assert images(cel.Policy(mutating).mutate(new, old=old)) == ["nginx", BECOMES["default"]["nginx"][:-5] + "redis"]
    assert cel.Policy(validating).refused(new, old=old) == ["redis"]


def test_all_items_of_a_list_or_map_are_of_one_type() -> None:
    cel = pytest.importorskip("exports.engine_cel")
    types = {name: kind.name() for name, kind in cel.Policy(policies("admission", "rules")[2]).types.items()}
    assert types.pop("places") == "LIST<MAP<STRING, STRING>>"
    assert types.pop("table") == "LIST<MAP<STRING, STRING>>"
    assert set(types.values()) == {"LIST<STRING>"}


@pytest.mark.slow
@examples(10)
@given(settings(), st.lists(REFERENCES, min_size=1, max_size=9, unique=True))
def test_policies_agree_on_any_settings_and_references(values: Settings, texts: list[str]) -> None:
    cel = pytest.importorskip("exports.engine_cel")
    kyverno = pytest.importorskip("exports.engine_kyverno")
    relocate = build(values)
    mutating, _, validating, _ = written(exports.policies("admission", values, Scope(), "v1"))
    rules = written(exports.policies("kyverno", values, Scope(), "v1"))
    targets = [relocate(text).target for text in texts]
    assert images(cel.Policy(mutating).mutate(pod(texts))) == targets
    assert images(kyverno.mutate(rules, "Pod", pod(texts))) == targets
    outside = [text for text in texts if relocate(text).status not in ("private", "kept", "stays")]
    policy = cel.Policy(validating)
    assert policy.refused(pod(texts)) == outside
    assert [text in policy.refusal(pod(texts)) for text in outside[:5]] == [True] * len(outside[:5])


@pytest.mark.parametrize("count", [1, 5, 6, 60])
def test_a_refusal_names_target_and_remedy_and_stays_short(count: int) -> None:
    cel = pytest.importorskip("exports.engine_cel")
    policy = cel.Policy(policies("admission", "default")[2])
    long = "a" * 120
    message = policy.refusal(pod([f"quay.io/{long}/{number}{long}:{'t' * 128}" for number in range(count)]))
    prefix = SETTINGS["default"].prefix
    assert message.startswith(f"these images do not come from {prefix}: quay.io/{long}/0{long}:")
    assert f" ({prefix}/{long}/0{long}:{'t' * 128})" in message
    assert message.count(f" ({prefix}/") == min(count, 5)
    assert (f" and {count - 5} more." in message) == (count > 5)
    assert message.endswith("Copy them there with `acreg mirror`, and use `acreg upgrade` or the names in brackets.")
    assert len(message) < 5 * 1024


def test_what_may_not_be_pulled_at_all_is_refused_without_a_target() -> None:
    cel = pytest.importorskip("exports.engine_cel")
    values = SETTINGS["default"]._replace(others="fail")
    message = cel.Policy(written(exports.policies("admission", values, Scope(), "v1"))[2]).refusal(pod(["quay.io/a:1"]))
    assert ": quay.io/a:1. Copy" in message


@pytest.mark.parametrize("own", [[{"name": ""}], [{}], [{"name": "containerregistry"}], [{"name": "x"}, {}]], ids=str)
def test_pull_secrets_without_a_name_are_accepted(own: list[dict[str, str]]) -> None:
    """As the API server accepts them."""
    cel = pytest.importorskip("exports.engine_cel")
    given = pod(["nginx"])
    given["spec"]["imagePullSecrets"] = own
    new = cel.Policy(policies("admission", "default")[0]).mutate(given)
    wanted = {"name": "containerregistry"}
    assert new["spec"]["imagePullSecrets"] == [*own, *([] if wanted in own else [wanted])]


@pytest.mark.parametrize("kind", ["admission", "kyverno-cel"])
def test_namespaces_by_a_pattern(kind: str) -> None:
    cel = pytest.importorskip("exports.engine_cel")
    scope = Scope(("kube-system", "openshift-*", "*-infra"))
    for content in written(exports.policies(kind, SETTINGS["default"], scope, "v1"))[::2]:
        policy = cel.Policy(content)
        matched = {"openshift-x": False, "openshift": True, "x-infra": False, "x-infra-y": True, "xopenshift-": True}
        for namespace, matches in matched.items():
            given = pod(["nginx"])
            given["metadata"]["namespace"] = namespace
            assert policy.matches(given) == matches, namespace


@pytest.mark.parametrize("kind", ["admission", "kyverno-cel"])
def test_more_rules_than_a_policy_can_hold(kind: str) -> None:
    rules = tuple(
        Rule(f"registry-{number}.example.com/team-{number}/images", f"mirror/team-{number}") for number in range(1500)
    )
    for count, fits in ((800, True), (1500, False)):
        values = SETTINGS["default"]._replace(rules=rules[:count])
        if fits:
            assert written(exports.policies(kind, values, Scope(), "v1"))
        else:
            with pytest.raises(AcregError, match="and the API server takes 100,000, which is about 800 rules"):
                exports.policies(kind, values, Scope(), "v1")


def test_static_pods_are_passed_over() -> None:
    cel = pytest.importorskip("exports.engine_cel")
    mutating, _, validating, _ = policies("admission", "default")
    static = pod(["nginx"])
    static["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    for policy in (mutating, validating):
        assert not cel.Policy(policy).matches(static)
        assert cel.Policy(policy).matches(pod(["nginx"]))


def deployment(name: str, image: str) -> dict[str, Any]:
    spec = {"template": {"spec": pod([image])["spec"]}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def test_workloads(tmp_path: Path) -> None:
    values = SETTINGS["rules"]
    cron = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "c"}}
    cron["spec"] = {"jobTemplate": {"spec": deployment("", "redis")["spec"]}}
    objects = [deployment("a", "nginx"), deployment("axe", "busybox"), deployment("b", "quay.io/a/b:1"), cron]
    export = exported("kustomize", values, *objects)
    new = kustomized(tmp_path, yaml.safe_load(document.write(export)), *objects)
    assert sorted(new, key=_name) == sorted(filtered(values, *objects), key=_name)
    kyverno = pytest.importorskip("exports.engine_kyverno")
    made = [kyverno.mutate(policies("kyverno", "rules"), "Deployment", each) for each in objects[:3]]
    assert made == filtered(values, *objects[:3])
    assert [kyverno.mutate(policies("kyverno", "rules"), "Deployment", each, each) for each in objects[:3]] == made


def _name(content: dict[str, Any]) -> str:
    name: str = content["metadata"]["name"]
    return name


def _sorted(content: dict[str, Any]) -> dict[str, Any]:
    """The same pod with its pull secrets in order, which means nothing."""
    ordered = sorted(content["spec"]["imagePullSecrets"], key=lambda secret: str(secret["name"]))
    return {**content, "spec": {**content["spec"], "imagePullSecrets": ordered}}
