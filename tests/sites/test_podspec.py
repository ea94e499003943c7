# ruff: noqa: E501  # a row of a table is a whole text
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from marked import check

from postrenderer.sites import find, podspec
from postrenderer.text import composer

if TYPE_CHECKING:
    from postrenderer.text.pointer import Path

SPEC = "{initContainers: [{image: «acme/init»}], containers: [{name: a, image: «cpu»}, {image: «quay.io/acme/b:1»}]}"


@pytest.mark.parametrize(
    "manifest",
    [
        f"kind: Pod\nspec: {SPEC}\n",
        f"kind: Deployment\nspec: {{template: {{spec: {SPEC}}}}}\n",
        f"kind: CronJob\nspec: {{jobTemplate: {{spec: {{template: {{spec: {SPEC}}}}}}}}}\n",
        f"kind: PodTemplate\ntemplate: {{spec: {SPEC}}}\n",
        f"kind: List\nitems: [{{kind: Pod, spec: {SPEC}}}]\n",
        f"kind: RayCluster\nspec: {{headGroupSpec: {{template: {{spec: {SPEC}}}}}}}\n",
        f"kind: ClusterServingRuntime\nspec: {SPEC}\n",
        f"kind: Pooler\nspec: {{template: {{spec: {SPEC}}}}}\n",
        f"kind: Elasticsearch\nspec: {{nodeSets: [{{podTemplate: {{spec: {SPEC}}}}}]}}\n",
        f"kind: SeldonDeployment\nspec: {{predictors: [{{componentSpecs: [{{spec: {SPEC}}}]}}]}}\n",
        "kind: Pod\nspec: {ephemeralContainers: [{name: debug, image: «busybox»}]}\n",
        "kind: Pod\nspec: {containers: [{image: «acme/a:1@sha256:" + "a" * 64 + "»}]}\n",
        "{kind: Pod, spec: {containers: [{image: «10.0.0.1:5000/a»}]}}\n",
    ],
)
def test_images_of_containers_move_wherever_a_pod_spec_stands(manifest: str) -> None:
    check(manifest, podspec.FAMILY)


def test_image_volumes_move() -> None:
    check(
        "kind: Pod\nspec:\n  volumes:\n  - name: model\n    image: {reference: «quay.io/acme/model:1», pullPolicy: Always}\n",
        podspec.VOLUME_FAMILY,
    )


@pytest.mark.parametrize(
    "image",
    [
        *("auto", '""', "':'", "repo:sha256:abc", "'{{ .ProxyImage }}'", "$(params.image)"),
        *(
            "null",
            "!!null 'null'",
            "!!null ''",
            "!!int '5'",
            '!!bool "true"',
            "!!float '1.5'",
        ),
    ],
)
def test_placeholders_and_malformed_images_stay(image: str) -> None:
    text = f"kind: Pod\nspec:\n  containers:\n  - name: a\n    image: {image}\n"
    from rendering import render  # noqa: PLC0415

    assert render(text, pull_secrets=()) == text


@pytest.mark.parametrize(
    "spec",
    [
        "{initContainers: [{name: a, image: 'acme/a:1'}], containers: [{name: b}]}",
        "{initContainers: [{name: a, image: 'acme/a:1'}]}",
        "{ephemeralContainers: [{name: a, image: 'acme/a:1'}], containers: [{name: b}]}",
        "{volumes: [{name: v, image: {reference: 'acme/a:1'}}], containers: [{name: b}]}",
        "{volumes: [{name: v, image: {reference: 'acme/a:1'}}]}",
        "{containers: [{name: b}, {name: a, image: 'acme/a:1'}]}",
    ],
)
def test_a_pod_spec_counts_by_any_of_its_containers_and_image_volumes(spec: str) -> None:
    from rendering import render  # noqa: PLC0415

    assert '"imagePullSecrets": [{"name": "containerregistry"}]' in render(f"kind: Pod\nspec: {spec}\n")


@pytest.mark.parametrize("spec", ["{volumes: [{name: v, emptyDir: {}}]}", "{containers: [{name: b}]}"])
def test_a_pod_spec_without_an_image_gets_no_secret(spec: str) -> None:
    from rendering import render  # noqa: PLC0415

    text = f"kind: Pod\nspec: {spec}\n# image: acme/a:1\n"
    assert render(text) == text


@pytest.mark.parametrize(("above", "number"), [("podTemplates: [{%s}]", 1), ("podTemplates: [[{%s}]]", 0)])
def test_the_name_of_a_list_is_that_of_its_items_and_of_no_others(above: str, number: int) -> None:
    spec = "spec: {containers: [{name: main, image: acme/a}]}"
    (root,) = composer.compose(f"apiVersion: example.com/v1\nkind: Demo\nspec: {{{above % spec}}}\n").roots
    assert len(find(root, lambda _: False).pod_specs) == number


def test_containers_without_names_in_a_text_of_no_api_make_no_pod_spec() -> None:
    pipeline = "resources: {containers: [{container: linux, image: 'ubuntu:22.04'}]}"
    template = "spec: {containers: [{name: main, image: 'ubuntu:22.04'}]}"
    for text, number in ((pipeline, 0), (template, 1)):
        (root,) = composer.compose(text).roots
        assert len(find(root, lambda _: False, depth=1).pod_specs) == number


@pytest.mark.parametrize(
    ("path", "names", "is_one"),
    [
        (((None, "podTemplate"), "spec"), (), True),
        (((None, "podTemplateSpec"), "spec"), (), True),
        (((None, "pod"), "spec"), (), True),
        (((None, "template"), "spec"), ("tolerations",), True),
        (((None, "template"), "spec"), ("replicas",), False),
        (((None, "deviceTemplate"), "spec"), ("tolerations",), False),
        (((None, "podTemplate"), "metadata"), (), False),
        ((None, "spec"), ("tolerations",), False),
        (None, (), False),
    ],
)
def test_the_spec_of_a_template(path: Path, names: tuple[str, ...], *, is_one: bool) -> None:
    assert podspec.is_spec_of_template(path, names) is is_one
