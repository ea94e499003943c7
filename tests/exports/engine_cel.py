"""Admission policies evaluated as the API server evaluates them, with Google's CEL for Python.

What Kubernetes adds to CEL and this library lacks is stood in for here, by its published semantics:

* lists have `indexOf` (k8s.io/apiserver/pkg/cel/library, Lists): written `listIndexOf`, as texts have an `indexOf` too;
* `JSONPatch{…}` is a type of its own (k8s.io/apiserver/pkg/cel/mutation): written as a map.
"""

from __future__ import annotations

import re
from typing import Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types
import pytest

cel = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python has wheels from Python 3.11 on")
ext_optional = pytest.importorskip("cel_expr_python.ext.ext_optional")
ext_strings = pytest.importorskip("cel_expr_python.ext.ext_strings")


def _list_index_of(items: list[Any], item: Any) -> int:  # noqa: ANN401  # what JSON can hold
    return next((index for index, each in enumerate(items) if each == item), -1)


_NAMES = ("object", "oldObject", "request", "variables")
_LIST_INDEX_OF = cel.FunctionDecl(
    "listIndexOf",
    [
        cel.Overload(
            f"list_index_of_{kind}",
            return_type=cel.Type.INT,
            parameters=[cel.Type.LIST, kind],
            is_member=True,
            impl=_list_index_of,
        )
        for kind in (cel.Type.MAP, cel.Type.STRING)
    ],
)
_ENVIRONMENT = cel.NewEnv(
    variables=dict.fromkeys(_NAMES, cel.Type.DYN),
    extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
    functions=[_LIST_INDEX_OF],
)


def evaluate(expression: str, **values: object) -> Any:  # noqa: ANN401  # likewise
    expression = re.sub(r"\.indexOf\((?!')", ".listIndexOf(", expression)
    expression = expression.replace("JSONPatch{op:", "{'op':").replace(", path:", ", 'path':")
    expression = expression.replace(", value:", ", 'value':")
    result = _ENVIRONMENT.compile(expression).eval(data={**dict.fromkeys(_NAMES), **values})
    assert result.type() != cel.Type.ERROR, result.value()
    return result.plain_value()


class Policy:
    """A policy of either kind."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.spec = content["spec"]

    def mutate(self, pod: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
        """Apply the mutations one after the other; each sees what the one before it did."""
        for mutation in self.spec["mutations"]:
            values = self._values(pod, old)
            pod = jsonpatch.apply_patch(pod, evaluate(mutation["jsonPatch"]["expression"], **values))
        return pod

    def refusal(self, pod: dict[str, Any], old: dict[str, Any] | None = None) -> str:
        """Return the message of a refusal; empty if the pod may come in."""
        (validation,) = self.spec["validations"]
        values = self._values(pod, old)
        if evaluate(validation["expression"], **values):
            return ""
        message: str = evaluate(validation["messageExpression"], **values)
        return message

    def matches(self, pod: dict[str, Any]) -> bool:
        return all(evaluate(each["expression"], object=pod) for each in self.spec["matchConditions"])

    def _values(self, pod: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
        values: dict[str, Any] = {
            "object": pod,
            "oldObject": old,
            "request": {"operation": "UPDATE" if old else "CREATE"},
            "variables": {},
        }
        for variable in self.spec["variables"]:
            values["variables"][variable["name"]] = evaluate(variable["expression"], **values)
        return values
