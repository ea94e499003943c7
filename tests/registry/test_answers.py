"""What is made of answers that real registries give only while somebody changes them: a mock of Remote gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.errors import AcregError
from postrenderer.registry import check, locking, mirror
from postrenderer.registry.export import FORMS
from postrenderer.registry.failures import OTHER, RegistryError, failure
from postrenderer.registry.origins import Origin, Wishes
from postrenderer.registry.plan import ImageCopy
from postrenderer.registry.record import Record
from postrenderer.settings.lockfile import Lock, LockedImage

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = ImageCopy("docker.io/acme/app:1", "r.example.com/x/acme/app:1")
WISHES = Wishes(referrers=False)
A, B = (f"sha256:{digit * 64}" for digit in "ab")


class MockRemote:
    """Gives digests by side, or fails, and copies nothing."""

    def __init__(self, **digests: list[str | None]) -> None:
        self.digests = digests

    def digest(self, _: object, side: str) -> str | None:
        found = self.digests[side].pop(0)
        if found == "":
            raise RegistryError(OTHER, "it does not answer")
        return found

    def copy(self, *_: object) -> None:
        pass


class MockUnsigned(MockRemote):
    """Of these registries the source cannot be reached to say what goes with an image."""

    def get(self, *_: object) -> None:
        pass

    def tags(self, *_: object) -> list[str]:
        raise RegistryError("unreachable", "it does not answer", host="docker.io")


def _mirror(remote: Any, folder: Path, wishes: Wishes = WISHES) -> mirror.Mirror:  # noqa: ANN401  # a mock
    record = Record(folder / "record", {}, pytest.fail)
    return mirror.Mirror(remote, wishes, record, Origin(remote, wishes), lambda *_: None)


@pytest.mark.parametrize(
    ("source", "status", "note"),
    [
        (A, "present", ""),
        (B, "differs", f"the source has {B}"),
        (None, "present", "the source has no such image any more"),
        ("", "present", "the source could not be asked: it does not answer"),
    ],
)
def test_the_source_of_an_image_that_is_there(source: str | None, status: str, note: str) -> None:
    remote: Any = MockRemote(dest=[A], src=[source])
    found = check.CheckImage(remote, Origin(remote, WISHES), with_referrers=False)(IMAGE)
    assert (found.status, found.digest, found.note) == (status, A, note)


UNSIGNED = "its signatures could not be looked up: it does not answer"


def test_a_source_that_cannot_be_asked_for_signatures(tmp_path: Path) -> None:
    remote: Any = MockUnsigned(dest=[A], src=[A])
    found = check.CheckImage(remote, Origin(remote, WISHES), with_referrers=True)(IMAGE)
    assert (found.status, found.note) == ("present", UNSIGNED)
    for there, status, note in (
        ([A], "present", UNSIGNED),
        ([None, A], "failed", "it is there, but not all its signatures and attestations: it does not answer"),
    ):
        remote = MockUnsigned(dest=list(there), src=[A])
        outcome = _mirror(remote, tmp_path, Wishes())(IMAGE)
        assert (outcome.status, outcome.note) == (status, note)


@pytest.mark.parametrize(
    ("there", "status", "note"),
    [
        (A, "present", ""),
        (B, "differs", f"the lock has {A}"),
        (None, "missing", ""),
        ("", "failed", "it does not answer"),
    ],
)
def test_what_a_lock_is_held_against(there: str | None, status: str, note: str) -> None:
    lock = Lock((LockedImage(IMAGE.source, "r.example.com/x/acme/app", A, "1"),))
    remote: Any = MockRemote(dest=[there])
    found = locking.CheckLock(remote, lock)(IMAGE)
    assert (found.status, found.note) == (status, note)
    other = locking.CheckLock(remote, lock)(IMAGE._replace(target="r.example.com/x/other:1"))
    assert (other.status, other.note) == ("missing", "it is not in the lock")


@pytest.mark.parametrize("source", [None, "", A])
def test_other_content_that_the_source_has_not_or_does_not_tell_is_not_replaced(
    source: str | None, tmp_path: Path
) -> None:
    remote: Any = MockRemote(src=[A, source], dest=[B])
    outcome = _mirror(remote, tmp_path)(IMAGE)
    assert outcome.status == "refused"
    assert "it is not known where that came from" in outcome.note


def test_other_content_that_the_source_has_is_replaced(tmp_path: Path) -> None:
    remote: Any = MockRemote(src=[A, B], dest=[B, A])
    outcome = _mirror(remote, tmp_path)(IMAGE)
    assert (outcome.status, outcome.note) == ("replaced", f"was {B}")


def test_other_content_under_a_digest() -> None:
    remote: Any = MockRemote(dest=[B])
    pinned = ImageCopy(f"docker.io/acme/app@{A}", f"r.example.com/x/acme/app@{A}")
    found = check.CheckImage(remote, Origin(remote, WISHES), with_referrers=False)(pinned)
    assert (found.status, found.note) == ("differs", "the registry has other content under this digest")


@pytest.mark.parametrize(
    ("after", "status", "note"),
    [
        ([None, A], "copied", ""),
        ([A], "present", ""),
        ([None, B], "failed", f"the target has {B} after the copy of {A}"),
        ([None, None], "failed", f"the target has nothing after the copy of {A}"),
    ],
)
def test_what_the_target_has_before_and_after_a_copy(
    after: list[str | None], status: str, note: str, tmp_path: Path
) -> None:
    remote: Any = MockRemote(src=[A], dest=after)
    outcome = _mirror(remote, tmp_path)(IMAGE)
    assert (outcome.status, outcome.note) == (status, note)


def test_a_source_that_is_gone(tmp_path: Path) -> None:
    remote: Any = MockRemote(src=[None], dest=[None])
    outcome = _mirror(remote, tmp_path)(IMAGE)
    assert (outcome.status, outcome.note) == ("failed", "there is no image docker.io/acme/app:1")


def test_a_file_for_skopeo_sync_has_each_version_once() -> None:
    copies = [
        IMAGE,
        ImageCopy("acme/app:1", "r.example.com/x/acme/app:1"),
        ImageCopy("acme/app", "r.example.com/x/acme/app"),
    ]
    text = FORMS["skopeo-sync"](copies, ["docker.io"])
    assert (text.count("'1'"), text.count("- latest"), text.count("tls-verify: false")) == (1, 1, 1)


def test_skopeo_sync_gives_no_image_another_name() -> None:
    with pytest.raises(AcregError, match="cannot give an image another name"):
        FORMS["skopeo-sync"]([ImageCopy("acme/app:1", "r.example.com/x/other:1")], [])


def test_a_message_that_is_no_json_is_shown_as_it_is() -> None:
    assert "a \\q b" in str(failure('level=fatal msg="a \\q b"\n', "r.example.com"))
