"""The fields for pull secrets in the CustomResourceDefinitions of a stream, which are the version that is installed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from postrenderer.apis.forms import NAME, NAMES, OBJECT, OBJECTS, REFERENCE
from postrenderer.pullsecrets.names import is_field
from postrenderer.sites.definitions import KIND
from postrenderer.text import composer, stream
from postrenderer.text.mappings import fields, fields_of, text_of
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_GROUP = regex(rb"(?:^ +|[{,] *)group: *[\"']?([\w.-]+)", re.MULTILINE)
_NAMES = regex(rb"(?:^ +|[{,] *)kind: *[\"']?(\w+)", re.MULTILINE)
"""The group and the kind that a definition is of: the first in it, on a line of its own or in brackets."""
_OPEN = b"x-kubernetes-preserve-unknown-fields"
"""The field of a schema that allows a mapping more fields than the schema lists."""
_PULL_SECRET = tuple(
    f"{before}{between}ecret".encode()
    for before in ("ull", "egistry", "redentials", "redential", "mage")
    for between in ("S", "s", "_s", "-s")
)
"""Each name of a field for pull secrets (names.is_field) has one of these in it."""


class Schemas:
    """The schemas of the kinds that a stream defines. Each is read when something first asks for it.

    Args:
        data: the stream, in UTF-8.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._definitions: dict[tuple[bytes, bytes], bytes] | None = None if KIND in data else {}
        self._schemas: dict[tuple[str, str], yaml.Node | None] = {}

    def secrets(
        self, api_version: str, kind: str, steps: Iterable[str | int], names: Collection[str]
    ) -> dict[str, str] | None:
        """The fields of a mapping that hold pull secrets, by its schema.

        Args:
            api_version: the `apiVersion` of the object.
            kind: its `kind`.
            steps: the way from the object to the mapping.
            names: the fields that other versions of the API have there.

        Returns:
            The form of each such field, by its name; None if no schema in the stream says which fields there are.
        """
        if self._definitions is None:
            self._definitions = dict(_definitions(self._data))
        group, _, version = api_version.rpartition("/")
        text = self._definitions.get((group.encode(), kind.encode()))
        if text is None:
            return None
        words = (_OPEN, *_PULL_SECRET, *(name.encode() for name in names))
        if all(text.find(word) < 0 for word in words):
            return {}
        if (api_version, kind) not in self._schemas:
            self._schemas[api_version, kind] = _schema(text, group, version, kind)
        schema = _below(self._schemas[api_version, kind], steps)
        properties = _get(schema, "properties")
        if not isinstance(properties, yaml.MappingNode):
            return None
        forms = {name: _form(value) for name, value in fields(properties) if is_field(name) or name in names}
        found = {name: form for name, form in forms.items() if form}
        return found if found or text_of(_get(schema, _OPEN.decode())) != "true" else None


def _definitions(data: bytes) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    """The definitions in a stream, by the group and the kind that they are of."""
    at = data.find(KIND)
    while at >= 0:
        start, end = stream.around(data, at)
        group, kind = _GROUP.search(data, start, end), _NAMES.search(data, start, end)
        if group and kind:
            yield (group[1], kind[1]), data[start:end]
        at = data.find(KIND, end)


def _schema(raw: bytes, group: str, version: str, kind: str) -> yaml.Node | None:
    """The schema of a version of a kind in the text of its definition; None if there is none."""
    for root in _roots(raw):
        spec = _get(root, "spec")
        if text_of(_get(spec, "group")) == group and text_of(_get(spec, "names", "kind")) == kind:
            return _version(spec, version)
    return None


def _below(schema: yaml.Node | None, steps: Iterable[str | int]) -> yaml.Node | None:
    """The schema of the value that some steps lead to."""
    for step in steps:
        schema = _get(schema, "items") if isinstance(step, int) else _property(schema, step)
    return schema


def _roots(raw: bytes) -> list[yaml.Node]:
    """The documents in a text; none if it cannot be read."""
    try:
        return composer.compose(raw.decode()).roots
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return []


def _version(spec: yaml.Node | None, version: str) -> yaml.Node | None:
    """The schema of a version in the `spec` of a definition; before apiextensions.k8s.io/v1 one serves all versions."""
    versions = _get(spec, "versions")
    for one in versions.value if isinstance(versions, yaml.SequenceNode) else ():
        if text_of(_get(one, "name")) == version:
            schema = _get(one, "schema", "openAPIV3Schema")
            return schema if schema is not None else _get(spec, "validation", "openAPIV3Schema")
    return _get(spec, "validation", "openAPIV3Schema")


def _property(schema: yaml.Node | None, name: str) -> yaml.Node | None:
    """The schema of a field; None if there is none, or any field may stand there."""
    found = _get(schema, "properties", name)
    return found if found is not None else _get(schema, "additionalProperties")


def _form(schema: yaml.Node) -> str:
    """The form of a field for pull secrets; empty if acreg cannot fill it."""
    kind = text_of(_get(schema, "type"))
    if kind == "array":
        return {"string": NAMES, "object": OBJECTS}.get(text_of(_get(schema, "items", "type")), "")
    if kind == "object" and _get(schema, "properties", "name") is not None:
        return REFERENCE if _get(schema, "properties", "namespace") is not None else OBJECT
    return NAME if kind == "string" else ""


def _get(node: yaml.Node | None, *names: str) -> yaml.Node | None:
    """The value that these keys lead to."""
    for name in names:
        node = fields_of(node).get(name)
    return node
