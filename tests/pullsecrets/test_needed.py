from __future__ import annotations

import pytest
from rendering import render, settings, summary

from postrenderer.errors import AcregError
from postrenderer.sites.declared import Location

WIDGET = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec:\n"
NOWHERE = "no field for its pull secret is known: give the Secret to the ServiceAccount"
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  names:
    kind: Widget
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            properties:
              image: {type: string}
              FIELD
---
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # A field that stands there shows the place, and its entries the form.
        ("image: a/b:1\n  pullSecrets: [{name: o}]", 'pullSecrets: [{"name": "containerregistry"}, {name: o}]'),
        ("image: a/b:1\n  pullSecrets: [o]", 'pullSecrets: ["containerregistry", o]'),
        ("image: a/b:1\n  image_pull_secrets: [o]", 'image_pull_secrets: ["containerregistry", o]'),
        ("image: a/b:1\n  imagePullSecret: ''", 'imagePullSecret: "containerregistry"'),
        ("image: a/b:1\n  imagePullSecret:", "imagePullSecret: containerregistry"),
        ("image: a/b:1\n  pullSecretRef: {}", 'pullSecretRef: {"name": "containerregistry"}'),
        ("image: a/b:1\n  pullSecretRef: {name: ''}", 'pullSecretRef: {name: "containerregistry"}'),
        ("image: a/b:1\n  pullSecretRef:\n    name:", "pullSecretRef:\n    name: containerregistry"),
        ("image: a/b:1\n  imagePullSecretNames: []", 'imagePullSecretNames: ["containerregistry"]'),
        ("image: a/b:1\n  imagePullSecrets: []", 'imagePullSecrets: [{"name": "containerregistry"}]'),
        ("image: a/b:1\n  imagePullSecrets:", "imagePullSecrets:\n    - name: containerregistry"),
        ("image: a/b:1\n  imagePullSecrets: ''", 'imagePullSecrets: "containerregistry"'),
        ("image: a/b:1\n  image_pull_secrets: []", 'image_pull_secrets: ["containerregistry"]'),
        ("image: {repo: a/b, tag: '1', pullSecrets: []}", 'pullSecrets: ["containerregistry"]'),
        (
            "image: a/b:1\n  imagePullSecret: ''\n  imagePullSecrets: []",
            "imagePullSecret: ''\n  imagePullSecrets: [\"containerregistry\"]",
        ),
        ("image: a/b:1\n  imageRegistrySecret: {}", 'imageRegistrySecret: {"name": "containerregistry"}'),
        ("image: a/b:1\n  imageSecretRef: {}", 'imageSecretRef: {"name": "containerregistry"}'),
        ("image: a/b:1\n  docker_registry_secret_name: ''", 'docker_registry_secret_name: "containerregistry"'),
        ("image: a/b:1\n  ee_pull_credentials_secret: ''", 'ee_pull_credentials_secret: "containerregistry"'),
        # The nearest one counts.
        (
            "imagePullSecrets: [{name: far}]\n  engine: {image: a/b:1, imagePullSecrets: [near]}",
            'appcircle/a/b:1, imagePullSecrets: ["containerregistry", near]}',
        ),
        ("imagePullSecrets: []\n  engine: {image: a/b:1}", 'imagePullSecrets: [{"name": "containerregistry"}]'),
        # This shape keeps names.
        ("{repository: quay.io/acme, image: app, version: v1}", '{"imagePullSecrets": ["containerregistry"], '),
        ("repository: quay.io/acme\n  image: app\n  version: v1\n  imagePullSecrets: []", '["containerregistry"]'),
        # A pod spec is one by its name, and by any of its containers and image volumes.
        ("podTemplate: {spec: {initContainers: [{image: a/b:1}]}}", 'spec: {"imagePullSecrets": [{"name"'),
        ("podTemplates: [{name: a, spec: {containers: [{image: a/b:1}]}}]", 'spec: {"imagePullSecrets": [{"name"'),
        ("worker: {podSpec: {containers: [{image: a/b:1}]}}", 'podSpec: {"imagePullSecrets": [{"name"'),
        ("buildPod: {containers: [{image: a/b:1}]}", 'buildPod: {"imagePullSecrets": [{"name"'),
        ("componentSpecs: [{spec: {containers: [{image: a/b:1}]}}]", 'spec: {"imagePullSecrets": [{"name"'),
        (
            "leaderTemplate: {spec: {containers: [{image: a/b:1}], tolerations: []}}",
            'spec: {"imagePullSecrets": [{"name"',
        ),
        ("worker: {containers: [{image: a/b:1}], restartPolicy: Never}", 'worker: {"imagePullSecrets": [{"name"'),
        ("pod: {volumes: [{image: {reference: a/b:1}}]}", 'pod: {"imagePullSecrets": [{"name"'),
    ],
)
def test_the_secret_goes_to_the_nearest_place(before: str, after: str) -> None:
    text = f"{WIDGET}  {before}\n"
    assert after in render(text)
    assert summary(text)["withoutSecret"] == []


