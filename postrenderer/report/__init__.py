"""The report of a run, for programs: the JSON document behind `--report`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types

from postrenderer import __version__
from postrenderer.errors import AcregError, InternalError
from postrenderer.findings import loss
from postrenderer.plan.decide import LEFT, MOVED, UNSURE
from postrenderer.report import withheld
from postrenderer.report.file import write
from postrenderer.report.patch import patch_of
from postrenderer.sites.site import STAYS
from postrenderer.text.pointer import pointer

if TYPE_CHECKING:
    import yaml

    from postrenderer.plan.decide import Finding
    from postrenderer.plan.pieces import DocumentFindings, WithoutSecret
    from postrenderer.report.patch import Patch
    from postrenderer.rewrite import RewrittenStream
    from postrenderer.text.reading import Identity
    from postrenderer.text.view import View

__all__ = ["as_json", "write"]

_NOT_PRIVATE = (LEFT, STAYS, UNSURE)


def as_json(result: RewrittenStream) -> dict[str, Any]:
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
    secret = {
        id(one) for document, patch in patches for one in document.findings if withheld.may_be_secret(one, patch.after)
    }
    images = [_moved(identity, one) for identity, one in found if one.is_private and not one.is_prefix]
    others = {
        kind: [_staying(identity, one, is_secret=id(one) in secret) for identity, one in found if one.kind == kind]
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
        return patch_of(root, view)
    except RecursionError:
        raise AcregError(
            f"{identity} is nested too deep for a report, or its aliases make it endless. Look for a template "
            "that calls itself, or run without --report."
        ) from None


def _moved(identity: Identity, one: Finding) -> dict[str, Any]:
    return {"from": one.source, "to": one.target, "reason": one.site.span.reason, **_place(identity, one)}


def _staying(identity: Identity, one: Finding, *, is_secret: bool) -> dict[str, Any]:
    return {"reference": withheld.TEXT if is_secret else one.source, "reason": one.reason, **_place(identity, one)}


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
    operations = withheld.shown(patch, document.findings)
    changed: dict[str, Any] = {"document": _document(identity)}
    if operations:
        changed["patch"] = operations
    if len(operations) < len(patch.operations):
        changed["withheld"] = len(patch.operations) - len(operations)
    return changed
