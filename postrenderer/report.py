"""What was done to a stream, for programs: the JSON document behind `--report`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types

from postrenderer import __version__, wholefile
from postrenderer.errors import AcregError, InternalError, SettingsError
from postrenderer.findings import loss
from postrenderer.patch import patch
from postrenderer.plan.decide import LEFT, MOVED, UNSURE
from postrenderer.sites.site import STAYS
from postrenderer.text.pointer import pointer, steps
from postrenderer.text.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    import yaml

    from postrenderer.patch import Patch
    from postrenderer.plan.decide import Finding
    from postrenderer.plan.pieces import DocumentFindings, WithoutSecret
    from postrenderer.rewrite import Rewritten
    from postrenderer.text.reading import Identity
    from postrenderer.text.view import View

_NOT_PRIVATE = (LEFT, STAYS, UNSURE)
SECRET_KINDS = ("Secret", "SecretList")
"""Kinds whose values are shown nowhere. The items of a list need no kind of their own."""
_SECRET_IN_TEXT = regex(r"kind[\\\"'\s]*[:=](?:[\\\"'\s]|[&!]\S{0,99}\s)*Secret(?:List)?\b")
_FLAG = regex(r"(?:--?[A-Za-z][\w.-]*=)?")
"""What may stand in front of the first reference of a text that is shown."""
_OPEN_FILE = regex(r"(?:/dev/fd/|/proc/self/fd/)(\d{1,9})|/dev/(stdin|stdout|stderr)")
_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_BETWEEN = regex(r"[\s,;]*")
_WITHHELD = "(withheld)"


def as_json(result: Rewritten) -> dict[str, Any]:
    """The report of a run.

    `images`: each reference that is on the private registry now, with `from`, `to`, `pointer` (RFC 6901), `line` of the
    input (from 1), `class`, `confidence`, `reason` and `document`. `left`: each that something would pull from
    elsewhere, with its `reason`. `stays`: each that may stay. `unsure`: each that only looks like
    an image.
    `registries`: places that are no images, but to which the names of images are added elsewhere; as `images`.
    `pullSecrets`: which names were added where. `withoutSecret`: each image on the private registry for whose pull
    secret no place is known, with what to do as its `reason`. `serviceAccounts`: each
    whose pull secrets pods may lack, with the images (`references`) that they keep, and what to do as its `reason`.
    `documents`: each that was changed, with its `patch` (RFC 6902) and the number of operations `withheld`, as they
    would show more than references. `summary`: the counts.

    Raises:
        AcregError: a document is too large for a patch.
        InternalError: a patch does not turn the document before into the document after.
    """
    found = [(document.identity, one) for document in result.found for one in document.findings]
    secrets = [
        {"names": addition.names, "pointer": pointer(path), "document": _document(document.identity)}
        for document in result.found
        for addition in document.additions
        for path in addition.paths
    ]
    without = [(document.identity, one) for document in result.found for one in document.without]
    accounts = [
        {
            "serviceAccount": use.name,
            "references": use.left,
            "reason": loss(use),
            "pointer": pointer(use.paths[0]),
            "document": _document(document.identity),
        }
        for document in result.found
        for use in document.accounts
        if use.left
    ]
    patches = [
        (document, _patch(document.identity, root, piece.view))
        for piece in result.pieces
        for root, document in zip(piece.reading.roots, piece.documents)
    ]
    secret = {id(one) for document, patch in patches for one in document.findings if _may_be_secret(one, patch.after)}
    images = [_moved(identity, one) for identity, one in found if one.is_private and not one.is_prefix]
    others = {
        kind: [_staying(identity, one, withheld=id(one) in secret) for identity, one in found if one.kind == kind]
        for kind in _NOT_PRIVATE
    }
    changed = [(document, patch) for document, patch in patches if patch.operations]
    return {
        "acreg": __version__,
        "summary": {
            "images": len(images),
            "moved": sum(one.kind == MOVED and not one.is_prefix for _, one in found),
            **{kind: len(listed) for kind, listed in others.items()},
            "pullSecrets": len(secrets),
            "withoutSecret": len(without),
            "serviceAccounts": len(accounts),
            "documents": len(changed),
        },
        "images": images,
        "registries": [_moved(identity, one) for identity, one in found if one.is_private and one.is_prefix],
        **others,
        "pullSecrets": secrets,
        "withoutSecret": [_without(identity, one) for identity, one in without],
        "serviceAccounts": accounts,
        "documents": [_changed(document, patch) for document, patch in changed],
    }


def write(path: str, content: dict[str, Any]) -> None:
    """Write a report, for its owner alone, whole or not at all.

    A symbolic link is replaced and not followed. A name of an open file, such as /dev/stderr, means that file, even if
    it is a regular one. What is no regular file, such as /dev/tty, is written to as it is.

    Raises:
        AcregError: it cannot be written.
        SettingsError: it would come among the manifests.
    """
    _refuse_stdout(path)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    number = _descriptor(path)
    try:
        if number is None and (os.path.isfile(path) or not os.path.exists(path)):
            wholefile.write(path, text)
        else:
            with open(path if number is None else number, "w", encoding="utf-8", closefd=number is None) as file:
                file.write(text)
    except OSError as error:
        raise AcregError(
            f"The report cannot be written to {path}: {error.strerror}. Nothing was rendered. Give --report a file in "
            "a folder that exists and has room, or leave it out."
        ) from None


def _descriptor(path: str) -> int | None:
    """The number of the open file that a path names, whether there is a /proc or not; None if it names none."""
    found = _OPEN_FILE.fullmatch(os.path.abspath(path))
    return (int(found[1]) if found[1] else _STREAMS[found[2]]) if found else None


def _refuse_stdout(path: str) -> None:
    """Refuse `-` and what is the same file as standard output, which belongs to the manifests.

    Raises:
        SettingsError: it is.
    """
    if path == "-" or _descriptor(path) == 1 or _is_stdout(path):
        raise SettingsError(
            f"--report: {path} is standard output, and the report would come among the manifests. Nothing was "
            "rendered. Give --report the name of a file, or /dev/stderr."
        )


def _is_stdout(path: str) -> bool:
    try:
        found = os.stat(path)
        return os.path.samestat(found, os.fstat(1)) and not os.path.samestat(found, os.stat(os.devnull))
    except OSError:  # one of them is not there
        return False


def _document(identity: Identity) -> dict[str, Any]:
    return {
        "index": identity.position,
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": identity.namespace,
        "name": identity.name,
        "template": identity.template,
    }


def _patch(identity: Identity, root: yaml.Node, view: View) -> Patch:
    try:
        return patch(root, view)
    except RecursionError:
        raise AcregError(
            f"{identity} is nested too deep for a report, or its aliases make it endless. Look for a template "
            "that calls itself, or run without --report."
        ) from None


def _moved(identity: Identity, one: Finding) -> dict[str, Any]:
    return {"from": one.source, "to": one.target, "reason": one.site.span.reason, **_place(identity, one)}


def _staying(identity: Identity, one: Finding, *, withheld: bool) -> dict[str, Any]:
    return {"reference": _WITHHELD if withheld else one.source, "reason": one.reason, **_place(identity, one)}


def _without(identity: Identity, one: WithoutSecret) -> dict[str, Any]:
    return {"reference": one.finding.target, "reason": one.reason, **_place(identity, one.finding)}


def _place(identity: Identity, one: Finding) -> dict[str, Any]:
    return {
        "pointer": pointer(one.site.path),
        "line": one.line,
        "class": one.site.family,
        "confidence": one.site.span.level,
        "document": _document(identity),
    }


def _changed(document: DocumentFindings, patch: Patch) -> dict[str, Any]:
    identity = document.identity
    if jsonpatch.apply_patch(patch.before, patch.operations, in_place=True) != patch.after:
        raise InternalError(
            f"{identity}: the patch in the report does not make the document that was rendered. Nothing was written. "
            "This is a defect of acreg: please report it with the document, or run without --report."
        )
    operations = _shown(patch, document.findings)
    changed: dict[str, Any] = {"document": _document(identity)}
    if operations:
        changed["patch"] = operations
    if len(operations) < len(patch.operations):
        changed["withheld"] = len(patch.operations) - len(operations)
    return changed


def _shown(patch: Patch, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The operations of a patch that show references, names of flags and pull secrets, and nothing else.

    A password may stand beside an image in one string: in a script, in a variable, in a manifest within a ConfigMap.
    """
    of_nodes: dict[int, list[Finding]] = {}
    for finding in findings:
        of_nodes.setdefault(id(finding.site.node), []).append(finding)
    nodes = {id(node): node for node in patch.nodes}  # aliases put one in many places
    bare = {key for key, node in nodes.items() if _is_bare(node, of_nodes.get(key, []))}
    return [
        operation
        for operation, node in zip(patch.operations, patch.nodes)
        if id(node) in bare and not _is_secret(operation["path"], patch.after)
    ]


