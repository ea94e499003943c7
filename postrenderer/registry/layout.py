"""Images in a folder, as an OCI image layout.

skopeo's own `oci:` transport turns Docker's media types into OCI's, which changes digests. Its `dir:` transport keeps
every byte, and the files of both differ in their names only, so an image is fetched as `dir:` and renamed. The layout
holds Docker's media types then, as the OCI image specification allows, and skopeo reads it as `oci:`; but it finds none
of several manifests by name if their types are Docker's, so that a layout holds one manifest, and what that names.

A layout is written in this order: blobs, each whole under its name, then `index.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from postrenderer import wholefile
from postrenderer.registry.failures import DAMAGED, RegistryError
from postrenderer.registry.manifests import OCI_INDEX, OCI_MANIFEST, Manifest

if TYPE_CHECKING:
    from pathlib import Path

BLOBS = "blobs/sha256"
INDEX, VERSION = "index.json", "oci-layout"
_CHUNK = 1 << 20
_LONGEST = 64 << 20
"""The longest text that is read into memory."""
_ELSEWHERE = ("foreign", "nondistributable")
"""A word in the media types of layers that are not copied, such as those of Windows images."""


def take_dir(fetched: Path, layout: Path) -> Manifest:
    """Move what skopeo's `dir:` transport wrote into a layout, which does not list it yet.

    Args:
        fetched: the folder that skopeo wrote; it is removed.
        layout: made if it is not there.

    Returns:
        The manifest of the image.

    Raises:
        OSError: the disk is full, or the like.
    """
    content = (fetched / "manifest.json").read_bytes()
    manifest = Manifest.of(content, _media_type(content))
    (layout / BLOBS).mkdir(parents=True, exist_ok=True)
    for file in sorted(fetched.iterdir()):
        if file.name != "version":
            name = digits(manifest.digest) if file.name == "manifest.json" else file.name.partition(".")[0]
            file.replace(layout / BLOBS / name)
    shutil.rmtree(fetched)
    return manifest


def put_blob(layout: Path, manifest: Manifest) -> None:
    """Write a manifest into a layout, which does not list it yet.

    Raises:
        OSError: the disk is full, or the like.
    """
    wholefile.write(str(layout / BLOBS / digits(manifest.digest)), manifest.content, mode=None)


def is_one(path: Path) -> bool:
    """Tell whether a path is a layout, whole or not, and nothing else that somebody put there."""
    if path.is_symlink() or not path.is_dir():
        return False
    names = {child.name for child in path.iterdir()}
    return "blobs" in names and names <= {"blobs", INDEX, VERSION}


def list_in(layout: Path, digest: str) -> None:
    """Write the lists of a layout.

    Args:
        layout: has the blobs.
        digest: of the manifest that it is about.

    Raises:
        OSError: the disk is full, or the like.
    """
    content = (layout / BLOBS / digits(digest)).read_bytes()
    descriptor = {"mediaType": _media_type(content), "digest": digest, "size": len(content)}
    wholefile.write(str(layout / VERSION), json.dumps({"imageLayoutVersion": "1.0.0"}), mode=None)
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor]}
    wholefile.write(str(layout / INDEX), json.dumps(index), mode=None)


def verify_list(root: Path, name: str, digest: str) -> None:
    """See that a layout is about a digest.

    Args:
        root: the folder that must not be left.
        name: of the layout, relative to it.
        digest: of the manifest that it should list, and no other.

    Raises:
        RegistryError: there is no such layout, or it is damaged, or about something else.
    """
    index = f"{name}/{INDEX}"
    listed = _document(root, index).get("manifests")
    if [entry.get("digest") for entry in _entries(listed)] != [digest]:
        raise RegistryError(DAMAGED, f"{index} is not about {digest}; copy the folder again")


def manifest_in(root: Path, name: str, digest: str) -> Manifest | None:
    """Return a manifest of a layout; None if it is not there, or damaged."""
    try:
        content = read(root, f"{name}/{BLOBS}/{digits(digest)}")
    except (OSError, RegistryError):
        return None
    manifest = Manifest.of(content, "")
    return manifest if manifest.digest == digest else None


def verify(root: Path, name: str, digest: str) -> None:
    """Read a layout, and compare each file that its manifest leads to with its digest.

    Args:
        root: the folder that must not be left.
        name: of the layout, relative to it.
        digest: of the manifest.

    Raises:
        RegistryError: a file is missing, cannot be read, or holds something else.
    """
    verify_list(root, name, digest)
    waiting, seen = [(digest, True)], set[str]()
    while waiting:
        one, is_manifest = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        blob = f"{name}/{BLOBS}/{digits(one)}"
        verify_sum(root, blob, digits(one))
        document = _document(root, blob) if is_manifest else {}
        parts = [*_entries([document.get("config")]), *_entries(document.get("layers"))]
        here = [part for part in parts if not any(word in str(part.get("mediaType")) for word in _ELSEWHERE)]
        waiting += [(str(entry.get("digest")), True) for entry in _entries(document.get("manifests"))]
        waiting += [(str(part.get("digest")), False) for part in here]


def digits(digest: str) -> str:
    """Return the digits of a digest, which are the name of its blob.

    Raises:
        RegistryError: it is none that a layout holds.
    """
    algorithm, _, found = digest.partition(":")
    if algorithm != "sha256" or not found.isalnum():
        raise RegistryError(DAMAGED, f"{digest} is not a digest that a folder can hold")
    return found


def sums_of(layout: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a layout; blobs bear theirs as names."""
    blobs = {f"{BLOBS}/{file.name}": file.name for file in (layout / BLOBS).iterdir()}
    texts = {name: sha256(layout / name) for name in (VERSION, INDEX)}
    return {**blobs, **texts}


