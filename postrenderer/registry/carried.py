"""Reads a folder of images that was carried here, as `airgap` writes it, and trusts nothing in it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.images.reference import parse
from postrenderer.registry import layout
from postrenderer.registry.charts import CHARTS, read
from postrenderer.registry.failures import DAMAGED, RegistryError
from postrenderer.registry.origins import see_that_it_is
from postrenderer.registry.places import ImagePlace
from postrenderer.registry.referrers import Referrer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from postrenderer.registry.charts import PackedChart
    from postrenderer.registry.manifests import Manifest
    from postrenderer.registry.plan import ImageCopy

VERSION = 1
"""Of acreg-mirror.json."""
MANIFEST, SUMS, IMAGES = "acreg-mirror.json", "SHA256SUMS", "images"


class SavedImage(NamedTuple):
    """An image in the folder.

    Attributes:
        source: the reference it was fetched by.
        digest: of the image.
        layout: the path of its OCI layout.
        referrers: its signatures, attestations and SBOMs, each in a layout of its own.
    """

    source: str
    digest: str
    layout: str
    referrers: tuple[Referrer, ...] = ()

    @property
    def layouts(self) -> dict[str, str]:
        """The layouts of the image and of its referrers, with their digests."""
        return {self.layout: self.digest, **{part(self.layout, item.digest): item.digest for item in self.referrers}}


_LAYOUT_NAME = re.compile(r"images/[\w-][\w.-]*", re.ASCII)
_LAYOUT = "oci:"
"""skopeo's transport for an image in a folder."""


class CarriedFolder(NamedTuple):
    """A folder of images that was read: where images come from, in the place of their registries (see `Origin`).

    Attributes:
        folder: where it is.
        images: what it lists, by source.
        sums: the SHA-256 of each file.
        unpack: writes layouts to the folder when they are needed, if they are in an archive.
    """

    folder: Path
    images: dict[str, SavedImage]
    sums: dict[str, str]
    unpack: Callable[[list[str]], None] | None = None

    def digest(self, image: ImageCopy) -> str:
        """Verify an image and its referrers, and return its digest.

        Raises:
            RegistryError: it is damaged.
        """
        saved = self.images[image.source]
        see_that_it_is(saved.source, saved.digest)
        if self.unpack:
            self.unpack(list(saved.layouts))
        for name, digest in saved.layouts.items():
            for file in (f"{name}/{layout.VERSION}", f"{name}/{layout.INDEX}"):
                if file not in self.sums:
                    raise RegistryError(DAMAGED, f"{SUMS} has no line for {file}")
                layout.verify_sum(self.folder, file, self.sums[file])
            layout.verify(self.folder, name, digest)
        return saved.digest

    def charts(self) -> list[PackedChart]:
        """Verify the charts, and return them.

        Raises:
            RegistryError: one is damaged.
            AcregError: one is none.
        """
        names = [name for name in self.sums if name.startswith(f"{CHARTS}/")]
        if self.unpack and names:
            self.unpack(names)
        for name in names:
            layout.verify_sum(self.folder, name, self.sums[name])
        return [read(layout.read(self.folder, name), name) for name in names]

    def release(self, image: ImageCopy) -> None:
        """Remove what was unpacked for an image."""
        own = self.images[image.source]
        others = {name for other in self.images.values() if other is not own for name in other.layouts}
        for name in own.layouts.keys() - others if self.unpack else ():
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def manifest(self, image: ImageCopy) -> Manifest:
        """Return the manifest of an image.

        Raises:
            RegistryError: it is damaged.
        """
        digest = self.images[image.source].digest
        name = self.place(image, digest).name.removeprefix(_LAYOUT)
        found = layout.manifest_in(self.folder, name, digest)
        if found is None:
            raise RegistryError(DAMAGED, f"the manifest of {image.source} is missing or damaged")
        return found

    def place(self, image: ImageCopy, digest: str) -> ImagePlace:
        """Return where a digest is, relative to the folder."""
        names = {digest: name for name, digest in self.images[image.source].layouts.items()}
        return ImagePlace(_LAYOUT + names[digest])

    def has(self, image: ImageCopy, digest: str) -> bool:
        """Tell whether the folder has a digest of an image's repository."""
        repository = parse(image.source).repository
        return any(
            saved.digest == digest and parse(saved.source).repository == repository for saved in self.images.values()
        )

    def referrers(self, image: ImageCopy, _: Sequence[str]) -> list[Referrer]:
        """Return the referrers of an image."""
        return list(self.images[image.source].referrers)


def part(name: str, digest: str) -> str:
    """Return the path of the layout of a referrer."""
    return f"{name}.{layout.digits(digest)[:16]}"


def load(folder: Path) -> CarriedFolder:
    """Read what is in a folder; the images themselves are verified when they are copied.

    Raises:
        AcregError: it is no such folder, or its list is damaged.
    """
    saved = listed(folder)
    try:
        lines = layout.read(folder, SUMS).decode().splitlines()
        sums = {name: value for value, _, name in (line.partition("  ") for line in lines)}
        if "" in sums:
            raise AcregError(f"{folder / SUMS} is damaged: a line of it names no file. Copy the folder again.")
        for name in sums:
            layout.inside(folder, name)
        layout.verify_sum(folder, MANIFEST, sums.get(MANIFEST, ""))
    except OSError as error:
        raise AcregError(f"{folder / SUMS} cannot be read: {error.strerror}. Copy the folder again.") from None
    except UnicodeDecodeError:
        raise AcregError(f"{folder / SUMS} is damaged: it is not text. Copy the folder again.") from None
    except RegistryError as error:
        raise AcregError(f"{folder}: {error}.") from None
    return CarriedFolder(folder, {image.source: image for image in saved}, sums)


def listed(folder: Path) -> list[SavedImage]:
    """Return the images that a folder lists.

    Raises:
        AcregError: it has no list, or the list is damaged.
    """
    return read_list(folder / MANIFEST)


def read_list(path: Path) -> list[SavedImage]:
    """Return the images that an acreg-mirror.json lists.

    Raises:
        AcregError: it cannot be read, or is damaged.
    """
    try:
        content = json.loads(layout.read(path.parent, path.name))
        if content["version"] != VERSION:
            raise AcregError(
                f"{path} is of version {content['version']}, and this acreg reads {VERSION}: update acreg."
            )
        images = [_saved(**image) for image in content["images"]]
    except OSError as error:
        raise AcregError(
            f"{path} cannot be read: {error.strerror}. Name a folder that `acreg mirror --to` has finished."
        ) from None
    except RegistryError as error:
        raise AcregError(f"{path.parent}: {error}.") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise AcregError(f"{path} is damaged: copy the folder again.") from None
    return images


def _saved(source: str, digest: str, layout: str, referrers: Sequence[dict[str, str]] = ()) -> SavedImage:
    """Check what is said of an image: its layout is a path below the folder, its digests are such."""
    for text in (source, f"x@{digest}"):
        parse(text)
    if not _LAYOUT_NAME.fullmatch(layout):  # skopeo reads `images/a:b` as the image `b` in `images/a`
        raise ValueError(layout)
    found = tuple(Referrer(**referrer) for referrer in referrers)
    for referrer in found:
        for text in (f"x@{referrer.digest}", f"x@{referrer.subject}", f"x:{referrer.tag or 'x'}"):
            parse(text)
    return SavedImage(source, digest, layout, found)
