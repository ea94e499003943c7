"""The zipapp under test, kept in .cache/ for as long as nothing changes that it is built from.

`python tests/built.py` builds it if it is not there, and prints its path.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
CACHE = REPOSITORY / ".cache" / "zipapps"
SOURCES = ("postrenderer", "scripts/zipapp", "scripts/build", "scripts/lock")
KEPT = 24 * 60 * 60
"""Seconds after which a zipapp of another state goes when a new one is built."""


def zipapp() -> Path:
    """Return the path of the zipapp that ACREG_PYZ names or, without it, of one built from this checkout."""
    named = os.environ.get("ACREG_PYZ")
    if named:
        return Path(named).resolve()
    folder = CACHE / _state()
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.iterdir():
            with suppress(FileNotFoundError):  # another process may be faster
                if old.stat().st_mtime < time.time() - KEPT:
                    shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            made = Path(scratch, "made")
            build = [REPOSITORY / "scripts" / "build", made / "acreg.pyz"]
            subprocess.run(build, stdout=subprocess.DEVNULL, check=True)
            try:
                made.rename(folder)
            except OSError:
                if not folder.exists():  # it does if another process was faster
                    raise
    return folder / "acreg.pyz"


def _state() -> str:
    """A hash of everything that the zipapp is built from, and of this Python, whose zlib packs it."""
    paths = [path for name in SOURCES for path in [REPOSITORY / name, *(REPOSITORY / name).rglob("*")]]
    known = hashlib.sha256(sys.version.encode())
    for path in sorted(paths):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            known.update(f"{path.relative_to(REPOSITORY)}\0{len(content)}\0".encode() + content)
    return known.hexdigest()[:16]


if __name__ == "__main__":
    print(zipapp())  # noqa: T201  # for scripts/test
