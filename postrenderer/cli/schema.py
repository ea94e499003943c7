"""The JSON Schema of acreg.yaml, made from the table of settings. The package has it as acreg.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from postrenderer.apis import forms
from postrenderer.settings.options import OPTIONS
from postrenderer.settings.read import IGNORE_KEYS, LOCATION_FORMS, LOCATION_KEYS, PARTS

if TYPE_CHECKING:
    from postrenderer.settings.options import Option

_TEXT: dict[str, Any] = {"type": "string"}


def schema() -> dict[str, Any]:
    """Return the schema (JSON Schema, draft 7, which editors know best)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "acreg.yaml",
        "description": "Settings of acreg, the Helm post-renderer for private registries",
        "type": "object",
        "additionalProperties": False,
        "properties": {option.key: {"description": option.help, **_form(option)} for option in OPTIONS},
    }


def text() -> str:
    """Return the schema as the package has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _form(option: Option) -> dict[str, Any]:
    if option.form == "switch":
        return {"type": "boolean"}
    if option.form == "text":
        return {"enum": option.metavar.split("|")} if "|" in option.metavar else _TEXT
    return {"type": "array", "items": _ITEMS[option.form]}


def _mapping(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


_ITEMS = {
    "list": _TEXT,
    "commands": {"type": "array", "items": _TEXT, "minItems": 1},
    "rules": _mapping({"from": _TEXT, "to": _TEXT}, "from", "to"),
    "locations": _mapping(
        {
            **dict.fromkeys(LOCATION_KEYS, _TEXT),
            "form": {"enum": list(LOCATION_FORMS)},
            "pullSecrets": {"enum": list(forms.SECRETS)},
            "parts": _mapping(dict.fromkeys(PARTS, _TEXT)),
        },
        "path",
    ),
    "ignore": _mapping(dict.fromkeys(IGNORE_KEYS, _TEXT)),
}
