"""`acreg lock`, and what is made of a lock, with real registries."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from helm.harness import tool

from postrenderer.images.reference import parse
from registry import images
from registry.conftest import Acreg, Published, Run, counts, login, open_target, push
from registry.servers import PASSWORD, USERNAME
from registry.signed import push_signed

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: pod-%d}
spec: {containers: [{name: main, image: "%s"}]}"""


def _lock(acreg: Acreg, listed: str, environment: dict[str, str], *flags: str) -> Run:
    return acreg.run("lock", "--list", "-", *flags, stdin=listed, **environment)


@pytest.fixture
def name(acreg: Acreg, published: Published) -> str:
    return f"{published.source}/{acreg.folder.name.lower().replace('_', '-').strip('-')}"


@pytest.mark.slow
def test_from_the_source_through_the_air_to_pinned_manifests(  # noqa: PLR0913, PLR0917  # five fixtures
    acreg: Acreg,
    published: Published,
    secured: Registry,
    authority: tuple[Path, object],
    name: str,
    tmp_path: Path,
) -> None:
    """A chart with three hundred references → lock → archive → empty registry → check → filter → skopeo inspect."""
    signed = [f"{name}/signed-{number}:1" for number in range(2)]
    with_them = [one for n, ref in enumerate(signed) for one in push_signed(tmp_path / str(n), ref, f"signed {n}")[1]]
    references = [*published.references[:12], *signed]
    chart = acreg.folder / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: many\nversion: 1.2.3\n")
    pods = [POD % (number, references[number % len(references)]) for number in range(300)]
    (chart / "templates" / "all.yaml").write_text("\n---\n".join(pods))
    helm = {"HELM_BIN": str(tool("helm-3.19.0"))}
    more = {**login(secured), "ACREG_LOCK": "acreg.lock"}

    locked = acreg.run("lock", "--chart", "chart", **more, **helm)
    assert (locked.code, locked.stdout) == (0, "acreg.lock: 14 images\n"), locked
    lock = yaml.safe_load((acreg.folder / "acreg.lock").read_text())
    assert (lock["chart"], len(lock["images"])) == ({"name": "many", "version": "1.2.3"}, 14)

    saved = acreg.run("mirror", "--chart", "chart", "--to", "media.tar", **helm)
    assert (saved.code, counts(saved.stdout)["copied"]) == (0, 14), saved
    before = acreg.run("check", "--lock", "acreg.lock", **login(secured))
    assert (before.code, counts(before.stdout)["missing"]) == (1, 14), before
    carried = acreg.run("mirror", "--from", "media.tar", **login(secured))
    assert (carried.code, counts(carried.stdout)["copied"]) == (0, 14), carried
    after = acreg.run("check", "--lock", "acreg.lock", **login(secured))
    assert (after.code, counts(after.stdout)["present"]) == (0, 14), after

    rendered = acreg.run("render", "--chart", "chart", **more, **helm)
    assert rendered.code == 0, rendered
    found = [
        pod["spec"]["containers"][0]["image"] for pod in yaml.safe_load_all(rendered.stdout) if pod["kind"] == "Pod"
    ]
    assert len(found) == 300
    pinned = {f"{parse(reference).repository}@{parse(reference).digest}" for reference in found}
    private = [one.replace(published.source, f"{secured.host}/appcircle") for one in with_them]
    for reference in [*pinned, *private]:
        tls = ("--cert-dir", str(authority[0].parent), "--creds", f"{USERNAME}:{PASSWORD}")
        inspect = ["skopeo", "inspect", "--raw", *tls, f"docker://{reference}"]
        assert subprocess.run(inspect, capture_output=True, check=False).returncode == 0, reference


def test_the_digest_is_that_of_the_private_registry(
    acreg: Acreg, published: Published, plain: Registry, name: str
) -> None:
    more = open_target(plain, published)
    both = ("amd64", "arm64")
    digests = [images.build(acreg.folder / content, content, architectures=both) for content in ("old", "new")]
    push(acreg.folder / "old", f"{name}:1")
    assert _lock(acreg, f"{name}:1", more).code == 0
    first = (acreg.folder / "acreg.lock").read_text()
    assert acreg.run("mirror", "--list", "-", stdin=f"{name}:1", **more).code == 0
    push(acreg.folder / "new", f"{name}:1")
    assert _lock(acreg, f"{name}:1", more).code == 0
    assert (acreg.folder / "acreg.lock").read_text() == first
    assert yaml.safe_load(first)["images"] == [
        {
            "source": f"{name}:1",
            "target": name.replace(published.source, f"{plain.host}/appcircle"),
            "tag": "1",
            "digest": digests[0],
            "platforms": ["linux/amd64", "linux/arm64"],
        }
    ]


