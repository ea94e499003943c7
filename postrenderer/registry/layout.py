"""An image in a folder, as an OCI image layout.

skopeo's own `oci:` transport turns Docker's media types into OCI's, which changes digests. Its `dir:` transport keeps
every byte, and the files of both differ in their names only, so an image is fetched as `dir:` and renamed. The layout
holds Docker's media types then, as the OCI image specification allows, and skopeo reads it as `oci:`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from postrenderer.registry.failures import DAMAGED, RegistryError

if TYPE_CHECKING:
    from pathlib import Path

_BLOBS = "blobs/sha256"
_CHUNK = 1 << 20
_OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def from_dir(fetched: Path, layout: Path) -> dict[str, str]:
    """Turn what skopeo's `dir:` transport wrote into an OCI layout; the files move.

    Args:
        fetched: the folder that skopeo wrote; it is removed.
        layout: made new.

    Returns:
        The SHA-256 of each file of the layout, by its path in it.

    Raises:
        OSError: the disk is full, or the like.
    """
    manifest = (fetched / "manifest.json").read_bytes()
    digest = hashlib.sha256(manifest).hexdigest()
    blobs = layout / _BLOBS
    blobs.mkdir(parents=True)
    (fetched / "version").unlink()
    sums = {}
    for file in sorted(fetched.iterdir()):
        name = digest if file.name == "manifest.json" else file.name.partition(".")[0]
        file.rename(blobs / name)
        sums[f"{_BLOBS}/{name}"] = name
    fetched.rmdir()
    content = json.loads(manifest)
    default = _OCI_INDEX if "manifests" in content else _OCI_MANIFEST
    descriptor = {
        "mediaType": content.get("mediaType", default),
        "digest": f"sha256:{digest}",
        "size": len(manifest),
    }
    files = {
        "oci-layout": {"imageLayoutVersion": "1.0.0"},
        "index.json": {"schemaVersion": 2, "mediaType": _OCI_INDEX, "manifests": [descriptor]},
    }
    for file_name, value in files.items():
        text = json.dumps(value).encode()
        (layout / file_name).write_bytes(text)
        sums[file_name] = hashlib.sha256(text).hexdigest()
    return sums


def sums_of(layout: Path) -> dict[str, str]:
    """Return what `from_dir` returned for a layout, without reading its blobs again: they bear their sums as names."""
    blobs = {f"{_BLOBS}/{file.name}": file.name for file in (layout / _BLOBS).iterdir()}
    texts = {name: sha256(layout / name) for name in ("oci-layout", "index.json")}
    return {**blobs, **texts}


def verify(folder: Path, sums: dict[str, str]) -> None:
    """Read files and compare their SHA-256.

    Args:
        folder: what the names are relative to.
        sums: the SHA-256 of each file.

    Raises:
        RegistryError: a file is missing, cannot be read, or holds something else.
    """
    for name, expected in sorted(sums.items()):
        try:
            found = sha256(folder / name)
        except OSError as error:
            raise RegistryError(DAMAGED, f"{name} cannot be read: {error.strerror}; copy the folder again") from None
        if found != expected:
            raise RegistryError(DAMAGED, f"{name} is damaged, its SHA-256 is {found}; copy the folder again")


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    sums = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            sums.update(chunk)
    return sums.hexdigest()
