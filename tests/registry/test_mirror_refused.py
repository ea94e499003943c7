"""What is wrong with a registry, a list or this machine is said once, with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from registry.conftest import Acreg, Published, counts, login, open_target, stand_in
from registry.servers import make_authority

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry


def test_a_wrong_password_ends_the_run_before_the_account_is_locked(acreg: Acreg, secured: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "--jobs", 2, **login(secured, "wrong-password"))
    assert (run.code, counts(run.stdout)["failed"]) == (1, 38)
    refusal = (
        f"not tried: {secured.host}: it refuses the user name or the password; others are given with `docker login"
    )
    assert run.stdout.startswith(refusal)
    assert "with --username and --password-stdin (ACREG_USERNAME, ACREG_PASSWORD)\n38 images: " in run.stdout
    assert "wrong-password" not in run.stdout + run.stderr


def test_a_wrong_password_for_the_source_does_so_too(
    acreg: Acreg, secured: Registry, plain: Registry, published: Published
) -> None:
    listed = acreg.folder / "images.txt"
    listed.write_text(listed.read_text().replace(published.registry.host, secured.host))
    source = published.source.replace(published.registry.host, secured.host)
    refused = {"ACREG_SOURCES": source, "ACREG_SOURCE_USERNAME": "robot", "ACREG_SOURCE_PASSWORD": "wrong-password"}
    reach = {"ACREG_REGISTRY": plain.host, "ACREG_INSECURE_REGISTRIES": plain.host}
    for more in ((), ("--to", "media")):
        run = acreg.run("mirror", "--list", listed, *more, **refused, **reach)
        assert (run.code, counts(run.stdout)["failed"]) == (1, 38)
        assert run.stdout.startswith(f"not tried: {secured.host}: it refuses the user name or the password")
        assert "with --source-username and --source-password-stdin" in run.stdout


def test_http_without_leave_is_refused_with_the_flag_that_gives_it(acreg: Acreg, plain: Registry) -> None:
    run = acreg.run("mirror", "--list", "some.txt", ACREG_REGISTRY=plain.host)
    assert (run.code, run.stdout.count(f"not tried: {plain.host}: it speaks HTTP, not HTTPS; to allow that")) == (1, 1)


@pytest.mark.parametrize("trusted", ["nobody", "somebody else"])
def test_an_unknown_authority_is_refused_with_the_flag_that_names_it(
    trusted: str, acreg: Acreg, secured: Registry, tmp_path: Path
) -> None:
    file = str(make_authority(tmp_path / "other")[0]) if trusted != "nobody" else ""
    run = acreg.run("check", "--list", "some.txt", **{**login(secured), "ACREG_CA_FILE": file})
    assert run.code == 1
    assert run.stdout.count(f"not tried: {secured.host}: its certificate is not trusted; name its authority") == 1


@pytest.mark.parametrize(
    ("host", "said"),
    [("registry.spacetech.invalid", "there is no such host"), ("localhost:1", "it does not answer")],
)
def test_a_registry_that_is_not_there_is_not_waited_for_38_times(host: str, said: str, acreg: Acreg) -> None:
    for command in ("mirror", "check"):
        run = acreg.run(command, "--list", "images.txt", "--retries", 0, ACREG_REGISTRY=host)
        assert (run.code, counts(run.stdout)["failed"]) == (1, 38)
        assert f"{host}: {said}" in run.stdout
        assert run.stdout.count(f"not tried: {host}: {said}") == 1


def test_an_old_skopeo_is_said_to_be_too_old(
    acreg: Acreg, published: Published, plain: Registry, tmp_path: Path
) -> None:
    """A stand-in that knows no --preserve-digests, as skopeo before 1.6.0, and else runs the real one."""
    fatal = 'time="2022-01-01T00:00:00Z" level=fatal msg="unknown flag: --preserve-digests"'
    path = stand_in(tmp_path, f"case \"$*\" in *--preserve-digests*) echo '{fatal}' >&2; exit 1;; esac\n")
    reach = {**open_target(plain, published), "PATH": path}
    for more in ((), ("--to", "media")):
        run = acreg.run("mirror", "--list", "some.txt", *more, **reach)
        assert (run.code, run.stdout.count("not tried: this skopeo is too old, and 1.6.0 is the first")) == (1, 1)


def test_without_skopeo_it_says_how_to_get_it(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--list", "images.txt", ACREG_REGISTRY="localhost:1", PATH="/nonexistent")
    assert (run.code, "install the package `skopeo`" in run.stderr) == (1, True)


def test_check_needs_no_skopeo(acreg: Acreg, plain: Registry, published: Published) -> None:
    reach = {**open_target(plain, published), "PATH": "/nonexistent"}
    run = acreg.run("check", "--list", "some.txt", **reach)
    assert (run.code, counts(run.stdout)["missing"]) == (1, 6), run


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("--username", "x", "--password-stdin"), "secret", 2, "cannot hold both"),
        (("--list", "images.txt", "-f", "images.txt"), "", 2, "--list and --filename both"),
        (("--list", "-"), "# none yet\n\n", 1, "The list is empty"),
        (("--list", "-"), "a b c\n", 1, "Line 1 of the list, `a b c`, is not a valid reference"),
        (("--list", "-"), "\udcff\udcfe", 1, "PowerShell's `>` writes UTF-16"),
        ((), "", 1, "There are no manifests"),
        (("--list", "some.txt", "--username", "x", "--password-stdin"), "\udcff", 2, "The password on standard input"),
        (("--list", "images.txt", "--insecure-registry", "https://r.example.com"), "", 2, "write `r.example.com`"),
        (("--list", "images.txt", "--ca-file", "images.txt"), "", 2, "holds no certificate in PEM form"),
        (("--list", "images.txt", "--jobs", "0"), "", 2, "--jobs must be 1 or more"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], stdin: str, code: int, message: str, acreg: Acreg) -> None:
    for command in ("mirror", "check"):
        run = acreg.run(command, *arguments, stdin=stdin, ACREG_REGISTRY="localhost:1")
        assert (run.code, message in run.stderr, run.stdout) == (code, True, ""), run


def test_a_folder_is_no_form(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--list", "some.txt", "--to", "media", "-o", "script", ACREG_REGISTRY="localhost:1")
    assert (run.code, "leave out -o or --to DIR" in run.stderr) == (2, True)
