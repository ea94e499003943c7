"""A password shows nowhere while images are copied."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry.conftest import SOME, Acreg, login, stand_in
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from registry.servers import Registry


@pytest.mark.slow
def test_not_in_arguments_environments_files_or_output(acreg: Acreg, secured: Registry, tmp_path: Path) -> None:
    """Of each skopeo when it begins, and of all that runs, as often as it can be seen."""
    begun = tmp_path / "begun"
    begun.mkdir()
    scratch = Path(acreg.environment["TMPDIR"])
    path = stand_in(
        tmp_path,
        f"seen=$(mktemp -d {begun}/XXXXXX)\ncp /proc/$$/environ $seen/environ\n"
        f"printf '%s\\0' \"$@\" >$seen/arguments\ncp -r {scratch} $seen/files\n",
    )
    key = acreg.folder / "cred.json"
    key.write_text("source-key-material\n")
    secrets = [PASSWORD, "source-key-material"]
    pairs = (f"{USERNAME}:{PASSWORD}", "_json_key:source-key-material")
    needles = [text.encode() for text in secrets + [base64.b64encode(pair.encode()).decode() for pair in pairs]]
    source = ("--source-username", "_json_key", "--source-password-file", key)
    told: set[bytes] = set()
    files: set[bytes] = set()
    with acreg.start("mirror", "--list", "some.txt", *source, **login(secured), PATH=path) as process:
        while process.poll() is None:
            for child in _descendants(process.pid):
                told.update(_told_by(child))
            files.update(_contents(scratch))
            time.sleep(0.02)
        output = "".join(process.communicate()).encode()
    assert process.returncode == 0, output
    copies = [run for run in begun.iterdir() if b"\0copy\0" in (run / "arguments").read_bytes()]
    assert len(copies) == SOME
    for run in begun.iterdir():
        assert b"ACREG_REGISTRY=" in (run / "environ").read_bytes()
        assert [content for content in _contents(run / "files") if b"BEGIN CERTIFICATE" in content]
    files.update(_contents(begun))
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
    return texts if b"skopeo\0" in texts[0] else []  # else between fork and exec, still our own


def _contents(folder: Path) -> list[bytes]:
    try:
        return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    except OSError:
        return []
