from __future__ import annotations

import pytest

from postrenderer.apis.forms import NAME, NAMES, OBJECT, OBJECTS, REFERENCE
from postrenderer.pullsecrets.schemas import Schemas

PLACE = "imagePullSecrets: {type: array, items: {type: string}}"


def definition(versions: str, group: str = "acme.io") -> str:
    return f"---\nkind: CustomResourceDefinition\nspec:\n  group: {group}\n  names: {{kind: Widget}}\n{versions}"


def schema(properties: str) -> str:
    return f"{{openAPIV3Schema: {{properties: {{spec: {{properties: {{{properties}}}}}}}}}}}"


def version(name: str, properties: str) -> str:
    return f"  versions: [{{name: {name}, schema: {schema(properties)}}}]\n"


@pytest.mark.parametrize(
    ("properties", "forms"),
    [
        ("imagePullSecrets: {type: array, items: {type: string}}", {"imagePullSecrets": NAMES}),
        ("imagePullSecrets: {type: array, items: {type: object}}", {"imagePullSecrets": OBJECTS}),
        ("imagePullSecrets: {type: array, items: {type: integer}}", {}),
        ("imagePullSecret: {type: string}", {"imagePullSecret": NAME}),
        ("imagePullSecret: {type: boolean}", {}),
        ("imagePullSecret: {type: object}", {}),
        ("imagePullSecret: {type: object, properties: {name: {}}}", {"imagePullSecret": OBJECT}),
        ("imagePullSecret: {type: object, properties: {name: {}, namespace: {}}}", {"imagePullSecret": REFERENCE}),
        ("credentials: {type: string}, image: {type: string}", {"credentials": NAME}),
        ("image: {type: string}", {}),
    ],
)
def test_the_form_of_a_field(properties: str, forms: dict[str, str]) -> None:
    schemas = Schemas(definition(version("v1", properties)).encode())
    assert schemas.secrets("acme.io/v1", "Widget", ["spec"], ["credentials"]) == forms


@pytest.mark.parametrize(
    "versions",
    [
        version("v1", PLACE),
        f"  validation: {schema(PLACE)}\n",
        f"  versions: [{{name: v1}}]\n  validation: {schema(PLACE)}\n",
        f"  versions: [{{name: v2}}, {{name: v1, schema: {schema(PLACE)}}}]\n",
    ],
)
def test_the_schema_of_a_version(versions: str) -> None:
    data = definition(version("v1", ""), "other.io") + "---\nkind: CustomResourceDefinition\n" + definition(versions)
    schemas = Schemas(data.encode())
    for _ in range(2):  # read once
        assert schemas.secrets("acme.io/v1", "Widget", ["spec"], []) == {"imagePullSecrets": NAMES}
    assert schemas.secrets("other.io/v1", "Widget", ["spec"], []) == {}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "---\nkind: Widget\n",
        definition(version("v1", PLACE), "other.io"),
        definition(version("v2", PLACE)),
        definition(version("v1", PLACE)) + "broken: [",
        definition(version("v1", PLACE)).replace("---\n", "---\nmetadata: {labels: {group: acme.io, kind: Widget}}\n")
        .replace("  group: acme.io", "  group: other.io"),
    ],
)  # fmt: skip
def test_no_schema_says_which_fields_there_are(data: str) -> None:
    assert Schemas(data.encode()).secrets("acme.io/v1", "Widget", ["spec"], []) is None


@pytest.mark.parametrize(
    ("properties", "steps"),
    [
        (f"pods: {{type: array, items: {{properties: {{{PLACE}}}}}}}", ["spec", "pods", 0]),
        (f"pods: {{additionalProperties: {{properties: {{{PLACE}}}}}}}", ["spec", "pods", "any"]),
    ],
)
def test_lists_and_free_keys_are_gone_through(properties: str, steps: list[str | int]) -> None:
    schemas = Schemas(definition(version("v1", properties)).encode())
    assert schemas.secrets("acme.io/v1", "Widget", steps, []) == {"imagePullSecrets": NAMES}
    assert schemas.secrets("acme.io/v1", "Widget", ["spec", "other"], []) is None
