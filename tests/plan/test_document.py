"""Pull secrets of images in texts: whole pods, values of charts, configuration files."""

from __future__ import annotations

import base64
import json
from typing import Any, Callable

import pytest
import yaml
from rendering import PRIVATE, REGISTRY, SECRET, render, summary

from postrenderer.plan import document
from postrenderer.sites import repeats
from postrenderer.sites.declared import Location

ENTRY = {"name": SECRET}


def config_map(text: str, key: str = "text", name: str = "widget") -> str:
    block = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {key}: |\n{block}"


def inside(text: str, **places: str) -> str:
    """The text in a ConfigMap after the rewrite."""
    return str(yaml.safe_load(render(config_map(text, **places)))["data"][places.get("key", "text")])


def at(document: Any, *steps: str | int) -> Any:  # noqa: ANN401  # what YAML holds
    for step in steps:
        document = document[step]
    return document


POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: base
spec:
  containers:
    - name: base
      image: {image}
"""
TEMPLATES = {
    "local-path's helperPod.yaml": (POD.format(image="busybox"), ("spec",)),
    "kubescape's cronjobTemplate": (
        (
            "apiVersion: batch/v1\nkind: CronJob\nspec:\n  schedule: 1 2 * * *\n"
            "  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: scan\n"
            "            image: quay.io/kubescape/http-request:v0.2.10\n          automountServiceAccountToken: false\n"
        ),
        ("spec", "jobTemplate", "spec", "template", "spec"),
    ),
    "Spark's driver template": (
        "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - name: jars\n    image: apache/spark:4.0.0\n",
        ("spec",),
    ),
    "Flink's pod-template.yaml": (
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-template\nspec:\n  containers:\n"
            "  # the name is fixed\n  - name: flink-main-container\n    image: flink:1.20\n"
        ),
        ("spec",),
    ),
    "runner hooks, which give a part of a pod": (
        "metadata:\n  labels: {{}}\nspec:\n  securityContext: {{}}\n  containers:\n  - name: $job\n"
        "    image: ghcr.io/actions/actions-runner:2.320.0\n".replace("{{}}", "{}"),
        ("spec",),
    ),
    "Argo Workflows' executor, a list that is there": (
        (
            "containerRuntimeExecutor: emissary\nworkflowDefaults:\n  spec:\n    podSpecPatch: x\n    template:\n"
            "      spec:\n        imagePullSecrets:\n        - name: regcred\n        containers:\n"
            "        - {name: main, image: 'quay.io/argoproj/argoexec:v3.6.0'}\n"
        ),
        ("workflowDefaults", "spec", "template", "spec"),
    ),
    "an empty list": (POD.format(image="a/b:1").replace("spec:\n", "spec:\n  imagePullSecrets: []\n"), ("spec",)),
    "a null, as charts leave it": (
        POD.format(image="a/b:1").replace("spec:\n", "spec:\n  imagePullSecrets: \n"),
        ("spec",),
    ),
    "JSON": (
        json.dumps({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "a/b:1"}]}}, indent=2),
        ("spec",),
    ),
}


@pytest.mark.parametrize(("text", "steps"), TEMPLATES.values(), ids=TEMPLATES)
def test_a_pod_in_a_text(text: str, steps: tuple[str, ...]) -> None:
    result = inside(text)
    before, after = yaml.safe_load(text), yaml.safe_load(result)
    old = at(before, *steps).pop("imagePullSecrets", None) or []
    assert at(after, *steps).pop("imagePullSecrets") == [ENTRY, *old]
    assert PRIVATE in result
    assert set(at(after, *steps)) == set(at(before, *steps))
    assert summary(config_map(text))["withoutSecret"] == []
    assert summary(config_map(text))["pullSecrets"] == [
        {
            "names": [SECRET],
            "pointer": "/data/text",
            "document": summary(config_map(text))["pullSecrets"][0]["document"],
        }
    ]


def test_the_lines_of_a_text_stay_as_they_are() -> None:
    assert render(config_map(POD.format(image="a/b:1"))) == config_map(
        POD.format(image=f"{PRIVATE}/a/b:1").replace("spec:\n", f"spec:\n  imagePullSecrets:\n    - name: {SECRET}\n")
    )


def test_several_documents_in_a_text() -> None:
    result = inside(f"---\n{POD.format(image='a/b:1')}---\nkind: Note\n---\n{POD.format(image='c/d:2')}")
    assert [at(one, "spec", "imagePullSecrets") for one in yaml.safe_load_all(result) if "spec" in one] == [[ENTRY]] * 2


@pytest.mark.parametrize("style", ["'", '"', ">", "|"])
@pytest.mark.parametrize("width", [40, 10_000])
@pytest.mark.parametrize("kind", ["ConfigMap", "Secret", "Deployment"])
def test_json_in_every_style(style: str, width: int, kind: str) -> None:
    value = json.dumps({"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"image": "a/b:1"}]}})
    places: dict[str, dict[str, Any]] = {
        "ConfigMap": {"data": {"pod": value}},
        "Secret": {"stringData": {"pod": value}},
        "Deployment": {"metadata": {"annotations": {"pod": value}}},
    }
    text = yaml.dump({"apiVersion": "v1", "kind": kind, **places[kind]}, default_style=style, width=width)
    (after,) = yaml.safe_load_all(render(text))
    (value,) = [one for one in _strings(after) if "containers" in one]
    assert json.loads(value)["spec"] == {"imagePullSecrets": [ENTRY], "containers": [{"image": f"{PRIVATE}/a/b:1"}]}


def _strings(value: Any) -> list[str]:  # noqa: ANN401  # what YAML holds
    if isinstance(value, dict):
        return [text for child in value.values() for text in _strings(child)]
    return [value] if isinstance(value, str) else []


def test_lines_in_double_quotes() -> None:
    text = yaml.dump(yaml.safe_load(config_map(POD.format(image="a/b:1"))), default_style='"')
    after = yaml.safe_load(yaml.safe_load(render(text))["data"]["text"])
    assert after["spec"]["imagePullSecrets"] == [ENTRY]


FROM_WINDOWS = {
    "CRLF": POD.replace("\n", "\r\n"),
    "a byte order mark": f"\ufeff{POD}",
    "both": f"\ufeff{POD}".replace("\n", "\r\n"),
    "both, and a field in the last line": "\ufeffspec:\r\n  containers: [{{image: {image}}}]\r\n  imagePullSecrets:",
    "a comment behind the mark": f"\ufeff# why\n{POD}",
    "a field in the first line": "\ufeffcontainers:\r\n- image: {image}\r\n",
}
"""Files that an editor on Windows saved."""


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
@pytest.mark.parametrize("pod", FROM_WINDOWS.values(), ids=FROM_WINDOWS)
def test_a_text_from_windows(pod: str, kind: str) -> None:
    def written(text: str) -> str:
        return base64.b64encode(text.encode()).decode() if kind == "Secret" else text

    before = pod.format(image="a/b:1")
    output = render(f"kind: {kind}\ndata:\n  text: {json.dumps(written(before))}\n")
    value = yaml.safe_load(output)["data"]["text"]
    after = base64.b64decode(value).decode() if kind == "Secret" else value
    read = yaml.safe_load(after.removeprefix("\ufeff"))
    assert read.get("spec", read)["imagePullSecrets"] == [ENTRY]
    assert f"{PRIVATE}/a/b:1" in after
    assert after.startswith("\ufeff") is before.startswith("\ufeff")
    crlf = before.count("\r\n") > 0
    assert after.count("\r\n") == (after.count("\n") if crlf else 0)


@pytest.mark.parametrize("width", [40, 0])
def test_base64(width: int) -> None:
    encoded = base64.b64encode(POD.format(image="a/b:1").encode()).decode()
    lines = [encoded[start : start + width] for start in range(0, len(encoded), width)] if width else [encoded]
    text = "apiVersion: v1\nkind: Secret\ndata:\n  pod: |\n" + "".join(f"    {line}\n" for line in lines)
    data = yaml.safe_load(render(text))["data"]["pod"]
    after = yaml.safe_load(base64.b64decode(data).decode())
    assert after["spec"]["imagePullSecrets"] == [ENTRY]
    assert after["spec"]["containers"][0]["image"] == f"{PRIVATE}/a/b:1"


def test_a_text_in_a_text() -> None:
    pod = POD.format(image="a/b:1")
    inner = "jenkins:\n  clouds:\n  - kubernetes:\n      templates:\n      - name: x\n        yaml: |\n" + "".join(
        f"          {line}\n" for line in pod.splitlines()
    )
    template = at(yaml.safe_load(inside(inner)), "jenkins", "clouds", 0, "kubernetes", "templates", 0)
    assert yaml.safe_load(template["yaml"])["spec"]["imagePullSecrets"] == [ENTRY]


DEPLOYMENT = """\
# Source: app/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      initContainers:
      - image: quay.io/acme/init:1
        args: [--sidecar-image=quay.io/acme/sidecar:2]
      containers:
      - name: app
        image: "a/b:1"
        env:
        - name: RELATED_IMAGE_HELPER
          value: quay.io/acme/helper:3