@pytest.mark.parametrize(
    "spec",
    [
        "image: a/b:1",
        "sideCars: {containers: [{image: a/b:1}]}",
        "template: {containers: [{image: a/b:1}]}",
        "instances: [{containers: [{image: a/b:1}]}]",
        "server: {deployment: {containers: [{image: a/b:1}]}}",
        "containers: [{image: a/b:1}]",
        "controllerTemplate: {spec: {containers: [{image: a/b:1}]}}",
        "worker: {containers: [{image: a/b:1}], tolerations: [], volumes: []}",
        "image: a/b:1\n  schemaRegistrySecret: ''",
        "image: a/b:1\n  usePullSecret: true\n  imagePullSecretName: true",
        "image: a/b:1\n  auth: {imagePullSecrets: []}",  # beside it, not above
    ],
)
def test_no_field_is_guessed_and_the_report_says_so(spec: str) -> None:
    text = f"{WIDGET}  {spec}\n"
    assert "containerregistry" not in render(text)
    (entry,) = summary(text)["withoutSecret"]
    assert entry["reference"] == "registry.spacetech.com:8083/appcircle/a/b:1"
    assert entry["pointer"].startswith("/spec/")
    assert entry["document"]["name"] == "one"
    assert entry["reason"].startswith(NOWHERE)
    with pytest.raises(AcregError, match="1 has no place for it"):
        render(text, strict_secrets=True)
    assert summary(text, pull_secrets=())["withoutSecret"] == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("imagePullSecret: mine", "holds `mine` and takes only one Secret"),
        ("pullSecretRef: {name: mine}", "holds `mine` and takes only one Secret"),
        ("imagePullSecret: &a ''", "is an alias, or has an anchor or a tag"),
        ("imagePullSecret: !!str ~", "is an alias, or has an anchor or a tag"),
        ("imagePullSecret: ! null", "is an alias, or has an anchor or a tag"),
    ],
)
def test_a_field_that_cannot_take_it_stays_and_is_reported(spec: str, reason: str) -> None:
    text = f"{WIDGET}  image: a/b:1\n  {spec}\n"
    assert spec in render(text)
    (entry,) = summary(text)["withoutSecret"]
    assert reason in entry["reason"]


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("pullSecrets: {type: array, items: {type: string}}", "pullSecrets:\n    - containerregistry\n"),
        (
            "imagePullSecrets: {type: array, items: {type: object}}",
            "imagePullSecrets:\n    - name: containerregistry\n",
        ),
        ("pullSecret: {type: string}", "pullSecret: containerregistry\n"),
        (
            "pullSecretRef: {type: object, properties: {name: {type: string}}}",
            "pullSecretRef:\n    name: containerregistry\n",
        ),
        ("other: {type: string}", ""),
    ],
)
def test_the_schema_in_the_stream_knows_the_field(field: str, written: str) -> None:
    schema = CRD.replace("FIELD", field)
    output = render(f"{schema}{WIDGET}  image: a/b:1\n")
    assert (
        output
        == f"{schema}{WIDGET}  {written}{'  ' * bool(written)}image: registry.spacetech.com:8083/appcircle/a/b:1\n"
    )


