"""Requests to registries, each with several tries: manifests by our own client, copies by skopeo."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Callable, TypeVar

if TYPE_CHECKING:
    from postrenderer.registry.manifests import Manifest, RegistryClient
    from postrenderer.registry.places import ImagePlace
    from postrenderer.registry.skopeo import Skopeo
    from postrenderer.registry.work import Workers

_Answer = TypeVar("_Answer")


class Remote:
    """Registries at work. Every method may be called from several threads at once, and raises a RegistryError.

    Args:
        client: asks them.
        workers: tries again, where that may help.
        skopeo: copies; None where nothing is copied.
    """

    def __init__(self, client: RegistryClient, workers: Workers, skopeo: Skopeo | None = None) -> None:
        self._client = client
        self._workers = workers
        self._skopeo = skopeo
        self._lock = threading.Lock()
        self._probed: set[tuple[str, str]] = set()

    def probe(self, host: str, side: str) -> None:
        """See that a registry answers and takes the credentials, before all else; if not, it is asked no more."""
        with self._lock:  # the others wait, as more tries could lock the account
            if (host, side) not in self._probed:
                self._probed.add((host, side))
                self._workers.probe(lambda: self._client.probe(host, side), host)

    def digest(self, place: ImagePlace, side: str, *, to_write: bool = False) -> str | None:
        """Return the digest of what a place holds; None if it holds nothing."""
        return self._ask(place, side, lambda place, side: self._client.digest(place, side, to_write=to_write))

    def get(self, place: ImagePlace, side: str) -> Manifest | None:
        """Return the manifest that a place holds; None if it holds nothing."""
        return self._ask(place, side, self._client.get)

    def put(self, place: ImagePlace, manifest: Manifest, side: str) -> None:
        """Write a manifest."""
        self._ask(place, side, lambda place, side: self._client.put(place, manifest, side))

    def tags(self, place: ImagePlace, side: str) -> list[str]:
        """Return the tags of a repository."""
        return self._ask(place, side, self._client.tags)

    def referrers(self, place: ImagePlace, side: str) -> list[dict[str, Any]] | None:
        """Return the descriptors of what refers to a digest; None if the registry cannot be asked for them."""
        return self._ask(place, side, self._client.referrers)

    def _ask(self, place: ImagePlace, side: str, step: Callable[[ImagePlace, str], _Answer]) -> _Answer:
        self.probe(place.host, side)
        return self._workers.attempt(lambda: step(place, side), place.host)

    def copy(self, source: ImagePlace, target: ImagePlace) -> None:
        """Copy an image with all its platforms, every byte of its manifests as it is."""
        if self._skopeo is None:
            raise TypeError(source)
        skopeo = self._skopeo
        self._workers.attempt(lambda: skopeo.copy(source, target), *filter(None, (source.host, target.host)))
