"""Build dist/acreg.pyz, the same byte for byte wherever it is built.

shiv packs acreg and the unpacked wheels. Then the archive is written once more: its entries in order, with fixed times
and modes, our launcher in the place of shiv's `__main__.py` and in front, behind a shell line. Downloads are kept in
.cache/build/, by the hash of their lock file. Compression is zlib's: a Python linked to zlib-ng makes an archive
of the same content and other bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "scripts"))

import wheels  # noqa: E402  # it needs what the line above finds
from pips import pip  # noqa: E402

CACHE = ROOT / ".cache" / "build"
HERE = Path(__file__).resolve().parent
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold

# With -I and -S, Python takes nothing from PYTHONPATH, site-packages and .pth files. A shell passes them on, because
# BusyBox's env has no -S. Python reads the launcher from behind these lines: to look for it in the archive takes as
# long as a bare interpreter's start. A zip archive is read from the end of its file, whatever stands in front. If the
# file is another one by then, a part of its launcher would do nothing and go well, so that one is started.
PREFIX = """\
#!/bin/sh
p=${ACREG_PYTHON:-python3}
case $p:$(command -v "$p") in *python2*:* | *:)
  echo "acreg: needs Python 3.9 or newer, and $p is none, or is not there. Install one and, if it is not the python3" \\
    "on PATH, name it in the environment, such as ACREG_PYTHON=python3.12." >&2
  exit 2
esac
exec "$p" -I -S -c 'import os, sys
text = open(sys.argv[1], "rb").read(%6d)[%4d:]
if text.startswith(b"\\"\\"\\"The zipapp") and text.endswith(b"\\nstart()\\n"):
    exec(text)
    sys.exit()
tried = os.environ.get("ACREG_STARTED_AGAIN", "")
if len(tried) < 9:
    os.environ["ACREG_STARTED_AGAIN"] = tried + "+"
    os.execv(sys.argv[1], sys.argv[1:])
sys.exit("acreg: " + sys.argv[1] + " is damaged: download it again.")' "$0" "$@"
"""


def main() -> None:
    """Write dist/acreg.pyz, or the file named on the command line, and print its path, version and hash."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist" / "acreg.pyz")
    with tempfile.TemporaryDirectory() as scratch:
        site_packages = Path(scratch, "site-packages")
        wheels.unpack(cached("runtime", wheels.download), site_packages)
        unwanted = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(ROOT / "postrenderer", site_packages / "postrenderer", ignore=unwanted)
        packed = Path(scratch, "packed.pyz")
        pack(site_packages, packed)
        finished = Path(scratch, "finished.pyz")
        finish(packed, finished)
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f"{target.name}.{os.getpid()}")  # two builds may come to their end at once
        shutil.copy(finished, new)
        new.replace(target)
    version = runpy.run_path(str(ROOT / "postrenderer" / "__init__.py"))["__version__"]
    print(f"{target}: acreg {version}, sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}")


def cached(lock: str, fill: Callable[[Path, Path], None]) -> Path:
    """Return the folder that `fill` makes of a lock file, made now if it is not there yet."""
    requirements = ROOT / "scripts" / "lock" / f"{lock}.txt"
    folder = CACHE / f"{lock}-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            unfinished = Path(scratch, lock)
            unfinished.mkdir()
            fill(requirements, unfinished)
            try:
                unfinished.replace(folder)
            except OSError:
                if not folder.exists():  # it does if another build was faster
                    raise
    return folder


def install(requirements: Path, folder: Path) -> None:
    """Install a lock file's packages into a folder: like a virtual environment, which not every Python can make."""
    pip("install", "--requirement", str(requirements), "--target", str(folder))


def pack(site_packages: Path, target: Path) -> None:
    """Have shiv make a zipapp of a site-packages folder."""
    environment = {**os.environ, "PYTHONPATH": str(cached("build", install)), "PYTHONWARNINGS": "ignore"}
    environment.pop("SOURCE_DATE_EPOCH", None)
    shiv = [sys.executable, "-m", "shiv", "--reproducible", "--entry-point", "postrenderer.__main__:main"]
    shiv += ["--site-packages", str(site_packages), "--output-file", str(target)]
    subprocess.run(shiv, env=environment, check=True)


def finish(packed: Path, target: Path) -> None:
    """Write shiv's zipapp once more: with our launcher in front and inside, in order, with fixed times and modes."""
    with zipfile.ZipFile(packed) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    build_id = json.loads(entries["environment.json"])["build_id"]
    launcher = (HERE / "launcher.py").read_text(encoding="utf-8").replace("@BUILD_ID@", build_id)
    entries["__main__.py"] = launcher.encode()
    head = len(PREFIX % (0, 0))
    entries["_extraction.py"] = (HERE / "_extraction.py").read_bytes()
    with target.open("wb") as file:
        file.write((PREFIX % (head + len(entries["__main__.py"]), head)).encode() + entries["__main__.py"])
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(entries.items()):
                entry = zipfile.ZipInfo(name, EPOCH)
                entry.create_system = 3  # Unix, on Windows too
                entry.external_attr = 0o100644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content, compresslevel=9)
    target.chmod(0o755)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        said = f"\n{error.stderr.strip()}" if error.stderr else ""
        sys.exit(f"scripts/build: {' '.join(error.cmd[:4])} failed. It needs pip and a package index.{said}")