"""
DATABASE = """\
# Source: app/templates/database.yaml
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db}
spec: {imageName: "ghcr.io/cloudnative-pg/postgresql:17"}
"""
FORMS: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "a ConfigMap": (lambda text: {"kind": "ConfigMap", "data": {"a": text}}, lambda outer: at(outer, "data", "a")),
    "an annotation": (
        lambda text: {"kind": "ConfigMap", "metadata": {"annotations": {"a/b": text}}},
        lambda outer: at(outer, "metadata", "annotations", "a/b"),
    ),
    "a Secret": (
        lambda text: {"kind": "Secret", "data": {"a": base64.b64encode(text.encode()).decode()}},
        lambda outer: base64.b64decode(at(outer, "data", "a")).decode(),
    ),
    "a text in a text": (
        lambda text: {"kind": "ConfigMap", "data": {"a": json.dumps({"data": {"b": text}})}},
        lambda outer: at(yaml.safe_load(at(outer, "data", "a")), "data", "b"),
    ),
}
"""Objects that hold a text, and how the text is got back."""


@pytest.mark.parametrize(("written", "read"), FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "inner", [POD.format(image="quay.io/a/b:1"), DEPLOYMENT, DATABASE], ids=["Pod", "Deployment", "CR"]
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("registry", [REGISTRY, "[::1]:5000"])
def test_a_document_comes_out_of_a_text_as_it_does_alone(
    inner: str, line_break: str, registry: str, written: Callable[[str], Any], read: Callable[[Any], str]
) -> None:
    text = json.dumps(written(inner.replace("\n", line_break)))
    alone = yaml.safe_load(render(inner, registry=registry))
    assert yaml.safe_load(read(yaml.safe_load(render(text, registry=registry)))) == alone
    lacking, lacking_alone = (summary(each, registry=registry)["withoutSecret"] for each in (text, inner))
    assert [one["reference"] for one in lacking] == [one["reference"] for one in lacking_alone]


@pytest.mark.parametrize("levels", [1, 2, 3])
def test_a_reference_that_a_text_breaks_is_left_at_every_level(levels: int) -> None:
    text = 'image: "quay.io/acme/\\\n  app:1"\n'
    for _ in range(levels):
        text = "data:\n  a: |\n" + "".join(f"    {line}\n" for line in text.splitlines())
    (left,) = summary(text)["left"]
    assert (left["reference"], "broken over several lines" in left["reason"]) == ("quay.io/acme/app:1", True)


VALUES = {
    "Istio's injector, as YAML": ("global:\n  hub: docker.io/istio\n  imagePullSecrets: []\n  tag: 1.24.0\n", SECRET),
    "Istio's injector, with a secret": (
        '{"global": {\n  "hub": "docker.io/istio",\n  "imagePullSecrets": [\n    "regcred"\n  ],\n  "tag": "1.24.0"}}',
        SECRET,
    ),
    "JupyterHub's singleuser": (
        "singleuser:\n  image:\n    name: quay.io/jupyterhub/singleuser\n    pullSecrets: []\n    tag: 4.0.0\n",
        ENTRY,
    ),
    "Linkerd's linkerd-config": (
        "controllerImage: cr.l5d.io/linkerd/controller:edge-24.11.8\nimagePullSecrets: []\nidentity: {}\n",
        ENTRY,
    ),
    "Dagster's dagster.yaml": (
        (
            "run_launcher:\n  module: dagster_k8s\n  class: K8sRunLauncher\n  config:\n    job_image: a/dagster:1.9\n"
            "    image_pull_secrets:\n    - name: regcred\n"
        ),
        ENTRY,
    ),
    "Jenkins' configuration as code": (
        (
            "jenkins:\n  clouds:\n  - kubernetes:\n      templates:\n      - name: maven\n        containers:\n"
            "        - name: jnlp\n          image: jenkins/inbound-agent:3283\n        imagePullSecrets:\n"
            "        - name: regcred\n"
        ),
        ENTRY,
    ),
    "Bitnami's image": (
        "image:\n  registry: docker.io\n  repository: bitnami/redis\n  tag: 7.4.1\n  pullSecrets: []\n",
        SECRET,
    ),
}


IN_BRACKETS = {
    "a plain scalar": "spec:\n  containers:\n  - image: a/b:1\n    name: x\n",
    "in flow style": "spec: {containers: [{image: a/b:1, name: x}]}\n",
    "in single quotes": "spec:\n  containers:\n  - image: 'a/b:1'\n",
    "JSON": '{"spec": {"containers": [{"image": "a/b:1"}]}}',
}


@pytest.mark.parametrize("pod", IN_BRACKETS.values(), ids=IN_BRACKETS)
@pytest.mark.parametrize("style", ["'", '"', "|"])
@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.parametrize("secrets", [(), (SECRET,)])
def test_a_registry_that_yaml_would_read_as_a_list(pod: str, style: str, levels: int, secrets: tuple[str, ...]) -> None:
    text = f"kind: Pod\n{pod}" if pod.startswith("spec") else pod
    for _ in range(levels):
        text = yaml.safe_dump({"kind": "ConfigMap", "data": {"text": text}}, default_style=style, width=10_000)
    text = render(text, registry="[::1]:5000", pull_secrets=secrets)
    for _ in range(levels):
        text = yaml.safe_load(text)["data"]["text"]
    (container,) = at(yaml.safe_load(text), "spec", "containers")
    assert container["image"] == "[::1]:5000/appcircle/a/b:1"
    assert ("imagePullSecrets" in text) is bool(secrets)


@pytest.mark.parametrize(("text", "entry"), VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("kind", ["ConfigMap", "HelmChart"])
def test_a_list_that_stands_in_values(text: str, entry: Any, kind: str) -> None:  # noqa: ANN401  # a name or an object
    if kind == "HelmChart":
        carried = config_map(text).replace("v1\nkind: ConfigMap", "helm.cattle.io/v1\nkind: HelmChart")
        result = yaml.safe_load(render(carried.replace("data:\n  text", "spec:\n  valuesContent")))
        after = result["spec"]["valuesContent"]
    else:
        after = inside(text)
    (listed,) = _lists(yaml.safe_load(after))
    (old,) = _lists(yaml.safe_load(text))
    assert listed == [entry, *old]


def _lists(value: Any) -> list[list[Any]]:  # noqa: ANN401  # what YAML holds
    """The lists of pull secrets below a node."""
    children = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value if isinstance(value, list) else []))
    )
    own = [child for key, child in children if "pull" in str(key).lower() and isinstance(child, list)]
    return own + [found for key, child in children if child not in own for found in _lists(child)]


@pytest.mark.parametrize(
    "text",
    [
        "image: a/b:1\nname: x\n",  # nothing is added to values that show no list
        "initContainers:\n- name: x\n  image: a/b:1\nservice: {}\n",  # values of a chart are no pod
        "other:\n  imagePullSecrets: []\nimage: a/b:1\n",  # a list beside is not above
        "imagePullSecrets: true\nimage: a/b:1\n",
        "imagePullSecrets: {{ .secrets }}\nimage: a/b:1\n",  # to YAML a mapping with a mapping as its key
    ],
)
def test_a_text_without_a_place_stays_and_is_reported(text: str) -> None:
    assert inside(text) == text.replace("a/b:1", f"{PRIVATE}/a/b:1")
    assert len(summary(config_map(text))["withoutSecret"]) == 1


@pytest.mark.parametrize(
    "scalar",
    [
        ">\n    spec:\n\n      containers:\n      - image: a/b:1\n",
        "'spec: {containers:\n\n    [{image: a/b:1}]}'\n",
        "'spec: {imagePullSecrets: [\n\n    {name: old}], containers:\n\n    [{image: a/b:1}]}'\n",
        ">\n    {spec: {\n\n    containers: [{image: a/b:1}]}}\n",
        ">\n    {spec: {imagePullSecrets: [\n\n    {name: old}], containers: [{image: a/b:1}]}}\n",
    ],
)
def test_a_text_that_is_folded_gets_what_stands_in_a_line(scalar: str) -> None:
    text = f"kind: ConfigMap\ndata:\n  text: {scalar}"
    before, after = (yaml.safe_load(yaml.safe_load(one)["data"]["text"]) for one in (text, render(text)))
    if "{" in scalar:
        assert after["spec"]["imagePullSecrets"] == [ENTRY, *before["spec"].get("imagePullSecrets", [])]
        assert summary(text)["withoutSecret"] == []
    else:
        assert after["spec"].keys() == before["spec"].keys()
        assert "as a block, with `|`" in summary(text)["withoutSecret"][0]["reason"]


def test_a_text_whose_aliases_repeat_large_lists_gets_its_secret_by_its_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_REPEATED", 3)
    lines = "".join(f"b{number}: {{c: *a}}\n" for number in range(4))
    text = f"a: &a [{', '.join(['x'] * 100)}]\nimage: a/b:1\nimagePullSecrets: []\n{lines}"
    assert f'imagePullSecrets: [{{"name": "{SECRET}"}}]\n' in inside(text)
    assert summary(config_map(text))["withoutSecret"] == []


def test_a_text_that_would_say_something_else_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock of the proof: no such text is known."""
    monkeypatch.setattr(document, "_fault", lambda *_: True)
    text = config_map(POD.format(image="a/b:1"))
    assert render(text) == text.replace("a/b:1", f"{PRIVATE}/a/b:1")
    (without,) = summary(text)["withoutSecret"]
    assert "as a block, with `|`" in without["reason"]


