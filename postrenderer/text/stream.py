"""A stream of manifests as documents with offsets.

The stream stays bytes. It is cut where Helm cuts it, without being parsed: at each line break that `---` follows, with
white space behind it or not (Helm's releaseutil.SplitManifests). To YAML, too, a `---` at column 0 ends a document
wherever it stands, inside a block scalar as well (YAML 1.2, 9.1.2 "Document Markers").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.text import composer
from postrenderer.text.mappings import TooMuchMergedError
from postrenderer.text.regex import regex
from postrenderer.text.scalars import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = regex(r"^# Source: (\S+)", re.MULTILINE)
_FIELD = r"^{0}:[ \t]*[\"']?([^\s\"'#]+)"
_KIND = regex(_FIELD.format("kind"), re.MULTILINE)
_NAME = regex(r"^metadata:[^\n]*\n(?:[ #][^\n]*\n)*?[ ]+name:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_FILENAME = regex(r"^ +postrenderer\.helm\.sh/postrender-filename:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_MARKER = b"---"
_MARKER_TEXT = _MARKER.decode()
_DIRECTIVES = ([b"%YAML"], [b"%TAG"])

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
"""Byte order marks and the encoding that each one announces (YAML 1.2, 5.2)."""


class Encoded(NamedTuple):
    """A stream without its byte order mark, as UTF-8, and what it takes to write it as it came."""

    data: bytes
    bom: bytes
    encoding: str

    def restore(self, pieces: list[bytes | memoryview]) -> list[bytes | memoryview]:
        """UTF-8 text in the encoding of the stream, behind its byte order mark."""
        if self.encoding != "utf-8":
            pieces = [str(piece, "utf-8").encode(self.encoding) for piece in pieces]
        return [self.bom, *pieces]


def decode(raw: bytes) -> Encoded:
    """Take the byte order mark off a stream and turn UTF-16 into UTF-8; without a mark the bytes stay as they are.

    Raises:
        AcregError: the stream announces UTF-16 and is none, or is UTF-16 and does not announce it.
    """
    for bom, encoding in BOMS:
        if raw.startswith(bom):
            start = len(bom)
            while raw.startswith(bom, start):  # as joining files leaves them
                start += len(bom)
            data = raw[start:]
            if encoding == "utf-8":
                return Encoded(data, raw[:start], encoding)
            try:
                return Encoded(data.decode(encoding).encode(), raw[:start], encoding)
            except UnicodeError as error:
                raise AcregError(
                    f"The manifests start with a byte order mark of {encoding}, but byte {error.args[2]} does not fit "
                    "it. Send them as UTF-8, as Helm writes them."
                ) from None
    if b"\0" in raw[:2]:
        raise AcregError("The manifests are neither UTF-8 nor start with a byte order mark. Send them as UTF-8.")
    return Encoded(raw, b"", "utf-8")


class Document(NamedTuple):
    """A piece of the stream: from its `---` line, or the stream's start, to the next one.

    Attributes:
        position: its number, from 0.
        data: the stream, in UTF-8.
        start: where it begins in the stream, with its `---`.
        end: where it ends.
        stream: what is known of the whole stream.
    """

    position: int
    data: bytes
    start: int
    end: int
    stream: _Stream

    @property
    def line(self) -> int:
        """The number of its first line in the stream, from 1."""
        return self.stream.line(self.start)

    def raw(self) -> bytes:
        """The document, as UTF-8."""
        return self.data[self.start : self.end]

    def text(self) -> str:
        """The document, decoded.

        Raises:
            AcregError: it is not UTF-8.
        """
        raw = self.raw()
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            line = self.line + raw.count(b"\n", 0, error.start)
            raise AcregError(
                f"The manifests are not UTF-8: byte 0x{raw[error.start]:02x} at line {line} of the stream, in document "
                f"{self.position + 1}. Save the template or values file that it comes from as UTF-8."
            ) from None

    def earlier_anchor(self, name: str) -> yaml.Node | None:
        """The node that an anchor names in the nearest document before this one that defines it."""
        return self.stream.anchors_before(self.start).get(name)


class _Stream:
    """What is asked of the whole stream, remembered so that each part of it is looked at once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._counted, self._line = 0, 1
        self._read = 0
        self._anchors: dict[str, yaml.Node] = {}

    def line(self, position: int) -> int:
        """The number of the line that starts at an offset, from 1."""
        if position < self._counted:
            self._counted, self._line = 0, 1
        self._line += self._data.count(b"\n", self._counted, position)
        self._counted = position
        return self._line

    def anchors_before(self, end: int) -> dict[str, yaml.Node]:
        """The anchors of all documents before an offset, which starts one; of two of a name the later one."""
        while self._read < end:
            start, self._read = self._read, min(_next_marker(self._data, self._read), end)
            if self._data.find(b"&", start, self._read) >= 0:
                try:
                    self._anchors.update(composer.from_events(self._data[start : self._read].decode()).anchors)
                except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
                    continue  # it is refused, or its anchors are of no use, where it is read itself
        return self._anchors


def documents(data: bytes) -> Iterator[Document]:
    """Cut a stream.

    Positions count the pieces from 0; a piece before the first `---` counts only if it holds more than white space and
    comments. A piece that has directives (`%YAML`, `%TAG`) stays together with the piece that they speak of.
    """
    start, position, stream = 0, 0, _Stream(data)
    while start < len(data):
        end = _end(data, start)
        yield Document(position, data, start, end, stream)
        if start or data.startswith(_MARKER) or _has_content(data[:end]):
            position += 1
        start = end


