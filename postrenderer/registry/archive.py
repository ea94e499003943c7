"""The folder of `airgap` as one file, FILE.tar: written and read an image at a time.

It is written as images arrive, from a folder beside it that holds only those at work, and has its name when it is
whole. An interrupted archive is begun again; a folder goes on where it was.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from postrenderer.errors import AcregError
from postrenderer.registry import carried, layout
from postrenderer.registry.airgap import EARLIER, as_sums, as_text, layout_name, not_written, prepare
from postrenderer.registry.carried import MANIFEST, SUMS, CarriedFolder, SavedImage
from postrenderer.registry.charts import CHARTS
from postrenderer.registry.failures import DAMAGED, RegistryError
from postrenderer.registry.scratch import is_alive

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from postrenderer.registry.charts import PackedChart
    from postrenderer.registry.outcome import CopyOutcome

SUFFIX = ".tar"
OTHER_SUFFIXES = (".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip")
"""Of archives that are not written: layers are compressed already."""
_PARTIAL = ".partial-"


class Archive:
    """An archive that is written.

    Args:
        path: of the file, which it gets when it is finished.

    Raises:
        AcregError: here and in every method, it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.with_name(f".{path.name}{_PARTIAL}{os.getpid()}")
        self.folder = path.with_name(f"{self._file.name}.d")
        self._saved: dict[str, SavedImage] = {}
        self._sums: dict[str, str] = {}
        for left in path.parent.glob(f".{path.name}{_PARTIAL}*"):
            pid = left.name.rpartition("-")[2].partition(".")[0]
            if pid.isdecimal() and not is_alive(int(pid)):
                _remove(left)
        _remove(self.folder)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700)  # nobody else may have put one there
            prepare(self.folder)
            self._file.unlink(missing_ok=True)
            self._tar = tarfile.open(self._file, "x")  # noqa: SIM115  # closed at the end
        except OSError as error:
            raise self._failure(error) from None

    def take(self, outcome: CopyOutcome) -> None:
        """Move an image that was fetched from the folder into the archive."""
        if not outcome.digest or outcome.note == EARLIER:
            return
        source = outcome.image.source
        saved = SavedImage(source, outcome.digest, layout_name(source, outcome.digest), outcome.referrers)
        try:
            for name in saved.layouts:
                if f"{name}/{layout.INDEX}" not in self._sums:
                    sums = layout.sums_of(self.folder / name)
                    self._tar.add(self.folder / name, name)
                    self._sums.update({f"{name}/{file}": value for file, value in sums.items()})
                shutil.rmtree(self.folder / name, ignore_errors=True)
        except OSError as error:
            raise self._failure(error) from None
        self._saved[source] = saved

    def take_chart(self, chart: PackedChart) -> None:
        """Write a chart into the archive."""
        name = f"{CHARTS}/{chart.file}"
        try:
            self._add(name, chart.content)
        except OSError as error:
            raise self._failure(error) from None
        self._sums[name] = hashlib.sha256(chart.content).hexdigest()

    def finish(self, outcomes: Iterable[CopyOutcome]) -> list[str]:
        """Write the lists, and give the archive its name; nothing is left over.

        An archive that has the name already goes only for one in which no image is missing.
        """
        missing = sum(not outcome.digest for outcome in outcomes)
        if missing and self._path.exists():
            self.abort(())
            raise AcregError(
                f"{self._path} stays as it was, as {missing} of the images could not be fetched. Run the command again,"
                " or write to another file what could be."
            )
        try:
            text = as_text(self._saved.values()).encode()
            sums = as_sums(text, self._sums)
            self._add(MANIFEST, text)
            self._add(SUMS, sums)
            self._tar.close()
            self._file.replace(self._path)
        except OSError as error:
            self.abort(())
            raise self._failure(error) from None
        shutil.rmtree(self.folder, ignore_errors=True)
        return []

    def abort(self, _: Iterable[CopyOutcome]) -> None:
        """Remove what is not finished."""
        with suppress(OSError):  # the disk is full, and the end of the archive has no room either
            self._tar.close()
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))

    def _failure(self, error: OSError) -> AcregError:
        return AcregError(f"{self._path}: {not_written(error)}. Nothing of it is left; run the command again.")


def _remove(path: Path) -> None:
    """Remove a file or a folder, unless it belongs to another user."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def load(path: Path, folder: Path) -> CarriedFolder:
    """Read what is in an archive.

    Args:
        path: of the file.
        folder: empty; gets an image when that is asked for, and the list at once.

    Raises:
        AcregError: it is no such archive, or its list is damaged.
    """
    try:
        tar = tarfile.open(path, "r:")  # noqa: SIM115  # read until the end
        members = {member.name: member for member in tar if not member.isdir()}
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:  # the last for numbers that are none
        said = getattr(error, "strerror", None) or "it is not a whole archive, or it is compressed"
        raise AcregError(f"{path} cannot be read: {said}. Name one that `acreg mirror --to` has finished.") from None
    # A sparse member of a few bytes can fill a disk.
    other = next((member.name for member in members.values() if not member.isfile() or member.issparse()), "")
    if other:
        raise AcregError(f"{path} is damaged: {other} in it is not a file. Copy the archive again.")
    lock = threading.Lock()

    def unpack(names: list[str]) -> None:
        """Write the files of some layouts, or some files, to the folder."""
        wanted = [name for name in members if name in names or any(name.startswith(f"{parent}/") for parent in names)]
        for name in wanted:
            target = layout.inside(folder, name)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with lock, target.open("wb") as file:
                    content = tar.extractfile(members[name])
                    if content:
                        shutil.copyfileobj(content, file)
            except (OSError, tarfile.TarError, EOFError) as error:
                said = getattr(error, "strerror", None) or "the archive is not whole"
                raise RegistryError(DAMAGED, f"{name} cannot be unpacked: {said}") from None

    try:
        unpack([MANIFEST, SUMS])
    except RegistryError as error:
        raise AcregError(f"{path}: {error}.") from None
    if not (folder / MANIFEST).exists() or not (folder / SUMS).exists():
        raise AcregError(f"{path} is not a whole archive. Name one that `acreg mirror --to` has finished.")
    return carried.load(folder)._replace(unpack=unpack)
