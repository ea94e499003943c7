"""The digests that private references are pinned to, as a lock has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.images.reference import parse

if TYPE_CHECKING:
    from collections.abc import Iterable


class Pins:
    """Digests by private reference.

    Args:
        pairs: each reference, valid and with or without a tag or digest, and its digest.
        name: of the lock, for messages.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]], name: str) -> None:
        self.name = name
        self._digests = {key(reference): digest for reference, digest in pairs}

    def digest(self, reference: str) -> str:
        """Return the digest of a valid reference; empty if the lock does not have it."""
        return self._digests.get(key(reference), "")


def key(reference: str) -> tuple[str, str]:
    """Return what a lock finds a valid reference by: beside a digest the tag does not count; no tag is `latest`."""
    parsed = parse(reference)
    return parsed.repository, parsed.version
