"""The Pythons of this machine, and zipapps as they find them."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path

MINORS = range(9, 15)


@lru_cache
def interpreter(minor: int) -> str | None:
    """The path of a CPython 3.`minor` on PATH or among pyenv's; None if there is none."""
    named = shutil.which(f"python3.{minor}")
    of_pyenv = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3.{minor}"))
    for path in filter(None, [*map(str, of_pyenv), named]):
        if not subprocess.run([path, "-IS", "-c", ""], capture_output=True, check=False).returncode:
            return path
    return None


def without_extension(zipapp: Path, target: Path) -> Path:
    """A zipapp as it is where PyYAML's C extension does not fit: with PyYAML's Python code alone."""
    raw = zipapp.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(zipapp) as archive, target.open("wb") as file:
        file.write(raw[: raw.index(b"PK\x03\x04")])
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
            for entry in archive.infolist():
                if not entry.filename.startswith("site-packages/yaml/_yaml."):
                    copy.writestr(entry, archive.read(entry))
    target.chmod(0o755)
    return target
