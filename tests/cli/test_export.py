"""`acreg export`: what each kind reads, says and refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from cli.conftest import HOOK, POD, PRIVATE, REGISTRY
from postrenderer import cli, exports
from postrenderer.errors import SettingsError
from postrenderer.exports import document

if TYPE_CHECKING:
    from typing import Callable

    from cli.conftest import Ended

CUSTOM = """\
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: m}
spec: {image: quay.io/prometheus/prometheus:v3}
"""


@pytest.fixture
def manifests(empty_folder: Path) -> Path:
    file = empty_folder / "manifests.yaml"
    file.write_text(POD + HOOK + CUSTOM)
    return file


def test_kustomize(acreg: Callable[..., Ended], manifests: Path) -> None:
    code, out, err = acreg("export", "kustomize", *REGISTRY, "-f", manifests)
    assert code == 0
    assert yaml.safe_load(out)["images"] == [
        {"name": "nginx", "newName": f"{PRIVATE}/nginx"},
        {"name": "quay.io/a/b", "newName": f"{PRIVATE}/a/b"},
    ]
    assert [patch["target"] for patch in yaml.safe_load(out)["patches"]] == [
        {"version": "v1", "kind": "Pod"},
        {"group": "batch", "version": "v1", "kind": "Job"},
    ]
    place = "at /spec/image of Prometheus m"
    lines = [
        f"quay.io/prometheus/prometheus:v3 {place}: no image of a container or init container, so it stays.",
        "pull secrets at /spec of Prometheus m: kustomize does not know how lists merge there.",
    ]
    assert err == "".join(f"not done: {line}\n" for line in lines)
    assert all(f"# NOT DONE: {line}\n" in out for line in lines)
    assert "save it as FOLDER/kustomization.yaml" in out.splitlines()[0]


def test_flux_names_hooks(acreg: Callable[..., Ended], manifests: Path) -> None:
    code, out, err = acreg("export", "flux", *REGISTRY, "-f", manifests)
    assert code == 0
    ((renderer,),) = (yaml.safe_load(out)["spec"]["postRenderers"],)
    assert {"name": "quay.io/a/b", "newName": f"{PRIVATE}/a/b"} in renderer["kustomize"]["images"]
    assert "/spec/template/spec/containers/0/image of Job j: in a chart hook" in err
    assert err.count("in a chart hook") == 1


@pytest.mark.parametrize(
    ("given", "metadata"), [("n/r", {"name": "r", "namespace": "n"}), ("web.v2", {"name": "web.v2"})]
)
def test_a_patch_for_a_helm_release(
    acreg: Callable[..., Ended], manifests: Path, given: str, metadata: dict[str, str]
) -> None:
    part = yaml.safe_load(acreg("export", "flux", *REGISTRY, "-f", manifests).out)
    out = acreg("export", "flux", "--helm-release", given, *REGISTRY, "-f", manifests).out
    assert yaml.safe_load(out) == {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": metadata,
        **part,
    }


IGNORE = "ignore: [{kind: Pod, name: other, path: /spec/containers/*/image}]\n"


@pytest.mark.parametrize("kind", exports.OF_MANIFESTS)
def test_what_stays_public_is_said(acreg: Callable[..., Ended], manifests: Path, kind: str) -> None:
    Path("acreg.yaml").write_text(IGNORE, encoding="utf-8")
    said = acreg("export", kind, *REGISTRY, "--source", "quay.io", "--others", "fail", "-f", manifests).err
    assert "not done: nginx:1.27 at /spec/containers/0/image of Pod p: others: fail, so it stays.\n" in said
    assert "not done: `ignore` does not apply: kustomize knows an image by its name alone" in said
    for kept in (("--keep", "docker.io"), ("--others", "keep", "--source", "quay.io")):
        assert "nginx" not in acreg("export", kind, *REGISTRY, *kept, "-f", manifests).err


@pytest.mark.parametrize("kind", exports.OF_POLICIES)
def test_policies_say_what_they_do_not_heed(acreg: Callable[..., Ended], empty_folder: Path, kind: str) -> None:
    assert "`ignore`" not in acreg("export", kind, *REGISTRY).err
    (empty_folder / "acreg.yaml").write_text(IGNORE, encoding="utf-8")
    assert "not done: `ignore` does not apply: policies move the images" in acreg("export", kind, *REGISTRY).err
    refuses = kind == "admission"
    assert ("though `others` is `fail`" in acreg("export", kind, *REGISTRY, "--others", "fail").err) is not refuses


@pytest.mark.parametrize(
    ("others", "refused"), [("rewrite", "from elsewhere"), ("keep", "under `rules` and `sources`")]
)
def test_what_admission_says_it_refuses(acreg: Callable[..., Ended], others: str, refused: str) -> None:
    assert f"# Refuses pods with images {refused}" in acreg("export", "admission", *REGISTRY, "--others", others).out


def test_nothing_to_do_is_a_valid_post_renderer(acreg: Callable[..., Ended], empty_folder: Path) -> None:
    (empty_folder / "none.yaml").write_text("kind: Namespace\n")
    code, out, err = acreg("export", "flux", *REGISTRY, "-f", "none.yaml")
    assert (code, err) == (0, "")
    assert yaml.safe_load(out) == {"spec": {"postRenderers": [{"kustomize": {}}]}}


def test_policies_need_no_manifests(acreg: Callable[..., Ended]) -> None:
    code, out, err = acreg("export", "kyverno", *REGISTRY, "--except", "a", "--except", "b", "--label", "x/y=z")
    assert code == 0
    first = next(iter(yaml.safe_load_all(out)))["spec"]["rules"][0]
    assert first["exclude"]["any"][0]["resources"]["namespaces"] == ["kube-system", "a", "b"]
    assert first["match"]["any"][0]["resources"]["namespaceSelector"] == {"matchLabels": {"x/y": "z"}}
    assert "not done: images in variables" in err
    assert "`others` is `fail`" not in err
    assert "`others` is `fail`" in acreg("export", "kyverno", *REGISTRY, "--others", "fail").err


def test_exceptions_add_to_those_that_there_are(acreg: Callable[..., Ended]) -> None:
    out = acreg("export", "admission", *REGISTRY, "--openshift", "--except", "x-*", "--except", "kube-system").out
    mutating, binding, validating, _ = yaml.safe_load_all(out)
    (names,) = binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert names["values"] == ["kube-system", "openshift"]
    for policy in (mutating, validating):
        condition = policy["spec"]["matchConditions"][-1]["expression"]
        assert condition == "!request.namespace.matches('^(openshift-.*|kube-.*|x-.*)$')"


@pytest.mark.parametrize("kind", exports.OF_POLICIES)
def test_policies_have_a_name_and_say_what_the_user_must_do(acreg: Callable[..., Ended], kind: str) -> None:
    run = acreg("export", kind, *REGISTRY, "--name", "team-a")
    for content in yaml.safe_load_all(run.out):
        assert content["metadata"]["name"] in {"team-a", "team-a-debug"}
        assert content["spec"].get("policyName", "team-a") == "team-a"
    made = "the pull secret must exist in every namespace in scope: containerregistry."
    assert f"not done: {made}" in run.err
    assert f"# NOT DONE: {made}" in run.out
    assert ("50 containers" in run.err) == (kind == "admission")


@pytest.mark.parametrize(
    ("flags", "version"),
    [((), "v1"), (("--kubernetes", "1.36"), "v1"), (("--kubernetes", "v1.34.2+k3s1"), "v1beta1")],
)
def test_admission_for_a_version_of_kubernetes(
    acreg: Callable[..., Ended], flags: tuple[str, ...], version: str
) -> None:
    documents = list(yaml.safe_load_all(acreg("export", "admission", *REGISTRY, *flags).out))
    assert [each["apiVersion"].rpartition("/")[2] for each in documents] == [version, version, "v1", "v1"]
    assert documents[1]["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"][0]["values"] == [
        "kube-system"
    ]


def test_no_pull_secrets_no_patch(acreg: Callable[..., Ended], manifests: Path) -> None:
    none = (*REGISTRY, "--no-pull-secrets")
    assert "imagePullSecrets" not in acreg("export", "kustomize", *none, "-f", manifests).out
    for kind in exports.OF_POLICIES:
        assert "imagePullSecrets" not in acreg("export", kind, *none).out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "KIND"),
        (("argocd",), "invalid choice: 'argocd'"),
        (("kyverno",), "registry"),
        (("kyverno", *REGISTRY, "-f", "x"), "-f is not an argument"),
        (
            ("admission", *REGISTRY, "--chart=x"),
            "--chart is not an argument of `acreg export admission`, which writes a",
        ),
        (("kyverno", *REGISTRY, "--except", "Kube"), "--except: `Kube` is not the name of a namespace"),
        (("kyverno", *REGISTRY, "--except", "*"), "--except: `*` is not the name of a namespace"),
        (("kyverno", *REGISTRY, "--name", "A b"), "--name: `A b` cannot be the name of a policy"),
        (("kyverno", *REGISTRY, "--label", "x"), "--label: `x` is not KEY=VALUE"),
        (("admission", *REGISTRY, "--kubernetes", "1.30"), "since Kubernetes 1.34, and stable since 1.36"),
        (("admission", *REGISTRY, "--kubernetes", "new"), "`new` is not a version such as 1.36"),
        (("flux", *REGISTRY, "--label", "x=y"), "--label is not an argument"),
        (("flux", *REGISTRY, "--helm-release", "a/b/c"), "--helm-release: `a/b/c` is not NAME or NAMESPACE/NAME"),
        (("kustomize", *REGISTRY, "--helm-release", "a"), "--helm-release is not an argument"),
    ],
)
def test_wrong_usage_is_said(acreg: Callable[..., Ended], arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        acreg("export", *arguments)


@pytest.mark.parametrize("kind", exports.KINDS)
def test_the_help_of_each_kind_has_an_example(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["export", kind, "--help"])
    assert f"acreg export {kind} " in capsys.readouterr().out


def test_comments_stay_comments() -> None:
    text = document.write(
        document.Export((document.ExportDocument(("a\nevil: 1\r\x85b",), {"a": "b"}),), ("c\nevil: 1",))
    )
    assert yaml.safe_load(text) == {"a": "b"}
