from __future__ import annotations

import textwrap

import pytest

from postrenderer.rewrite import rewrite
from postrenderer.settings import Settings

PRIVATE = "registry.spacetech.com:8083/appcircle"


def render(text: str, *secrets: str) -> str:
    settings = Settings("registry.spacetech.com:8083", "appcircle", secrets or ("containerregistry",))
    once = b"".join(rewrite(text.encode(), settings).output)
    assert b"".join(rewrite(once, settings).output) == once
    return once.decode().replace(f"{PRIVATE}/", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """\
            apiVersion: monitoring.coreos.com/v1
            kind: Prometheus
            spec:
              image: quay.io/prometheus/prometheus:v3
            """,
            """\
            apiVersion: monitoring.coreos.com/v1
            kind: Prometheus
            spec:
              imagePullSecrets:
                - name: containerregistry
              image: prometheus/prometheus:v3
            """,
        ),
        (
            """\
            apiVersion: nvidia.com/v1
            kind: ClusterPolicy
            spec:
              driver:
                repository: nvcr.io/nvidia
                image: driver
                version: "595"
                manager: {repository: nvcr.io/nvidia, image: manager, version: v1}
              toolkit:
                enabled: true
              gfd:
                repository: nvcr.io/nvidia
                image: gfd
                version: v1
                imagePullSecrets: []
              dcgm:
                repository: nvcr.io/nvidia
                image: dcgm
                version: v1
                imagePullSecrets:
                - ngc
            """,
            """\
            apiVersion: nvidia.com/v1
            kind: ClusterPolicy
            spec:
              driver:
                imagePullSecrets:
                  - containerregistry
                repository: nvidia
                image: driver
                version: "595"
                manager: {"imagePullSecrets": ["containerregistry"], repository: nvidia, image: manager, version: v1}
              toolkit:
                enabled: true
              gfd:
                repository: nvidia
                image: gfd
                version: v1
                imagePullSecrets: ["containerregistry"]
              dcgm:
                repository: nvidia
                image: dcgm
                version: v1
                imagePullSecrets:
                - containerregistry
                - ngc
            """,
        ),
        (
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              image: quay.io/minio/minio:v1
            """,
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              imagePullSecret:
                name: containerregistry
              image: minio/minio:v1
            """,
        ),
        (
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              imagePullSecret: {name: mine}
              image: quay.io/minio/minio:v1
            """,
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              imagePullSecret: {name: mine}
              image: minio/minio:v1
            """,
        ),
        (
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              imagePullSecret:
              image: quay.io/minio/minio:v1
            """,
            """\
            apiVersion: minio.min.io/v2
            kind: Tenant
            spec:
              imagePullSecret:
                name: containerregistry
              image: minio/minio:v1
            """,
        ),
        (
            """\
            apiVersion: example.com/v1
            kind: Prometheus
            spec:
              image: quay.io/prometheus/prometheus:v3
            """,
            """\
            apiVersion: example.com/v1
            kind: Prometheus
            spec:
              image: prometheus/prometheus:v3
            """,
        ),
        (
            """\
            kind: List
            items:
            - apiVersion: trident.netapp.io/v1
              kind: TridentOrchestrator
              spec:
                tridentImage: docker.io/netapp/trident:25
            """,
            """\
            kind: List
            items:
            - apiVersion: trident.netapp.io/v1
              kind: TridentOrchestrator
              spec:
                imagePullSecrets:
                  - containerregistry
                tridentImage: netapp/trident:25
            """,
        ),
    ],
)
def test_custom_resources_and_operators_get_the_secrets(before: str, after: str) -> None:
    assert render(textwrap.dedent(before)) == textwrap.dedent(after)


def test_several_secrets() -> None:
    before = "apiVersion: nvidia.com/v1\nkind: NVIDIADriver\nspec: {repository: nvcr.io/a, image: b, version: c}\n"
    after = before.replace("{", '{"imagePullSecrets": ["one", "two"], ').replace("nvcr.io/", "")
    assert render(before, "one", "two") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """\
            apiVersion: argoproj.io/v1alpha1
            kind: Workflow
            spec:
              templates:
                - name: one
                  container: {image: quay.io/acme/one:v1}
                - name: several
                  containerSet:
                    containers:
                      - {name: main, image: quay.io/acme/several:v1}
            """,
            """\
            apiVersion: argoproj.io/v1alpha1
            kind: Workflow
            spec:
              imagePullSecrets:
                - name: containerregistry
              templates:
                - name: one
                  container: {image: acme/one:v1}
                - name: several
                  containerSet:
                    containers:
                      - {name: main, image: acme/several:v1}
            """,
        ),
        (
            """\
            apiVersion: argoproj.io/v1alpha1
            kind: CronWorkflow
            spec:
              schedule: "* * * * *"
              workflowSpec:
                templates:
                  - script: {image: "python:3.12", source: "print(1)"}
            """,
            """\
            apiVersion: argoproj.io/v1alpha1
            kind: CronWorkflow
            spec:
              schedule: "* * * * *"
              workflowSpec:
                imagePullSecrets:
                  - name: containerregistry
                templates:
                  - script: {image: "python:3.12", source: "print(1)"}
            """,
        ),
        (
            """\
            apiVersion: pkg.crossplane.io/v1
            kind: Provider
            spec:
              package: xpkg.upbound.io/acme/provider:v1
            """,
            """\
            apiVersion: pkg.crossplane.io/v1
            kind: Provider
            spec:
              packagePullSecrets:
                - name: containerregistry
              package: acme/provider:v1
            """,
        ),
        (
            """\
            apiVersion: operators.coreos.com/v1alpha1
            kind: CatalogSource
            spec:
              image: quay.io/acme/index:v1
              secrets:
              - mine
            """,
            """\
            apiVersion: operators.coreos.com/v1alpha1
            kind: CatalogSource
            spec:
              image: acme/index:v1
              secrets:
              - containerregistry
              - mine
            """,
        ),
    ],
)
def test_whoever_makes_the_pods_gets_the_pull_secrets(before: str, after: str) -> None:
    assert render(textwrap.dedent(before)) == textwrap.dedent(after)


@pytest.mark.parametrize(
    ("kind", "secrets"),
    [
        ("monitoring.coreos.com/v1\nkind: Prometheus", "imagePullSecrets:\n  - name: {0}\n  - name: {1}"),
        ("nvidia.com/v1\nkind: NVIDIADriver", "imagePullSecrets:\n  - {0}\n  - {1}"),
        ("operators.coreos.com/v1alpha1\nkind: CatalogSource", "secrets:\n  - {0}\n  - {1}"),
        ("minio.min.io/v2\nkind: Tenant", "imagePullSecret:\n    name: {0}"),
    ],
)
def test_pull_secrets_that_are_there_are_seen_beside_what_has_no_hints(kind: str, secrets: str) -> None:
    there = secrets.format("a-name-that-says-nothing-of-pulling", "pull")
    noise = "other:\n    key: a long value that holds no hint of anything\n"
    text = f"apiVersion: {kind}\nspec:\n  {noise}  {there}\n  image: {PRIVATE}/a/b:1\n"
    settings = Settings("registry.spacetech.com:8083", "appcircle", ("pull",))
    assert b"".join(rewrite(text.encode(), settings).output).decode() == text


BELOW = {
    "Strimzi's template": (
        "kafka.strimzi.io/v1beta2",
        "Kafka",
        "{kafka: {image: a/b, template: {pod: {imagePullSecrets: [{name: old}]}}}}",
    ),
    "ZooKeeper's pod": (
        "zookeeper.pravega.io/v1beta1",
        "ZookeeperCluster",
        "{image: {repository: a/b, tag: '1'}, pod: {imagePullSecrets: [{name: old}]}}",
    ),
    "a template of a pod spec": (
        "cassandra.datastax.com/v1beta1",
        "CassandraDatacenter",
        "{serverImage: a/b, podTemplateSpec: {spec: {imagePullSecrets: [{name: old}], containers: []}}}",
    ),
    "Tekton's template of a run": (
        "tekton.dev/v1",
        "PipelineRun",
        (
            "{taskRunTemplate: {podTemplate: {imagePullSecrets: [{name: old}]}},"
            " pipelineSpec: {tasks: [{taskSpec: {steps: [{image: a/b}]}}]}}"
        ),
    ),
    "the pod of Envoy Gateway's proxy": (
        "gateway.envoyproxy.io/v1alpha1",
        "EnvoyProxy",
        (
            "{provider: {kubernetes: {envoyDeployment: {container: {image: a/b},"
            " pod: {imagePullSecrets: [{name: old}]}}}}}"
        ),
    ),
    "values for a chart's deployment": (
        "helm.toolkit.fluxcd.io/v2",
        "HelmRelease",
        "{values: {image: {repository: a/b, tag: '1'}, deployment: {imagePullSecrets: [{name: old}]}}}",
    ),
    "MatrixOne's overlay": (
        "core.matrixorigin.io/v1alpha1",
        "CNSet",
        "{image: a/b, overlay: {imagePullSecrets: [{name: old}]}}",
    ),
    "the service account of Grafana's pods": (
        "integreatly.org/v1alpha1",
        "Grafana",
        "{baseImage: a/b, serviceAccount: {imagePullSecrets: [{name: old}]}}",
    ),
    "what Istio's charts share": (
        "install.istio.io/v1alpha1",
        "IstioOperator",
        "{hub: docker.io/istio, tag: '1', values: {global: {imagePullSecrets: [old]}}}",
    ),
}


@pytest.mark.parametrize(("version", "kind", "spec"), BELOW.values(), ids=BELOW)
def test_a_field_in_what_a_mapping_says_of_its_pods(version: str, kind: str, spec: str) -> None:
    output = render(f"apiVersion: {version}\nkind: {kind}\nspec: {spec}\n")
    entry = '"containerregistry", old]' if "[old]" in spec else '{"name": "containerregistry"}, {name: old}]'
    assert f"imagePullSecrets: [{entry}" in output
    assert output.count("containerregistry") == 1


OF_ALL_PODS = {
    "a pod spec": ("mysql.presslabs.org/v1alpha1", "MysqlCluster", "{image: a/b, podSpec: {%s}}", "objects"),
    "a pod template": (
        "flink.apache.org/v1beta1",
        "FlinkDeployment",
        "{image: a/b, podTemplate: {spec: {%s}}}",
        "objects",
    ),
    "what is called a template of a pod spec": (
        "cassandra.datastax.com/v1beta1",
        "CassandraDatacenter",
        "{serverImage: a/b, podTemplateSpec: {spec: {%s}}}",
        "objects",
    ),
    "the pod template of a run": (
        "tekton.dev/v1",
        "PipelineRun",
        "{pipelineSpec: {tasks: [{taskSpec: {steps: [{image: a/b}]}}]}, taskRunTemplate: {podTemplate: {%s}}}",
        "objects",
    ),
    "the pod of a template": (
        "kafka.strimzi.io/v1beta2",
        "Kafka",
        "{kafka: {image: a/b, template: {pod: {%s}}}}",
        "objects",
    ),
    "a template": ("argoproj.io/v1alpha1", "EventSource", "{service: {image: a/b}, template: {%s}}", "objects"),
    "what components have in common": (
        "operator.aquasec.com/v1alpha1",
        "AquaCsp",
        "{server: {image: {registry: quay.io, repository: a/b, tag: '1'}}, common: {%s}}",
        "name",
    ),
    "what components share": (
        "icp4a.ibm.com/v1",
        "ICP4ACluster",
        "{cpe: {image: {repository: cp.icr.io/a/b, tag: '1'}}, shared_configuration: {%s}}",
        "names",
    ),
    "the account of all pods": (
        "db2u.databases.ibm.com/v1",
        "Db2uCluster",
        "{images: {instance: 'icr.io/a/b:1'}, account: {%s}}",
        "names",
    ),
    "the configuration of a component": (
        "aquasecurity.github.io/v1alpha1",
        "AquaStarboard",
        "{deploy: {image: {registry: docker.io/a, repository: b, tag: '1'}}, config: {%s}}",
        "name",
    ),
}
"""Mappings that stand beside images, and of which the catalogue knows a field that the object does not have yet."""


@pytest.mark.parametrize(("version", "kind", "spec", "form"), OF_ALL_PODS.values(), ids=OF_ALL_PODS)
def test_a_known_field_in_what_a_mapping_says_of_all_its_pods(version: str, kind: str, spec: str, form: str) -> None:
    entry = {"objects": '[{"name": "containerregistry"}]', "names": '["containerregistry"]'}
    output = render(f"apiVersion: {version}\nkind: {kind}\nspec: {spec % 'priorityClassName: a'}\n")
    assert f'": {entry.get(form, chr(34) + "containerregistry" + chr(34))}, priorityClassName: a}}' in output
    assert output.count("containerregistry") == 1


def test_an_annotation_that_names_images_gives_the_secret_to_the_object() -> None:
    text = (
        "apiVersion: operator.open-cluster-management.io/v1\nkind: MultiClusterHub\n"
        "metadata: {annotations: {mch-imageRepository: quay.io/a}}\nspec: {availabilityConfig: High}\n"
    )
    assert 'spec: {"imagePullSecret": "containerregistry", availabilityConfig: High}' in render(text)


@pytest.mark.parametrize(
    "values",
    [
        "{set: {image.repository: quay.io/a/b, image.tag: v1}}",
        "{valuesContent: 'image: quay.io/a/b:1'}",
        "{valuesContent: '{image: {repository: quay.io/a/b, tag: v1}}'}",
        "{values: {image: 'quay.io/a/b:1'}}",
    ],
)
def test_no_field_around_the_values_of_a_chart(values: str) -> None:
    text = f"apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec: {values}\n"
    assert render(text) == text.replace("quay.io/", "")


BESIDE = {
    "the pod template of an API that nobody knows": ("{image: a/b, podTemplateSpec: {spec: {%s}}}", 1),
    "pod templates in a list": ("{image: a/b, nodes: [{podTemplate: {spec: {%s}}}, {podTemplate: {spec: {%s}}}]}", 2),
    "a template with fields of pods": ("{image: a/b, template: {spec: {%s}}}", 1),
    "a pod in a mapping": ("{image: {repository: a/b, tag: '1'}, server: {pod: {spec: {%s}}}}", 1),
    "the pod template that has an image, too": (
        "{image: a/b, podTemplate: {spec: {%s, containers: [{name: c, image: d/e}]}}}",
        1,
    ),
}


@pytest.mark.parametrize(("spec", "count"), BESIDE.values(), ids=BESIDE)
def test_the_pod_templates_beside_an_image_get_the_secret(spec: str, count: int) -> None:
    spec = spec.replace("%s", "nodeSelector: {}")
    output = render(f"apiVersion: example.com/v1\nkind: Thing\nspec: {spec}\n")
    assert output.count('spec: {"imagePullSecrets": [{"name": "containerregistry"}], nodeSelector: {}') == count
    assert output.count("containerregistry") == count


KAFKA = "kafka.banzaicloud.io/v1beta1\nkind: KafkaCluster"
RISING_WAVE = "risingwave.risingwavelabs.com/v1alpha1\nkind: RisingWave"
KNOWN_BESIDE = {
    "in a map": (KAFKA, "{clusterImage: a/b, brokerConfigGroups: {one: {%s}, two: {%s}}}", 2),
    "in a list": (KAFKA, "{clusterImage: a/b, brokers: [{brokerConfig: {%s}}]}", 1),
    "six steps below": (RISING_WAVE, "{image: a/b, components: {meta: {nodeGroups: [{template: {spec: {%s}}}]}}}", 1),
}


@pytest.mark.parametrize(("kind", "spec", "count"), KNOWN_BESIDE.values(), ids=KNOWN_BESIDE)
def test_fields_that_are_known_beside_an_image_get_the_secret(kind: str, spec: str, count: int) -> None:
    text = f"apiVersion: {kind}\nspec: {spec.replace('%s', 'labels: {}')}\n"
    assert render(text).count('{"imagePullSecrets": [{"name": "containerregistry"}], labels: {}}') == count


@pytest.mark.parametrize(
    "spec",
    [
        "{one: {image: a/b}, other: {podTemplate: {spec: {}}}}",
        "{image: a/b, podTemplate: {nodeSelector: {}}}",
        "{image: a/b, deviceTemplate: {spec: {nodeSelector: {}}}}",
        "{image: a/b, template: {spec: {providerID: a}}}",
        "{image: a/b, a: {b: {c: {podTemplate: {spec: {}}}}}}",
        "{image: a/b, object: {apiVersion: v1, kind: PodTemplate, podTemplate: {spec: {}}}}",
        "{image: a/b, podTemplate: {spec: {}}, podTemplate: null}",
        "{image: a/b, podTemplate: {spec: {a: {}}, spec: [--a, b]}}",
        "{image: a/b, podTemplate: {spec: {}, spec: text}}",
    ],
)
def test_no_pod_template_that_is_for_other_images(spec: str) -> None:
    assert "containerregistry" not in render(f"apiVersion: example.com/v1\nkind: Thing\nspec: {spec}\n")


@pytest.mark.parametrize(
    ("field", "has"),
    [("nodeSelector: {type: object}", False), ("imagePullSecrets: {type: array, items: {type: object}}", True)],
)
def test_the_schema_in_the_stream_says_whether_a_pod_template_has_the_field(field: str, *, has: bool) -> None:
    definition = f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: example.com
  names:
    kind: Thing
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec: {{properties: {{podTemplate: {{properties: {{spec: {{properties: {{{field}}}}}}}}}}}}}
---
"""
    thing = "apiVersion: example.com/v1\nkind: Thing\nspec: {image: a/b, podTemplate: {spec: {nodeSelector: {}}}}\n"
    assert ("containerregistry" in render(definition + thing)) is has


def test_what_says_nothing_of_all_pods_has_no_field_for_the_others() -> None:
    spec = "{image: 'a/b:1', build: {output: {image: c/d}}, template: {buildPod: {}}}"
    text = f"apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaConnectS2I\nspec: {spec}\n"
    assert "containerregistry" not in render(text)


@pytest.mark.parametrize(
    "spec",
    [
        "{kafka: {image: a/b, labels: {pod: {}}}}",
        "{image: a/b, server: {imagePullSecrets: [{name: old}]}}",
        "{image: a/b, template: {apiVersion: acme.io/v1, kind: Pet, imagePullSecrets: [{name: old}]}}",
        "{image: a/b, a: {template: {imagePullSecrets: [{name: old}]}}}",
    ],
)
def test_no_field_that_is_for_other_pods(spec: str) -> None:
    assert "containerregistry" not in render(f"apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nspec: {spec}\n")


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (
            "kind: Pod\nspec:\n  containers: [{image: a/a}, {image: a/b}]\n  containers: [{image: a/a}]\n",
            "  imagePullSecrets:\n    - name: containerregistry\n",
        ),
        (
            "kind: Pod\nspec:\n  containers:\n  - image: a/a\n    env: [{name: IMAGE, value: 'a/b:1'}]\n    env: []\n",
            "  imagePullSecrets:\n  - name: containerregistry\n",
        ),
        ("kind: Thing\nspec:\n  parts: [{image: 'a/a:1'}]\n  parts: []\n", ""),
    ],
)
def test_a_second_key_of_a_name_may_hold_a_shorter_list(text: str, secrets: str) -> None:
    assert render(text) == text.replace("spec:\n", f"spec:\n{secrets}")