def test_a_field_that_is_no_list_does_not_end_the_run() -> None:
    text = config_map(POD.format(image="a/b:1").replace("spec:\n", "spec:\n  imagePullSecrets: regcred\n"))
    assert SECRET not in render(text)
    (without,) = summary(text)["withoutSecret"]
    assert "is not a list" in without["reason"]


def test_without_pull_secrets_nothing_is_added() -> None:
    assert SECRET not in render(config_map(POD.format(image="a/b:1")), pull_secrets=())


def test_what_is_private_already_gets_its_secret() -> None:
    text = config_map(POD.format(image=f"{PRIVATE}/a/b:1"))
    assert f"- name: {SECRET}" in render(text)


def test_what_is_private_already_gets_its_secret_in_base64() -> None:
    pod = POD.format(image=f"{PRIVATE}/a/b:1")
    text = f"apiVersion: v1\nkind: Secret\ndata:\n  pod: {base64.b64encode(pod.encode()).decode()}\n"
    (after,) = yaml.safe_load(render(text))["data"].values()
    assert yaml.safe_load(base64.b64decode(after))["spec"]["imagePullSecrets"] == [ENTRY]


def test_a_text_that_can_hold_no_secret_keeps_none_from_others() -> None:
    folded = ">\n    spec:\n\n      containers:\n      - image: a/b:1\n"
    text = f"kind: ConfigMap\ndata:\n  a: {folded}  b: {folded.replace('>', '|')}"
    assert [one["pointer"] for one in summary(text)["pullSecrets"]] == ["/data/b"]
    assert [one["pointer"] for one in summary(text)["withoutSecret"]] == ["/data/a"]