def _may_be_secret(one: Finding, document: Any) -> bool:  # noqa: ANN401  # what JSON can hold
    """Whether a text that only looks like an image is a value of a Secret, or of one within a text."""
    if one.kind != UNSURE:
        return False
    return bool(one.site.encoding) or holds_secret(one.site.node.value) or _is_secret(pointer(one.site.path), document)


def holds_secret(text: str) -> bool:
    """Whether a text holds the manifest of a Secret, or its template."""
    return _SECRET_IN_TEXT.search(text) is not None


def _is_secret(path: str, document: Any) -> bool:  # noqa: ANN401  # what JSON can hold
    """Whether a JSON pointer leads into an object of a kind whose values are withheld, or to what another key hides."""
    node = document
    for step in steps(path):
        if isinstance(node, dict) and node.get("kind") in SECRET_KINDS:
            return True
        try:
            node = node[int(step)] if isinstance(node, list) else node[step]
        except (LookupError, TypeError, ValueError):  # of two keys of a name the last one counts
            return True
    return False


def _is_bare(node: yaml.Node, findings: list[Finding]) -> bool:
    """Whether a scalar holds its references and no text around them; without any it is a list of pull secrets."""
    if any(finding.site.encoding for finding in findings):
        return False
    spans = sorted({finding.site.span[:2] for finding in findings})
    return not spans or (
        _FLAG.fullmatch(node.value, 0, spans[0][0]) is not None
        and all(_BETWEEN.fullmatch(node.value, end, start) for (_, end), (start, _) in zip(spans, spans[1:]))
        and _BETWEEN.fullmatch(node.value, spans[-1][1]) is not None
    )