def _end(data: bytes, start: int) -> int:
    """Where the document ends that starts at an offset or whose directives do."""
    end = start
    while end < len(data):
        begin, end = end, _next_marker(data, end)
        if end == len(data) or data.find(b"%", begin, end) < 0:
            break
        directives = _start_of_directives(data, begin, end)
        if directives == end or not _are_alone(data, begin, end):
            return directives
    return end


def _start_of_directives(data: bytes, start: int, end: int) -> int:
    """Where the directives begin that stand at the end of a piece and speak of the next one; its end if none do."""
    found = at = end
    while at > start:
        line = data.rfind(b"\n", start, at - 1) + 1 or start
        text = data[line:at].strip()
        if text.split(None, 1)[0:1] in _DIRECTIVES and data.startswith(b"%", line):
            found = line
        elif text and not text.startswith(b"#"):
            break
        at = line
    return found


def _are_alone(data: bytes, start: int, end: int) -> bool:
    """Whether a piece is nothing but directives and comments."""
    return not data.startswith(_MARKER, start) and not _has_content(data[start:end])


def _next_marker(data: bytes, start: int) -> int:
    """Where the first `---` behind a line break and behind an offset begins, or the end of the data."""
    found = data.find(b"\n" + _MARKER, start)
    return found + 1 if found >= 0 else len(data)


def _has_content(piece: bytes) -> bool:
    """Whether a piece holds anything but white space, comments, directives and markers."""
    return any(
        line.strip() and not line.lstrip().startswith((b"#", b"%")) and line.strip() not in (b"---", b"...")
        for line in piece.split(b"\n")
    )


class Reading(NamedTuple):
    """A document that was read as YAML.

    Attributes:
        before: its `---` and the white space around that, which Helm takes off before it reads the document.
        text: the text.
        behind: white space at its end that Helm takes off, too, and YAML does not know.
        line: the number of the text's first line in the stream, from 1.
        roots: the root nodes, of which there may be several if `...` lines end them; Helm reads the first.
    """

    before: str
    text: str
    behind: str
    line: int
    roots: list[yaml.Node]

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
    start, end = _bounds(whole)
    text = whole[start:end]
    line = document.line + whole.count("\n", 0, start)
    try:
        composed = composer.manifest(text, document.earlier_anchor)
        if composed.borrowed:
            budget = iter(range(composer.WRITTEN_LIMIT))
            edits = [Edit(start, end, composer.written_out(node, budget)) for start, end, node in composed.borrowed]
            text = apply(text, edits)
            composed = composer.manifest(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise unreadable(document, text, line, error) from None
    return Reading(whole[:start], text, whole[end:], line, composed.roots)


def _bounds(whole: str) -> tuple[int, int]:
    """Where the text of a document starts and ends: what Helm's strings.TrimSpace leaves of it, and plain white space.

    The indentation of its first line stays, and so do the usual line breaks at its end, which a block scalar keeps.
    """
    start, content = 0, _skip_white_space(whole, 0)
    while whole.startswith(_MARKER_TEXT, content) and (not start or whole[content + 3 : content + 4].isspace()):
        start = content + len(_MARKER_TEXT)
        content = _skip_white_space(whole, start)
    line = whole.rfind("\n", start, content) + 1 or start
    indent = whole[line:content]
    if indent and not indent.strip(" ") and (line > start or not start) and _is_indented(whole[content:], indent):
        content = line
    end = len(whole.rstrip())
    while end < len(whole) and whole[end] in " \r\n":
        end += 1
    return content, max(content, end)


def _is_indented(text: str, indent: str) -> bool:
    """Whether all lines of a text behind the first one begin with an indentation, so that the first one's counts."""
    return all(line.startswith(indent) for line in text.split("\n")[1:] if line.strip())


def _skip_white_space(text: str, position: int) -> int:
    """The index of the first sign from a position on that is neither white space nor a byte order mark."""
    while position < len(text) and (text[position].isspace() or text[position] == "\ufeff"):
        position += 1
    return position


class Identity(NamedTuple):
    """What a document is called in reports and errors; every field may be empty."""

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
        return f"{subject} ({place})" if subject else place


def identify(document: Document, text: str, root: yaml.Node | None) -> Identity:
    """Name a document by its composed root or, where it could not be composed, by its text.

    The template file comes from Helm 3's `# Source:` comment or Helm 4's `postrender-filename` annotation.
    """
    template = _template(text)
    if not isinstance(root, yaml.MappingNode):
        kind, name = _said(text)
        return Identity(document.position, kind=kind, name=name, template=template)
    fields = _scalars(root)
    meta = next((_scalars(value) for key, value in root.value if key.value == "metadata" and value.id == "mapping"), {})
    return Identity(
        document.position,
        fields.get("apiVersion", ""),
        fields.get("kind", ""),
        meta.get("namespace", ""),
        meta.get("name", meta.get("generateName", "")),
        template,
    )


@lru_cache(maxsize=1)  # of a text with many documents, `a: b` and `...` again and again, each one is identified
def _template(text: str) -> str:
    """The template file that a text names; empty if it names none."""
    source = _SOURCE.search(text) or _FILENAME.search(text)
    return source.group(1) if source else ""


@lru_cache(maxsize=1)  # likewise
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
    who = identify(document, text, None)
    if isinstance(error, TooMuchMergedError):
        return AcregError(
            f"{who}, near line {line} of the stream, merges too many mappings into one (`<<`), which no "
            "Kubernetes object does. Write the entries out in the template."
        )
    if isinstance(error, RecursionError):
        return AcregError(
            f"{who} is nested too deep or repeats itself too often to be read, which no Kubernetes object does. Look "
            "for a template that calls itself."
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
