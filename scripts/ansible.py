#!/usr/bin/env python3
"""Get Ansible with the collection kubernetes.core into .cache/ and print the folder, for PYTHONPATH; for one test.

pip downloads what scripts/lock/ansible.txt names. Of the package `ansible`, which has a hundred collections, only the
one is unpacked. Nothing is installed. Ansible needs Python 3.11; on an older one nothing is done, and nothing printed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "scripts" / "lock" / "ansible.txt"
COLLECTION = "ansible_collections/kubernetes/core/"
OLDEST = (3, 11)
PIP = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check"]


def folder() -> Path:
    """Return the folder for this Python and this lock file, filled if it is not there yet.

    Raises:
        subprocess.CalledProcessError: pip failed, and has said why.
    """
    key = hashlib.sha256(sys.version.encode() + LOCK.read_bytes()).hexdigest()[:16]
    place = ROOT / ".cache" / f"ansible-{key}"
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            made = Path(scratch, "made")
            _fill(made, Path(scratch, "wheels"))
            made.rename(place)
    return place


def _fill(made: Path, wheels: Path) -> None:
    locked = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--requirement", str(LOCK)]
    subprocess.run([*PIP, "download", *locked, "--dest", wheels], check=True)
    (collections,) = wheels.glob("ansible-*.whl")
    others = [wheel for wheel in wheels.glob("*.whl") if wheel != collections]
    subprocess.run([*PIP, "install", "--no-deps", "--no-index", "--target", made, *others], check=True)
    with zipfile.ZipFile(collections) as archive:
        archive.extractall(made, [name for name in archive.namelist() if name.startswith(COLLECTION)])


if __name__ == "__main__":
    if sys.version_info >= OLDEST:
        try:
            print(folder())
        except subprocess.CalledProcessError as error:
            sys.exit(f"scripts/ansible.py: `{' '.join(map(str, error.cmd[2:6]))}` failed, see above.")
