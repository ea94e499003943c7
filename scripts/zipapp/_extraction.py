"""What few starts of the zipapp do: extract it, repair an extraction, remove the extractions of earlier builds.

An extraction is `<root>/acreg.pyz_<build id>/site-packages`, as shiv makes it. Beside site-packages stands a stamp for
each interpreter that has used it. The stamp says that this interpreter's bytecode is there, and lists size and time of
each file, by which the launcher sees whether one is missing or changed. The folder's own modification time says, to
the hour, when it was last used.
"""

from __future__ import annotations

import compileall
import json
import os
import re
import shutil
import sys
import time
import zipfile
import zlib
from contextlib import contextmanager, suppress
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

from _bootstrap import extract_site_packages  # type: ignore[import-not-found]  # shiv's, beside this file in the zipapp

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

OURS = re.compile(r"\.?acreg\.pyz_[0-9a-f]{64}(\.tmp|_lock)?")  # what shiv leaves below a root, of any build
DAY = 24 * 3600
UNWATCHED = ("rich/", "rich-")
"""What only a progress bar imports. Python compiles it then, and the commands do without it where it is missing."""


def extract(
    roots: list[str],
    place: str,
    find: Callable[[str], str],
    trusted: Callable[[str], bool],
    is_ours: Callable[[os.stat_result], bool],
) -> str:
    """Extract the zipapp below the first root where that works.

    Args:
        roots: the folders that may hold the extraction, the preferred one first.
        place: where the running interpreter's stamp is below a root: in the folder of the extraction.
        find: returns the site-packages folder below a root if it is in order and nobody else can write to it, else an
            empty string.
        trusted: tells whether a root is safe from other users.
        is_ours: tells whether a file or folder is.

    Returns:
        The folder to import acreg from. Where nothing can be extracted, this is the zipapp itself. It is slower, as it
        has no bytecode and PyYAML's C extension cannot be loaded from it, but a release does not fail over it.

    Raises:
        ReplacedError: the zipapp is another one now, whose content would go into the folder of this one.
    """
    failures = []
    folder, stamp = os.path.split(place)
    for root in roots:
        try:
            with _others_kept_out():
                Path(root).mkdir(mode=0o700, parents=True, exist_ok=True)
                if not trusted(root):
                    failures.append(f"{root}: belongs to another user, or one can write to it")
                    continue
                with _locked(Path(root, ".acreg_lock")):
                    if not find(root):  # else another process has just done it
                        _make_ready(Path(root, folder), stamp, is_ours)
                    if not find(root):  # what is there is not ours, and cannot be removed
                        failures.append(f"{root}/{folder}: belongs to another user, or one can write to it")
                        continue
        except OSError as error:
            failures.append(f"{root}: {error.strerror or error}")
        else:
            _remove_unused(root, folder)
            return str(Path(root, folder, "site-packages"))
    sys.stderr.write(
        f"acreg: warning: this run is slow, because there is no folder to extract acreg into ({'; '.join(failures)}). "
        "Set SHIV_ROOT to a folder that can be written to and has 30 MB free.\n"
    )
    return str(Path(sys.argv[0]).absolute() / "site-packages")


class ReplacedError(Exception):
    """Another zipapp has taken the place of this one since its launcher was read; the launcher starts that one."""


def note_use(root: str, folder: str) -> None:
    """Note that an extraction is in use, and remove those that are not."""
    with suppress(OSError):
        os.utime(Path(root, folder))
        _remove_unused(root, folder)


@contextmanager
def _others_kept_out() -> Iterator[None]:
    """Make files that only this user can write to, whatever the umask says."""
    before = os.umask(0o077)
    os.umask(before | 0o022)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock, which ends with the process at the latest.

    Raises:
        OSError: the file cannot be written to, or its file system has no locks.
    """
    with path.open("ab") as file:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_ready(folder: Path, stamp: str, is_ours: Callable[[os.stat_result], bool]) -> None:
    """Extract what is missing, damaged or not safe from others, and compile it for the running interpreter."""
    shutil.rmtree(f"{folder}.tmp", ignore_errors=True)  # of a run that was killed, or of somebody else
    with zipfile.ZipFile(sys.argv[0]) as archive:
        if not folder.name.endswith(json.loads(archive.read("environment.json"))["build_id"]):
            raise ReplacedError
        if not _is_whole(folder, archive, is_ours):
            try:
                extract_site_packages(archive, folder, force=True)
            except OSError:
                shutil.rmtree(f"{folder}.tmp", ignore_errors=True)  # a full disk needs the room
                raise
    site_packages = folder / "site-packages"
    for source in site_packages.rglob("*.py"):
        if not source.relative_to(site_packages).as_posix().startswith(UNWATCHED):
            compileall.compile_file(source, quiet=2, force=True)
    bytecode = f".{sys.implementation.cache_tag}.pyc"
    lines = []
    for path in sorted(site_packages.rglob("*")):
        name = path.relative_to(site_packages).as_posix()
        if name.endswith((".py", bytecode, *EXTENSION_SUFFIXES[:1])) and not name.startswith(UNWATCHED):
            file = path.stat()
            lines.append(f"{file.st_size} {int(file.st_mtime)} {name}\n")
    new = folder / f"{stamp}.new"
    new.write_text("".join(lines), encoding="utf-8")
    new.replace(folder / stamp)


def _is_whole(folder: Path, archive: zipfile.ZipFile, is_ours: Callable[[os.stat_result], bool]) -> bool:
    """Tell whether each file of the zipapp is extracted with the content that it has there, safe from other users."""
    try:
        return all(
            zlib.crc32((folder / member.filename).read_bytes()) == member.CRC
            for member in archive.infolist()
            if member.filename.startswith("site-packages/")
        ) and all(is_ours(path.lstat()) for path in [folder, *folder.rglob("*")])
    except OSError:
        return False


def _remove_unused(root: str, folder: str) -> None:
    """Remove what other builds have extracted, if nobody has used it for a day."""
    with suppress(OSError), os.scandir(root) as entries:
        for entry in entries:
            if not OURS.fullmatch(entry.name) or folder in entry.name:
                continue
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime > time.time() - DAY:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    Path(entry).unlink()
