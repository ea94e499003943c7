"""A password shows nowhere while images are copied."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from registry.conftest import Acreg, login
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from registry.servers import Registry


def test_not_in_arguments_environments_files_or_output(acreg: Acreg, secured: Registry) -> None:
    key = acreg.folder / "cred.json"
    key.write_text("source-key-material\n")
    secrets = [PASSWORD, "source-key-material"]
    pairs = (f"{USERNAME}:{PASSWORD}", "_json_key:source-key-material")
    needles = [text.encode() for text in secrets + [base64.b64encode(pair.encode()).decode() for pair in pairs]]
    source = ("--source-username", "_json_key", "--source-password-file", key)
    told: set[bytes] = set()
    files: set[bytes] = set()
    with acreg.start("mirror", "--list", "some.txt", *source, **login(secured)) as process:
        while process.poll() is None:
            for child in _descendants(process.pid):
                told.update(_told_by(child))
            files.update(_contents(Path(acreg.environment["TMPDIR"])))
        output = "".join(process.communicate()).encode()
    assert process.returncode == 0, output
    assert sum(text.startswith(b"/usr/bin/skopeo\0") and b"\0copy\0" in text for text in told) > 3
    assert any(b"BEGIN CERTIFICATE" in text for text in files), "else the folder was not seen in time"
    own = Path(f"/proc/{os.getpid()}/cmdline").read_bytes()
    for needle in needles:
        assert not [text for text in [*told, *files, output, own] if needle in text]


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return found
    for child in children:
        found += [child, *_descendants(child)]
    return found


def _told_by(pid: int) -> list[bytes]:
    try:
        texts = [Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ")]
    except OSError:
        return []
    return texts if texts[0].startswith(b"/usr/bin/skopeo") else []  # else between fork and exec, still our own


def _contents(folder: Path) -> list[bytes]:
    try:
        return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    except OSError:
        return []
