from __future__ import annotations

import pytest

from postrenderer.sites.definitions import is_definition
from postrenderer.sites.hints import NOWHERE, hints

DEFINITION = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: x\nspec:\n  image: nginx\n"
)


@pytest.mark.parametrize(
    "text",
    [
        DEFINITION,
        "---\n" + DEFINITION,
        "--- # c\n" + DEFINITION,
        "---\n\n# Source: x\n  # c\n" + DEFINITION,
        DEFINITION.replace("\n", "\r\n"),
        DEFINITION.replace("/v1\n", "/v1beta1 \n"),
        DEFINITION + "status:\n  image: nginx\n",
        DEFINITION.replace("spec:\n", "spec: # c\n"),
        DEFINITION.replace("spec:\n", "# image: x\nspec:\n"),
    ],
)
def test_definitions(text: str) -> None:
    assert is_definition(text.encode())
    assert hints(text.encode()) == NOWHERE


@pytest.mark.parametrize(
    "text",
    [
        DEFINITION + "kind: Pod\n",  # of two keys the last one counts
        DEFINITION + "spec:\n  image: nginx:1\n",
        DEFINITION + "image: nginx:1\n",
        DEFINITION + "items:\n- image: nginx:1\n",
        DEFINITION + '"kind": Pod\n',
        DEFINITION + "? kind\n: Pod\n",
        DEFINITION + "!!binary a2luZA==: Pod\n",
        DEFINITION + "<<: {kind: Pod}\n",
        DEFINITION + "...\nkind: Pod\nimage: nginx:1\n",
        DEFINITION + "---kind: Pod\nimage: nginx:1\n",
        DEFINITION.replace("spec:\n", "spec: {kind: [\n"),
        DEFINITION.replace("metadata:\n", "metadata: |\n"),
        DEFINITION.replace("metadata:\n", "metadata: &x\n"),
        DEFINITION.replace("metadata:\n", "metadata: !x\n"),
        'a: "\n' + DEFINITION + '"\n',
        " a: '\n" + DEFINITION + "'\n",
        "{a: '\n" + DEFINITION + "'}\n",
        "- '\n" + DEFINITION + "'\n",
        DEFINITION.replace("CustomResourceDefinition", "CustomResourceDefinitionList"),
        DEFINITION.replace("apiextensions.k8s.io/v1", "v1"),
        DEFINITION.replace("name: x\n", "name: x\rkind: Pod\n"),
        *(DEFINITION.replace("name: x\n", f"name: x{sign}kind: Pod\n") for sign in "\x85\u2028\u2029"),
        DEFINITION.replace("apiVersion", "\tapiVersion"),
    ],
)
def test_what_may_be_something_else_than_a_definition_is_read(text: str) -> None:
    assert not is_definition(text.encode())
    assert hints(text.encode())