def verify_sum(root: Path, name: str, expected: str) -> None:
    """Read a file and compare its SHA-256.

    Raises:
        RegistryError: it is missing, cannot be read, is a link, or holds something else.
    """
    try:
        found = sha256(inside(root, name))
    except OSError as error:
        raise RegistryError(DAMAGED, f"{name} cannot be read: {error.strerror}; copy the folder again") from None
    if found != expected:
        raise RegistryError(DAMAGED, f"{name} is damaged, its SHA-256 is {found}; copy the folder again")


def inside(root: Path, name: str) -> Path:
    """Return the path of a file below a folder, which no `..` and no symbolic link leaves.

    Raises:
        RegistryError: it would be left.
    """
    path = root
    for part in name.split("/"):
        path /= part
        if part in ("", ".", "..") or os.sep in part or path.is_symlink():
            raise RegistryError(DAMAGED, f"{name} is not a file inside the folder, so it was not opened")
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise RegistryError(DAMAGED, f"{name} is not a file inside the folder, so it was not opened")
    return path


def read(root: Path, name: str) -> bytes:
    """Return what a file below a folder holds, see `inside`.

    Raises:
        OSError: it cannot be read.
        RegistryError: it is not below the folder, or longer than any text there is.
    """
    with inside(root, name).open("rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise RegistryError(DAMAGED, f"{name} is longer than {_LONGEST >> 20} MiB")
    return content


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    sums = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sums.update(chunk)
    return sums.hexdigest()


def _media_type(content: bytes) -> str:
    document = json.loads(content)
    return str(document.get("mediaType") or (OCI_INDEX if "manifests" in document else OCI_MANIFEST))


def _document(root: Path, name: str) -> dict[str, Any]:
    try:
        value = json.loads(read(root, name))
    except OSError as error:
        raise RegistryError(DAMAGED, f"{name} cannot be read: {error.strerror}; copy the folder again") from None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RegistryError(DAMAGED, f"{name} is damaged: it is no JSON object; copy the folder again")
    return value


def _entries(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
