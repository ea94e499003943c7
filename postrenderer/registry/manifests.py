"""A client for the part of the OCI distribution specification that is about manifests, tags and referrers.

    HEAD, GET, PUT  /v2/NAME/manifests/TAG-OR-DIGEST
    GET             /v2/NAME/tags/list
    GET             /v2/NAME/referrers/DIGEST

It reaches registries as skopeo does: the same credentials, the same authorities, and HTTP only where that is allowed.
Blobs are skopeo's.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin

from postrenderer.errors import AcregError
from postrenderer.images.reference import DOCKER_HUB
from postrenderer.registry import containers, credentials
from postrenderer.registry.authorization import answer_to, challenges
from postrenderer.registry.failures import ABSENT, DENIED, OF_HOST, OTHER, STRANGE, RegistryError, refusal
from postrenderer.registry.places import SOURCE, TARGET, ImagePlace
from postrenderer.registry.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.registry.places import Reach
    from postrenderer.registry.transport import Answer

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_ACCEPTED = (
    OCI_INDEX,
    OCI_MANIFEST,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.artifact.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
)
_HUB_SERVER = "registry-1.docker.io"
_OK, _CREATED, _UNAUTHORIZED = 200, 201, 401
_DIGEST = re.compile("[a-z0-9]+:[a-f0-9]{64,128}")
_MOST_PAGES, _MOST_BYTES = 10_000, 64 << 20
"""The most pages and bytes of a list that a registry gives in pages."""
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="?next"?')


class Manifest(NamedTuple):
    """A manifest of an image, of a list of images or of anything else: its bytes, its media type and its digest."""

    content: bytes
    media_type: str
    digest: str

    @classmethod
    def of(cls, content: bytes, media_type: str, algorithm: str = "sha256") -> Manifest:
        """Return the manifest of some bytes."""
        algorithm = algorithm if algorithm in hashlib.algorithms_available else "sha256"
        return cls(content, media_type, f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")

    @property
    def document(self) -> dict[str, Any]:
        """The bytes as a JSON object; empty if they are none."""
        try:
            value = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def entries(self) -> list[dict[str, Any]] | None:
        """The descriptors of a list of images, or of another index; None for what is no list."""
        listed = self.document.get("manifests")
        return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else None


def is_digest(text: object) -> bool:
    """Tell whether something is a digest, and not a text that would lead elsewhere in an address."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


_OTHERS = {
    TARGET: "--username and --password-stdin (ACREG_USERNAME, ACREG_PASSWORD)",
    SOURCE: "--source-username and --source-password-stdin (ACREG_SOURCE_USERNAME, ACREG_SOURCE_PASSWORD)",
}
"""How other credentials are given for each side."""


_AGENT = "acreg"


