"""Settings by which programs are told pull secrets: variables, flags and keys of configuration."""

from __future__ import annotations

import pytest
from rendering import PRIVATE, SECRET, render, summary

VARIABLES = """\
kind: Deployment
env:
- name: STRIMZI_IMAGE_PULL_SECRETS
  value: {}
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"one"', '"one,containerregistry"'),
        ("two, containerregistry", "two, containerregistry"),
        ("one,two", "one,two,containerregistry"),
        ('""', '"containerregistry"'),
        ("", "containerregistry"),
        ("null", "containerregistry"),
        ("\"'one two'\"", "\"'one two'\""),
        ("'{{ .Values.x }}'", "'{{ .Values.x }}'"),
        ('"registry.example.com:8083/appcircle/b:1"', f'"{PRIVATE}/appcircle/b:1"'),
    ],
)
def test_names_between_commas(value: str, expected: str) -> None:
    assert render(VARIABLES.format(value)).rstrip() == VARIABLES.format(expected).rstrip()


def test_several_secrets() -> None:
    result = render(VARIABLES.format('""') + "- {name: A_IMAGE_PULL_SECRETS, value: x}\n", pull_secrets=("a", "b"))
    assert 'value: "a,b"\n' in result
    assert 'value: "x,a,b"}' in result


def config_map(name: str, *lines: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n" + "".join(f"  {x}\n" for x in lines)


def custom(api: str, kind: str, *lines: str) -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: x\nspec:\n" + "".join(f"  {x}\n" for x in lines)


def arguments(*words: str) -> str:
    args = "".join(f"        - {word}\n" for word in words)
    return (
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n"
        f"      - name: x\n        args:\n{args}"
    )


FLINK, SPARK = "kubernetes.container.image.pull-secrets", "spark.kubernetes.container.image.pullSecrets"
SETTINGS = {
    "Flink, in a ConfigMap's YAML": (
        config_map("flink-config", "config.yaml: |", f"  {FLINK}: old", "  parallelism.default: 1"),
        f"    {FLINK}: {SECRET};old\n",
    ),
    "Flink, nothing yet": (
        custom("flink.apache.org/v1beta1", "FlinkDeployment", "flinkConfiguration:", f"  {FLINK}: ''"),
        f'    {FLINK}: "{SECRET}"\n',
    ),
    "Spark's sparkConf": (
        custom("sparkoperator.k8s.io/v1beta2", "SparkApplication", "sparkConf:", f'  {SPARK}: "old"'),
        f'    {SPARK}: "old,{SECRET}"\n',
    ),
    "Spark's spark-defaults.conf": (
        config_map("spark", "spark-defaults.conf: |", "  spark.master k8s://x", f"  {SPARK} old"),
        f"    {SPARK} old,{SECRET}\n",
    ),
    "properties": (
        config_map("spark", "spark.properties: |", f"  {SPARK}=", "  spark.x=1"),
        f"    {SPARK}={SECRET}\n",
    ),
    "Woodpecker, in a text about no image": (
        config_map("x", "patch.yaml: |", "  env: [{name: WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES, value: old}]"),
        f'    env: [{{name: WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES, value: "old,{SECRET}"}}]\n',
    ),
    "Longhorn, a null": (
        config_map("longhorn-default-setting", "default-setting.yaml: |-", "  registry-secret: ", "  x: y"),
        f"    registry-secret: {SECRET}",
    ),
    "EDB's operator": (
        config_map("postgresql-operator-controller-manager-config", "PULL_SECRET_NAME:"),
        f"  PULL_SECRET_NAME: {SECRET}\n",
    ),
    "CloudNativePG's operator, in a Secret": (
        config_map("cnpg-controller-manager-config", "PULL_SECRET_NAME: ''")
        .replace("ConfigMap", "Secret")
        .replace("data:", "stringData:"),
        f'  PULL_SECRET_NAME: "{SECRET}"\n',
    ),
    "Trivy operator": (
        config_map("trivy-operator-trivy-config", 'trivy.imagePullSecret: ""', 'trivy.tag: "0.58.0"'),
        f'  trivy.imagePullSecret: "{SECRET}"\n',
    ),
    "Airbyte": (
        config_map("airbyte-env", 'JOB_KUBE_MAIN_CONTAINER_IMAGE_PULL_SECRET: ""'),
        f'  JOB_KUBE_MAIN_CONTAINER_IMAGE_PULL_SECRET: "{SECRET}"\n',
    ),
    "Woodpecker": (
        "kind: StatefulSet\nenv:\n- {name: WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES, value: old}\n",
        f'- {{name: WOODPECKER_BACKEND_K8S_PULL_SECRET_NAMES, value: "old,{SECRET}"}}\n',
    ),
    "SR-IOV's operator": (
        "kind: Deployment\nenv:\n- name: IMAGE_PULL_SECRETS\n  value:\n",
        f"  value: {SECRET}\n",
    ),
    "SR-IOV's operator, which takes several": (
        "kind: Deployment\nmetadata: {name: sriov-network-operator}\nenv:\n- {name: IMAGE_PULL_SECRETS, value: old}\n",
        f'- {{name: IMAGE_PULL_SECRETS, value: "old,{SECRET}"}}\n',
    ),
    "Nuclio's controller, which takes one": (
        (
            "kind: Deployment\nmetadata: {name: nuclio-controller}\n"
            "env:\n- {name: NUCLIO_CONTROLLER_IMAGE_PULL_SECRETS, value: ''}\n"
        ),
        f'- {{name: NUCLIO_CONTROLLER_IMAGE_PULL_SECRETS, value: "{SECRET}"}}\n',
    ),
    "Odigos' autoscaler": (
        arguments("--image-pull-secrets=old").replace(
            "kind: Deployment\n", "kind: Deployment\nmetadata: {name: odigos-x}\n"
        ),
        f"        - --image-pull-secrets=old,{SECRET}\n",
    ),
    "Trivy's node collector": (
        config_map("trivy-operator", 'node.collector.imagePullSecret: ""'),
        f'  node.collector.imagePullSecret: "{SECRET}"\n',
    ),
    "runners, once for each name": (
        arguments("--runner-image-pull-secret=old"),
        f'        - "--runner-image-pull-secret={SECRET}"\n        - --runner-image-pull-secret=old\n',
    ),
    "runners, in two elements": (
        arguments("--runner-image-pull-secret", "old"),
        f'        - "--runner-image-pull-secret={SECRET}"\n        - --runner-image-pull-secret\n        - old\n',
    ),
    "Open Cluster Management": (
        arguments("--image-pull-secret-name="),
        f"        - --image-pull-secret-name={SECRET}\n",
    ),
}


@pytest.mark.parametrize(("text", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_programs_are_told_the_secret(text: str, expected: str) -> None:
    assert expected in render(text)
    assert sum(one["names"] == [SECRET] for one in summary(text)["pullSecrets"]) == 1


def test_the_report_names_the_text_that_gets_a_setting() -> None:
    (entry,) = summary(SETTINGS["Flink, in a ConfigMap's YAML"][0])["pullSecrets"]
    assert entry["pointer"] == "/data/config.yaml"


@pytest.mark.parametrize(
    "text",
    [
        config_map("mine", "settings.yaml: |", '  registry-secret: ""', "  x: y"),  # of another program
        config_map("cnpg", "PULL_SECRET_NAME: old"),  # one name alone
        (
            "kind: Deployment\nmetadata: {name: nuclio-controller}\n"
            "env: [{name: NUCLIO_CONTROLLER_IMAGE_PULL_SECRETS, value: old}]\n"
        ),
        config_map("flink", "config.yaml: |", f"  {FLINK}: '{{{{ .x }}}}'", "  x: y"),
        config_map("hub", 'image-pull-secret: "image-pull-secret"'),  # no setting that anybody knows
        config_map("hub", "config.py: |", "  image_pull_secrets = []", '  x = "jupyter/base:1"'),  # Python
        arguments("--image-pull-secret-name=old"),
        arguments("--image-pull-secret-name"),  # without a value
        arguments("--image-pull-secret-name", "--verbose"),
        arguments("--image-pull-secret-name", "|", "x"),  # an empty block
        arguments("--image-pull-secret-names", "old"),  # no setting that anybody knows
        "kind: Deployment\nenv:\n- name: IMAGE_PULL_SECRETS\n  value: &old ''\n- name: X\n  value: *old\n",
        "kind: Deployment\nenv:\n- name: IMAGE_PULL_SECRETS\n  valueFrom: {configMapKeyRef: {name: x, key: y}}\n",
    ],
)
def test_what_is_no_place_for_another_secret(text: str) -> None:
    assert SECRET not in render(text)


def test_a_setting_is_the_place_of_the_images_beside_it() -> None:
    text = config_map("cnpg", "POSTGRES_IMAGE_NAME: ghcr.io/cloudnative-pg/postgresql:17.2", "PULL_SECRET_NAME: {}")
    assert summary(text.format("''"))["withoutSecret"] == []
    (without,) = summary(text.format("old"))["withoutSecret"]
    assert without["reason"].startswith(
        "`PULL_SECRET_NAME` at /data/PULL_SECRET_NAME holds `old` and takes only one Secret"
    )


def test_without_pull_secrets_settings_stay() -> None:
    assert SECRET not in render(VARIABLES.format('""'), pull_secrets=())
