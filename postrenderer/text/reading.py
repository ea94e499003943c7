"""A document of a stream, read as YAML in the way in which Helm reads it, and what it is called."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.text import composer, escape, tags
from postrenderer.text.aliases import WRITTEN_LIMIT, written_out
from postrenderer.text.bounds import bounds, refuse_two_readings
from postrenderer.text.mappings import TooMuchMergedError, check_merges
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit, apply

if TYPE_CHECKING:
    from postrenderer.text.stream import Document

_SOURCE = regex(r"^# Source: (\S+)", re.MULTILINE)
_FIELD = r"^{0}:[ \t]*[\"']?([^\s\"'#]+)"
_KIND = regex(_FIELD.format("kind"), re.MULTILINE)
_NAME = regex(r"^metadata:[^\n]*\n(?:[ #][^\n]*\n)*?[ ]+name:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_FILENAME = regex(r"^ +postrenderer\.helm\.sh/postrender-filename:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


class Identity(NamedTuple):
    """The names by which reports and errors call a document; every field may be empty."""

    position: int
    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    template: str = ""

    def __str__(self) -> str:
        """As a person says it: `Deployment vault (document 3, from vault/templates/server.yaml)`."""
        subject = " ".join(part for part in (self.kind, self.name) if part)
        place = f"document {self.position + 1}" + (f", from {self.template}" if self.template else "")
        return escape.line(f"{subject} ({place})" if subject else place)


class Reading(NamedTuple):
    """A document that was read as YAML.

    Attributes:
        before: its `---` and the white space around that, which Helm takes off before it reads the document.
        text: the text.
        behind: white space at its end that Helm takes off, too, and YAML does not know.
        line: the number of the text's first line in the stream, from 1.
        roots: the root nodes, of which there may be several if `...` lines end them; Helm reads the first.
        identities: what each of these is called.
    """

    before: str
    text: str
    behind: str
    line: int
    roots: list[yaml.Node]
    identities: list[Identity]

    def whole(self, text: str) -> bytes:
        """The document, with another text."""
        return (self.before + text + self.behind).encode()


def read(document: Document) -> Reading:
    """Read a document as YAML, in the way in which Helm does.

    Helm 4 cuts a `kind: List` into documents, and an anchor may then stand in another document than its aliases, which
    no parser accepts. Such an alias is replaced by what it stands for before anything else.

    Raises:
        AcregError: it is not UTF-8, or not YAML.
    """
    whole = document.text()
    start, end = bounds(whole)
    text = whole[start:end]
    line = document.line + whole.count("\n", 0, start)
    try:
        tags.refuse_skipped(whole, start)
        refuse_two_readings(whole, start)
        # All of what has a byte order mark must be YAML, since what stands behind a first document may be read as well.
        compose = composer.compose if tags.MARK in whole else composer.manifest
        composed = compose(text, document.earlier_anchor)
        if composed.borrowed:
            budget = iter(range(WRITTEN_LIMIT))
            edits = [Edit(start, end, written_out(node, budget)) for start, end, node in composed.borrowed]
            text = apply(text, edits)
            composed = compose(text)
        check_merges(text, composed.roots)
    except (yaml.YAMLError, TooMuchMergedError, RecursionError) as error:
        raise unreadable(document, text, line, error) from None
    identities = [identify(document.position, text, root) for root in composed.roots]
    return Reading(whole[:start], text, whole[end:], line, composed.roots, identities)


def identify(position: int, text: str, root: yaml.Node | None) -> Identity:
    """Name a document by its composed root or, where it could not be composed, by its text.

    The template file comes from Helm 3's `# Source:` comment or Helm 4's `postrender-filename` annotation.
    """
    template = _template(text)
    if not isinstance(root, yaml.MappingNode):
        kind, name = _said(text)
        return Identity(position, kind=kind, name=name, template=template)
    fields = _scalars(root)
    meta = next((_scalars(value) for key, value in root.value if key.value == "metadata" and value.id == "mapping"), {})
    return Identity(
        position,
        fields.get("apiVersion", ""),
        fields.get("kind", ""),
        meta.get("namespace", ""),
        meta.get("name", meta.get("generateName", "")),
        template,
    )


@lru_cache(maxsize=1)  # a text may have many documents, `a: b` and `...` again and again, and each one is identified
def _template(text: str) -> str:
    """The template file that a text names; empty if it names none."""
    source = _SOURCE.search(text) or _FILENAME.search(text)
    return source.group(1) if source else ""


@lru_cache(maxsize=1)  # as _template
def _said(text: str) -> tuple[str, str]:
    """The kind and the name in a text that could not be composed, or is no mapping."""
    kind, name = _KIND.search(text), _NAME.search(text)
    return kind.group(1) if kind else "", name.group(1) if name else ""


def _scalars(mapping: yaml.MappingNode) -> dict[str, str]:
    return {key.value: value.value for key, value in mapping.value if key.id == value.id == "scalar"}


def unreadable(document: Document, text: str, line: int, error: Exception) -> AcregError:
    """The error for a document that cannot be read as YAML: what, where, what to do.

    Args:
        document: the document.
        text: its text.
        line: the number of the text's first line in the stream, from 1.
        error: why it cannot be read: a YAMLError, RecursionError or TooMuchMergedError.
    """
    who = identify(document.position, text, None)
    if isinstance(error, TooMuchMergedError):
        return AcregError(
            f"{who}, near line {line} of the stream, merges more than any Kubernetes object does "
            "(`<<`). Write the entries out in the template."
        )
    if isinstance(error, RecursionError):
        return AcregError(
            f"{who}, near line {line} of the stream, is nested too deep or repeats itself too often to be read, which "
            "no Kubernetes object does. Look for a template that calls itself."
        )
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).split("\n", 1)[0]
    if mark is not None:
        where = f" at line {line + mark.line} of the stream, column {mark.column + 1}"
    elif isinstance(getattr(error, "position", None), int):
        where = f" at line {line + text.count(chr(10), 0, error.position)} of the stream"  # type: ignore[attr-defined]
    else:
        where = f" near line {line} of the stream"
    return AcregError(
        f"{who} is not valid YAML: {problem}{where}. Correct the template or the values that it is rendered from; "
        "`helm template` shows the text."
    )
