"""What goes with images, made by hand and pushed as cosign, notation and oras push it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import TYPE_CHECKING

from postrenderer.registry import referrers
from postrenderer.registry.manifests import OCI_MANIFEST, Manifest
from postrenderer.registry.places import TARGET, in_registry
from registry import images
from registry.conftest import push
from registry.reaching import remote

if TYPE_CHECKING:
    from pathlib import Path


def push_signed(folder: Path, reference: str, content: str = "signed") -> tuple[str, list[str]]:
    """Push an image for two platforms with a cosign signature, and for one platform an SBOM whose signature is another
    referrer; return its digest, and the references of all that goes with it."""
    host = reference.partition("/")[0]
    place = in_registry(reference)
    digest = images.build(folder / "image", content, architectures=("amd64", "arm64"))
    push(folder / "image", reference)
    platform = json.loads((folder / "image" / "manifest.json").read_text())["manifests"][0]["digest"]
    tag = f"{referrers.tag_for(digest)}.sig"
    images.build(folder / "signature", f"signature of {content}")
    push(folder / "signature", place.tagged(tag).name.partition("//")[2])
    sbom = _push_referrer(folder / "sbom", reference, platform, "application/spdx+json")
    of_sbom = _push_referrer(folder / "of-sbom", reference, sbom, "application/vnd.cncf.notary.signature")
    repository = f"{host}/{place.path}"
    return digest, [f"{repository}:{tag}", f"{repository}@{sbom}", f"{repository}@{of_sbom}"]


def _push_referrer(folder: Path, reference: str, subject: str, artifact_type: str) -> str:
    """Push an artifact, and list it under the fallback tag, as clients do where a registry has no referrers API."""
    folder.mkdir()
    (folder / "version").write_text("Directory Transport Version: 1.1\n")
    blobs = [b"{}", artifact_type.encode()]
    config, layer = ({"digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)} for blob in blobs)
    for blob, descriptor in zip(blobs, (config, layer)):
        (folder / str(descriptor["digest"]).partition(":")[2]).write_bytes(blob)
    content = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": artifact_type,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", **config},
        "layers": [{"mediaType": artifact_type, **layer}],
        "subject": {"mediaType": OCI_MANIFEST, "digest": subject, "size": 1},
        "annotations": {"made": "by a test"},
    }
    manifest = Manifest.of(json.dumps(content).encode(), OCI_MANIFEST)
    (folder / "manifest.json").write_bytes(manifest.content)
    place = in_registry(reference).pinned(manifest.digest)
    copy = ["skopeo", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false", f"dir:{folder}", place.name]
    subprocess.run(copy, check=True)
    referrers.attach(remote(place.host), place.pinned(subject), TARGET, manifest)
    return manifest.digest
