"""Writes a folder of images that is carried to a place where no outside registry can be reached.

    acreg-mirror.json   which image lies where, see `SavedImage`: {"version": 1, "images": [{"source", "digest",
                        "layout", "referrers": [{"digest", "subject", "tag"}]}]}
    SHA256SUMS          of every file, as `sha256sum --check` reads it
    images/NAME/        an OCI layout for each image
    images/NAME.DIGITS/ one for each signature, attestation and SBOM of the image
    charts/NAME.tgz     a chart of the images

The private reference is not in it: where an image goes is asked of the settings on the other side.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from typing import TYPE_CHECKING

from postrenderer import wholefile
from postrenderer.errors import AcregError
from postrenderer.images.reference import parse
from postrenderer.registry import carried, layout, referrers
from postrenderer.registry.carried import IMAGES, MANIFEST, SUMS, VERSION, SavedImage, listed
from postrenderer.registry.charts import CHARTS
from postrenderer.registry.failures import DAMAGED, REFUSED, RegistryError, failure
from postrenderer.registry.outcome import COPIED, FAILED, PRESENT, CopyOutcome
from postrenderer.registry.places import ImagePlace
from postrenderer.registry.scratch import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from postrenderer.registry.charts import PackedChart
    from postrenderer.registry.manifests import Manifest
    from postrenderer.registry.origins import Origin, Wishes
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.remote import Remote

_PARTIAL = ".partial-"
_NOT_THERE = "it is not there"
EARLIER = "in the earlier folder"


class Save:
    """Writes images to a folder. Call it with one of them; several threads may.

    Args:
        folder: as `prepare` made it.
        remote: whose copies are relative to the folder.
        wishes: what is wanted.
        origin: where images come from.
        earlier: images that another folder has, by source.
    """

    def __init__(
        self, folder: Path, remote: Remote, wishes: Wishes, origin: Origin, earlier: Mapping[str, SavedImage]
    ) -> None:
        self._folder = folder
        self._remote = remote
        self._wishes = wishes
        self._origin = origin
        self._earlier = earlier

    def __call__(self, image: ImageCopy) -> CopyOutcome:
        """Fetch an image and its referrers, unless the folder has it as it is at its source now, undamaged."""
        try:
            return self._save(image)
        except RegistryError as error:
            return CopyOutcome(image, REFUSED if error.kind == REFUSED else FAILED, note=str(error))
        except OSError as error:
            return CopyOutcome(image, FAILED, note=str(not_written(error)))

    def _save(self, image: ImageCopy) -> CopyOutcome:
        digest = self._origin.digest(image)
        name = layout_name(image.source, digest)
        manifest = layout.manifest_in(self._folder, name, digest) or self._origin.manifest(image)
        parts = referrers.instances(manifest)
        with_it = tuple(self._origin.referrers(image, (digest, *parts)) if self._wishes.referrers else ())
        before = self._earlier.get(image.source)
        if before and (before.digest, before.referrers) == (digest, with_it):
            return CopyOutcome(image, PRESENT, digest, EARLIER, with_it)
        names = [(name, digest), *((carried.part(name, item.digest), item.digest) for item in with_it)]
        faults = {pair: self._fault(*pair) for pair in dict.fromkeys(names)}
        for (one, wanted), fault in faults.items():
            if fault:
                self._fetch_all(image, one, wanted, manifest if wanted == digest else None)
        if not any(faults.values()):
            return CopyOutcome(image, PRESENT, digest, referrers=with_it)
        damaged = "; ".join(fault for fault in faults.values() if fault != _NOT_THERE and fault)
        return CopyOutcome(image, COPIED, digest, damaged and f"repaired: {damaged}", with_it)

    def _fault(self, name: str, digest: str) -> str:
        """Return what is wrong with a layout; empty for nothing."""
        if not (self._folder / name / layout.INDEX).exists():
            return _NOT_THERE
        try:
            layout.verify(self._folder, name, digest)
        except RegistryError as error:
            return str(error).partition(";")[0]
        return ""

    def _fetch_all(self, image: ImageCopy, name: str, digest: str, manifest: Manifest | None) -> None:
        """Fetch an image whole, or of a reduced one each platform, or what goes with an image."""
        layout.inside(self._folder, f"{name}/{layout.BLOBS}/{layout.digits(digest)}")  # no link leads elsewhere
        target = self._folder / name
        parts = referrers.instances(manifest) if manifest and self._wishes.platforms else []
        for one in parts or [digest]:
            self._fetch(image, one, target)
        if manifest and parts:
            layout.put_blob(target, manifest)
        layout.list_in(target, digest)

    def _fetch(self, image: ImageCopy, digest: str, target: Path) -> None:
        """Fetch to another name first, so that what bears the right name is whole."""
        fetched = self._folder / IMAGES / f"{_PARTIAL}{os.getpid()}-{threading.get_ident()}"
        try:
            self._remote.copy(self._origin.place(image, digest), ImagePlace(f"dir:{IMAGES}/{fetched.name}"))
            found = layout.take_dir(fetched, target)
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
        if found.digest != digest:
            raise RegistryError(DAMAGED, f"what was fetched as {digest} is {found.digest}")


class Folder:
    """A folder that takes images; what earlier runs put there stays in it.

    Args:
        folder: made if it is not there.
        prune: whether layouts go that no image of the list has any more.

    Raises:
        AcregError: here and in every method, it cannot be written.
    """

    def __init__(self, folder: Path, *, prune: bool = False) -> None:
        prepare(folder)
        self.folder = folder
        self._prune = prune

    def take(self, outcome: CopyOutcome) -> None:
        """Take an image that was fetched: it is in the folder already."""

    def take_chart(self, chart: PackedChart) -> None:
        """Write a chart into the folder."""
        try:
            (self.folder / CHARTS).mkdir(exist_ok=True)
            wholefile.write(str(self.folder / CHARTS / chart.file), chart.content, mode=None)
        except OSError as error:
            raise AcregError(f"{self.folder}: {not_written(error)}.") from None

    def finish(self, outcomes: Iterable[CopyOutcome]) -> list[str]:
        """Write the list of what is in the folder, and the checksums.

        Args:
            outcomes: of this run.

        Returns:
            The names of layouts that are still there and that no image has any more.
        """
        saved = {image.source: image for image in (listed(self.folder) if (self.folder / MANIFEST).exists() else [])}
        for outcome in outcomes:
            source = outcome.image.source
            if outcome.digest and outcome.note != EARLIER:
                saved[source] = SavedImage(
                    source, outcome.digest, layout_name(source, outcome.digest), outcome.referrers
                )
        names = sorted({name for image in saved.values() for name in image.layouts})
        try:
            text = as_text(saved.values()).encode()
            wholefile.write(str(self.folder / MANIFEST), text, mode=None)
            files = ((name, layout.sums_of(self.folder / name)) for name in names)
            sums = {f"{name}/{file}": value for name, found in files for file, value in found.items()}
            packed = sorted((self.folder / CHARTS).glob("*.tgz"))
            sums.update({f"{CHARTS}/{path.name}": layout.sha256(path) for path in packed})
            wholefile.write(str(self.folder / SUMS), as_sums(text, sums), mode=None)
            there = [path.name for path in sorted((self.folder / IMAGES).iterdir()) if layout.is_one(path)]
            unlisted = [f"{IMAGES}/{name}" for name in there if f"{IMAGES}/{name}" not in names]
            for name in unlisted if self._prune else []:
                shutil.rmtree(self.folder / name)
        except OSError as error:
            raise AcregError(
                f"{self.folder}: {not_written(error)}. What is there already stays; run the command again."
            ) from None
        return [] if self._prune else unlisted

    abort = finish


def layout_name(source: str, digest: str) -> str:
    """Return the path of an image's layout: its name and tag for people, its digest to tell it from others."""
    reference = parse(source)
    parts = (reference.path.rpartition("/")[2], reference.tag, digest.partition(":")[2][:16])
    return f"{IMAGES}/{'-'.join(filter(None, parts))}"


