"""`acreg mirror --to` and `--from`: through a folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from effort import LONGEST
from process import MEASURED

from registry.conftest import Acreg, Brake, Published, Run, counts, login, make_acreg, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registry.servers import Registry


def _save(acreg: Acreg, folder: Path, *more: object) -> Run:
    return acreg.run("mirror", "--list", "some.txt", "--to", folder, "--retries", 0, *more)


@pytest.fixture(scope="module")
def saved_once(tmp_path_factory: pytest.TempPathFactory, published: Published, authority: tuple[Path, object]) -> Path:
    acreg = make_acreg(tmp_path_factory.mktemp("saved"), published, authority[0])
    run = _save(acreg, acreg.folder / "media")
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    return acreg.folder / "media"


@pytest.fixture
def saved(saved_once: Path, tmp_path: Path) -> Path:
    """A folder with some images."""
    return Path(shutil.copytree(saved_once, tmp_path / "media"))


@pytest.mark.slow
def test_it_arrives_on_the_other_side(acreg: Acreg, saved: Path, secured: Registry) -> None:
    carried = saved.rename(acreg.folder / "carried")
    alone = {**login(secured), "ACREG_INSECURE_REGISTRIES": ""}
    run = acreg.run("mirror", "--from", carried, **alone)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    again = acreg.run("mirror", "--from", carried, **alone)
    assert (again.code, counts(again.stdout)["present"]) == (0, 6), again
    checked = acreg.run("check", "--digests", "--list", "some.txt", **login(secured))
    assert checked.code == 0, checked.stdout


def test_it_is_what_it_says(saved: Path, published: Published) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=saved, check=True)
    listed = {line.split("  ", 1)[1] for line in (saved / "SHA256SUMS").read_text().splitlines()}
    files = {str(path.relative_to(saved)) for path in saved.rglob("*") if path.is_file()}
    assert listed == files - {"SHA256SUMS"}
    images = json.loads((saved / "acreg-mirror.json").read_text())["images"]
    expected = {reference: published.digests[reference] for reference in published.references[:6]}
    assert {image["source"]: image["digest"] for image in images} == expected
    for image in images:
        layout = saved / image["layout"]
        assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
        raw = subprocess.run(["skopeo", "inspect", "--raw", f"oci:{layout}"], stdout=subprocess.PIPE, check=True).stdout
        assert json.loads(raw)["schemaVersion"] == 2


@pytest.mark.parametrize("harm", ["changed", "removed", "swapped"])
def test_a_damaged_image_does_not_arrive_and_the_others_do(
    harm: str, acreg: Acreg, saved: Path, plain: Registry
) -> None:
    images = json.loads((saved / "acreg-mirror.json").read_text())["images"]
    blobs = sorted((saved / images[3]["layout"] / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
    if harm == "changed":
        content = blobs[0].read_bytes()
        blobs[0].write_bytes(bytes([content[0] ^ 1]) + content[1:])
    elif harm == "removed":
        blobs[0].unlink()
    else:
        index = saved / images[3]["layout"] / "index.json"
        index.write_bytes((saved / images[4]["layout"] / "index.json").read_bytes())
    more = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": plain.host}
    run = acreg.run("mirror", "--from", saved, **more)
    assert (run.code, counts(run.stdout)["copied"], counts(run.stdout)["failed"]) == (1, 5, 1), run
    assert "copy the folder again" in run.stdout


@pytest.mark.parametrize("file", ["acreg-mirror.json", "SHA256SUMS"])
@pytest.mark.parametrize("harm", ["", "{}"])
def test_a_damaged_list_is_refused(file: str, harm: str, acreg: Acreg, saved: Path) -> None:
    (saved / file).write_text(harm)
    run = acreg.run("mirror", "--from", saved, ACREG_REGISTRY="localhost:1")
    assert (run.code, "Traceback" in run.stderr) == (1, False)
    assert "damaged" in run.stderr


def test_killed_in_the_middle_and_resumed(acreg: Acreg, published: Published, tmp_path: Path) -> None:
    folder = acreg.folder / "media"
    brake = Brake(tmp_path / "brake", published.registry, 3)
    try:
        with acreg.start("mirror", "--list", "some.txt", "--to", folder, "--jobs", 2, PATH=brake.path) as process:
            wait_for("[2/", process)
            process.kill()
    finally:
        brake.release(acreg.folder)
    unfinished = acreg.run("mirror", "--from", folder, ACREG_REGISTRY="localhost:1")
    assert (unfinished.code, "has finished" in unfinished.stderr) == (1, True)
    run = _save(acreg, folder)
    assert run.code == 0
    assert counts(run.stdout)["present"] >= 2
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    assert not list((folder / "images").glob(".*"))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system that is soon full."""
    folder = tmp_path / "small"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can make a file system that is small")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_said_and_room_continues_the_run(acreg: Acreg, small: Path) -> None:
    run = _save(acreg, small, "--jobs", 1)
    assert run.code == 1
    assert "the disk is full (" in run.stdout
    assert "not tried: the disk is full" in run.stdout
    assert "Traceback" not in run.stderr
    assert not list((small / "images").glob(".*"))
    subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
    again = _save(acreg, small)
    assert (again.code, counts(again.stdout)["failed"]) == (0, 0), again
    assert counts(again.stdout)["present"] >= 1
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=small, check=True)


def test_an_archive_on_a_full_disk_leaves_nothing_half(acreg: Acreg, small: Path) -> None:
    run = _save(acreg, small / "media.tar", "--jobs", 1)
    assert (run.code, "the disk is full" in run.stdout + run.stderr, "Traceback" in run.stderr) == (1, True, False), run
    assert [path.name for path in small.iterdir() if "partial" in path.name] == []
    subprocess.run(["mount", "-o", "remount,size=8m", small], check=True)
    again = _save(acreg, small / "media.tar")
    assert (again.code, counts(again.stdout)["copied"]) == (0, 6), again


def test_a_file_system_with_small_files_is_named(acreg: Acreg) -> None:
    """As FAT32 on a stick, whose files end at 4 GiB; here a limit of the shell's does it."""
    command = acreg.command("mirror", "--list", "some.txt", "--to", "media", "--retries", 0)
    limited = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *command]  # 512 bytes
    run = subprocess.run(
        limited,
        # Not measured: what is measured is written to a file, too.
        env={**{name: value for name, value in acreg.environment.items() if name not in MEASURED}, "ACREG_CA_FILE": ""},
        cwd=acreg.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert run.returncode == 1, run
    assert "files cannot be that large there; FAT32" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("name", "reason"), [("file", "Not a directory"), ("/proc/media", "No such file")])
def test_a_folder_that_cannot_be_made_is_named(name: str, reason: str, acreg: Acreg) -> None:
    (acreg.folder / "file").touch()
    run = _save(acreg, acreg.folder / name)
    assert (run.code, f"cannot be made: {reason}" in run.stderr) == (1, True), run


def test_what_is_no_such_folder_is_said(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--from", "nowhere", ACREG_REGISTRY="localhost:1")
    assert (run.code, "Name a folder that `acreg mirror --to` has finished" in run.stderr) == (1, True)
    run = acreg.run("mirror", "--from", "nowhere", "--list", "some.txt", ACREG_REGISTRY="localhost:1")
    assert (run.code, "leave out --list" in run.stderr) == (2, True)