def test_mirror_writes_the_lock_and_reads_it_as_its_record(
    acreg: Acreg, published: Published, plain: Registry, name: str
) -> None:
    """As in CI: the lock is in Git, the home is empty, and the source has collected what it had."""
    more = {**open_target(plain, published), "ACREG_LOCK": "own.lock"}
    images.build(acreg.folder / "old", "old")
    push(acreg.folder / "old", f"{name}:1")
    listed = f"{name}:1\n{published.references[1]}"
    assert acreg.run("mirror", "--list", "-", stdin=listed, **more).code == 0
    lock = yaml.safe_load((acreg.folder / "own.lock").read_text())
    assert len(lock["images"]) == 2
    new = images.build(acreg.folder / "new", "new")
    push(acreg.folder / "new", f"{name}:1")
    own = {**more, "HOME": str(acreg.folder / "elsewhere")}
    run = acreg.run("mirror", "--list", "-", stdin=f"{name}:1", **own)
    assert (run.code, counts(run.stdout)["replaced"]) == (0, 1), run
    assert "own.lock: 1 image of this run, 1 with another digest than before" in run.stderr
    images_of = yaml.safe_load((acreg.folder / "own.lock").read_text())["images"]
    assert [image["digest"] for image in images_of if image["source"] == f"{name}:1"] == [new]
    assert len(images_of) == 2, "what is not of this run stays"


def test_check_finds_what_is_not_as_the_lock_says(
    acreg: Acreg, published: Published, plain: Registry, name: str
) -> None:
    more = open_target(plain, published)
    _, with_it = push_signed(acreg.folder, f"{name}:1")
    (acreg.folder / "acreg.lock").unlink(missing_ok=True)
    assert acreg.run("mirror", "--list", "-", "--lock", "acreg.lock", stdin=f"{name}:1", **more).code == 0
    private = name.replace(published.source, f"{plain.host}/appcircle")

    def check(*flags: str, stdin: str = "") -> Run:
        return acreg.run("check", "--lock", "acreg.lock", *flags, stdin=stdin, **more)

    assert check().code == 0
    run = check("--list", "-", stdin=f"{name}:1\n{name}:2")
    assert (run.code, counts(run.stdout)["missing"], "it is not in the lock" in run.stdout) == (1, 1, True), run
    images.build(acreg.folder / "other", "other")
    push(acreg.folder / "other", with_it[0].replace(published.source, f"{plain.host}/appcircle"))
    run = check()
    assert (run.code, counts(run.stdout)["differs"]) == (1, 1), run
    assert check("--no-referrers").code == 0
    push(acreg.folder / "other", f"{private}:1")
    run = check("--no-referrers")
    assert (run.code, counts(run.stdout)["differs"], "the lock has sha256:" in run.stdout) == (1, 1, True), run


def test_without_an_image_no_lock_is_written(acreg: Acreg, published: Published, plain: Registry, name: str) -> None:
    run = _lock(acreg, f"{name}:gone", open_target(plain, published))
    assert (run.code, f"{name}:gone (there is no image" in run.stderr, run.stdout) == (1, True, ""), run
    assert not (acreg.folder / "acreg.lock").exists()
    run = _lock(acreg, published.references[1], open_target(plain, published), "--lock", "nowhere/acreg.lock")
    assert (run.code, "nowhere/acreg.lock cannot be written: No such file" in run.stderr) == (1, True), run


def test_a_lock_that_is_not_there(acreg: Acreg) -> None:
    run = acreg.run("render", "--lock", "gone.lock", stdin="image: a/b:1\n", ACREG_REGISTRY="localhost:1")
    assert (run.code, run.stdout, "`acreg lock` writes it" in run.stderr) == (2, "", True), run
