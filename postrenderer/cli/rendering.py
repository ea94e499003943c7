"""What Helm renders of a release: its documents, each with the name of its template, and hooks told apart.

Helm gives it as the JSON of a dry run, which knows the cluster and the release that is there, or as the stream of `helm
template`, which has the same documents behind `# Source: ` comments (Helm's pkg/action/action.go, renderResources).
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import chain
from postrenderer.cli import hookdocuments
from postrenderer.errors import AcregError, InternalError
from postrenderer.rewrite import rewrite
from postrenderer.text import reading, stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from postrenderer.rewrite import RewrittenStream
    from postrenderer.settings import Settings

_SOURCE = re.compile(r"^---\n# Source: (.*)\n", re.MULTILINE)
"""The lines that Helm writes in front of a document. No document has such a line: Helm cuts at each line with `---`."""

_MARKER = re.compile(r"\A---[^\n]*\n(?:# Source: .*\n)?")


class RenderedDocument(NamedTuple):
    """A document as Helm rendered it.

    Attributes:
        template: the name of its template, such as `app/charts/db/templates/job.yaml`.
        text: the document, without a marker.
    """

    template: str
    text: str


class Rendering(NamedTuple):
    """A release as Helm rendered it.

    Attributes:
        documents: all but the hooks.
        hooks: the chart hooks, which Helm 3 never shows to a post-renderer.
        notes: what Helm says after the installation; empty if it is not known.
        size: about how many bytes the release takes in its Secret; 0 if that is not known.
    """

    documents: list[RenderedDocument]
    hooks: list[RenderedDocument]
    notes: str = ""
    size: int = 0


def of_release(raw: bytes) -> Rendering:
    """Read the JSON of `helm install` and `helm upgrade`.

    Raises:
        AcregError: it is no such JSON.
    """
    try:
        release = json.loads(raw)
    except ValueError:
        raise AcregError(
            "Helm's dry run printed no JSON, so the release cannot be looked at. Please report this."
        ) from None
    hooks = [RenderedDocument(hook["path"], hook["manifest"]) for hook in release.get("hooks") or ()]
    notes = (release.get("info") or {}).get("notes") or ""
    stored = base64.b64encode(gzip.compress(raw))  # as Helm stores it (pkg/storage/driver/util.go)
    return Rendering(list(_documents(release.get("manifest") or "")), hooks, notes, len(stored))


def of_stream(raw: bytes) -> Rendering:
    """Read the stream of `helm template`."""
    found = list(_documents(raw.decode(errors="surrogateescape")))
    hooks = [document for document in found if hookdocuments.positions(_bytes(document))]
    return Rendering([document for document in found if document not in hooks], hooks)


def as_stream(documents: list[RenderedDocument]) -> bytes:
    """Return documents as a post-renderer would get them from Helm 3."""
    return b"".join(map(_bytes, documents))


def private_hooks(rendering: Rendering, settings: Settings) -> tuple[list[RenderedDocument], RewrittenStream]:
    """Return the hooks as the post-renderer makes them, and the whole release, which it sees as under Helm 4.

    Raises:
        AcregError: the release cannot be processed as asked.
    """
    pieces = [_bytes(document) for document in (*rendering.documents, *rendering.hooks)]
    data = b"".join(pieces)
    if settings.before or settings.after:
        rewritten = chain.through(data, settings)
        return _hooks_again(rendering.hooks, b"".join(rewritten.output)), rewritten
    rewritten = rewrite(data, settings)
    output = [bytes(piece) for piece in rewritten.output[1:]]
    cuts = [document.start for document in stream.documents(data)]
    if len(cuts) != len(output):
        raise InternalError("The hooks could not be told apart from the other manifests. Please report this.")
    ends = []
    end = 0
    for piece in pieces:
        end += len(piece)
        ends.append(end)
    texts = [b""] * len(pieces)
    number = 0
    for cut, text in zip(cuts, output):
        while cut >= ends[number]:
            number += 1
        texts[number] += text
    new = texts[len(rendering.documents) :]
    return [RenderedDocument(hook.template, _text(hook, text)) for hook, text in zip(rendering.hooks, new)], rewritten


def _hooks_again(hooks: list[RenderedDocument], output: bytes) -> list[RenderedDocument]:
    """Find hooks by kind and name in what other post-renderers made, which keep neither comments nor the order.

    Raises:
        AcregError: a hook is not there any more, or a new one is.
    """
    made: dict[tuple[str, ...], list[str]] = {}
    positions = hookdocuments.positions(output)
    for document in stream.documents(stream.decode(output).data):
        if document.position in positions:
            text = bytes(document.data[document.start : document.end]).decode(errors="surrogateescape")
            made.setdefault(_key(document), []).append(_MARKER.sub("", text).strip())
    found = []
    for hook in hooks:
        (document,) = stream.documents(_bytes(hook))
        texts = made.get(_key(document)) or [""]
        found.append(RenderedDocument(hook.template, texts.pop(0)))
    lost = [hook.template for hook, new in zip(hooks, found) if not new.text]
    if lost or any(made.values()):
        what = f"the hook of {lost[0]} is not there" if lost else "there is a hook that the chart does not have"
        raise AcregError(
            f"After the post-renderers of `before` and `after`, {what}, and on Helm 3 they can only change the text of"
            " hooks. Nothing was installed. Use Helm 4, or have them keep the kinds and names of hooks."
        )
    return found


def _key(document: stream.Document) -> tuple[str, ...]:
    return tuple(
        text
        for one in reading.read(document).identities
        for text in (one.api_version, one.kind, one.namespace, one.name)
    )


def _documents(manifest: str) -> Iterator[RenderedDocument]:
    found = list(_SOURCE.finditer(manifest))
    ends = [mark.start() for mark in found[1:]] + [len(manifest)]
    for mark, end in zip(found, ends):
        yield RenderedDocument(mark[1], manifest[mark.end() : end].strip())


def _bytes(document: RenderedDocument) -> bytes:
    return f"---\n# Source: {document.template}\n{document.text}\n".encode(errors="surrogateescape")


def _text(before: RenderedDocument, piece: bytes) -> str:
    """The text of a document without what `_bytes` put in front of it."""
    header = _bytes(RenderedDocument(before.template, "")).removesuffix(b"\n")
    if not piece.startswith(header):
        raise InternalError(f"The hook of {before.template} was not found again. Please report this.")
    return piece[len(header) :].decode(errors="surrogateescape").strip()
