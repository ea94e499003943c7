"""With a lock each reference is pinned: the text that holds its tag gets the digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from postrenderer.errors import AcregError, SettingsError
from postrenderer.findings import find
from postrenderer.plan.decide import OPEN_TAG
from postrenderer.rewrite import rewrite
from postrenderer.settings import Settings, lockfile
from postrenderer.settings.lockfile import Lock, LockedImage, pinned

P = "r.example.com/x"
A, B, C = (f"sha256:{digit * 64}" for digit in "abc")
LOCK = Lock(
    (
        LockedImage("quay.io/a/app:1", f"{P}/a/app", A, "1", ("linux/amd64", "linux/arm64")),
        LockedImage("quay.io/a/app:1.5", f"{P}/a/app", C, "1.5"),
        LockedImage("nginx", f"{P}/nginx", B, "latest", (), ((C, B, ""), (A, B, f"sha256-{'b' * 64}.sig"))),
        LockedImage(f"quay.io/a/pinned@{C}", f"{P}/a/pinned", C),
    ),
    ("chart", "1.2.3"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "acreg.lock"
    path.write_text(lockfile.text(LOCK), encoding="utf-8")
    return pinned(Settings("r.example.com", "x", pull_secrets=(), lock=str(path)))


def _filtered(text: str, settings: Settings) -> str:
    return b"".join(rewrite(text.encode(), settings).output).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("image: quay.io/a/app:1", f"image: {P}/a/app:1@{A}"),
        ("image: nginx", f"image: {P}/nginx@{B}"),
        ("image: nginx:latest", f"image: {P}/nginx:latest@{B}"),
        (f"image: quay.io/a/pinned@{C}", f"image: {P}/a/pinned@{C}"),
        (f"image: quay.io/a/pinned:v1@{C}", f"image: {P}/a/pinned:v1@{C}"),
        (f"image: {P}/a/app:1", f"image: {P}/a/app:1@{A}"),
        (
            "{registry: quay.io, repository: a/app, tag: '1'}",
            f"{{registry: {P}, repository: a/app, tag: '1@{A}'}}",
        ),
        ("{repository: quay.io/a/app, tag: 1.5}", f"{{repository: {P}/a/app, tag: 1.5@{C}}}"),
        (f"{{registry: {P}, repository: a/app, tag: '1'}}", f"{{registry: {P}, repository: a/app, tag: '1@{A}'}}"),
        ("{image: a/app, version: '1'}", f"{{image: {P}/a/app, version: '1@{A}'}}"),
        (
            "a: {repository: quay.io/a/app, tag: '1'}\n    b: {repository: quay.io/a/app, tag: '1.5'}",
            f"a: {{repository: {P}/a/app, tag: '1@{A}'}}\n    b: {{repository: {P}/a/app, tag: '1.5@{C}'}}",
        ),
        ("args: [--image=quay.io/a/app:1]", f"args: [--image={P}/a/app:1@{A}]"),
    ],
)
def test_the_text_with_the_tag_gets_the_digest(before: str, after: str, settings: Settings) -> None:
    head = "apiVersion: example.com/v1\nkind: Demo\nspec:\n  thing:\n    "
    once = _filtered(f"{head}{before}\n", settings)
    assert once.replace('"', "'") == f"{head}{after}\n"
    assert _filtered(once, settings) == once


@pytest.mark.parametrize(
    "text", ["image: quay.io/a/app:2", "image: redis", f"image: quay.io/a/pinned@{A}", f"image: {P}/a/app:2"]
)
def test_a_reference_that_is_not_in_the_lock_fails_the_run(text: str, settings: Settings) -> None:
    with pytest.raises(AcregError, match=r"1 reference is not in the lock .*acreg\.lock: .*`acreg lock`"):
        _filtered(f"kind: Demo\nspec:\n  {text}\n", settings)


@pytest.mark.parametrize(
    ("image", "written"),
    [
        ("{repository: a, name: app, tag: '1'}", f'{{"registry": "{P}", repository: a, name: app, tag: \'1@{A}\'}}'),
        (f"{{registry: {P}, repository: a, name: app, tag: '1'}}", None),
    ],
)
def test_the_field_that_carries_the_registry_is_added_beside_the_pinned_tag(
    image: str, written: str | None, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "acreg.lock").write_text(
        lockfile.text(Lock((LockedImage("a/app:1", f"{P}/a/app", A, "1"),))), encoding="utf-8"
    )
    head = "apiVersion: k8ssandra.io/v1alpha1\nkind: K8ssandraCluster\nspec:\n  medusa:\n    containerImage: "
    once = _filtered(f"{head}{image}\n", pinned(settings))
    assert once == f"{head}{written or image.replace(chr(39) + '1', chr(39) + f'1@{A}')}\n"
    assert _filtered(once, pinned(settings)) == once


def test_what_is_not_sure_enough_to_move_needs_no_lock(settings: Settings) -> None:
    text = "kind: Demo\nspec:\n  image: quay.io/a/other:1\n"
    assert _filtered(text, settings._replace(confidence="certain")) == text


def test_what_nothing_pulls_needs_no_lock(settings: Settings) -> None:
    text = "kind: Demo\nspec:\n  destination: quay.io/other/app:1\n"
    assert _filtered(text, settings) == text


def test_a_split_reference_whose_tag_no_field_holds_is_left(settings: Settings) -> None:
    text = "kind: Demo\nspec:\n  image: {registry: docker.io, image: nginx}\n"
    assert _filtered(text, settings) == text
    (document,) = find(text.encode(), settings)
    assert [(one.kind, one.reason) for one in document.images] == [
        ("left", "the digest of the lock must follow its tag, and no field holds the tag alone")
    ]


@pytest.mark.parametrize(
    "place",
    [
        "image: 'quay.io/a/app:{{ .tag }}'",
        "image: quay.io/a/app:$(TAG)",
        "image: {repository: quay.io/a/app, tag: '{{ .tag }}'}",
        "image: {registry: quay.io, repository: a/app, tag: '${TAG}'}",
        "script: 'docker run quay.io/a/app:${TAG} now'",
    ],
)
def test_a_reference_whose_tag_is_filled_in_later_is_left(place: str, settings: Settings) -> None:
    text = f"kind: Demo\nspec:\n  {place}\n"
    sure = settings._replace(sources=("quay.io",))
    assert _filtered(text, sure) == text
    (document,) = find(text.encode(), sure)
    assert [(one.kind, one.reason) for one in document.images] == [("left", OPEN_TAG)]


def test_a_tag_of_two_images(settings: Settings) -> None:
    both = "a: {repository: quay.io/a/app, tag: &tag '1'}\n  b: {repository: %s, tag: *tag}\n"
    text = f"kind: Demo\nspec:\n  {both % 'quay.io/a/app'}"
    assert _filtered(text, settings).count(A) == 1
    images = (*LOCK.images, LockedImage("quay.io/a/other:1", f"{P}/a/other", B, "1"))
    Path(settings.lock).write_text(lockfile.text(Lock(images)), encoding="utf-8")
    with pytest.raises(AcregError) as caught:
        _filtered(f"kind: Demo\nspec:\n  {both % 'quay.io/a/other'}", pinned(settings))
    assert str(caught.value).endswith(
        "`1` is the tag of several images through an alias, and the lock has another digest for each. Write the tag out"
        " instead of the alias."
    )


def test_two_images_that_would_become_one_do_so_with_a_lock_too(settings: Settings) -> None:
    with pytest.raises(AcregError, match="are two images"):
        _filtered("kind: Demo\nspec:\n  image: quay.io/a/app:1\n  otherImage: ghcr.io/a/app:1\n", settings)


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    text = lockfile.text(LOCK)
    assert text.splitlines()[:9] == [
        "# What the private registry holds for chart 1.2.3: made by `acreg lock`, read by `--lock`.",
        "version: 1",
        "chart: {name: chart, version: 1.2.3}",
        "images:",
        "- source: quay.io/a/app:1",
        f"  target: {P}/a/app",
        "  tag: '1'",
        f"  digest: {A}",
        "  platforms: [linux/amd64, linux/arm64]",
    ]
    (tmp_path / "lock").write_text(text, encoding="utf-8")
    read = lockfile.read(str(tmp_path / "lock"))
    assert (set(read.images), read.chart, lockfile.text(read)) == (set(LOCK.images), LOCK.chart, text)


def test_a_version_may_be_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text(lockfile.text(LOCK).replace("version: 1\n", "version: '1'\n"), encoding="utf-8")
    assert set(lockfile.read(str(path)).images) == set(LOCK.images)


def test_a_lock_without_end() -> None:
    with pytest.raises(SettingsError, match=r"^/dev/zero is longer than any lock is\.$"):
        lockfile.read("/dev/zero")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"cannot be read: No such file or directory\. `acreg lock` writes it"),
        ("", "is not a lock, or is damaged"),
        ("[]", "is not a lock"),
        ("version: 2\nimages: []", "is of version 2, and this acreg reads 1"),
        ("version: 1\nimages: [{}]", "is damaged: image 1: it has no 'target'"),
        ("version: 1\nimages: [3]", "is damaged: image 1: "),
        (f"{lockfile.text(LOCK)}<<<<<<< HEAD\n", r"is damaged in line \d+: write it again"),
        (lockfile.text(LOCK).replace("tag:", "tga:"), "is damaged: image 1 .*: it has an unknown key `tga`"),
        (
            lockfile.text(Lock((*LOCK.images, LOCK.images[0]._replace(digest=B)))),
            "is damaged: r.example.com/x/a/app:1 has two digests",
        ),
        ("version: 1\nimages: 3", "is not a lock"),
        (f"version: 1\nimages: [{{source: A:b, target: r/x, digest: '{A}'}}]", "or is damaged: "),
        (
            "version: 1\nimages: [{source: a, target: r/x, digest: 'sha256:1'}]",
            r"or is damaged: image 1 \(a\): a digest is",
        ),
        ("a: b: c", "is not a lock"),
        ("[" * 20_000, "is not a lock"),
        pytest.param("[" * 100_000 + "]" * 100_000, "is not a lock", id="deep"),
        ("a: &a [*a]", "is not a lock"),
    ],
)
def test_what_is_no_lock(text: str | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        pinned(Settings("r.example.com", lock=str(path)))


def test_settings_without_a_lock_stay_as_they_are() -> None:
    assert pinned(Settings("r.io", "p")) == Settings("r.io", "p")