def test_the_place_of_an_image_in_a_text_may_be_outside_of_it() -> None:
    text = config_map("image: ghcr.io/a/b:1\nx: y\n", "config.yaml", "cnpg") + "  PULL_SECRET_NAME: ''\n"
    assert render(text).endswith(f'  PULL_SECRET_NAME: "{SECRET}"\n')
    assert summary(text)["withoutSecret"] == []


@pytest.mark.parametrize(
    "template",
    [
        '{{ .image | default "quay.io/a/b:1" }}',
        '{{ default "quay.io/a/b:1" .image }}',
        "{{ .image | default 'quay.io/a/b:1' | quote }}",
    ],
)
def test_a_template_that_yaml_reads_as_a_mapping(template: str) -> None:
    text = POD.replace("{image}", "c/d:1") + f"    - name: {{{{ .name }}}}\n      image: {template}\n"
    after = inside(text)
    assert template.replace("quay.io/a/b:1", f"{PRIVATE}/a/b:1") in after
    assert f"image: {PRIVATE}/c/d:1\n" in after
    assert f"  imagePullSecrets:\n    - name: {SECRET}\n" in after
    assert len(summary(config_map(text))["images"]) == len(["quay.io/a/b:1", "c/d:1"])


def test_aliases_of_a_text() -> None:
    block = "".join(f"    {line}\n" for line in POD.format(image="a/b:1").splitlines())
    text = f"apiVersion: v1\nkind: ConfigMap\ndata:\n  one: &pod |\n{block}  two: *pod\n"
    data = yaml.safe_load(render(text))["data"]
    assert data["one"] == data["two"]
    assert yaml.safe_load(data["two"])["spec"]["imagePullSecrets"] == [ENTRY]


def test_a_text_that_only_a_location_names_gets_the_secret() -> None:
    default = "/spec/versions/0/schema/openAPIV3Schema/properties/template/default"
    definition: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {
            "versions": [
                {"schema": {"openAPIV3Schema": {"properties": {"template": {"default": POD.format(image="a/b:1")}}}}}
            ]
        },
    }
    location = Location(default, kind="CustomResourceDefinition", form="text")
    rendered = yaml.safe_load(render(yaml.safe_dump(definition), pull_secrets=(SECRET,), locations=(location,)))
    text = at(rendered, "spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "template", "default")
    assert yaml.safe_load(text)["spec"]["imagePullSecrets"] == [ENTRY]
