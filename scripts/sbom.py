"""What is in the zipapp, for programs that look for known vulnerabilities: a CycloneDX 1.5 document.

Versions and hashes are those of the lock files, so the document is the same wherever it is made.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import Any

LOCKS = Path(__file__).resolve().parent / "lock"
NEEDS = {"acreg": ("jsonpatch", "pyyaml", "rich", "shiv"), "jsonpatch": ("jsonpointer",)}
"""Which package needs which; of shiv only the bootstrap is in the zipapp."""
_PACKAGE = re.compile(r"^([a-z0-9-]+)==(\S+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


def document(version: str, zipapp: bytes) -> bytes:
    """Return the document.

    Args:
        version: of acreg.
        zipapp: the zipapp's content.
    """
    runtime, build = (_locked((LOCKS / f"{name}.txt").read_text(encoding="utf-8")) for name in ("runtime", "build"))
    packages = {**runtime, "shiv": build["shiv"]}
    digest = hashlib.sha256(zipapp).hexdigest()
    root = {
        "type": "application",
        "bom-ref": "acreg",
        "name": "acreg",
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}",
        "version": 1,
        "metadata": {"component": root},
        "components": [_component(name, *packages[name]) for name in sorted(packages)],
        "dependencies": [
            {"ref": name, "dependsOn": list(NEEDS.get(name, ()))} for name in ("acreg", *sorted(packages))
        ],
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def _locked(text: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package of a lock file."""
    return {found[1]: (found[2], _HASH.findall(found[3])) for found in _PACKAGE.finditer(text)}


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes],
    }
