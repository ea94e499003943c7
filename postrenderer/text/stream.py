"""A stream of manifests as documents with offsets.

The stream stays bytes. It is cut at its `---` lines without being parsed, which YAML allows: a `---` at column 0 ends a
document wherever it stands, inside a block scalar too (YAML 1.2, 9.1.2 "Document Markers"). Only a document that can
hold an image reference is decoded and composed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.text import composer
from postrenderer.text.scalars import Edit, apply

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = re.compile(r"^# Source: (\S+)", re.MULTILINE)
_FIELD = r"^{0}:[ \t]*[\"']?([^\s\"'#]+)"
_KIND = re.compile(_FIELD.format("kind"), re.MULTILINE)
_NAME = re.compile(r"^metadata:[^\n]*\n(?:[ #][^\n]*\n)*?[ ]+name:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_FILENAME = re.compile(r"^ +postrenderer\.helm\.sh/postrender-filename:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_MARKER = re.compile(rb"--(?<=\n--)-(?=[ \t\r\n]|\Z)")  # quicker than what begins with the line break
_DIRECTIVES = re.compile(rb"(?:^%(?:YAML|TAG)[ \t][^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*)+\Z", re.MULTILINE)
"""Directives at the end of a piece, which speak of the next one."""

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


class _Lines:
    """The lines of a stream, counted on from where they were last asked for: few runs ask."""

    def __init__(self) -> None:
        self._position, self._line = 0, 1

    def number(self, data: bytes, position: int) -> int:
        """The number of the line that starts at an offset, from 1."""
        if position < self._position:
            self._position, self._line = 0, 1
        self._line += data.count(b"\n", self._position, position)
        self._position = position
        return self._line


class Document(NamedTuple):
    """A piece of the stream: from its `---` line, or the stream's start, to the next one."""

    position: int
    data: bytes
    start: int
    end: int
    lines: _Lines

    @property
    def line(self) -> int:
        """The number of its first line in the stream, from 1."""
        return self.lines.number(self.data, self.start)

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
        end = self.start
        while end:
            at = self.data.rfind(b"&" + name.encode(), 0, end)
            if at < 0:
                return None
            start = self.data.rfind(b"\n---", 0, at) + 1
            try:
                anchors = composer.from_events(self.data[start : _next_marker(self.data, start)].decode()).anchors
            except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
                anchors = {}
            if name in anchors:
                return anchors[name]
            end = start
        return None


def documents(data: bytes) -> Iterator[Document]:
    """Cut a stream at its `---` lines.

    Indices count the pieces from 0; a piece before the first `---` counts only if it holds more than white space and
    comments. A piece that has directives (`%YAML`, `%TAG`) stays together with the piece that they speak of.
    """
    start, index, lines, end = 0, 0, _Lines(), len(data)
    while start < end:
        cut = _end(data, start)
        yield Document(index, data, start, cut, lines)
        if start or data.startswith(b"---") or _has_content(data[:cut]):
            index += 1
        start = cut


def _end(data: bytes, start: int) -> int:
    """Where the document ends that starts at an offset or whose directives do."""
    cut = _next_marker(data, start)
    if data.find(b"%", start, cut) < 0:
        return cut
    piece = data[start:cut]
    if cut < len(data) and (piece.startswith(b"%") or b"\n%" in piece):
        directives = _DIRECTIVES.search(piece)
        if directives:
            alone = not piece.startswith(b"---") and not _has_content(piece[: directives.start()])
            return _end(data, cut) if alone else start + directives.start()
    return cut


def _next_marker(data: bytes, start: int) -> int:
    """Where the first `---` line after the one at start begins, or the end of the data."""
    marker = _MARKER.search(data, start + 1)
    return marker.start() if marker else len(data)


def _has_content(piece: bytes) -> bool:
    """Whether a piece holds anything but white space, comments, directives and markers."""
    return any(
        line.strip() and not line.lstrip().startswith((b"#", b"%")) and line.strip() not in (b"---", b"...")
        for line in piece.split(b"\n")
    )


def compose(document: Document) -> tuple[str, list[yaml.Node]]:
    """The text of a document and the root nodes in it, of which there may be several if `...` lines end them.

    Helm 4 cuts a `kind: List` into documents, and an anchor may then stand in another document than its aliases, which
    no parser accepts. Such an alias is replaced by what it stands for before anything else.

    Raises:
        AcregError: it is not UTF-8, or not YAML.
    """
    text = document.text()
    try:
        composed = composer.compose(text, document.earlier_anchor)
        if composed.borrowed:
            text = apply(text, [Edit(start, end, composer.written_out(node)) for start, end, node in composed.borrowed])
            composed = composer.compose(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise _unreadable(document, text, error) from None
    return text, composed.roots


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
    source = _SOURCE.search(text) or _FILENAME.search(text)
    template = source.group(1) if source else ""
    if not isinstance(root, yaml.MappingNode):
        kind, name = _KIND.search(text), _NAME.search(text)
        return Identity(
            document.position, kind=kind.group(1) if kind else "", name=name.group(1) if name else "", template=template
        )
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


def _scalars(mapping: yaml.MappingNode) -> dict[str, str]:
    return {key.value: value.value for key, value in mapping.value if key.id == value.id == "scalar"}


def _unreadable(document: Document, text: str, error: Exception) -> AcregError:
    """The error for a document that is not YAML: what, where, what to do."""
    who = identify(document, text, None)
    if isinstance(error, RecursionError):
        return AcregError(
            f"{who} is nested too deep or repeats itself too often to be read, which no Kubernetes object does. Look "
            "for a template that calls itself."
        )
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error).split("\n", 1)[0]
    if mark is not None:
        where = f" at line {document.line + mark.line} of the stream, column {mark.column + 1}"
    elif isinstance(getattr(error, "position", None), int):
        where = f" at line {document.line + text.count(chr(10), 0, error.position)} of the stream"  # type: ignore[attr-defined]
    else:
        where = f" near line {document.line} of the stream"
    return AcregError(
        f"{who} is not valid YAML: {problem}{where}. Correct the template or the values that it is rendered from; "
        "`helm template` shows the text."
    )
