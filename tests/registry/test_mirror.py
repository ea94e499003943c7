"""`acreg mirror` between real registries: every image arrives, and what breaks off goes on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postrenderer.images.reference import parse
from registry import images
from registry.conftest import (
    Acreg,
    Brake,
    Published,
    Run,
    counts,
    login,
    open_target,
    push,
    stand_in,
    wait_for,
)
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from registry.servers import Registry


def _digest(reference: str, authority: Path | None = None, credentials: str = "") -> str:
    """Return the digest of what skopeo finds under a reference."""
    parsed = parse(reference)
    name = f"{parsed.repository}@{parsed.digest}" if parsed.digest else reference
    tls = ["--tls-verify=false"] if authority is None else ["--cert-dir", str(authority.parent)]
    login = ["--creds", credentials] if credentials else []
    command = ["skopeo", "inspect", "--raw", *tls, *login, f"docker://{name}"]
    manifest = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    run = subprocess.run(["sha256sum"], input=manifest, stdout=subprocess.PIPE, check=True)
    return f"sha256:{run.stdout.decode().split()[0]}"


@pytest.mark.slow
def test_the_whole_list_killed_resumed_and_found_where_the_filter_points(
    acreg: Acreg, published: Published, secured: Registry, authority: tuple[Path, object], tmp_path: Path
) -> None:
    brake = Brake(tmp_path / "brake", secured, 12)
    with acreg.start("mirror", "--list", "images.txt", **login(secured), PATH=brake.path) as process:
        wait_for("[ 6/", process)
        process.kill()
    brake.release(acreg.folder)
    left = [path for path in Path(acreg.environment["TMPDIR"]).rglob("*") if path.is_file()]
    assert [path for path in left if PASSWORD.encode() in path.read_bytes() or path.name != "ca.crt"] == []

    resumed = acreg.run("mirror", "--list", "images.txt", **login(secured))
    found = counts(resumed.stdout)
    assert (resumed.code, found["present"] + found["copied"]) == (0, 38), resumed
    assert 6 <= found["present"] < 38
    assert list(Path(acreg.environment["TMPDIR"]).iterdir()) == []

    manifests = "".join(f"---\nimage: {reference}\n" for reference in published.references)
    checked = acreg.run("check", "--digests", stdin=manifests, **login(secured))
    assert (checked.code, counts(checked.stdout)["present"]) == (0, 38), checked
    rendered = acreg.run("render", stdin=manifests, **login(secured))
    targets = re.findall("^image: (.*)$", rendered.stdout, re.MULTILINE)
    assert len(targets) == 38
    for source, target in zip(published.references, targets):
        assert target.startswith(f"{secured.host}/appcircle/")
        assert _digest(target, authority[0], f"{USERNAME}:{PASSWORD}") == published.digests[source]


@pytest.mark.parametrize(
    "numbers", [(signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT, signal.SIGINT), (signal.SIGHUP, signal.SIGTERM)]
)
def test_terminated_it_leaves_nothing_behind(
    numbers: tuple[signal.Signals, ...], acreg: Acreg, published: Published, plain: Registry, tmp_path: Path
) -> None:
    brake = Brake(tmp_path / "brake", plain, 1)
    target = {**open_target(plain, published), "PATH": brake.path}
    with acreg.start("mirror", "--list", "images.txt", "--jobs", 1, **target) as process:
        wait_for("[ 1/38] ", process)
        for number in numbers:
            process.send_signal(number)
    assert process.returncode == 130
    assert list(Path(acreg.environment["TMPDIR"]).iterdir()) == []


def test_a_registry_that_goes_down_fails_the_rest_and_they_come_later(
    acreg: Acreg, published: Published, plain: Registry, tmp_path: Path
) -> None:
    target = open_target(plain, published)
    flags = ("--jobs", 1, "--retries", 0)
    brake = Brake(tmp_path / "brake", plain, 2)
    with acreg.start("mirror", "--list", "some.txt", *flags, **{**target, "PATH": brake.path}) as process:
        wait_for("[2/", process)
        plain.stop()
        output, _ = process.communicate()
    assert (process.returncode, counts(output)["copied"] + counts(output)["failed"]) == (1, 6)
    assert counts(output)["copied"] >= 2
    assert f"{plain.host}: it does not answer (" in output
    assert f"not tried: {plain.host}: it does not answer\n" in output
    plain.start()
    again = acreg.run("mirror", "--list", "some.txt", **target)
    assert (again.code, counts(again.stdout)["failed"]) == (0, 0)
    assert counts(again.stdout)["present"] >= 2


def test_a_registry_that_comes_back_in_time_is_tried_again(acreg: Acreg, published: Published, plain: Registry) -> None:
    plain.stop()
    listed = acreg.folder / "one.txt"
    listed.write_text(published.references[1])
    with acreg.start("mirror", "--list", listed, "--retries", 9, **open_target(plain, published)) as process:
        wait_for(f"{plain.host}: it does not answer; the next try is in 1 s", process)
        plain.start()
        output, _ = process.communicate()
    assert (process.returncode, counts(output)["copied"]) == (0, 1)


def test_an_image_of_unknown_source_is_replaced_only_if_that_is_asked_for(
    acreg: Acreg, published: Published, plain: Registry
) -> None:
    source = next(reference for reference in published.references if "@" not in reference)
    target = source.replace(published.source, f"{plain.host}/appcircle")
    old = images.build(acreg.folder / "old", "another")
    push(acreg.folder / "old", target)
    listed = acreg.folder / "one.txt"
    listed.write_text(f"{source}\n")
    more = open_target(plain, published)
    checked = acreg.run("check", "--digests", "--list", listed, **more)
    assert (checked.code, counts(checked.stdout)["differs"]) == (1, 1), checked
    run = acreg.run("mirror", "--list", listed, **more)
    assert (run.code, counts(run.stdout)["refused"]) == (1, 1), run
    assert f"{target} holds {old}, and it is not known where that came from" in run.stdout
    assert (_digest(target), published.digests[source] in run.stdout) == (old, True)
    run = acreg.run("mirror", "--list", listed, "--replace", target, **more)
    assert (run.code, counts(run.stdout)["replaced"]) == (0, 1)
    assert f"was {old}" in run.stdout
    assert _digest(target) == published.digests[source]


def test_a_list_may_be_as_people_keep_them(acreg: Acreg, published: Published, plain: Registry) -> None:
    first, second = published.references[1:3]
    text = f"\ufeff# what we need\r\n\r\n  {first}  # the first\r\n{second}\r\n{first}\r\n\r\n{second}"
    run = acreg.run("mirror", "--list", "-", stdin=text, **open_target(plain, published))
    assert (run.code, counts(run.stdout)["copied"]) == (0, 2), run


@pytest.mark.slow
def test_a_copy_that_stalls_is_ended_and_tried_again(
    acreg: Acreg, published: Published, plain: Registry, tmp_path: Path
) -> None:
    """The target stops in front of each copy, until it is told to go on in front of the second, which may take long."""
    seen = tmp_path / "seen"
    path = stand_in(
        tmp_path,
        f"case \" $* \" in *' copy '*)\n  if [ -e {seen} ]\n"
        f'  then kill -CONT {plain.pid}; [ "$1" = --command-timeout=2s ] && shift\n'
        f"  else touch {seen}; kill -STOP {plain.pid}\n  fi;;\nesac\n",
    )
    reach = {**open_target(plain, published), "PATH": path}

    def mirror(retries: int) -> Run:
        seen.unlink(missing_ok=True)
        flags = ("--copy-timeout", 2, "--retries", retries)
        try:
            return acreg.run("mirror", "--list", "-", *flags, stdin=published.references[0], **reach)
        finally:
            os.kill(plain.pid, signal.SIGCONT)

    run = mirror(0)
    assert (run.code, counts(run.stdout)["failed"]) == (1, 1)
    assert "it took too long; --copy-timeout SECONDS gives it more time" in run.stdout
    run = mirror(1)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run


def test_a_copy_has_some_time(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--list", "some.txt", "--copy-timeout", 0, ACREG_REGISTRY="localhost:1")
    assert (run.code, "--copy-timeout must be at least 1 second" in run.stderr) == (2, True)
