"""What was done to a stream, for programs: the JSON document behind `--report`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types

from postrenderer import __version__
from postrenderer.decide import LEFT, MOVED, UNSURE
from postrenderer.errors import AcregError, InternalError
from postrenderer.patch import patch
from postrenderer.sites.site import STAYS
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    from postrenderer.decide import Finding
    from postrenderer.patch import Patch
    from postrenderer.plan import Plan, WithoutSecret
    from postrenderer.rewrite import Rewritten
    from postrenderer.text.reading import Identity
    from postrenderer.text.view import View

_NOT_PRIVATE = (LEFT, STAYS, UNSURE)

WITHHELD_KINDS = ("Secret",)
"""Kinds whose values appear in no report, in lists neither; operations inside them are counted instead."""


def as_json(result: Rewritten) -> dict[str, Any]:
    """The report of a run.

    `images`: each reference that is on the private registry now, with `from`, `to`, `pointer` (RFC 6901), `line` of the
    input (from 1), `class`, `confidence`, `reason` and `document`. `left`: each that something would pull from
    elsewhere, with its `reason`. `stays`: each that nothing pulls from outside. `unsure`: each that only looks like
    an image.
    `registries`: places that are no images, but to which the names of images are added elsewhere; as `images`.
    `pullSecrets`: which names were added where. `withoutSecret`: each image on the private registry for whose pull
    secret no place is known, with what to do as its `reason`. `documents`: each that was changed, with its `patch`
    (RFC 6902) and, where it is a Secret or holds some, the number of operations `withheld`. `summary`: the counts.

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
    images = [_moved(identity, one) for identity, one in found if one.is_private and not one.is_prefix]
    others = {kind: [_staying(identity, one) for identity, one in found if one.kind == kind] for kind in _NOT_PRIVATE}
    patches = [(plan.identity, _patch(plan, piece.view)) for piece in result.pieces for plan in piece.plans]
    changed = [(identity, patch) for identity, patch in patches if patch.operations]
    return {
        "acreg": __version__,
        "summary": {
            "images": len(images),
            "moved": sum(one.kind == MOVED and not one.is_prefix for _, one in found),
            **{kind: len(listed) for kind, listed in others.items()},
            "pullSecrets": len(secrets),
            "withoutSecret": len(without),
            "documents": len(changed),
        },
        "images": images,
        "registries": [_moved(identity, one) for identity, one in found if one.is_private and one.is_prefix],
        **others,
        "pullSecrets": secrets,
        "withoutSecret": [_without(identity, one) for identity, one in without],
        "documents": [_changed(identity, patch) for identity, patch in changed],
    }


def write(path: str, content: dict[str, Any]) -> None:
    """Write a report whole or not at all; what is no regular file, such as /dev/stderr, is written to as it is.

    Raises:
        AcregError: it cannot be written.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    special = os.path.exists(path) and not os.path.isfile(path)
    partial = path if special else f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(partial, "w", encoding="utf-8") as file:
                file.write(text)
            if not special:
                os.replace(partial, path)
        except BaseException:
            if not special and os.path.exists(partial):
                os.unlink(partial)
            raise
    except OSError as error:
        raise AcregError(
            f"The report cannot be written to {path}: {error.strerror}. Nothing was rendered. Give --report a file in "
            "a folder that exists and has room, or leave it out."
        ) from None


def _document(identity: Identity) -> dict[str, Any]:
    return {
        "index": identity.position,
        "apiVersion": identity.api_version,
        "kind": identity.kind,
        "namespace": identity.namespace,
        "name": identity.name,
        "template": identity.template,
    }


def _patch(plan: Plan, view: View) -> Patch:
    try:
        return patch(plan.root, view)
    except RecursionError:
        raise AcregError(
            f"{plan.identity} is nested too deep for a report, or its aliases make it endless. Look for a template "
            "that calls itself, or run without --report."
        ) from None


def _moved(identity: Identity, one: Finding) -> dict[str, Any]:
    return {"from": one.source, "to": one.target, "reason": one.site.span.reason, **_place(identity, one)}


def _staying(identity: Identity, one: Finding) -> dict[str, Any]:
    return {"reference": one.source, "reason": one.reason, **_place(identity, one)}


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


def _changed(identity: Identity, patch: Patch) -> dict[str, Any]:
    if jsonpatch.apply_patch(patch.before, patch.operations, in_place=True) != patch.after:
        raise InternalError(
            f"{identity}: the patch in the report does not make the document that was rendered. Nothing was written. "
            "This is a defect of acreg: please report it with the document, or run without --report."
        )
    operations = [operation for operation in patch.operations if not _is_secret(operation["path"], patch.after)]
    changed: dict[str, Any] = {"document": _document(identity)}
    withheld = len(patch.operations) - len(operations)
    if operations:
        changed["patch"] = operations
    if withheld:
        changed["withheld"] = withheld
    return changed


def _is_secret(path: str, document: Any) -> bool:  # noqa: ANN401  # what JSON can hold
    """Whether a JSON pointer leads into an object of a kind whose values are withheld."""
    node = document
    for step in path.split("/")[1:]:
        if isinstance(node, dict) and node.get("kind") in WITHHELD_KINDS:
            return True
        node = node[int(step)] if isinstance(node, list) else node[step.replace("~1", "/").replace("~0", "~")]
    return False
