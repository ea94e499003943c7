"""The folder of `mirror --to`, without a registry."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer import wholefile
from postrenderer.errors import AcregError
from postrenderer.registry import layout
from postrenderer.registry.airgap import Folder, Save, layout_name, prepare
from postrenderer.registry.archive import Archive
from postrenderer.registry.archive import load as load_archive
from postrenderer.registry.carried import IMAGES, MANIFEST, SUMS, load
from postrenderer.registry.charts import PackedChart
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.manifests import OCI_INDEX, Manifest
from postrenderer.registry.origins import Origin, Wishes
from postrenderer.registry.places import ImagePlace
from postrenderer.registry.plan import ImageCopy

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.registry.outcome import CopyOutcome

IMAGE = ImageCopy("docker.io/acme/app:1", "r.example.com/x/acme/app:1")
LIST = Manifest.of(b'{"schemaVersion": 2, "mediaType": "%s", "manifests": []}' % OCI_INDEX.encode(), OCI_INDEX)
DIGEST = LIST.digest
WISHES = Wishes(referrers=False)
NAME = layout_name(IMAGE.source, DIGEST)


class MockRemote:
    """Knows one image, or none, and writes a folder as `skopeo copy … dir:` does, or cannot."""

    def __init__(self, root: Path, manifest: Manifest | None = LIST, problem: OSError | None = None) -> None:
        self.root = root
        self.manifest = manifest
        self.problem = problem

    def digest(self, *_: object) -> str | None:
        return self.manifest and self.manifest.digest

    def get(self, *_: object) -> Manifest | None:
        return self.manifest

    def copy(self, _: object, target: ImagePlace) -> None:
        if self.problem:
            raise self.problem
        folder = self.root / target.name.removeprefix("dir:")
        folder.mkdir()
        (folder / "version").write_text("Directory Transport Version: 1.1\n", encoding="utf-8")
        (folder / "manifest.json").write_bytes(LIST.content)


def save(root: Path, *arguments: Any) -> CopyOutcome:  # noqa: ANN401  # those of the mock
    prepare(root)
    remote: Any = MockRemote(root, *arguments)
    return Save(root, remote, WISHES, Origin(remote, WISHES), {})(IMAGE)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with one image, as far as its files go."""
    outcome = save(tmp_path)
    assert outcome.status == "copied", outcome
    Folder(tmp_path).finish([outcome])
    return tmp_path


def test_what_was_saved_is_found_again(saved: Path) -> None:
    carried = load(saved)
    assert (carried.digest(IMAGE), carried.place(IMAGE, DIGEST)) == (DIGEST, ImagePlace(f"oci:{NAME}"))
    assert save(saved).status == "present"


def test_its_manifest_is_that_of_the_layout(saved: Path) -> None:
    carried = load(saved)
    assert carried.manifest(IMAGE).digest == DIGEST
    next((saved / NAME).glob(f"blobs/sha256/{DIGEST.partition(':')[2]}")).write_bytes(b"{}")
    with pytest.raises(RegistryError, match=r"^the manifest of docker\.io/acme/app:1 is missing or damaged$"):
        carried.manifest(IMAGE)


def test_an_image_that_is_nowhere(tmp_path: Path) -> None:
    outcome = save(tmp_path, None)
    assert (outcome.status, outcome.note) == ("failed", "there is no image docker.io/acme/app:1")
    Folder(tmp_path).finish([outcome])
    assert load(tmp_path).images == {}


def test_a_disk_that_is_full_leaves_nothing_half(tmp_path: Path) -> None:
    outcome = save(tmp_path, LIST, OSError(28, "No space left on device"))
    assert outcome.status == "failed"
    assert "No space left on device" in outcome.note
    assert list((tmp_path / IMAGES).iterdir()) == []


def test_what_killed_runs_left_goes_and_what_others_do_stays(tmp_path: Path) -> None:
    left = {f".partial-{os.getpid()}-mine", ".partial-4194305-dead", ".partial-no-number"}
    for name in left:
        (tmp_path / IMAGES / name).mkdir(parents=True)
    prepare(tmp_path)
    assert [path.name for path in (tmp_path / IMAGES).iterdir()] == [f".partial-{os.getpid()}-mine"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AcregError, match=r"cannot be made: Not a directory\."):
        prepare(tmp_path / "file" / "media")


