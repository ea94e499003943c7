"""acreg.lock: the digest of each image on the private registry, for people to review and for the filter to pin.

    # What the private registry holds for appcircle 3.27.3: made by `acreg lock`, read by `--lock`.
    version: 1
    chart: {name: appcircle, version: 3.27.3}
    images:
    - source: docker.io/library/nginx:1.27
      target: registry.example.com/appcircle/nginx
      tag: '1.27'
      digest: sha256:…
      platforms: [linux/amd64, linux/arm64]
      referrers: [{digest: sha256:…, subject: sha256:…, tag: sha256-….sig}]

`tag` is missing where the reference has a digest alone, `platforms` where the image is no list of images, and
`referrers` where the image has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from postrenderer.errors import SettingsError
from postrenderer.images.pins import Pins
from postrenderer.images.reference import parse
from postrenderer.text import construct

if TYPE_CHECKING:
    from postrenderer.settings.model import Settings

VERSION = 1
DEFAULT_NAME = "acreg.lock"
_LONGEST = 64 * 1024 * 1024


class LockedImage(NamedTuple):
    """An image of a lock.

    Attributes:
        source: the reference that it was copied from.
        target: its repository on the private registry.
        digest: of the image there.
        tag: empty if the reference has a digest alone.
        platforms: of a list of images, such as `linux/amd64`.
        referrers: the digest, the subject and the tag of each signature, attestation and SBOM.
    """

    source: str
    target: str
    digest: str
    tag: str = ""
    platforms: tuple[str, ...] = ()
    referrers: tuple[tuple[str, str, str], ...] = ()

    @property
    def reference(self) -> str:
        """The private reference, as the filter makes it without the lock."""
        return f"{self.target}:{self.tag}" if self.tag else f"{self.target}@{self.digest}"

    @property
    def names(self) -> tuple[str, str]:
        """The private references that mean it: this one, and the one with its digest."""
        return self.reference, f"{self.target}@{self.digest}"


class Lock(NamedTuple):
    """A lock: its images, and the name and version of the chart that they are of, if they are of one."""

    images: tuple[LockedImage, ...]
    chart: tuple[str, str] = ("", "")


def pinned(settings: Settings) -> Settings:
    """Return settings with the digests of the lock that they name, if they name one.

    Raises:
        SettingsError: the lock cannot be read.
    """
    if not settings.lock:
        return settings
    pairs = [(name, image.digest) for image in read(settings.lock).images for name in image.names]
    return settings._replace(pins=Pins(pairs, settings.lock))


def read(name: str) -> Lock:
    """Return what a lock says.

    Raises:
        SettingsError: it cannot be read, or is no lock.
    """
    try:
        with open(name, "rb") as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise SettingsError(f"{name} is longer than any lock is.")
        content = construct.load(text)
        if str(content["version"]) != str(VERSION):
            raise SettingsError(
                f"{name} is of version {content['version']}, and this acreg reads {VERSION}: update acreg."
            )
        chart = content.get("chart") or {}
        images = tuple(_numbered(number, entry) for number, entry in enumerate(content["images"], 1))
        _refuse_two_digests(images)
        return Lock(images, (str(chart.get("name", "")), str(chart.get("version", ""))))
    except OSError as error:
        raise SettingsError(f"The lock {name} cannot be read: {error.strerror}. `acreg lock` writes it.") from None
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        said = f" in line {mark.line + 1}" if mark else f": {error}" if isinstance(error, ValueError) else ""
        raise SettingsError(f"{name} is not a lock, or is damaged{said}: write it again with `acreg lock`.") from None


def text(lock: Lock) -> str:
    """Return the text of a lock, in the order of the targets, so that two of them can be compared line by line."""
    name, version = lock.chart
    about = f" for {name} {version}" if name else ""
    images = sorted(set(lock.images), key=lambda image: (image.target, image.tag, image.digest))
    content: dict[str, Any] = {"version": VERSION}
    if name:
        content["chart"] = {"name": name, "version": version}
    content["images"] = [_entry(image) for image in images]
    body = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=2**31, allow_unicode=True)
    return f"# What the private registry holds{about}: made by `acreg lock`, read by `--lock`.\n{body}"


def _entry(image: LockedImage) -> dict[str, Any]:
    entry: dict[str, Any] = {"source": image.source, "target": image.target, "tag": image.tag, "digest": image.digest}
    entry["platforms"] = list(image.platforms)
    keys = ("digest", "subject", "tag")
    entry["referrers"] = [{key: value for key, value in zip(keys, referrer) if value} for referrer in image.referrers]
    return {key: value for key, value in entry.items() if value}


def _refuse_two_digests(images: tuple[LockedImage, ...]) -> None:
    """Refuse two digests for one reference, as a merge in Git may leave them.

    Raises:
        ValueError: one has two.
    """
    digests: dict[str, str] = {}
    for image in images:
        if digests.setdefault(image.reference, image.digest) != image.digest:
            raise ValueError(f"{image.reference} has two digests")


def _numbered(number: int, entry: dict[str, Any]) -> LockedImage:
    """Read an image.

    Raises:
        ValueError: it is no image; the message says which one, and why.
    """
    try:
        return _image(entry)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        named = f" ({entry['source']})" if isinstance(entry, dict) and "source" in entry else ""
        missing = f"it has no {error}" if isinstance(error, KeyError) else error
        raise ValueError(f"image {number}{named}: {missing}") from None


def _image(entry: dict[str, Any]) -> LockedImage:
    """Read an image, and check its references.

    Raises:
        ValueError: one is no reference, or there is an unknown key.
    """
    unknown = entry.keys() - set(LockedImage._fields)
    if unknown:
        raise ValueError(f"it has an unknown key `{min(map(str, unknown))}`")
    referrers = tuple(
        (str(item["digest"]), str(item["subject"]), str(item.get("tag", ""))) for item in entry.get("referrers", ())
    )
    platforms = tuple(map(str, entry.get("platforms", ())))
    target, digest = str(entry["target"]), str(entry["digest"])
    image = LockedImage(str(entry["source"]), target, digest, str(entry.get("tag", "")), platforms, referrers)
    for reference in (image.source, *image.names):
        parse(reference)
    return image
