"""Registries that limit, stumble, or want repositories made first: a stand-in before a real one behaves so."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from postrenderer.registry.places import SOURCE, in_registry
from registry import images
from registry.conftest import Acreg, Published, Run, counts, push
from registry.frontdoor import Asked, FrontDoor, Given
from registry.reaching import remote

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry


def _mirror(acreg: Acreg, published: Published, door: FrontDoor, *flags: object) -> Run:
    hosts = f"{door.host},{published.registry.host}"
    more = {"ACREG_REGISTRY": door.host, "ACREG_INSECURE_REGISTRIES": hosts, "ACREG_CA_FILE": ""}
    return acreg.run("mirror", "--list", "some.txt", *flags, **more)


def test_a_registry_that_limits_is_waited_for(acreg: Acreg, published: Published, plain: Registry) -> None:
    times: list[float] = []

    def answer(asked: Asked) -> Given | None:
        if "/manifests/" in asked.path:
            times.append(time.monotonic())
            if len(times) <= 2:
                return Given(429, {"Retry-After": "2"})
        return None

    with FrontDoor(answer, plain.host) as door:
        run = _mirror(acreg, published, door, "--jobs", 4)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    assert run.stderr.count("its rate limit is reached; log in, or wait; the next try is in 2 s") == 2
    assert times[2] - times[0] >= 4


def test_a_burst_of_trouble_passes(acreg: Acreg, published: Published, plain: Registry) -> None:
    asked_for: list[str] = []

    def answer(asked: Asked) -> Given | None:
        if "/manifests/" in asked.path and len(asked_for) < 3:
            asked_for.append(asked.path)
            return Given(502 + len(asked_for) % 2, {})
        return None

    with FrontDoor(answer, plain.host) as door:
        run = _mirror(acreg, published, door)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    assert "it reports an internal error; the next try is in 1 s" in run.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            Given(413, {}, b"<html><h1>413 Request Entity Too Large</h1></html>"),
            "it refuses uploads of this size; raise the limit of the registry",
        ),
        (Given(403, {}, b'{"errors": [{"code": "DENIED", "message": "Your token has expired"}]}'), "log in again"),
        (Given(403, {}, b'{"errors": [{"code": "DENIED", "message": "no right"}]}'), "they may not do this"),
        (
            Given(403, {}, b'{"errors": [{"code": "DENIED", "message": "quota exceeded"}]}'),
            "the quota there is used up",
        ),
        (Given(405, {}, b'{"errors": [{"code": "UNSUPPORTED", "message": "read-only"}]}'), "it takes no uploads; "),
        (
            Given(400, {}, b'{"errors": [{"code": "TAG_INVALID", "message": "the tag is immutable"}]}'),
            "it lets nobody overwrite a tag",
        ),
    ],
)
def test_each_refusal_of_an_upload_is_said_once(
    given: Given, said: str, acreg: Acreg, published: Published, plain: Registry
) -> None:
    def answer(asked: Asked) -> Given | None:
        kind = {"Content-Type": "application/json" if given.body.startswith(b"{") else "text/html"}
        return given._replace(headers=kind) if asked.method in ("POST", "PUT", "PATCH") else None

    with FrontDoor(answer, plain.host) as door:
        run = _mirror(acreg, published, door)
    assert (run.code, counts(run.stdout)["failed"], said in run.stdout) == (1, 6, True), run
    assert "the next try" not in run.stderr


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with a file for each repository that was made, by the command `make-repository`."""
    folder = tmp_path / "made"
    folder.mkdir()
    program = tmp_path / "make-repository"
    program.write_text(
        f'#!/bin/sh\ncase $1 in *no*) echo "not allowed" >&2; exit 3;; esac\necho x >>{folder}/${{1##*/}}\n'
    )
    program.chmod(0o755)
    return folder


def _ecr(made: Path, registry: Registry) -> FrontDoor:
    """Answers uploads as Amazon ECR does, before a repository was made."""

    def answer(asked: Asked) -> Given | None:
        path = asked.path.partition("?")[0].split("/")
        if asked.method == "POST" and not (made / path[-4 if path[-1] == "" else -3]).exists():
            said = f"The repository with name '{path[3]}' does not exist in the registry with id '1'"
            body = json.dumps({"errors": [{"code": "NAME_UNKNOWN", "message": said}]}).encode()
            return Given(404, {"Content-Type": "application/json"}, body)
        return None

    return FrontDoor(answer, registry.host)


