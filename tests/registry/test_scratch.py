from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from postrenderer.errors import AcregError
from postrenderer.registry.scratch import Scratch, is_alive


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files in memory")
def test_on_linux_a_secret_is_in_no_file(tmp_path: Path) -> None:
    with Scratch() as scratch:
        handed = scratch.secret(b"secret" * 100_000)
        for _ in range(2):  # a child may read it again
            run = subprocess.run(["cat", handed.path], pass_fds=handed.descriptors, stdout=subprocess.PIPE, check=True)
            assert run.stdout == b"secret" * 100_000
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not Path(handed.path).exists()


def test_elsewhere_it_is_in_a_file_for_its_owner_that_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with Scratch() as scratch:
        handed = scratch.secret(b"secret")
        path = Path(handed.path)
        assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"secret", 0o600)
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert handed.descriptors == ()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, tempfile; sys.platform = 'darwin'\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from postrenderer.registry.scratch import Scratch\n"
        "Scratch().secret(b'secret'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(__file__).parents[2])
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"secret"]
    (tmp_path / "acreg-run-mine").mkdir()  # by its name none of ours
    with Scratch():
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in tmp_path.iterdir()] == ["acreg-run-mine"]


def test_a_temporary_folder_that_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(AcregError, match=r"temporary files cannot be written: Not a directory\. .* TMPDIR"):
        Scratch()


def test_a_temporary_folder_without_room_is_said(tmp_path: Path) -> None:
    """Of more than 512 bytes each, as a limit has it that takes the place of a full disk."""
    (tmp_path / "ca").write_text("x" * 1000)
    program = (
        "import resource, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))\n"
        "from postrenderer.registry.scratch import Scratch\n"
        "with Scratch() as scratch:\n"
        f"    scratch.certificates({str(tmp_path / 'ca')!r})\n"
    )
    command = [sys.executable, "-B", "-c", program]
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, cwd=Path(__file__).parents[2])
    assert "AcregError: The folder for temporary files cannot be written: File too large." in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


def test_an_authority_is_where_skopeo_looks(tmp_path: Path) -> None:
    (tmp_path / "company.pem").write_text("certificate")
    with Scratch() as scratch:
        folder = scratch.certificates(str(tmp_path / "company.pem"))
        assert Path(folder, "ca.crt").read_text() == "certificate"
        assert scratch.certificates("") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX has owners")
def test_what_another_users_run_has_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acreg-run-4194305-x").mkdir()  # beyond what Linux gives processes
    with monkeypatch.context() as other:
        other.setattr(os, "getuid", lambda: -1)
        Scratch().__exit__()
    assert [path.name for path in tmp_path.iterdir()] == ["acreg-run-4194305-x"]
    Scratch().__exit__()
    assert list(tmp_path.iterdir()) == []


def test_which_processes_are_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert is_alive(child.pid)  # until it is waited for
    child.wait()
    assert not is_alive(child.pid)

    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)  # stands for a process of another user
    assert is_alive(1)
