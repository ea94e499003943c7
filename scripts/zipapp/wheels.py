"""The locked wheels of the runtime packages, for every platform that gets PyYAML's C extension.

One folder can hold that extension for many platforms, because Python puts the platform into its file name, such as
`yaml/_yaml.cpython-311-x86_64-linux-gnu.so`. Elsewhere PyYAML falls back to pure Python by itself.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        subprocess.CalledProcessError: pip failed, and has said why.
    """
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
    pip += ["--require-hashes", "--only-binary=:all:", "--requirement", str(lock), "--dest", str(folder)]

    def download_for(platform: str, version: str) -> None:
        abi = "cp" + version.replace(".", "")
        target = ["--platform", platform, "--implementation", "cp", "--python-version", version, "--abi", abi]
        subprocess.run([*pip, *target], check=True)

    targets = [(platform, version) for platform, versions in PLATFORMS.items() for version in versions]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(download_for, *zip(*targets)))


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
