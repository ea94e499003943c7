"""The folder and the archive of `mirror --to`: repaired, extended, in one file, and trusted in nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from effort import LONGEST

from postrenderer.errors import AcregError
from postrenderer.registry.airgap import Folder
from postrenderer.registry.archive import Archive
from postrenderer.registry.carried import load, read_list
from registry import images
from registry.conftest import Acreg, Brake, Published, Run, counts, login, make_acreg, open_target, push, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from registry.servers import Registry

NOWHERE = {"ACREG_REGISTRY": "localhost:1"}


def _save(acreg: Acreg, to: object, *more: object, listed: str = "some.txt") -> Run:
    return acreg.run("mirror", "--list", listed, "--to", to, "--retries", 0, *more)


def _sums_fit(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


@pytest.fixture(scope="module")
def saved_once(tmp_path_factory: pytest.TempPathFactory, published: Published, authority: tuple[Path, object]) -> Path:
    acreg = make_acreg(tmp_path_factory.mktemp("saved"), published, authority[0])
    assert _save(acreg, acreg.folder / "media").code == 0
    return acreg.folder / "media"


@pytest.fixture
def saved(saved_once: Path, tmp_path: Path) -> Path:
    """A folder with some images."""
    return Path(shutil.copytree(saved_once, tmp_path / "media"))


def _layout(saved: Path) -> Path:
    return saved / str(json.loads((saved / "acreg-mirror.json").read_text())["images"][3]["layout"])


def _blob(saved: Path) -> Path:
    """The largest blob of a layout, a layer; a manifest is smaller."""
    return max((_layout(saved) / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)


@pytest.mark.parametrize("harm", ["changed", "removed", "cut", "index.json"])
def test_what_is_damaged_is_repaired_where_it_was_written(harm: str, acreg: Acreg, saved: Path) -> None:
    blob = _layout(saved) / "index.json" if harm == "index.json" else _blob(saved)
    content = blob.read_bytes()
    if harm == "removed":
        blob.unlink()
    else:
        blob.write_bytes(content[:-1] if harm == "cut" else b"[]" if harm == "index.json" else b"x" + content[1:])
    run = _save(acreg, saved)
    assert (run.code, counts(run.stdout)["copied"], counts(run.stdout)["present"]) == (0, 1, 5), run
    assert f"repaired: {blob.relative_to(saved)}" in run.stdout
    assert blob.read_bytes() == content
    _sums_fit(saved)


@pytest.mark.parametrize("place", [".", "blobs", "blobs/sha256"])
def test_nothing_is_written_through_a_link(place: str, acreg: Acreg, saved: Path, tmp_path: Path) -> None:
    """As a disk may have it that somebody has prepared."""
    link, elsewhere = _layout(saved) / place, tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.rmtree(link)
    link.symlink_to(elsewhere)
    run = _save(acreg, saved)
    assert (run.code, "is not a file inside the folder" in run.stdout) == (1, True), run
    assert list(elsewhere.iterdir()) == []


def test_what_a_moved_tag_leaves_is_named_and_pruned(acreg: Acreg, published: Published) -> None:
    name = f"{published.source}/{acreg.folder.name.lower().replace('_', '-').strip('-')}:1"
    (acreg.folder / "one.txt").write_text(name)
    for content in ("old", "new"):
        images.build(acreg.folder / content, content)
        push(acreg.folder / content, name)
        run = _save(acreg, "media", listed="one.txt")
        assert run.code == 0, run
    layouts = acreg.folder / "media" / "images"
    assert (len(list(layouts.iterdir())), run.stderr.count("--prune removes it")) == (2, 1)
    run = _save(acreg, "media", "--prune", listed="one.txt")
    assert (run.code, len(list(layouts.iterdir())), "--prune" in run.stderr) == (0, 1, False)
    _sums_fit(acreg.folder / "media")


def test_what_is_no_image_is_not_pruned(acreg: Acreg) -> None:
    """A folder that was there before may have an `images` of its own."""
    own = acreg.folder / "media" / "images"
    (own / "photos").mkdir(parents=True)
    (own / "empty").mkdir()
    (own / "elsewhere").symlink_to(acreg.folder)
    for file in (own / "notes.txt", own / "photos" / "blobs"):
        file.write_text("mine")
    (own / "photos" / "me.jpg").write_text("mine")
    (acreg.folder / "one.txt").write_text((acreg.folder / "some.txt").read_text().splitlines()[0])
    before = sorted(own.rglob("*"))
    run = _save(acreg, "media", "--prune", listed="one.txt")
    assert (run.code, counts(run.stdout)["copied"], run.stderr.count("--prune")) == (0, 1, 0), run
    assert set(before) <= set(own.rglob("*"))


def test_a_whole_archive_is_not_replaced_by_one_that_misses_an_image(acreg: Acreg, published: Published) -> None:
    assert _save(acreg, "media.tar").code == 0
    before = (acreg.folder / "media.tar").read_bytes()
    (acreg.folder / "more.txt").write_text(f"{published.references[0]}\n{published.source}/no/such:1\n")
    run = _save(acreg, "media.tar", listed="more.txt")
    assert (run.code, counts(run.stdout)["failed"]) == (1, 1), run
    assert "media.tar stays as it was, as 1 of the images could not be fetched" in run.stderr
    assert (acreg.folder / "media.tar").read_bytes() == before
    assert [path.name for path in acreg.folder.iterdir() if "partial" in path.name] == []


def test_only_what_is_new_since_an_earlier_folder(acreg: Acreg, saved: Path, published: Published) -> None:
    (acreg.folder / "more.txt").write_text("\n".join(published.references[:8]))
    for earlier, to in ((saved, "other"), (saved / "acreg-mirror.json", "new")):
        run = _save(acreg, to, "--since", earlier, listed="more.txt")
        assert (run.code, counts(run.stdout)["copied"], counts(run.stdout)["present"]) == (0, 2, 6), run
    listed = json.loads((acreg.folder / "new" / "acreg-mirror.json").read_text())["images"]
    assert [image["source"] for image in listed] == published.references[6:8]
    assert len(list((acreg.folder / "new" / "images").iterdir())) == 2
    _sums_fit(acreg.folder / "new")


def test_an_archive_arrives(acreg: Acreg, secured: Registry) -> None:
    run = _save(acreg, "media.tar")
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    assert [path.name for path in acreg.folder.iterdir() if "partial" in path.name] == []
    alone = {**login(secured), "ACREG_INSECURE_REGISTRIES": ""}
    run = acreg.run("mirror", "--from", "media.tar", **alone)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    again = acreg.run("mirror", "--from", "media.tar", **alone)
    assert (again.code, counts(again.stdout)["present"]) == (0, 6), again
    assert list(Path(acreg.environment["TMPDIR"]).iterdir()) == []
    (acreg.folder / "unpacked").mkdir()
    subprocess.run(["tar", "-xf", "../media.tar"], cwd=acreg.folder / "unpacked", check=True)
    _sums_fit(acreg.folder / "unpacked")


def test_a_killed_archive_leaves_what_the_next_one_removes(acreg: Acreg, published: Published, tmp_path: Path) -> None:
    brake = Brake(tmp_path / "brake", published.registry, 3)
    command = ("mirror", "--list", "some.txt", "--to", "media.tar", "--jobs", 2)
    try:
        with acreg.start(*command, PATH=brake.path) as process:
            wait_for("[2/", process)
            process.kill()
    finally:
        brake.release(acreg.folder)
    assert [path.name for path in acreg.folder.iterdir() if "partial" in path.name]
    assert not (acreg.folder / "media.tar").exists()
    assert _save(acreg, "media.tar").code == 0
    assert [path.name for path in acreg.folder.iterdir() if "partial" in path.name] == []


@pytest.mark.parametrize("name", ["99999999999999999999", "\xb2", "4194305"])
def test_what_others_left_beside_an_archive_does_no_harm(name: str, tmp_path: Path) -> None:
    """A number that no process has, a digit that is no number, and links where this run is about to make folders."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / f".media.tar.partial-{name}.d").symlink_to(tmp_path)
    own = tmp_path / f".media.tar.partial-{os.getpid()}.d"
    own.symlink_to(tmp_path)
    archive = Archive(tmp_path / "media.tar")
    assert (own.is_symlink(), own.stat().st_mode & 0o777) == (False, 0o700)
    archive.abort(())
    assert (tmp_path / "mine").exists()
    (tmp_path / "media" / "images" / f".partial-{name}-1").mkdir(parents=True)
    Folder(tmp_path / "media")