def test_a_layout_that_went_before_the_end(saved: Path) -> None:
    shutil.rmtree(saved / NAME)
    with pytest.raises(AcregError, match=r"No such file or directory.* run the command again\."):
        Folder(saved).finish([])
    load(saved)  # the list is as it was


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (MANIFEST, None, rf"{MANIFEST} cannot be read: No such file or directory\. Name a folder"),
        (MANIFEST, "[]", "is damaged: copy the folder again"),
        (MANIFEST, '{"images": [{}]}', "is damaged"),
        (
            MANIFEST,
            '{"version": 2, "images": []}',
            rf"{MANIFEST} is of version 2, and this acreg reads 1: update acreg",
        ),
        (MANIFEST, '{"version": 1, "images": []}', rf"{MANIFEST} is damaged, its SHA-256 is"),
        (SUMS, None, rf"{SUMS} cannot be read: No such file or directory\. Copy the folder again"),
        (SUMS, "", rf"{MANIFEST} is damaged"),
        (SUMS, "nonsense", rf"{SUMS} is damaged: a line of it names no file"),
    ],
)
def test_a_damaged_list(saved: Path, file: str, text: str | None, message: str) -> None:
    if text is None:
        (saved / file).unlink()
    else:
        (saved / file).write_text(text, encoding="utf-8")
    with pytest.raises(AcregError, match=message):
        load(saved)


@pytest.mark.parametrize("file", [MANIFEST, SUMS, f"{NAME}/index.json", f"{NAME}/oci-layout"])
def test_a_pipe_is_not_waited_for(saved: Path, file: str) -> None:
    (saved / file).unlink()
    os.mkfifo(saved / file)
    with pytest.raises(AcregError, match="is not a file inside the folder"):
        load(saved).digest(IMAGE)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda loaded: loaded._replace(sums={}), f"{SUMS} has no line for {NAME}/oci-layout"),
        (
            lambda loaded: loaded._replace(
                images={IMAGE.source: loaded.images[IMAGE.source]._replace(digest=f"sha256:{'b' * 64}")}
            ),
            f"{NAME}/index.json is not about sha256:b",
        ),
    ],
)
def test_a_damaged_image(saved: Path, change: Any, message: str) -> None:  # noqa: ANN401  # a lambda of the table
    with pytest.raises(RegistryError, match=message):
        change(load(saved)).digest(IMAGE)


def _layout(root: Path, **changes: Any) -> Path:  # noqa: ANN401  # JSON
    """A layout of one list of images, whose manifest has these fields."""
    content = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, **changes}).encode()
    digest = Manifest.of(content, OCI_INDEX).digest
    blobs = root / "images" / "x" / layout.BLOBS
    blobs.mkdir(parents=True)
    (blobs / layout.digits(digest)).write_bytes(content)
    (blobs.parents[1] / layout.INDEX).write_text(json.dumps({"manifests": [{"digest": digest}]}))
    return blobs / layout.digits(digest)


EMPTY = Manifest.of(b"{}", OCI_INDEX).digest


def test_a_layout_may_name_a_part_twice(tmp_path: Path) -> None:
    blob = _layout(tmp_path, manifests=[{"digest": EMPTY}, {"digest": EMPTY}])
    (blob.parent / layout.digits(EMPTY)).write_bytes(b"{}")
    layout.verify(tmp_path, "images/x", f"sha256:{blob.name}")


@pytest.mark.parametrize(
    ("changes", "index", "said"),
    [
        ({"manifests": [{"digest": EMPTY}]}, None, "cannot be read: No such file or directory"),
        ({"manifests": [{"digest": f"sha512:{'a' * 128}"}]}, None, "is not a digest that a folder can hold"),
        ({"layers": [{"digest": "sha256:../../x"}]}, None, "is not a digest that a folder can hold"),
        ({}, "no JSON", r"images/x/index\.json is damaged: it is no JSON object"),
        ({}, "[]", r"images/x/index\.json is damaged: it is no JSON object"),
        ({}, "[" * 100_000, r"images/x/index\.json is damaged: it is no JSON object"),
        ({}, "", r"images/x/index\.json cannot be read: No such file"),
    ],
)
def test_a_damaged_layout(tmp_path: Path, changes: dict[str, Any], index: str | None, said: str) -> None:
    blob = _layout(tmp_path, **changes)
    file = tmp_path / "images" / "x" / layout.INDEX
    if index:
        file.write_text(index)
    elif index == "":
        file.unlink()
    with pytest.raises(RegistryError, match=said):
        layout.verify(tmp_path, "images/x", f"sha256:{blob.name}")


