"""`acreg check` against real registries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from postrenderer.cli.check import require
from postrenderer.errors import AcregError
from postrenderer.settings import Settings
from registry import images
from registry.conftest import Acreg, Published, counts, login, open_target, push
from registry.frontdoor import FrontDoor, Given

if TYPE_CHECKING:
    from registry.servers import Registry


@pytest.fixture
def environment(plain: Registry, published: Published) -> dict[str, str]:
    return open_target(plain, published)


def test_what_is_missing_is_listed(acreg: Acreg, published: Published, environment: dict[str, str]) -> None:
    (acreg.folder / "more.txt").write_text("\n".join(published.references[:8]))
    assert acreg.run("mirror", "--list", "some.txt", **environment).code == 0
    run = acreg.run("check", "--list", "more.txt", **environment)
    assert run.code == 1
    assert run.stdout.splitlines()[-1] == "8 images: 6 present, 2 missing, 0 differs, 0 failed"
    as_json = acreg.run("check", "--list", "more.txt", "-o", "json", **environment)
    found = json.loads(as_json.stdout)
    assert (as_json.code, found["summary"]["missing"]) == (1, 2)
    assert [item["source"] for item in found["images"] if item["status"] == "missing"] == published.references[6:8]
    assert {item["digest"] for item in found["images"][:6]} == {
        published.digests[reference] for reference in published.references[:6]
    }


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_what_is_missing_for_the_pages_of_ci_systems(form: str, acreg: Acreg, environment: dict[str, str]) -> None:
    run = acreg.run("check", "--list", "some.txt", "-o", form, **environment)
    if form == "sarif":
        assert (run.code, len(json.loads(run.stdout)["runs"][0]["results"])) == (1, 6), run
    else:
        assert (run.code, run.stdout.count('<failure type="missing"'), 'classname="some.txt"' in run.stdout) == (
            1,
            6,
            True,
        )


def test_a_login_page_is_no_image(acreg: Acreg, published: Published) -> None:
    """What stands in front of a registry answers everything with 200, which says nothing of images."""
    page = Given(200, {"Content-Type": "text/html"}, b"<html>Log in</html>")
    with FrontDoor(lambda _: page) as door:
        more = {"ACREG_REGISTRY": door.host, "ACREG_INSECURE_REGISTRIES": f"{door.host},{published.registry.host}"}
        for command in ("check", "mirror"):
            run = acreg.run(command, "--list", "some.txt", **more)
            assert (run.code, counts(run.stdout)["failed"]) == (1, 6), run
            assert "it answers with text/html where a manifest belongs" in run.stdout


def test_private_and_kept_images(
    acreg: Acreg, published: Published, plain: Registry, environment: dict[str, str]
) -> None:
    images.build(acreg.folder / "image", "private")
    push(acreg.folder / "image", f"{plain.host}/appcircle/own:1")
    listed = f"{plain.host}/appcircle/own:1\nquay.io/kept/image:1\n"
    run = acreg.run("check", "--digests", "--list", "-", "--keep", "quay.io", stdin=listed, **environment)
    assert (run.code, "1 image: 1 present" in run.stdout) == (0, True), run
    assert "not checked: quay.io/kept/image:1" in run.stderr
    assert published.references


def test_a_source_that_cannot_be_reached_is_no_failure(
    acreg: Acreg, plain: Registry, environment: dict[str, str]
) -> None:
    images.build(acreg.folder / "image", "alone")
    push(acreg.folder / "image", f"{plain.host}/appcircle/x:1")
    flags = ("--digests", "--retries", "0", "--source", "127.0.0.1:1/gone", "--list", "-")
    run = acreg.run("check", *flags, stdin="127.0.0.1:1/gone/x:1\n", **environment)
    assert run.code == 0, run
    assert "the source could not be asked" in run.stdout


def test_a_wrong_password_is_no_missing_image(acreg: Acreg, secured: Registry) -> None:
    run = acreg.run("check", "--list", "images.txt", **login(secured, "wrong"))
    assert (run.code, counts(run.stdout)["failed"]) == (1, 38)
    assert run.stdout.count(f"not tried: {secured.host}: it refuses the user name or the password") == 1


def test_the_gate_tells_a_wrong_password_from_a_missing_image(acreg: Acreg, secured: Registry) -> None:
    images = b"image: a.example.com/b:1\n---\nimage: a.example.com/c:1\n"
    environ = {**acreg.environment, **login(secured, "wrong")}
    with pytest.raises(
        AcregError, match=r"^2 of 2 images cannot be pulled .* registry: not tried: [^;]* refuses"
    ) as one:
        require(images, Settings(secured.host), {}, environ)
    assert "acreg mirror" not in str(one.value)


def test_the_gate_names_what_is_missing(acreg: Acreg, published: Published, environment: dict[str, str]) -> None:
    reference = published.references[1]
    manifests = f"image: {reference}\n".encode()
    settings = Settings(environment["ACREG_REGISTRY"], "appcircle", sources=(published.source,))
    environ = {**acreg.environment, **environment}
    with pytest.raises(AcregError, match=r"1 of 1 image cannot be pulled .* \(missing\)\. Copy what"):
        require(manifests, settings, {}, environ)
    (acreg.folder / "one.txt").write_text(reference)
    assert acreg.run("mirror", "--list", "one.txt", **environment).code == 0
    require(manifests, settings, {}, environ)


def test_manifests_without_an_image_to_check_say_so(acreg: Acreg, environment: dict[str, str]) -> None:
    pod = "kind: Pod\nspec: {containers: [{image: 'registry.demo.svc/app:1'}]}\n"
    run = acreg.run("check", stdin=pod, **environment)
    assert run.stderr == ("acreg: the manifests have no image to copy; `acreg images` lists those that stay, and why\n")