class RegistryClient:
    """The client of the registry API.

    Every method may be called from several threads at once, and raises a RegistryError on failure.

    Args:
        reach: how registries are reached.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._insecure = reach.insecure | containers.insecure(reach.environ)
        self._transport = Transport(self._insecure, reach.certificates, reach.environ)
        self._lock = threading.Lock()
        self._roots: dict[str, str] = {}
        self._shown: dict[tuple[str, str, bool], str] = {}
        self._logins: dict[tuple[str, str], credentials.Login | None] = {}
        self._without_referrers: set[str] = set()

    def stop(self) -> None:
        """End all that runs, and let nothing start any more."""
        self._transport.stop()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def speaks_http(self, host: str) -> bool:
        """Tell whether a registry speaks HTTP, which it may."""
        return self._root(host).startswith("http://")

    def probe(self, host: str, side: str) -> None:
        """See that a registry answers, and show it the credentials, if there are any.

        Raises:
            RegistryError: it refuses them, or cannot be reached.
        """
        if not self._login(side, host, ""):
            self._once("GET", host, "/v2/", {"User-Agent": _AGENT}, b"")
            return
        try:
            answer = self._send("GET", ImagePlace("", host), "/v2/", side)
            is_refused = answer.status == _UNAUTHORIZED
        except RegistryError as error:
            if error.kind != DENIED:
                raise
            is_refused = True
        if is_refused:
            raise RegistryError(
                DENIED,
                f"{host}: it refuses the user name or the password; others are given with `docker login {host}`, or"
                f" with {_OTHERS[side]}",
                host=host,
            )

    def digest(self, place: ImagePlace, side: str, *, to_write: bool = False) -> str | None:
        """Return the digest of what a place holds, an image or a list of images; None if it holds nothing.

        Args:
            place: where to look.
            side: whose credentials are shown.
            to_write: whether a token is asked for that also lets us write, as some registries show a repository that
                is not made yet to nobody else.
        """
        answer = self._manifest("HEAD", place, side, to_write=to_write)
        if answer is None:
            return None
        digest = str(answer.headers.get("Docker-Content-Digest", ""))
        algorithm = place.digest.partition(":")[0] or "sha256"
        if is_digest(digest) and digest.startswith(f"{algorithm}:"):
            return digest
        found = self.get(place, side)  # an old registry, or another algorithm
        return found.digest if found else None

    def get(self, place: ImagePlace, side: str) -> Manifest | None:
        """Return what a place holds; None if it holds nothing."""
        answer = self._manifest("GET", place, side)
        if answer is None:
            return None
        algorithm = place.digest.partition(":")[0] or "sha256"
        found = Manifest.of(answer.body, answer.headers.get_content_type(), algorithm)
        if not found.document.keys() & {"schemaVersion", "mediaType"}:
            raise RegistryError(
                STRANGE,
                f"{place.host}: it answers with {found.media_type} where a manifest belongs; what stands in front of"
                " it, such as a login page, answers in its place",
                host=place.host,
            )
        declared = found.document.get("mediaType")  # which a proxy does not change
        return found._replace(media_type=declared) if isinstance(declared, str) else found

    def put(self, place: ImagePlace, manifest: Manifest, side: str) -> None:
        """Write a manifest; the registry already has all that it refers to."""
        path = f"/v2/{place.path}/manifests/{place.digest or place.tag}"
        answer = self._send("PUT", place, path, side, manifest)
        if answer.status != _CREATED:
            raise refusal(answer.status, answer.headers, answer.body, place.host)

    def tags(self, place: ImagePlace, side: str) -> list[str]:
        """Return the tags of a repository; none if there is no such repository."""
        return [str(tag) for page in self._pages(place, "tags/list?n=1000", side) for tag in _listed(page, "tags")]

    def referrers(self, place: ImagePlace, side: str) -> list[dict[str, Any]] | None:
        """Return the descriptors of what refers to a digest; None if the registry cannot be asked for them."""
        if place.host in self._without_referrers:
            return None
        try:
            pages = self._pages(place, f"referrers/{place.digest}", side)
        except RegistryError as error:
            if error.kind != OTHER:
                raise
            pages = []
        if not pages or "manifests" not in pages[0]:
            self._without_referrers.add(place.host)
            return None
        return [item for page in pages for item in _listed(page, "manifests") if isinstance(item, dict)]

    def _manifest(self, method: str, place: ImagePlace, side: str, *, to_write: bool = False) -> Answer | None:
        path = f"/v2/{place.path}/manifests/{place.digest or place.tag}"
        answer = self._send(method, place, path, side, to_write=to_write)
        if answer.status == _OK:
            return answer
        error = refusal(answer.status, answer.headers, answer.body, place.host)
        if error.kind == ABSENT:
            return None
        raise error

    def _pages(self, place: ImagePlace, path: str, side: str) -> list[dict[str, Any]]:
        pages: list[dict[str, Any]] = []
        following, seen, size = f"/v2/{place.path}/{path}", set[str](), 0
        while following and following not in seen:
            if len(seen) > _MOST_PAGES or size > _MOST_BYTES:
                raise RegistryError(STRANGE, f"{place.host}: its list {path} has no end", host=place.host)
            seen.add(following)
            answer = self._send("GET", place, following, side)
            if answer.status != _OK:
                error = refusal(answer.status, answer.headers, answer.body, place.host)
                if error.kind == ABSENT:
                    return pages
                raise error
            size += len(answer.body)
            page = Manifest(answer.body, "", "").document
            pages.append(page)
            following = _next(answer)
        return pages

    def _send(  # noqa: PLR0913  # what a request is made of
        self,
        method: str,
        place: ImagePlace,
        path: str,
        side: str,
        body: Manifest | None = None,
        *,
        to_write: bool = False,
    ) -> Answer:
        """Send a request with what was shown last, and once more with what the registry wants to see."""
        headers = {
            "Accept": ", ".join(_ACCEPTED) if "/manifests/" in path else "application/json, */*",
            "User-Agent": _AGENT,
        }
        if body:
            headers["Content-Type"] = body.media_type
        host, content = place.host, body.content if body else b""
        writes = to_write or bool(body)
        key = (side, f"{host}/{place.path}", writes)
        shown = self._shown.get(key, "")
        answer = self._once(method, host, path, {**headers, "Authorization": shown} if shown else headers, content)
        if answer.status != _UNAUTHORIZED or not answer.url.startswith(f"{self._root(host)}/"):
            return answer  # a password is for nobody to whom the registry sends us
        found = challenges(answer.headers.get_all("WWW-Authenticate") or [])
        scope = f"repository:{place.path}:pull{',push' if writes else ''}" if place.path else ""
        if to_write:
            found = [one._replace(parameters={**one.parameters, "scope": scope}) for one in found]
        wanted = answer_to(found, self._login(side, host, place.path), self._transport, answer.url, scope)
        if not wanted or wanted == shown:
            return answer
        self._shown[key] = wanted
        return self._once(method, host, path, {**headers, "Authorization": wanted}, content)

    def _once(self, method: str, host: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        return self._transport.send(method, f"{self._root(host)}{path}", headers, body)

    def _root(self, host: str) -> str:
        """Return scheme and host: HTTP only where HTTPS does not answer and that is allowed."""
        root = self._roots.get(host)
        if root:
            return root
        server = _HUB_SERVER if host == DOCKER_HUB else host
        root = f"https://{server}"
        if host in self._insecure:
            with self._lock:
                try:
                    self._transport.send("GET", f"{root}/v2/", {})
                except RegistryError as error:
                    if error.kind not in OF_HOST and error.kind != OTHER:
                        raise
                    root = f"http://{server}"
        self._roots[host] = root
        return root

    def _login(self, side: str, host: str, path: str) -> credentials.Login | None:
        key = (side, f"{host}/{path}")
        if key not in self._logins:
            try:
                self._logins[key] = credentials.find(self._reach.configs[side], host, path)
            except AcregError as error:
                raise RegistryError("helper", str(error), host=host) from None
        return self._logins[key]


def _listed(page: dict[str, Any], key: str) -> list[Any]:
    value = page.get(key)
    return value if isinstance(value, list) else []


def _next(answer: Answer) -> str:
    """The address of the next page, without the host, which it must not leave; empty if there is none."""
    link = _NEXT.search(str(answer.headers.get("Link", "")))
    try:
        target, root = urljoin(answer.url, link.group(1) if link else ""), urljoin(answer.url, "/")
    except ValueError:
        return ""
    return f"/{target.removeprefix(root)}" if link and target.startswith(root) else ""
