"""The referrers of an image: its signatures, attestations and SBOMs, of each platform too.

* cosign keeps them under tags beside the image: `sha256-<digits>.sig`, `.att` and `.sbom`.
* OCI's referrers name the image as their `subject`. A registry lists them by its referrers API; where it has none, the
  list is an index under the tag `sha256-<digits>` (OCI distribution specification 1.1, referrers tag schema).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.registry.failures import DENIED, OTHER, STRANGE, RegistryError
from postrenderer.registry.manifests import OCI_INDEX, Manifest, is_digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from postrenderer.registry.places import ImagePlace
    from postrenderer.registry.remote import Remote

_SUFFIXES = (".sig", ".att", ".sbom")
_CANNOT_LIST = (DENIED, OTHER)
_MOST = 10_000
"""More referrers than any image has."""


class Referrer(NamedTuple):
    """A manifest that goes with an image.

    Attributes:
        digest: of the manifest.
        subject: the digest of the image, or of the referrer, that it is about.
        tag: cosign's; empty for an OCI referrer.
    """

    digest: str
    subject: str
    tag: str = ""


def tag_for(digest: str) -> str:
    """Return the tag of the list of what refers to a digest, without a suffix also the start of cosign's tags."""
    algorithm, _, digits = digest.partition(":")
    return f"{algorithm}-{digits}"


def instances(manifest: Manifest) -> list[str]:
    """Return the digests in a list of images; none for an image."""
    found = [entry.get("digest") for entry in manifest.entries or ()]
    return [str(digest) for digest in found if is_digest(digest)]


def find(remote: Remote, repository: ImagePlace, side: str, digests: Iterable[str]) -> list[Referrer]:
    """Find all that goes with digests, and with what goes with them.

    Args:
        remote: is asked.
        repository: of the images; its tag and digest do not count.
        side: of the repository.
        digests: of the image, and of its platforms.

    Raises:
        RegistryError: the registry cannot be asked.
    """
    try:
        tags = frozenset(remote.tags(repository, side)) or None
    except RegistryError as error:
        if error.kind not in _CANNOT_LIST:
            raise
        tags = None
    # Some registries list no tags, and each has to be asked for: an image is there, so there should be some.
    found: dict[tuple[str, str], Referrer] = {}
    waiting = list(digests)
    seen = set(waiting)
    while waiting:
        if len(found) > _MOST:
            raise RegistryError(
                STRANGE, f"{repository.host}: what goes with {repository.path} has no end", host=repository.host
            )
        subject = waiting.pop()
        for suffix in _SUFFIXES:
            tag = tag_for(subject) + suffix
            digest = remote.digest(repository.tagged(tag), side) if tags is None or tag in tags else None
            if digest:
                found[digest, tag] = Referrer(digest, subject, tag)
        for descriptor in _listed(remote, repository.pinned(subject), side, tags):
            digest = str(descriptor.get("digest", ""))
            if not is_digest(digest):
                continue
            found.setdefault((digest, ""), Referrer(digest, subject))
            if digest not in seen:
                seen.add(digest)
                waiting.append(digest)
    return sorted(found.values())


def attach(remote: Remote, place: ImagePlace, side: str, manifest: Manifest) -> None:
    """List a manifest as a referrer of its subject, where the registry does not do so by itself.

    Args:
        remote: writes the list.
        place: the subject, by its digest.
        side: of the place.
        manifest: the referrer, which is there already.

    Raises:
        RegistryError: the list cannot be written.
    """
    if remote.referrers(place, side) is not None:
        return
    index = place.tagged(tag_for(place.digest))
    before = remote.get(index, side)
    entries = before.entries or [] if before else []
    if all(entry.get("digest") != manifest.digest for entry in entries):
        remote.put(index, as_index([*entries, descriptor_of(manifest)]), side)


def descriptor_of(manifest: Manifest) -> dict[str, Any]:
    """Return the descriptor of a referrer, as the referrers API lists it."""
    content = manifest.document
    config = content.get("config")
    artifact_type = content.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else None)
    return {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
        **({"artifactType": artifact_type} if artifact_type else {}),
        **({"annotations": content["annotations"]} if content.get("annotations") else {}),
    }


def as_index(entries: list[dict[str, Any]]) -> Manifest:
    """Return an index of manifests, the same bytes for the same entries."""
    content = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()
    return Manifest.of(content, OCI_INDEX)


def listed(remote: Remote, subject: ImagePlace, side: str) -> set[str]:
    """Return the digests of what refers to a digest.

    Raises:
        RegistryError: the registry cannot be asked.
    """
    return {str(entry.get("digest")) for entry in _listed(remote, subject, side, None)}


def _listed(remote: Remote, subject: ImagePlace, side: str, tags: frozenset[str] | None) -> list[dict[str, Any]]:
    listed = remote.referrers(subject, side)
    if listed is not None:
        return listed
    tag = tag_for(subject.digest)
    index = remote.get(subject.tagged(tag), side) if tags is None or tag in tags else None
    # Nobody takes an entry out of this list when what it names is deleted.
    entries = index.entries or [] if index else []
    return [entry for entry in entries if _is_there(remote, subject, side, entry)]


def _is_there(remote: Remote, subject: ImagePlace, side: str, entry: dict[str, Any]) -> bool:
    digest = str(entry.get("digest", ""))
    return is_digest(digest) and remote.digest(subject.pinned(digest), side) is not None