@pytest.mark.parametrize(
    ("fields", "gets"),
    [
        ("properties: {containers: {type: array}}", False),
        ("properties: {containers: {type: array}, imagePullSecrets: {type: array, items: {type: object}}}", True),
        ("properties: {containers: {type: array}}, x-kubernetes-preserve-unknown-fields: true", True),
        ("x-kubernetes-preserve-unknown-fields: true", True),
    ],
)
def test_the_schema_in_the_stream_says_what_is_no_pod_spec(fields: str, gets: bool) -> None:  # noqa: FBT001  # a row
    schema = CRD.replace("FIELD", f"template: {{type: object, properties: {{spec: {{type: object, {fields}}}}}}}")
    text = f"{schema}{WIDGET}  template: {{spec: {{containers: [{{name: a, image: a/b:1}}]}}}}\n"
    assert ('{"imagePullSecrets": [{"name": "containerregistry"}], containers' in render(text)) is gets
    assert len(summary(text)["withoutSecret"]) == (not gets)


def test_the_schema_in_the_stream_is_newer_than_the_catalogue() -> None:
    text = "apiVersion: minio.min.io/v2\nkind: Tenant\nspec:\n  image: a/b:1\n"
    schema = CRD.replace("example.com", "minio.min.io").replace("Widget", "Tenant").replace("name: v1", "name: v2")
    assert "containerregistry" in render(text)
    assert "containerregistry" not in render(schema.replace("FIELD", "other: {type: string}") + text)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("name", "  key: containerregistry\n"),
        ("names", "  key:\n    - containerregistry\n"),
        ("objects", "  key:\n    - name: containerregistry\n"),
        ("object", "  key:\n    name: containerregistry\n"),
    ],
)
def test_a_location_names_the_field(form: str, written: str) -> None:
    text = f"{WIDGET}  engine: {{image: a/b:1}}\n"
    location = Location("/spec/key", "example.com/*", "Wid*", pull_secrets=form)
    assert written in render(text, locations=(location,))
    assert "containerregistry" not in render(text, locations=(location._replace(kind="Other"),))


def test_a_reference_needs_the_namespace_of_its_object() -> None:
    location = Location("/spec/key", pull_secrets="reference")
    text = f"{WIDGET}  image: a/b:1\n"
    (entry,) = summary(text, locations=(location,))["withoutSecret"]
    assert "needs a namespace" in entry["reason"]
    placed = text.replace("{name: one}", "{name: one, namespace: web}")
    written = "  key:\n    name: containerregistry\n    namespace: web\n"
    assert written in render(placed, locations=(location,))


def test_the_fields_of_kubernetes_own_objects_are_no_places() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  image: quay.io/a/b:1\n  imagePullSecrets: ''\n"
    assert "containerregistry" not in render(text)
    assert settings().strict_secrets is False


def test_a_definition_in_brackets_says_which_fields_there_are() -> None:
    schema = "{properties: {spec: {properties: {image: {type: string}, FIELD}}}}"
    versions = f"[{{name: v1, schema: {{openAPIV3Schema: {schema}}}}}]"
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        f"spec: {{group: example.com, names: {{kind: Widget}}, versions: {versions}}}\n---\n"
    )
    text = f"{WIDGET}  image: a/b:1\n"
    names = definition.replace("FIELD", "pullSecrets: {type: array, items: {type: string}}")
    assert "pullSecrets:\n    - containerregistry\n" in render(names + text)
    assert "containerregistry" not in render(definition.replace("FIELD", "size: {type: integer}") + text)
