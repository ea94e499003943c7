"""`acreg mirror` overwrites nothing by accident."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postrenderer.registry.places import SOURCE, in_registry
from postrenderer.registry.record import Known, Record, default_path, is_same_source
from registry import images
from registry.conftest import Acreg, Published, Run, counts, open_target, push
from registry.reaching import remote

if TYPE_CHECKING:
    from registry.servers import Registry

A, B = (f"sha256:{digit * 64}" for digit in "ab")


def _mirror(acreg: Acreg, reference: str, environment: dict[str, str], *flags: str) -> Run:
    return acreg.run("mirror", "--list", "-", *flags, stdin=reference, **environment)


def _push(acreg: Acreg, reference: str, content: str) -> str:
    folder = acreg.folder / content
    digest = images.build(folder, content)
    push(folder, reference)
    return digest


@pytest.fixture
def hosts(acreg: Acreg, published: Published) -> tuple[str, str]:
    """Two sources with the same repository name: the registry by its address, and by its name."""
    name = acreg.folder.name.lower().replace("_", "-")
    other = published.registry.host.replace("127.0.0.1", "localhost")
    return f"{published.source}/{name}/app:1", f"{other}/appcircle/docker-registry/{name}/app:1"


def test_another_source_does_not_take_the_place_of_the_first(
    acreg: Acreg, published: Published, plain: Registry, hosts: tuple[str, str]
) -> None:
    sources = f"{published.source},{hosts[1].rpartition('/')[0].rpartition('/')[0]}"
    insecure = f"{plain.host},{published.registry.host},{hosts[1].partition('/')[0]}"
    more = {**open_target(plain, published), "ACREG_SOURCES": sources, "ACREG_INSECURE_REGISTRIES": insecure}
    target = in_registry(hosts[0].replace(published.source, f"{plain.host}/appcircle"))
    first = _push(acreg, hosts[0], "first")
    assert _mirror(acreg, hosts[0], more).code == 0
    second = _push(acreg, hosts[1], "second")

    refused = _mirror(acreg, hosts[1], more)
    assert (refused.code, counts(refused.stdout)["refused"]) == (1, 1), refused
    assert f"holds {first}, which came from {hosts[0]}; --replace" in refused.stdout
    assert second in refused.stdout
    assert remote(plain.host).digest(target, SOURCE) == first

    moved = _mirror(acreg, hosts[0], more)
    assert (moved.code, counts(moved.stdout)["replaced"], f"was {first}" in moved.stdout) == (0, 1, True), moved
    assert remote(plain.host).digest(target, SOURCE) == second


@pytest.mark.parametrize("named", ["source", "target", "repository"])
def test_who_is_asked_to_replaces(
    named: str, acreg: Acreg, published: Published, plain: Registry, hosts: tuple[str, str]
) -> None:
    more = open_target(plain, published)
    target = hosts[0].replace(published.source, f"{plain.host}/appcircle")
    old, new = _push(acreg, target, "old"), _push(acreg, hosts[0], "new")
    assert _mirror(acreg, hosts[0], more).code == 1
    mistyped = _mirror(acreg, hosts[0], more, "--replace", f"{target.rpartition(':')[0]}0")
    assert (mistyped.code, "0 names nothing of this run" in mistyped.stderr) == (1, True), mistyped
    names = {"source": hosts[0], "target": target, "repository": target.rpartition(":")[0]}
    run = _mirror(acreg, hosts[0], more, "--replace", names[named])
    assert (run.code, f"was {old}" in run.stdout, new[:19] in run.stdout) == (0, True, True), run


def test_without_a_record_the_source_knows_its_own_images(
    acreg: Acreg, published: Published, plain: Registry, hosts: tuple[str, str]
) -> None:
    """As in a CI job, whose home is empty each time."""
    more = open_target(plain, published)
    old = _push(acreg, hosts[0], "old")
    assert _mirror(acreg, hosts[0], more).code == 0
    record = default_path(acreg.environment)
    assert record.read_text().split() == [hosts[0].replace(published.source, f"{plain.host}/appcircle"), old, hosts[0]]
    record.unlink()
    _push(acreg, hosts[0], "new")
    run = _mirror(acreg, hosts[0], more)
    assert (run.code, counts(run.stdout)["replaced"], f"was {old}" in run.stdout) == (0, 1, True), run


def test_a_reference_that_is_pinned_moves_no_tag(
    acreg: Acreg, published: Published, plain: Registry, hosts: tuple[str, str]
) -> None:
    more = open_target(plain, published)
    old = _push(acreg, hosts[0], "old")
    new = _push(acreg, hosts[0], "new")
    assert _mirror(acreg, hosts[0], more).code == 0
    assert _mirror(acreg, f"{hosts[0]}@{old}", more).code == 0
    target = in_registry(hosts[0].replace(published.source, f"{plain.host}/appcircle"))
    assert remote(plain.host).digest(target, SOURCE) == new
    assert remote(plain.host).digest(target.pinned(old), SOURCE) == old
    assert sorted(remote(plain.host).tags(target, SOURCE)) == ["1", f"digest-{old[7:23]}"]


def test_a_record_that_cannot_be_kept_is_said_once(acreg: Acreg, published: Published, plain: Registry) -> None:
    (acreg.folder / "state").touch()
    more = {**open_target(plain, published), "XDG_STATE_HOME": str(acreg.folder / "state")}
    run = _mirror(acreg, "\n".join(published.references[1:3]), more)
    assert (run.code, run.stderr.count("Not a directory; what was copied")) == (0, 2), run


def test_the_record(tmp_path: Path) -> None:
    said: list[str] = []
    path = tmp_path / "new" / "record"
    record = Record(path, {"r/locked:1": Known(B, "docker.io/acme/locked:1")}, said.append)
    record.add("r/x:1", A, "quay.io/x:1")
    record.add("r/x:1", A, "docker.io/x:1")
    record.add("r/x:1", B, "quay.io/x:1")
    record.add("r/locked:1", B, "docker.io/acme/locked:1")
    assert path.read_text().splitlines() == [f"r/x:1\t{A}\tquay.io/x:1", f"r/x:1\t{B}\tquay.io/x:1"]
    path.write_text(f"{path.read_text()}damaged\n")
    record = Record(path, {}, said.append)
    assert [record.source_of("r/x:1", digest) for digest in (A, B)] == ["", "quay.io/x:1"]
    path.write_text(f"{path.read_text()}r/cut:1\t")
    record.add("r/y:1", A, "quay.io/y:1")
    assert Record(path, {}, said.append).source_of("r/y:1", A) == "quay.io/y:1"
    assert said == []
    assert Record(tmp_path, {}, said.append).source_of("r/x:1", A) == ""
    assert "cannot be read: Is a directory" in said[0]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("nginx:1", "docker.io/library/nginx:2", True),
        ("k8s.gcr.io/pause:1", "registry.k8s.io/pause:1", True),
        ("quay.io/acme/app:1", "docker.io/acme/app:1", False),
        ("quay.io/acme/app:1", "no reference", False),
    ],
)
def test_the_same_source(one: str, other: str, is_same: bool) -> None:  # noqa: FBT001  # of the table
    assert is_same_source(one, other) == is_same


def test_where_the_record_is() -> None:
    assert default_path({"HOME": "/h"}) == Path("/h/.local/state/acreg/mirrored.tsv")
    assert default_path({"HOME": "/h", "XDG_STATE_HOME": "/s"}) == Path("/s/acreg/mirrored.tsv")