def test_a_list_without_end_is_not_read(saved: Path) -> None:
    os.truncate(saved / "SHA256SUMS", (64 << 20) + 1)
    with pytest.raises(AcregError, match="SHA256SUMS is longer than 64 MiB"):
        load(saved)


@pytest.mark.parametrize(
    "harm", ["cut", "cut between two files", "no archive", "a link in it", "sparse", "a sparse number", "compressed"]
)
def test_a_damaged_archive(harm: str, acreg: Acreg, saved: Path) -> None:
    file = acreg.folder / "media.tar"
    with tarfile.open(file, "w") as tar:
        for path in sorted(saved.iterdir()):
            tar.add(path, path.name)
        if harm == "a link in it":
            link = tarfile.TarInfo("images/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
        if harm == "a sparse number":
            strange = tarfile.TarInfo("x")
            strange.pax_headers = {"GNU.sparse.map": "1,x"}
            tar.addfile(strange)
    if harm == "sparse":  # 10 KB that would fill a disk
        os.truncate(saved / "SHA256SUMS", 100 << 20)
        subprocess.run(["tar", "-C", saved, "-Scf", file, "acreg-mirror.json", "SHA256SUMS"], check=True)
    elif harm == "compressed":
        file.write_bytes(gzip.compress(file.read_bytes()))
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:3000])
    elif harm == "cut between two files":
        with tarfile.open(file) as tar:
            last = tar.getmember("acreg-mirror.json").offset
        file.write_bytes(file.read_bytes()[:last])
    elif harm == "no archive":
        file.write_text("nothing of the kind")
    run = acreg.run("mirror", "--from", file, **NOWHERE)
    assert (run.code, run.stdout, len(run.stderr.strip().splitlines())) == (1, "", 1), run
    assert str(file) in run.stderr
    assert ("SHA256SUMS in it is not a file" in run.stderr) == (harm == "sparse")


