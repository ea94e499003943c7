"""Small images, built by hand: one platform or two, in OCI's or Docker's media types."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Media(NamedTuple):
    """The media types of one family of images."""

    manifest: str
    config: str
    layer: str
    images: str


OCI = Media(
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.index.v1+json",
)
DOCKER = Media(
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


def build(folder: Path, content: str, media: Media = OCI, architectures: tuple[str, ...] = ("amd64",)) -> str:
    """Write an image as skopeo's `dir:` transport reads it.

    Args:
        folder: made new.
        content: what the image's one file holds; images of different content share nothing.
        media: the media types to use.
        architectures: one for a plain image; with more, or none, it is a list of images.

    Returns:
        The digest of the image or of the list.
    """
    folder.mkdir(parents=True)
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    manifests = [_manifest(folder, content, media, architecture) for architecture in architectures]
    if len(manifests) == 1:
        top = manifests[0][1]
    else:
        for descriptor, manifest in manifests:
            (folder / f"{_hex(descriptor)}.manifest.json").write_bytes(manifest)
        top = _json({"schemaVersion": 2, "mediaType": media.images, "manifests": [item for item, _ in manifests]})
    (folder / "manifest.json").write_bytes(top)
    return f"sha256:{hashlib.sha256(top).hexdigest()}"


def _manifest(folder: Path, content: str, media: Media, architecture: str) -> tuple[dict[str, Any], bytes]:
    tar = _tar(f"{content} {architecture}\n".encode())
    layer = _blob(folder, media.layer, gzip.compress(tar, mtime=0))
    config = _blob(
        folder,
        media.config,
        _json(
            {
                "architecture": architecture,
                "os": "linux",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]},
            }
        ),
    )
    manifest = _json({"schemaVersion": 2, "mediaType": media.manifest, "config": config, "layers": [layer]})
    descriptor = _descriptor(media.manifest, manifest)
    return {**descriptor, "platform": {"architecture": architecture, "os": "linux"}}, manifest


def _tar(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("content")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _blob(folder: Path, media_type: str, content: bytes) -> dict[str, Any]:
    descriptor = _descriptor(media_type, content)
    (folder / _hex(descriptor)).write_bytes(content)
    return descriptor


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _hex(descriptor: dict[str, Any]) -> str:
    return str(descriptor["digest"]).partition(":")[2]


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()
