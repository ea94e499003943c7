"""What the CustomResourceDefinitions in a stream say of fields for pull secrets: the very version that is installed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml

from postrenderer.apis.forms import NAME, NAMES, OBJECT, OBJECTS, REFERENCE
from postrenderer.text import composer, stream
from postrenderer.text.mappings import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_KIND = b"CustomResourceDefinition"


class Schemas:
    """The schemas of the kinds that a stream defines. They are read when something asks for one of them.

    Args:
        data: the stream, in UTF-8.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._definitions: list[bytes] | None = None if _KIND in data else []
        self.schema = lru_cache(maxsize=None)(self._schema)

    def secrets(
        self, api_version: str, kind: str, steps: Iterable[str | int], is_field: Callable[[str], bool]
    ) -> dict[str, str] | None:
        """The forms of those fields of a mapping that its schema has.

        Args:
            api_version: the `apiVersion` of the object.
            kind: its `kind`.
            steps: the way from the object to the mapping.
            is_field: says of the name of a field whether it is one for pull secrets.

        Returns:
            The form of each such field, by its name; None if no schema in the stream says which fields there are.
        """
        if self._definitions == []:
            return None
        node = self.schema(api_version, kind)
        for step in steps:
            if node is None:
                return None
            node = _get(node, "items") if isinstance(step, int) else _property(node, step)
        if node is None:
            return None
        properties = _get(node, "properties")
        if not isinstance(properties, yaml.MappingNode):
            return None
        forms = {name: _form(value) for name, value in fields(properties) if is_field(name)}
        return {name: form for name, form in forms.items() if form}

    def _schema(self, api_version: str, kind: str) -> yaml.Node | None:
        """The schema of a version of a kind; None if the stream has none."""
        group, _, version = api_version.rpartition("/")
        if self._definitions is None:
            raw = (document.raw() for document in stream.documents(self._data))
            self._definitions = [text for text in raw if _KIND in text]
        for text in self._definitions:
            if group.encode() in text and kind.encode() in text:
                for root in _roots(text):
                    spec = _get(root, "spec")
                    if _text(_get(spec, "group")) == group and _text(_get(spec, "names", "kind")) == kind:
                        return _version(spec, version)
        return None


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
        if _text(_get(one, "name")) == version:
            schema = _get(one, "schema", "openAPIV3Schema")
            return schema if schema is not None else _get(spec, "validation", "openAPIV3Schema")
    return _get(spec, "validation", "openAPIV3Schema")


def _property(schema: yaml.Node, name: str) -> yaml.Node | None:
    """The schema of a field; None if there is none, or any field may stand there."""
    found = _get(schema, "properties", name)
    return found if found is not None else _get(schema, "additionalProperties")


def _form(schema: yaml.Node) -> str:
    """The form of a field for pull secrets; empty if it is none that can be filled."""
    kind = _text(_get(schema, "type"))
    if kind == "array":
        return {"string": NAMES, "object": OBJECTS}.get(_text(_get(schema, "items", "type")), "")
    if kind == "object" and _get(schema, "properties", "name") is not None:
        return REFERENCE if _get(schema, "properties", "namespace") is not None else OBJECT
    return NAME if kind == "string" else ""


def _get(node: yaml.Node | None, *names: str) -> yaml.Node | None:
    """What stands below these keys."""
    for name in names:
        node = dict(fields(node)).get(name) if isinstance(node, yaml.MappingNode) else None
    return node


def _text(node: yaml.Node | None) -> str:
    """The text of a scalar; empty if it is none."""
    return node.value if isinstance(node, yaml.ScalarNode) else ""
