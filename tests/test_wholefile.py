"""A file is written whole or not at all, on real file systems."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from postrenderer import wholefile

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "x"
    wholefile.write(str(file), "ä\n")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"\xc3\xa4\n", 0o600)


def test_a_file_for_all_has_the_permissions_of_new_files(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    wholefile.write(str(tmp_path / "x"), b"\xff", None)
    assert (tmp_path / "x").read_bytes() == b"\xff"
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    file, other = tmp_path / "x", tmp_path / "other"
    other.write_text("theirs", encoding="utf-8")
    file.symlink_to(other)
    wholefile.write(str(file), "\udcff", 0o754)
    assert not file.is_symlink()
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"?", 0o754)
    assert other.read_text(encoding="utf-8") == "theirs"


def test_nothing_is_left_on_a_full_disk(full_disk: Path) -> None:
    (file,) = full_disk.iterdir()
    old = file.read_bytes()
    with pytest.raises(OSError, match="No space left"):
        wholefile.write(str(file), "n" * 100_000)
    assert [path.read_bytes() for path in full_disk.iterdir()] == [old]


@pytest.mark.parametrize("step", ["replace", "chmod"])
def test_nothing_is_left_by_an_interrupt(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt is a mock: a real one cannot be timed to a step."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, step, interrupt)
    with pytest.raises(KeyboardInterrupt):
        wholefile.write(str(tmp_path / "x"), "new", 0o644)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        wholefile.write(str(tmp_path / "no" / "x"), "new")