def test_an_image_that_became_another_one_on_its_way(tmp_path: Path) -> None:
    other = Manifest.of(b"{}", OCI_INDEX)
    outcome = save(tmp_path, other)
    assert (outcome.status, outcome.note) == ("failed", f"what was fetched as {other.digest} is {DIGEST}")


@pytest.mark.parametrize(
    ("source", "digest", "expected"),
    [
        ("docker.io/acme/app:2", DIGEST, True),
        ("acme/app", DIGEST, True),
        ("docker.io/acme/other:1", DIGEST, False),
        ("docker.io/acme/app:1", EMPTY, False),
    ],
)
def test_what_a_folder_has_of_a_repository(saved: Path, source: str, digest: str, expected: bool) -> None:  # noqa: FBT001  # a table
    assert load(saved).has(ImageCopy(source, IMAGE.target), digest) is expected


def _chart(name: str) -> PackedChart:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        about = f"name: {name}\nversion: '1'\n".encode()
        entry = tarfile.TarInfo(f"{name}/Chart.yaml")
        entry.size = len(about)
        tar.addfile(entry, io.BytesIO(about))
    return PackedChart(name, "1", buffer.getvalue())


def test_charts_come_along_in_a_folder(saved: Path) -> None:
    charts = [_chart("a"), _chart("b")]
    folder = Folder(saved)
    for chart in charts:
        folder.take_chart(chart)
    folder.finish([])
    assert load(saved).charts() == charts
    (saved / "charts" / "b-1.tgz").write_bytes(charts[0].content)
    with pytest.raises(RegistryError, match=r"^charts/b-1\.tgz is damaged"):
        load(saved).charts()
    shutil.rmtree(saved / "charts")
    (saved / "charts").touch()
    with pytest.raises(AcregError, match=r"File exists\.$"):
        folder.take_chart(charts[0])


def test_charts_and_images_come_along_in_an_archive(tmp_path: Path) -> None:
    """Two registries have an image of the same name and digest, which are one layout."""
    archive, chart = Archive(tmp_path / "media.tar"), _chart("a")
    for source in (IMAGE.source, IMAGE.source.replace("docker.io", "quay.io")):
        outcome = save(archive.folder)._replace(image=ImageCopy(source, IMAGE.target))
        archive.take(outcome)
    archive.take_chart(chart)
    archive.finish([])
    assert [path.name for path in tmp_path.iterdir()] == ["media.tar"]
    (tmp_path / "unpacked").mkdir()
    carried = load_archive(tmp_path / "media.tar", tmp_path / "unpacked")
    assert carried.charts() == [chart]
    assert [carried.digest(ImageCopy(source, "")) for source in carried.images] == [DIGEST] * 2


def test_an_archive_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AcregError, match=r"media\.tar: .*File exists\. Nothing of it is left; run the command again"):
        Archive(tmp_path / "file" / "media.tar")
    (tmp_path / "media.tar").mkdir()
    archive = Archive(tmp_path / "media.tar")
    with pytest.raises(AcregError, match=r"media\.tar: .*Is a directory\. Nothing of it is left"):
        archive.finish([])
    assert {path.name for path in tmp_path.iterdir()} == {"file", "media.tar"}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    archive = Archive(tmp_path / "other.tar")
    monkeypatch.setattr(tarfile.TarFile, "addfile", full)  # a mock of a disk
    with pytest.raises(AcregError, match=r"other\.tar: the disk is full .*Nothing of it is left"):
        archive.take_chart(PackedChart("a", "1", b""))


def test_an_archive_with_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "media.tar", "w") as tar:
        for name in (MANIFEST, SUMS, f"{SUMS}/x"):
            tar.addfile(tarfile.TarInfo(name))
    with pytest.raises(AcregError, match=rf"media\.tar: {SUMS}/x cannot be unpacked: File exists\.$"):
        load_archive(tmp_path / "media.tar", tmp_path / "unpacked")


def test_nothing_is_written_through_a_link_that_somebody_has_put_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("own")
    monkeypatch.setattr(os, "urandom", bytes)  # a mock, as nobody can know the name
    (tmp_path / f"file.{'00' * 8}.part").symlink_to(victim)
    with pytest.raises(FileExistsError):
        wholefile.write(str(tmp_path / "file"), b"new")
    (tmp_path / f".x.tar.partial-{os.getpid()}").symlink_to(victim)
    Archive(tmp_path / "x.tar")
    assert victim.read_text() == "own"
