"""The file of a report: whole or not at all, and never among the manifests."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from process import FILTER, POD, environment

from postrenderer import report
from postrenderer.errors import AcregError, SettingsError

CONTENT: dict[str, Any] = {"grün": "😀", "list": [1]}


def test_writing(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    report.write(str(path), CONTENT)
    assert path.read_text("utf-8") == '{\n  "grün": "😀",\n  "list": [\n    1\n  ]\n}\n'
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """As is one with the name that the unfinished file had once."""
    other, path = tmp_path / "other", tmp_path / "report.json"
    other.write_text("other")
    for name in (path, tmp_path / f"report.json.{os.getpid()}.part"):
        name.symlink_to(other)
    report.write(str(path), CONTENT)
    assert other.read_text() == "other"
    assert not path.is_symlink()
    assert json.loads(path.read_text("utf-8")) == CONTENT


@pytest.mark.parametrize("name", ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2", "/dev/../dev/stderr"])
def test_standard_error_may_be_a_regular_file_and_keeps_what_it_has(name: str, tmp_path: Path) -> None:
    """Of `2> log`, whose name /dev/stderr must not be given to the report: a shell needs it."""
    log = tmp_path / "log"
    with log.open("w") as file:
        file.write("before\n")
        file.flush()
        subprocess.run(FILTER, input=POD, stderr=file, env=environment(tmp_path, ACREG_REPORT=name), check=True)
        file.write("behind\n")
    assert Path("/dev/stderr").is_symlink()
    first, *report, last = log.read_text().splitlines()
    assert (first, report[0], last) == ("before", "{", "behind")
    assert json.loads("\n".join(report))["summary"]


def test_the_name_of_an_open_file_needs_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock of a system without /proc, where /dev/stdout is a link to nowhere, and so no file to compare with."""
    monkeypatch.setattr(os, "stat", _refuses)
    with pytest.raises(SettingsError, match="is standard output, and the report would come among the manifests"):
        report.write("/dev/stdout", {})
    with pytest.raises(AcregError, match=r"^The report cannot be written to /dev/fd/987: Bad file descriptor"):
        report.write("/dev/fd/987", {})


def _refuses(*_: object, **__: object) -> None:
    raise FileNotFoundError


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out.yaml", "./link"])
@pytest.mark.parametrize("way", ["pipe", "file"])
def test_a_report_among_the_manifests_is_refused(name: str, way: str, tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    (tmp_path / "link").symlink_to("/dev/stdout")
    if (way == "pipe" and name == "out.yaml") or (name.startswith("/") and not os.path.exists(name)):  # noqa: PTH110
        pytest.skip("it is another file, or there is none of this name")
    with out.open("wb") as file:
        ran = subprocess.run(
            FILTER,
            input=POD,
            stdout=subprocess.PIPE if way == "pipe" else file,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env=environment(tmp_path, ACREG_REPORT=name),
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.decode().startswith(f"acreg: --report: {name} is standard output, and the report would come")
    assert (ran.stdout or b"") + out.read_bytes() == b""
    assert not (tmp_path / "-").exists()


def test_a_report_and_manifests_that_nobody_wants(tmp_path: Path) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        ran = subprocess.run(
            FILTER, input=POD, stdout=nowhere, env=environment(tmp_path, ACREG_REPORT=os.devnull), check=False
        )
    assert ran.returncode == 0


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no /dev/fd")
def test_writing_to_what_is_no_file() -> None:
    reading, writing = os.pipe()
    report.write(f"/dev/fd/{writing}", CONTENT)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as file:
        assert json.load(file) == CONTENT


@pytest.mark.parametrize("name", ["missing/report.json", "file/report.json", "folder", "x" * 300])
def test_a_report_that_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(
        AcregError, match=r"^The report cannot be written to .*: .*\. Nothing was rendered\. Give "
    ) as caught:
        report.write(str(tmp_path / name), CONTENT)
    assert caught.value.exit_code == 1
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_no_room_for_the_report() -> None:
    with pytest.raises(AcregError, match="cannot be written to /dev/full: No space left on device"):
        report.write("/dev/full", CONTENT)