def _outside(saved: Path) -> Path:
    """A pipe that nobody writes to: who opens it waits for ever."""
    pipe = saved.parent / "outside"
    os.mkfifo(pipe)
    return pipe


def _add_sum(saved: Path, name: str) -> None:
    sums = saved / "SHA256SUMS"
    sums.write_text(f"{sums.read_text()}{'0' * 64}  {name}\n")


def _link(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def _move_behind_a_link(path: Path, target: Path) -> None:
    path.rename(target)
    path.symlink_to(target)


def _point_layout(saved: Path, name: str) -> None:
    path = saved / "acreg-mirror.json"
    content = json.loads(path.read_text())
    content["images"][3]["layout"] = name
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "harm",
    [
        lambda saved: (saved / "SHA256SUMS").write_bytes(b"\xff\xfe"),
        lambda saved: (saved / "SHA256SUMS").write_text("a line\n"),
        lambda saved: _add_sum(saved, "images/a/../../../outside"),
        lambda saved: _add_sum(saved, str(saved.parent / "outside")),
        lambda saved: _link(saved / "SHA256SUMS", saved.parent / "outside"),
        lambda saved: _link(saved / "acreg-mirror.json", saved.parent / "outside"),
        lambda saved: _point_layout(saved, "images/../../outside"),
        lambda saved: (saved / "acreg-mirror.json").write_text('{"images": ' + "[" * 100_000),
        lambda saved: (saved / "acreg-mirror.json").write_text('{"images": [{"source": 1, "digest": 2, "layout": 3}]}'),
    ],
)
def test_a_list_that_leads_outside_is_refused(harm: Callable[[Path], object], acreg: Acreg, saved: Path) -> None:
    _outside(saved)
    harm(saved)
    command = acreg.command("mirror", "--from", saved)
    run = subprocess.run(
        command, env={**acreg.environment, **NOWHERE}, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    assert (run.returncode, run.stdout, len(run.stderr.strip().splitlines())) == (1, "", 1), run
    assert str(saved) in run.stderr


@pytest.mark.parametrize("layout", ["images/a:b", "images/a/b", "images/..", "images/\x1b[31m", "images/-a b"])
def test_a_layout_that_skopeo_would_read_otherwise_is_refused(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "acreg-mirror.json"
    entry = {"source": "quay.io/x:1", "digest": f"sha256:{'a' * 64}", "layout": "images/x-1-aaaa"}
    path.write_text(json.dumps({"version": 1, "images": [entry]}))
    assert len(read_list(path)) == 1
    path.write_text(json.dumps({"version": 1, "images": [{**entry, "layout": layout}]}))
    with pytest.raises(AcregError, match="is damaged"):
        read_list(path)


def test_what_was_carried_is_not_pushed_as_the_image_of_another_digest(
    acreg: Acreg, saved: Path, published: Published, plain: Registry
) -> None:
    """Another image under a pinned source, with sums that fit."""
    path, sums = saved / "acreg-mirror.json", saved / "SHA256SUMS"
    content = json.loads(path.read_text())
    pinned, other = (
        next(image for image in content["images"] if ("@" in image["source"]) == is_pinned)
        for is_pinned in (True, False)
    )
    pinned.update({name: other[name] for name in ("digest", "layout", "referrers")})
    path.write_text(json.dumps(content))
    lines = sums.read_text().splitlines()[1:]
    sums.write_text("\n".join([f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}", *lines, ""]))
    run = acreg.run("mirror", "--from", saved, **open_target(plain, published))
    assert (run.code, counts(run.stdout)["copied"], counts(run.stdout)["failed"]) == (1, 5, 1), run
    assert f"there is {other['digest']}, which is another image" in run.stdout


@pytest.mark.parametrize(
    "harm",
    [
        lambda saved: (_layout(saved) / "index.json").write_text("[]"),
        lambda saved: _link(_layout(saved) / "index.json", saved.parent / "outside"),
        lambda saved: _link(_blob(saved), saved.parent / "outside"),
        lambda saved: _move_behind_a_link(_layout(saved), saved.parent / "there"),
    ],
)
def test_an_image_that_leads_outside_is_not_opened(
    harm: Callable[[Path], object], acreg: Acreg, saved: Path, plain: Registry
) -> None:
    _outside(saved)
    harm(saved)
    more = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": plain.host}
    run = subprocess.run(
        acreg.command("mirror", "--from", saved),
        env={**acreg.environment, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert (run.returncode, "Traceback" in run.stderr) == (1, False), run
    found = counts(run.stdout) if run.stdout else {}
    assert (found.get("copied", 5), found.get("failed", 1)) == (5, 1), run
    assert "damaged" in run.stdout + run.stderr or "is not a file inside the folder" in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--list", "some.txt", "--prune"), "add it, or leave them out"),
        (("--list", "some.txt", "--since", "x"), "add it, or leave them out"),
        (("--list", "some.txt", "--to", "x.tar", "--prune"), "leave out --prune"),
        (("--list", "some.txt", "--to", "x.tar.gz"), "an archive is FILE.tar, not compressed"),
    ],
)
def test_flags_that_are_about_a_folder(flags: tuple[str, ...], said: str, acreg: Acreg) -> None:
    run = acreg.run("mirror", *flags, **NOWHERE)
    assert (run.code, said in run.stderr) == (2, True), run
