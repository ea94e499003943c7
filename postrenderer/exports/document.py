"""An export as a value, and its text."""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml

from postrenderer.text import escape


class ExportDocument(NamedTuple):
    """An object of a cluster, or a file.

    Attributes:
        about: what it is and what to do with it, a line each; they become comments.
        content: the mapping.
    """

    about: tuple[str, ...]
    content: dict[str, Any]


class Export(NamedTuple):
    """The objects or files for an engine, and what it cannot do.

    Attributes:
        documents: in the order in which they are to be applied.
        left: what the engine cannot do, a sentence each; they become comments of the first document.
    """

    documents: tuple[ExportDocument, ...]
    left: tuple[str, ...] = ()


def write(export: Export) -> str:
    """Write an export as a YAML stream, with texts of several lines as such."""
    left = [f"NOT DONE: {' '.join(line.split())}" for line in export.left]
    pieces = []
    for number, document in enumerate(export.documents):
        lines = document.about if number else [*document.about, *left]
        comments = "".join(f"# {escape.line(line)}\n" for line in lines)
        pieces.append(comments + yaml.dump(document.content, Dumper=_Dumper, sort_keys=False, width=2**31))
    return "---\n".join(pieces)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as block scalars, and lists below their keys with an indent."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # PyYAML's
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # PyYAML's
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