def prepare(folder: Path) -> None:
    """Make the folder, and remove what killed runs left in it.

    Raises:
        AcregError: it cannot be made.
    """
    try:
        (folder / IMAGES).mkdir(parents=True, exist_ok=True)
        for left in (folder / IMAGES).glob(f"{_PARTIAL}*"):
            pid = left.name[len(_PARTIAL) :].partition("-")[0]
            if not pid.isdecimal() or not is_alive(int(pid)):
                shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise AcregError(f"The folder {folder} cannot be made: {error.strerror}.") from None


def as_text(saved: Iterable[SavedImage]) -> str:
    """Return the text of acreg-mirror.json."""
    images = [{**image._asdict(), "referrers": [item._asdict() for item in image.referrers]} for image in saved]
    return json.dumps({"version": VERSION, "images": images}, indent=2) + "\n"


def as_sums(text: bytes, sums: Mapping[str, str]) -> bytes:
    """Return the content of SHA256SUMS: that of acreg-mirror.json, whose text is given, is the first line."""
    lines = {MANIFEST: hashlib.sha256(text).hexdigest(), **sums}
    return "".join(f"{value}  {file}\n" for file, value in lines.items()).encode()


def not_written(error: OSError) -> RegistryError:
    """Return the error for a file that cannot be written."""
    return failure(f"the folder cannot be written: {error.strerror}")
