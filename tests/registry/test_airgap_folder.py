"""The folder of `mirror --to`, without a registry."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.errors import AcregError
from postrenderer.registry.airgap import IMAGES, MANIFEST, SUMS, Save, finish, layout_name, load, prepare
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.plan import Copy
from postrenderer.registry.skopeo import Place
from postrenderer.registry.work import Crew

if TYPE_CHECKING:
    from postrenderer.registry.mirror import Outcome

IMAGE = Copy("docker.io/acme/app:1", "r.example.com/x/acme/app:1")
DIGEST = f"sha256:{'a' * 64}"
NAME = layout_name(IMAGE.source, DIGEST)


class MockSkopeo:
    """Knows one image, or none, and writes a folder as `skopeo copy … dir:` does, or cannot."""

    def __init__(self, root: Path, digest: str | None = DIGEST, problem: OSError | None = None) -> None:
        self.root = root
        self.found = digest
        self.problem = problem

    def digest(self, *_: object) -> str | None:
        return self.found

    def copy(self, _: object, target: Place) -> None:
        if self.problem:
            raise self.problem
        folder = self.root / target.name.removeprefix("dir:")
        folder.mkdir()
        (folder / "version").write_text("Directory Transport Version: 1.1\n", encoding="utf-8")
        content = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}
        (folder / "manifest.json").write_text(json.dumps(content), encoding="utf-8")


def save(root: Path, *arguments: Any) -> Outcome:  # noqa: ANN401  # those of the mock
    prepare(root)
    skopeo: Any = MockSkopeo(root, *arguments)
    return Save(root, skopeo, Crew(1, 0, lambda: None, pause=0))(IMAGE)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with one image, as far as its files go."""
    outcome = save(tmp_path)
    assert outcome.status == "copied", outcome
    index = tmp_path / NAME / "index.json"
    content = json.loads(index.read_bytes())
    content["manifests"][0]["digest"] = DIGEST  # the mock's text has another
    index.write_text(json.dumps(content), encoding="utf-8")
    finish(tmp_path, [outcome])
    return tmp_path


def test_what_was_saved_is_found_again(saved: Path) -> None:
    assert load(saved).origin(IMAGE) == (Place(f"oci:{NAME}"), DIGEST)
    assert save(saved).status == "present"


def test_an_image_that_is_nowhere(tmp_path: Path) -> None:
    outcome = save(tmp_path, None)
    assert (outcome.status, outcome.note) == ("failed", "there is no image docker.io/acme/app:1")
    finish(tmp_path, [outcome])
    assert load(tmp_path).images == {}


def test_a_disk_that_is_full_leaves_nothing_half(tmp_path: Path) -> None:
    outcome = save(tmp_path, DIGEST, OSError(28, "No space left on device"))
    assert outcome.status == "failed"
    assert "No space left on device" in outcome.note
    assert list((tmp_path / IMAGES).iterdir()) == []


def test_the_same_image_fetched_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def taken(path: Path, target: Path) -> None:
        if target != tmp_path / NAME:
            rename(path, target)
            return
        target.mkdir()
        (target / "theirs").touch()
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(Path, "rename", taken)
    assert save(tmp_path).status == "copied"
    assert [path.name for path in (tmp_path / NAME).iterdir()] == ["theirs"]
    assert [path.name for path in (tmp_path / IMAGES).iterdir()] == [NAME.partition("/")[2]]


def test_a_name_that_cannot_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> None:
        if target == tmp_path / NAME:
            raise OSError(13, "Permission denied")
        rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    outcome = save(tmp_path)
    assert outcome.status == "failed"
    assert "Permission denied" in outcome.note


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
        finish(saved, [])
    load(saved)  # the list is as it was


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (MANIFEST, None, rf"{MANIFEST} cannot be read: No such file or directory\. Name a folder"),
        (MANIFEST, "[]", "is damaged: copy the folder again"),
        (MANIFEST, '{"images": [{}]}', "is damaged"),
        (MANIFEST, '{"version": 1, "images": []}', rf"{MANIFEST} is damaged, its SHA-256 is"),
        (SUMS, None, rf"{SUMS} cannot be read: No such file or directory\. Copy the folder again"),
        (SUMS, "", rf"{MANIFEST} is damaged"),
    ],
)
def test_a_damaged_list(saved: Path, file: str, text: str | None, message: str) -> None:
    if text is None:
        (saved / file).unlink()
    else:
        (saved / file).write_text(text, encoding="utf-8")
    with pytest.raises(AcregError, match=message):
        load(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda loaded: loaded._replace(sums={}), f"{SUMS} has no line for {NAME}/index.json"),
        (
            lambda loaded: loaded._replace(
                images={IMAGE.source: loaded.images[IMAGE.source]._replace(digest=f"sha256:{'b' * 64}")}
            ),
            f"{NAME}/index.json is of another image than {MANIFEST} says",
        ),
    ],
)
def test_a_damaged_image(saved: Path, change: Any, message: str) -> None:  # noqa: ANN401  # a lambda of the table
    with pytest.raises(RegistryError, match=message):
        change(load(saved)).origin(IMAGE)