def test_repositories_that_are_to_be_made_first(
    acreg: Acreg, published: Published, plain: Registry, made: Path
) -> None:
    command = f"{made.parent}/make-repository {{repository}}"
    with _ecr(made, plain) as door:
        run = _mirror(acreg, published, door)
        assert (run.code, counts(run.stdout)["failed"]) == (1, 6), run
        listed = _mirror(acreg, published, door, "-o", "repositories").stdout.split()
        for repository in listed:
            assert f"the repository {repository} is not there: " in run.stdout
        assert "-o repositories" in run.stdout
        run = _mirror(acreg, published, door, "--create-with", command)
        assert (run.code, counts(run.stdout)["copied"]) == (0, 6), run
    assert {path.name: path.read_text() for path in made.iterdir()} == {
        repository.rpartition("/")[2]: "x\n" for repository in listed
    }


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("make-repository no-{repository}", "not allowed"),
        ("no-such-program {repository}", "No such file or directory"),
        ("false {repository}", "it ended with 1"),
    ],
)
def test_a_command_that_makes_none(  # noqa: PLR0913, PLR0917  # two parameters and four fixtures
    command: str, said: str, acreg: Acreg, published: Published, plain: Registry, made: Path
) -> None:
    with _ecr(made, plain) as door:
        command = command.replace("make-repository", f"{made.parent}/make-repository")
        run = _mirror(acreg, published, door, "--create-with", command)
    assert (run.code, counts(run.stdout)["failed"], f"made no repository: {said}" in run.stdout) == (1, 6, True), run


@pytest.mark.parametrize(("command", "said"), [("make it", "must have {repository}"), ("make '{repository}", "read")])
def test_what_is_no_command(command: str, said: str, acreg: Acreg) -> None:
    run = acreg.run("mirror", "--list", "some.txt", "--create-with", command, ACREG_REGISTRY="localhost:1")
    assert (run.code, said in run.stderr, run.stdout) == (2, True, ""), run


@pytest.mark.parametrize("status", [401, 403])
def test_what_a_registry_does_not_show_is_not_overwritten(
    status: int, acreg: Acreg, published: Published, plain: Registry
) -> None:
    """Credentials that may push and not pull see nothing of what is there."""
    target = published.references[1].replace(published.source, f"{plain.host}/appcircle")
    images.build(acreg.folder / "precious", "precious")
    push(acreg.folder / "precious", target)
    precious = remote(plain.host).digest(in_registry(target), SOURCE)

    def answer(asked: Asked) -> Given | None:
        return Given(status, {}) if asked.method in ("HEAD", "GET") and "/manifests/" in asked.path else None

    with FrontDoor(answer, plain.host) as door:
        run = _mirror(acreg, published, door, "--jobs", 1, "--retries", 0)
        own = target.replace(plain.host, door.host)
        assert (run.code, counts(run.stdout)["failed"]) == (1, 6), run
        assert f"it does not show what it has under {own}, so nothing was written there; --replace {own}" in run.stdout
        assert remote(plain.host).digest(in_registry(target), SOURCE) == precious
        _mirror(acreg, published, door, "--jobs", 1, "--retries", 0, "--replace", own)
    assert remote(plain.host).digest(in_registry(target), SOURCE) == published.digests[published.references[1]]


def test_a_registry_that_shows_a_new_repository_to_who_may_push_alone(
    acreg: Acreg, published: Published, plain: Registry
) -> None:
    """As Quay and Docker Hub do: with a token to pull there is nothing, with one to push it is told so."""

    def answer(asked: Asked) -> Given | None:
        if asked.path.startswith("/token"):
            return Given(200, {}, json.dumps({"token": "push" if "push" in asked.path else "pull"}).encode())
        shown = asked.headers.get("authorization", "")
        is_made = any(before.method == "PUT" and "/manifests/" in before.path for before in door.asked)
        if shown == "Bearer push" or (shown and is_made):
            return None
        scope = f"repository:{asked.path.split('/manifests/')[0].removeprefix('/v2/')}:pull"
        challenge = f'Bearer realm="http://{door.host}/token",service="x",scope="{scope}"'
        return Given(401, {"WWW-Authenticate": challenge})

    with FrontDoor(answer, plain.host) as door:
        first = published.references[0]
        hosts = f"{door.host},{published.registry.host}"
        more = {"ACREG_REGISTRY": door.host, "ACREG_INSECURE_REGISTRIES": hosts, "ACREG_CA_FILE": ""}
        run = acreg.run("mirror", "--list", "-", "--no-referrers", stdin=first, **more)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run
