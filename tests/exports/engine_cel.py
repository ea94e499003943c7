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
_INPUTS = dict.fromkeys(("object", "oldObject", "request"), cel.Type.DYN)


class Policy:
    """A policy of either kind.

    Attributes:
        types: the type of each variable, as the type checker infers it; later expressions are checked by these.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._spec = content["spec"]
        self.types: dict[str, Any] = {}
        self._variables = {}
        for variable in self._spec["variables"]:
            expression = self._compile(variable["expression"])
            self._variables[variable["name"]] = expression
            self.types[variable["name"]] = expression.return_type()

    def mutate(self, pod: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
        """Apply the mutations one after the other; each sees what the one before it did."""
        for mutation in self._spec["mutations"]:
            patch = self._evaluate(mutation["jsonPatch"]["expression"], pod, old)
            pod = jsonpatch.apply_patch(pod, patch)
        return pod

    def refusal(self, pod: dict[str, Any], old: dict[str, Any] | None = None) -> str:
        """Return the message of a refusal; empty if the pod may come in."""
        (validation,) = self._spec["validations"]
        if self._evaluate(validation["expression"], pod, old):
            return ""
        message: str = self._evaluate(validation["messageExpression"], pod, old)
        return message

    def refused(self, pod: dict[str, Any], old: dict[str, Any] | None = None) -> list[str]:
        """Return the images for which a pod may not come in."""
        found: list[str] = self._evaluate("variables.refused", pod, old)
        return found

    def matches(self, pod: dict[str, Any]) -> bool:
        return all(self._evaluate(each["expression"], pod, None) for each in self._spec["matchConditions"])

    def _compile(self, expression: str) -> Any:  # noqa: ANN401  # the library may be missing
        """Compile an expression: a variable is `variables_NAME` here, so that each has a type of its own."""
        environment = cel.NewEnv(
            variables={**_INPUTS, **{f"variables_{name}": kind for name, kind in self.types.items()}},
            extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
            functions=[_LIST_INDEX_OF],
        )
        expression = re.sub(r"\bvariables\.", "variables_", expression)
        expression = re.sub(r"\.indexOf\((?!')", ".listIndexOf(", expression)
        expression = expression.replace("JSONPatch{op:", "{'op':").replace(", path:", ", 'path':")
        return environment.compile(expression.replace(", value:", ", 'value':"))

    def _evaluate(self, text: str, pod: dict[str, Any], old: dict[str, Any] | None) -> Any:  # noqa: ANN401  # what JSON can hold
        values = {"object": pod, "oldObject": old, "request": _request(pod, old)}
        for name, expression in self._variables.items():
            values[f"variables_{name}"] = _plain(expression, values)
        return _plain(self._compile(text), values)


def _request(pod: dict[str, Any], old: dict[str, Any] | None) -> dict[str, str]:
    namespace = str(pod.get("metadata", {}).get("namespace", "default"))
    return {"operation": "UPDATE" if old else "CREATE", "namespace": namespace}


def _plain(expression: Any, values: dict[str, Any]) -> Any:  # noqa: ANN401  # likewise
    result = expression.eval(data=values)
    assert result.type() != cel.Type.ERROR, result.value()
    return result.plain_value()
