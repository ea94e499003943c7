from __future__ import annotations

from typing import Any

import pytest
import yaml
from rendering import render

KAFKA = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec:\n"
TASK_RUN = "apiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n"
ELASTICSEARCH = "apiVersion: elasticsearch.k8s.elastic.co/v1\nkind: Elasticsearch\nspec:\n  image: a/b:1\n  nodeSets:\n"
AGENT = "apiVersion: agent.k8s.elastic.co/v1alpha1\nkind: Agent\nspec:\n  image: a/b:1\n"
ADDED = {"imagePullSecrets": [{"name": "containerregistry"}]}


@pytest.mark.parametrize(
    ("text", "path", "added"),
    [
        (KAFKA + "  kafka:\n    image: a/b:1\n", "kafka", {"template": {"pod": ADDED}}),
        (KAFKA + "  kafka: {image: a/b:1}\n", "kafka", {"template": {"pod": ADDED}}),
        (KAFKA + "  kafka:\n    image: a/b:1\n    template:\n", "kafka", {"template": {"pod": ADDED}}),
        (KAFKA + "  kafka:\n    image: a/b:1\n    template: {}\n", "kafka", {"template": {"pod": ADDED}}),
        (KAFKA + "  kafka:\n    image: a/b:1\n    template: {pod: }\n", "kafka", {"template": {"pod": ADDED}}),
        (KAFKA + "  kafka:\n    image: a/b:1\n    template:\n      x: {y: z}\n", "kafka/template", {"pod": ADDED}),
        (
            KAFKA + "  entityOperator:\n    userOperator:\n      image: a/b:1\n",
            "entityOperator",
            {"template": {"pod": ADDED}},
        ),
        (TASK_RUN + "  taskSpec:\n    steps:\n    - image: a/b:1\n", "", {"podTemplate": ADDED}),
        (TASK_RUN + "  taskSpec:\n    steps:\n    - image: a/b:1\n  podTemplate: {x: {y: z}}\n", "podTemplate", ADDED),
        (ELASTICSEARCH + "  - name: x\n", "nodeSets/0", {"podTemplate": {"spec": ADDED}}),
        (
            ELASTICSEARCH + "  - name: x\n  - {name: y, podTemplate: {spec: {x: {}}}}\n",
            "nodeSets/1/podTemplate/spec",
            ADDED,
        ),
        (
            ELASTICSEARCH + "  - {name: y, podTemplate: {spec: {x: {}}}}\n  - name: x\n",
            "nodeSets/1",
            {"podTemplate": {"spec": ADDED}},
        ),
        (ELASTICSEARCH + "  - &x {name: x}\n  - {<<: *x, name: y}\n", "nodeSets/1", {"podTemplate": {"spec": ADDED}}),
        (AGENT + "  daemonSet: {x: y}\n", "daemonSet", {"podTemplate": {"spec": ADDED}}),
    ],
)
def test_what_leads_to_a_field_is_added(text: str, path: str, added: dict[str, Any]) -> None:
    got = render(text)
    place = yaml.safe_load(got)["spec"]
    for step in filter(None, path.split("/")):
        place = place[int(step) if step.isdigit() else step]
    assert added.items() <= place.items()
    assert render(got) == got


@pytest.mark.parametrize(
    "text",
    [
        KAFKA + "  cruiseControl: {x: y}\n  other: {image: 'a/b:1'}\n",  # the pods of another part
        KAFKA + "  kafka:\n    image: a/b:1\n    template: text\n",
        KAFKA + "  kafka:\n    image: a/b:1\n    template: [x]\n",
        KAFKA + "  kafka: &x\n    image: a/b:1\n    template: &y {}\n  other: *y\n",
        AGENT + "  daemonSet:\n",
        KAFKA + "  kafka: {a: " + "{b: " * 40 + "{image: a/b:1}" + "}" * 40 + "}\n",  # no API has images so deep
        ELASTICSEARCH + "  - {}\n",
        AGENT + "  daemonSet: {}\n",
        AGENT.replace("agent.k8s.elastic.co", "acme.io") + "  daemonSet: {x: y}\n",
    ],
)
def test_nothing_else_is_added(text: str) -> None:
    assert "containerregistry" not in render(text)


@pytest.mark.parametrize(
    ("field", "has"), [("imagePullSecrets: {type: array, items: {type: object}}", True), ("x: {}", False)]
)
def test_a_schema_says_whether_there_is_a_field_to_add(field: str, *, has: bool) -> None:
    definition = f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
spec:
  group: tekton.dev
  names:
    kind: TaskRun
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec: {{properties: {{podTemplate: {{properties: {{{field}}}}}}}}}
---
"""
    assert (
        "containerregistry" in render(definition + TASK_RUN + "  taskSpec:\n    steps:\n    - image: a/b:1\n")
    ) is has
