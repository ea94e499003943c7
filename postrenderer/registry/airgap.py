"""A folder of images that is carried to where no registry outside can be reached.

    acreg-mirror.json   which image lies where: {"version": 1, "images": [{"source", "digest", "layout"}]}
    SHA256SUMS          of every file, as `sha256sum --check` reads it
    images/NAME/        an OCI layout for each image

The private reference is not in it: where an image goes is asked of the settings on the other side.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.errors import AcregError
from postrenderer.images.reference import parse
from postrenderer.registry import layout
from postrenderer.registry.failures import ABSENT, DAMAGED, RegistryError, failure
from postrenderer.registry.mirror import COPIED, FAILED, PRESENT, Outcome
from postrenderer.registry.scratch import is_alive
from postrenderer.registry.skopeo import SOURCE, Place, Skopeo, in_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from postrenderer.registry.plan import Copy
    from postrenderer.registry.work import Crew

MANIFEST, SUMS, IMAGES = "acreg-mirror.json", "SHA256SUMS", "images"
_PARTIAL = ".partial-"


class Saved(NamedTuple):
    """An image in the folder: the reference it was fetched by, its digest, and the path of its OCI layout."""

    source: str
    digest: str
    layout: str


class Save:
    """Writes images to a folder. Call it with one of them; several threads may.

    Args:
        folder: made if it is not there.
        skopeo: whose folder is this one.
        crew: tries again, where that may help.

    Raises:
        AcregError: the folder cannot be made.
    """

    def __init__(self, folder: Path, skopeo: Skopeo, crew: Crew) -> None:
        self._folder = folder
        self._skopeo = skopeo
        self._crew = crew

    def __call__(self, image: Copy) -> Outcome:
        """Fetch an image, unless the folder has it with the digest that it has at its source now."""
        try:
            place = in_registry(image.source)
            digest = self._crew.attempt(lambda: self._skopeo.digest(place, SOURCE), place.host)
            if digest is None:
                raise RegistryError(ABSENT, f"there is no image {image.source}")  # noqa: TRY301  # as others
            name = layout_name(image.source, digest)
            if (self._folder / name).exists():
                return Outcome(image, PRESENT, digest)
            place = in_registry(image.source, digest=digest)
            self._crew.attempt(lambda: self._fetch(place, self._folder / name), place.host)
        except RegistryError as error:
            return Outcome(image, FAILED, note=str(error))
        return Outcome(image, COPIED, digest)

    def _fetch(self, source: Place, target: Path) -> None:
        """Fetch to another name first, so that what bears the right name is whole."""
        partial = target.with_name(f"{_PARTIAL}{os.getpid()}-{target.name}")
        fetched = partial.with_name(f"{partial.name}.dir")
        try:
            self._skopeo.copy(source, Place(f"dir:{IMAGES}/{fetched.name}"))
            layout.from_dir(fetched, partial)
            try:
                partial.rename(target)
            except OSError:
                if not target.exists():  # else the same image under another tag was fetched at the same time
                    raise
        except OSError as error:
            raise failure(_said(error)) from None
        finally:
            shutil.rmtree(fetched, ignore_errors=True)
            shutil.rmtree(partial, ignore_errors=True)


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
            if not pid.isdigit() or not is_alive(int(pid)):
                shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise AcregError(f"The folder {folder} cannot be made: {error.strerror}.") from None


def finish(folder: Path, outcomes: Iterable[Outcome]) -> None:
    """Write the list of what is in the folder, and the checksums; what earlier runs put there stays in it.

    Raises:
        AcregError: the disk is full, or the like.
    """
    saved = {image.source: image for image in (_listed(folder) if (folder / MANIFEST).exists() else [])}
    for outcome in outcomes:
        if outcome.status != FAILED:
            source = outcome.image.source
            saved[source] = Saved(source, outcome.digest, layout_name(source, outcome.digest))
    content = {"version": 1, "images": [image._asdict() for image in saved.values()]}
    try:
        _replace(folder / MANIFEST, json.dumps(content, indent=2) + "\n")
        sums = {MANIFEST: layout.sha256(folder / MANIFEST)}
        for name in sorted({image.layout for image in saved.values()}):
            sums.update({f"{name}/{file}": value for file, value in layout.sums_of(folder / name).items()})
        _replace(folder / SUMS, "".join(f"{value}  {file}\n" for file, value in sums.items()))
    except OSError as error:
        raise AcregError(
            f"{folder}: {failure(_said(error))}. What is there already stays; run the command again."
        ) from None


class Loaded(NamedTuple):
    """A folder of images that was read."""

    folder: Path
    images: dict[str, Saved]
    sums: dict[str, str]

    def origin(self, image: Copy) -> tuple[Place, str]:
        """Verify an image, and return its place, relative to the folder, and its digest.

        Raises:
            RegistryError: the image is damaged.
        """
        saved = self.images[image.source]
        sums = {name: value for name, value in self.sums.items() if name.startswith(f"{saved.layout}/")}
        index = f"{saved.layout}/index.json"
        if index not in sums:
            raise RegistryError(DAMAGED, f"{SUMS} has no line for {index}")
        layout.verify(self.folder, sums)
        descriptors = json.loads((self.folder / index).read_bytes())["manifests"]
        if [descriptor["digest"] for descriptor in descriptors] != [saved.digest]:
            raise RegistryError(DAMAGED, f"{index} is of another image than {MANIFEST} says")
        return Place(f"oci:{saved.layout}"), saved.digest


def load(folder: Path) -> Loaded:
    """Read what is in a folder; the images themselves are verified when they are copied.

    Raises:
        AcregError: it is no such folder, or its list is damaged.
    """
    saved = _listed(folder)
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise AcregError(f"{folder / SUMS} cannot be read: {error.strerror}. Copy the folder again.") from None
    sums = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    try:
        layout.verify(folder, {MANIFEST: sums.get(MANIFEST, "")})
    except RegistryError as error:
        raise AcregError(f"{folder}: {error}.") from None
    return Loaded(folder, {image.source: image for image in saved}, sums)


def _listed(folder: Path) -> Sequence[Saved]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_bytes())
        images = [Saved(**image) for image in content["images"]]
        for image in images:
            parse(image.source)
            parse(f"layout/{image.layout.lower()}")  # a path below the folder, and no other
    except OSError as error:
        raise AcregError(
            f"{path} cannot be read: {error.strerror}. Name a folder that `acreg mirror --to` has finished."
        ) from None
    except (ValueError, TypeError, KeyError):
        raise AcregError(f"{path} is damaged: copy the folder again.") from None
    return images


def _replace(path: Path, text: str) -> None:
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        whole.write_text(text, encoding="utf-8")
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)


def _said(error: OSError) -> str:
    return f"the folder cannot be written: {error.strerror}"
