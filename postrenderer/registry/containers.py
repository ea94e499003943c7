"""What containers-registries.conf(5) says of registries that need no certificate: skopeo reads it, and so do we.

    [[registry]]
    location = "registry.example.com:5000"
    insecure = true

The file is TOML, for which Python has a reader from 3.11 on; these two keys are found without one. Mirrors in it are
skopeo's alone: what is asked of a registry is asked of that registry.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SYSTEM = Path("/etc/containers")
_TABLE = re.compile(r"^\s*\[", re.MULTILINE)
_KEY = re.compile(r"""^\s*(location|prefix|insecure)\s*=\s*["']?([^"'\s#]+)""", re.MULTILINE)


def insecure(environ: Mapping[str, str], system: Path = _SYSTEM) -> frozenset[str]:
    """Return the hosts that may speak HTTP or have any certificate; a file that cannot be read says nothing.

    Args:
        environ: names the user's files.
        system: the folder of the system's.
    """
    found = set()
    for path in _files(environ, system):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for table in _TABLE.split(text):
            if table.startswith("[registry]]"):
                keys = dict(_KEY.findall(table))
                if keys.get("insecure") == "true":
                    found.add((keys.get("location") or keys.get("prefix", "")).partition("/")[0])
    return frozenset(found - {""})


def _files(environ: Mapping[str, str], system: Path) -> Iterator[Path]:
    """The file that is named, else the user's, else the system's, and the drop-ins of both."""
    own = Path(environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config", "containers")
    named = environ.get("CONTAINERS_REGISTRIES_CONF") or environ.get("REGISTRIES_CONFIG_PATH")
    if named:
        yield Path(named)
        return
    mine = own / "registries.conf"
    yield mine if mine.is_file() else system / "registries.conf"
    for folder in (system, own):
        yield from sorted((folder / "registries.conf.d").glob("*.conf"))
