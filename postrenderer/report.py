"""What was done to a stream, for programs: the JSON document behind `--report`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonpatch  # type: ignore[import-untyped]  # ships no types

from postrenderer import __version__
from postrenderer.errors import AcregError, InternalError
from postrenderer.sites.site import pointer

if TYPE_CHECKING:
    from postrenderer.rewrite import Image, Processed, Result
    from postrenderer.text.stream import Identity

WITHHELD_KINDS = ("Secret",)
"""Kinds whose values appear in no report, in lists neither; operations inside them are counted instead."""


def as_json(result: Result) -> dict[str, Any]:
    """The report of a run.

    `images`: each reference that is on the private registry now, with `from`, `to`, `pointer` (RFC 6901), `line` of the
    input (from 1), `class`, `confidence`, `reason` and `document`. `left`: each that is not, with its `reason`.
    `registries`: places that are no images, but to which the names of images are added elsewhere; as `images`.
    `pullSecrets`: which names were added where. `documents`: each that was changed, with its `patch` (RFC 6902) and,
    where it is a Secret or holds some, the number of operations `withheld`. `summary`: the counts.

    Raises:
        InternalError: a patch does not turn the document before into the document after.
    """
    pairs = [(item.identity, image) for item in result.documents for image in item.images]
    secrets = [
        {"names": addition.names, "pointer": pointer(path), "document": _document(item.identity)}
        for item in result.documents
        for addition in item.pull_secrets
        for path in addition.paths
    ]
    images = [_image(identity, image) for identity, image in pairs if not image.left]
    left = [
        _image(item.identity, image)
        for item in result.documents
        for image in (*item.images, *item.registries)
        if image.left
    ]
    return {
        "acreg": __version__,
        "summary": {
            "images": len(images),
            "moved": sum(image["from"] != image["to"] for image in images),
            "left": len(left),
            "pullSecrets": len(secrets),
            "documents": sum(bool(item.operations) for item in result.documents),
        },
        "images": images,
        "registries": [
            _image(item.identity, image) for item in result.documents for image in item.registries if not image.left
        ],
        "left": left,
        "pullSecrets": secrets,
        "documents": [_changed(item) for item in result.documents if item.operations],
    }


def write(path: str, content: dict[str, Any]) -> None:
    """Write a report whole or not at all; what is no regular file, such as /dev/stderr, is written to as it is.

    Raises:
        AcregError: it cannot be written.
    """
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    special = os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113  # pathlib takes time to import
    partial = path if special else f"{path}.{os.getpid()}.part"
    try:
        try:
            with open(partial, "w", encoding="utf-8") as file:  # noqa: PTH123  # likewise
                file.write(text)
            if not special:
                os.replace(partial, path)  # noqa: PTH105  # likewise
        except BaseException:
            if not special and os.path.exists(partial):  # noqa: PTH110  # likewise
                os.unlink(partial)  # noqa: PTH108  # likewise
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


def _image(identity: Identity, image: Image) -> dict[str, Any]:
    site = image.site
    place = {
        "pointer": pointer(site.path),
        "line": image.line,
        "class": site.family,
        "confidence": site.span.level,
        "document": _document(identity),
    }
    if image.left:
        return {"reference": image.source, "reason": image.left, **place}
    return {"from": image.source, "to": image.target, "reason": site.span.reason, **place}


def _changed(item: Processed) -> dict[str, Any]:
    operations = item.operations
    if item.states is not None:
        before, after = item.states
        if jsonpatch.apply_patch(before, operations, in_place=True) != after:
            raise InternalError(
                f"{item.identity}: the patch in the report does not make the document that was rendered. Nothing was "
                "written. This is a defect of acreg: please report it with the document, or run without --report."
            )
        operations = [operation for operation in operations if not _is_secret(operation["path"], after)]
    changed: dict[str, Any] = {"document": _document(item.identity)}
    withheld = len(item.operations) - len(operations)
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
