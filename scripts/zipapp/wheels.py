"""The locked wheels of the runtime packages, for every platform that gets PyYAML's C extension.

One folder can hold that extension for many platforms, because Python puts the platform into its file name, such as
`yaml/_yaml.cpython-311-x86_64-linux-gnu.so`. Elsewhere PyYAML falls back to pure Python by itself.
"""

from __future__ import annotations

import os
import re
import struct
import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from pips import pip_here

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

ALL = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "manylinux2014_x86_64": ALL,
    "manylinux2014_aarch64": ALL,
    "musllinux_1_2_x86_64": ALL[2:],  # up to 3.10, musl's file name is glibc's
    "musllinux_1_2_aarch64": ALL[2:],
    "macosx_11_0_arm64": ALL,  # on x86-64 the file name is the same
    "win_amd64": ALL,
    "win_arm64": ALL[3:],  # older ones are not on the index
}


def download(lock: Path, folder: Path) -> None:
    """Download the wheels that a lock file names, for all platforms, checked against its hashes.

    Raises:
        subprocess.CalledProcessError: pip failed three times.
    """
    targets = [(platform, version) for platform, versions in PLATFORMS.items() for version in versions]
    _show(0, len(targets))
    _download_for(lock, folder, targets[0])
    everywhere = {wheel.name.split("-")[0].lower() for wheel in folder.glob("*-none-any.whl")}
    rest = folder / "rest.txt"
    rest.write_text("".join(_without(everywhere, lock.read_text(encoding="utf-8"))), encoding="utf-8")
    # Processes, as pip keeps its state in globals; each runs pip many times, which is faster than many pips.
    with ProcessPoolExecutor(min(4, 2 * (os.cpu_count() or 1))) as pool:
        jobs = [pool.submit(_download_for, rest, folder, target) for target in targets[1:]]
        for done, job in enumerate(as_completed(jobs), 2):
            job.result()
            _show(done, len(targets))
    rest.unlink()


def _show(done: int, total: int) -> None:
    """Say how far the downloads are, on a terminal in one line."""
    if sys.stderr.isatty():
        end = "" if done < total else "\n"
        print(f"\r   wheels for {done} of {total} platforms", end=end, file=sys.stderr, flush=True)


def _download_for(requirements: Path, folder: Path, target: tuple[str, str]) -> None:
    platform, version = target
    abi = "cp" + version.replace(".", "")
    pip_here(
        "download",
        *("--requirement", str(requirements), "--dest", str(folder)),
        *("--platform", platform, "--implementation", "cp", "--python-version", version, "--abi", abi),
    )


def _without(names: Container[str], lock: str) -> Iterator[str]:
    """The requirements of a lock file, each with its hashes, but those of some packages."""
    for requirement in re.findall(r"^[\w.-]+==(?:.*\\\n)*.*\n", lock, re.MULTILINE):
        if requirement.partition("==")[0].replace("-", "_").lower() not in names:
            yield requirement


def unpack(wheels: Path, site_packages: Path) -> None:
    """Unpack wheels into one folder, without what differs between installations.

    A text file that several wheels have is the first one's: those for Windows have other line ends.

    Raises:
        ValueError: two wheels have an extension of one name.
    """
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith(("/", ".dist-info/RECORD", ".dist-info/WHEEL")) or ".data/" in name:
                    continue
                path = site_packages / name
                content = archive.read(name)
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(strip(content) if content.startswith(b"\x7fELF") else content)
                elif path.suffix in (".so", ".pyd"):
                    raise ValueError(f"{wheel.name} has a second {name}: take one of the two out of PLATFORMS.")


def strip(library: bytes) -> bytes:
    """Cut a 64-bit little-endian ELF file off behind its last segment: its symbols and debug information go.

    They are six parts in seven of PyYAML's extension. What the loader maps stays as it is, byte for byte. The offsets
    are those of the ELF-64 header (e_phoff 32, e_shoff 40, e_phentsize 54, e_phnum 56, e_shnum 60, e_shstrndx 62) and
    of a program header (p_offset 8, p_filesz 32).
    """
    (table,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    end = table + size * count
    for header in range(table, end, size):
        offset, length = struct.unpack_from("<Q16xQ", library, header + 8)
        end = max(end, offset + length)
    stripped = bytearray(library[:end])
    struct.pack_into("<Q", stripped, 40, 0)
    struct.pack_into("<HH", stripped, 60, 0, 0)
    return bytes(stripped)
