"""Some of the platforms of an image: the list of images without the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from postrenderer.errors import SettingsError
from postrenderer.registry.failures import ABSENT, REFUSED, RegistryError
from postrenderer.registry.manifests import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SUBJECT = "vnd.docker.reference.digest"
"""The annotation with which BuildKit's attestations, whose platform is unknown/unknown, name their image."""


def check(platforms: Iterable[str]) -> tuple[str, ...]:
    """Return platforms as they are compared.

    Args:
        platforms: `os/architecture[/variant]`, as the user writes it.

    Raises:
        SettingsError: one is something else.
    """
    found = []
    for text in platforms:
        parts = text.lower().split("/")
        if len(parts) not in (2, 3) or not all(part.replace("_", "").isalnum() for part in parts):
            raise SettingsError(f"--platform must be like `linux/amd64` or `linux/arm/v7`, not `{text}`.")
        found.append("/".join(parts))
    return tuple(dict.fromkeys(found))


def reduced(manifest: Manifest, platforms: Sequence[str], reference: str, *, is_pinned: bool) -> Manifest:
    """Return a list of images without those for other platforms; what is no list, or has no others, as it is.

    Args:
        manifest: of the source.
        platforms: as `check` returned them; all if there are none. One without a variant has all variants.
        reference: of the image, for messages.
        is_pinned: whether the reference has the digest of the manifest, which a reduced list cannot keep.

    Raises:
        RegistryError: it has none of the platforms, or may not be reduced.
    """
    entries = manifest.entries
    if not platforms or entries is None:
        return manifest
    chosen = {entry.get("digest") for entry in entries if _is_one_of(_platform(entry), platforms)}
    if not chosen:
        there = ", ".join(dict.fromkeys(filter(None, map(_platform, entries))))
        raise RegistryError(ABSENT, f"{reference} has none of the platforms {', '.join(platforms)}, only {there}")
    kept = [
        entry
        for entry in entries
        if entry.get("digest") in chosen or (entry.get("annotations") or {}).get(_SUBJECT) in chosen
    ]
    if len(kept) == len(entries):
        return manifest
    if is_pinned:
        raise RegistryError(
            REFUSED,
            f"{reference} is pinned by the digest of all its platforms, which a part of them cannot have; pin the"
            " digest of one platform, or copy all",
        )
    return Manifest.of(json.dumps({**manifest.document, "manifests": kept}).encode(), manifest.media_type)


def names(manifest: Manifest) -> tuple[str, ...]:
    """Return the platforms of a list of images, without the attestations in it; none for an image."""
    found = [_platform(entry) for entry in manifest.entries or ()]
    return tuple(dict.fromkeys(name for name in found if name and not name.startswith("unknown/")))


def absent(manifest: Manifest, platforms: Sequence[str]) -> str:
    """Return which of the wanted platforms an image does not have, or cannot tell, as a note; empty if it has all."""
    if not platforms:
        return ""
    if manifest.entries is None:
        return "it has one platform, and does not say which"
    there = names(manifest)
    lacking = [wanted for wanted in platforms if not any(_is_one_of(name, [wanted]) for name in there)]
    return f"without {', '.join(lacking)}" if lacking else ""


def _platform(entry: dict[str, Any]) -> str:
    platform = entry.get("platform") or {}
    return "/".join(str(platform[key]) for key in ("os", "architecture", "variant") if platform.get(key))


def _is_one_of(platform: str, platforms: Sequence[str]) -> bool:
    return any(f"{platform}/".startswith(f"{wanted}/") for wanted in platforms)
