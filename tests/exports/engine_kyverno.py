"""Kyverno's mutate policies, evaluated with jmespath.

What is Kyverno's own is stood in for here, as small as can be and by its documentation:

* variables `{{ … }}` in texts, the innermost first; one that is all of a text keeps its type;
* the JMESPath functions `regex_match`, `regex_replace_all` (Go: `$1` is a group), `replace` and `to_lower`;
* the operators of preconditions that are used; strategic merge patches whose lists merge by `name`;
* the rules for pod controllers, which are those for pods with `spec.template.spec` for `spec` (pkg/autogen).
"""

from __future__ import annotations

import json
import re
import warnings
from typing import Any, Callable

import pytest

jmespath = pytest.importorskip("jmespath", reason="the packages for exports are locked for Python 3.11 and newer")
functions = jmespath.functions


class _Functions(functions.Functions):  # type: ignore[misc, name-defined]  # it may be missing
    @functions.signature({"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]  # likewise
    def _func_regex_match(self, pattern: str, text: str) -> bool:
        with warnings.catch_warnings():  # `[[]` may mean something else in a Python to come
            warnings.simplefilter("ignore", FutureWarning)
            return re.search(pattern, text) is not None

    @functions.signature({"types": ["string"]}, {"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]  # likewise
    def _func_regex_replace_all(self, pattern: str, text: str, new: str) -> str:
        return re.sub(pattern, re.sub(r"\$([0-9])", r"\\\1", new), text)

    @functions.signature({"types": ["string"]}, {"types": ["string"]}, {"types": ["string"]}, {"types": ["number"]})  # type: ignore[untyped-decorator]  # likewise
    def _func_replace(self, text: str, old: str, new: str, count: int) -> str:
        return text.replace(old, new, count)

    @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]  # likewise
    def _func_to_lower(self, text: str) -> str:
        return text.lower()


_OPTIONS = jmespath.Options(custom_functions=_Functions())
_VARIABLE = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda key, value: key == value,
    "NotEquals": lambda key, value: key != value,
    "GreaterThan": lambda key, value: key > value,
    "AnyNotIn": lambda key, value: key not in value,
}


def query(expression: str, context: dict[str, Any]) -> Any:  # noqa: ANN401  # what JSON can hold
    return jmespath.search(substitute(expression, context), context, options=_OPTIONS)


def substitute(value: Any, context: dict[str, Any]) -> Any:  # noqa: ANN401  # likewise
    if isinstance(value, dict):
        return {key: substitute(item, context) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, context) for item in value]
    while isinstance(value, str):
        match = _VARIABLE.search(value)
        if match is None:
            break
        found = query(match[1].strip(), context)
        assert found is not None, match[1]
        value = found if match[0] == value else value.replace(match[0], str(found))
    return value


def mutate(policies: list[dict[str, Any]], kind: str, new: dict[str, Any], old: dict[str, Any] | None = None) -> Any:  # noqa: ANN401  # likewise
    """Apply the policies to an object that is created, or updated; `kind` may be one with a subresource."""
    for policy in policies:
        for rule in policy["spec"]["rules"]:
            resources = rule["match"]["any"][0]["resources"]
            operation = "UPDATE" if old else "CREATE"
            if operation not in resources["operations"]:
                continue
            if resources["kinds"] == [kind]:
                new = _apply(rule, new, old, operation)
            elif resources["kinds"] == ["Pod"] and "template" in new["spec"]:
                new = _apply(_for_controllers(rule), new, old, operation)
    return new


def _apply(rule: dict[str, Any], new: dict[str, Any], old: dict[str, Any] | None, operation: str) -> dict[str, Any]:
    context: dict[str, Any] = {"request": {"operation": operation, "object": new, "oldObject": old}}
    _load(rule.get("context", ()), context)
    if not _holds(rule.get("preconditions"), context):
        return new
    mutation = rule["mutate"]
    if "patchStrategicMerge" in mutation:
        patched: dict[str, Any] = _merge(new, substitute(mutation["patchStrategicMerge"], context))
        return patched
    for foreach in mutation["foreach"]:
        context["request"]["object"] = new
        for element in query(foreach["list"], context) or ():
            local = {**context, "element": element}
            _load(foreach["context"], local)
            if _holds(foreach["preconditions"], local):
                new = _merge(new, substitute(foreach["patchStrategicMerge"], local))
    return new


def _load(entries: list[dict[str, Any]], context: dict[str, Any]) -> None:
    for entry in entries:
        variable = entry["variable"]
        found = substitute(variable.get("default"), context)
        if "value" in variable:
            found = substitute(variable["value"], context)
        elif "jmesPath" in variable:
            own = query(variable["jmesPath"], context)
            found = found if own is None else own
        assert found is not None, entry["name"]
        context[entry["name"]] = found


def _holds(preconditions: dict[str, Any] | None, context: dict[str, Any]) -> bool:
    return all(
        _OPERATORS[each["operator"]](substitute(each["key"], context), substitute(each["value"], context))
        for each in (preconditions or {"all": []})["all"]
    )


def _merge(old: Any, new: Any) -> Any:  # noqa: ANN401  # likewise
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merge(old.get(key), value) for key, value in new.items()}}
    if isinstance(old, list) and isinstance(new, list):
        named = {item["name"]: item for item in old}
        return list({**named, **{item["name"]: _merge(named.get(item["name"]), item) for item in new}}.values())
    return new


def _for_controllers(rule: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(rule).replace("request.object.spec", "request.object.spec.template.spec")
    made: dict[str, Any] = json.loads(text)
    for patch in (made["mutate"], *made["mutate"].get("foreach", ())):
        if "patchStrategicMerge" in patch:
            patch["patchStrategicMerge"] = {"spec": {"template": patch["patchStrategicMerge"]}}
    return made
