"""`--platform`: some of an image's platforms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.errors import SettingsError
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.manifests import OCI_INDEX, Manifest
from postrenderer.registry.places import SOURCE, in_registry
from postrenderer.registry.platforms import absent, check, reduced
from postrenderer.registry.referrers import instances
from registry import images
from registry.conftest import Acreg, Published, counts, open_target, push
from registry.frontdoor import FrontDoor
from registry.reaching import remote

if TYPE_CHECKING:
    from registry.servers import Registry

ONLY = ("--platform", "linux/amd64")


def _entry(digit: str, platform: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    keys = dict(zip(("os", "architecture", "variant"), platform.split("/")))
    return {"digest": f"sha256:{digit * 64}", "platform": keys, **more}


ENTRIES = [
    _entry("a", "linux/amd64"),
    _entry("b", "linux/arm/v6"),
    _entry("c", "linux/arm/v7"),
    _entry("d", "unknown/unknown", annotations={"vnd.docker.reference.digest": f"sha256:{'a' * 64}"}),
    _entry("e", "unknown/unknown", annotations={"vnd.docker.reference.digest": f"sha256:{'b' * 64}"}),
]
LIST = Manifest.of(
    json.dumps({"schemaVersion": 2, "manifests": ENTRIES, "annotations": {"x": "y"}}).encode(), OCI_INDEX
)


@pytest.mark.parametrize(
    ("platforms", "kept"),
    [
        (["linux/amd64"], "ad"),
        (["Linux/AMD64", "linux/amd64"], "ad"),
        (["linux/arm"], "bce"),
        (["linux/arm/v7"], "c"),
        (["linux/amd64", "linux/arm", "windows/amd64"], "abcde"),
        ([], "abcde"),
    ],
)
def test_what_is_kept(platforms: list[str], kept: str) -> None:
    found = reduced(LIST, check(platforms), "x:1", is_pinned=False)
    assert instances(found) == [f"sha256:{digit * 64}" for digit in kept]
    assert (found.document["annotations"], found.media_type) == ({"x": "y"}, OCI_INDEX)
    assert (found == LIST) == (kept == "abcde")


@pytest.mark.parametrize(
    ("manifest", "platforms", "said"),
    [
        (LIST, [], ""),
        (LIST, ["linux/amd64", "linux/arm/v7"], ""),
        (LIST, ["linux/amd64", "windows/amd64", "linux/arm/v8"], "without windows/amd64, linux/arm/v8"),
        (Manifest.of(b'{"schemaVersion": 2, "config": {}}', "x"), ["linux/amd64"], "it has one platform, and does not"),
    ],
)
def test_platforms_that_an_image_does_not_have_are_said(manifest: Manifest, platforms: list[str], said: str) -> None:
    found = absent(manifest, check(platforms))
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_what_cannot_be_reduced() -> None:
    with pytest.raises(RegistryError, match="has none of the platforms linux/s390x, only linux/amd64, linux/arm/v6"):
        reduced(LIST, ["linux/s390x"], "x:1", is_pinned=False)
    with pytest.raises(RegistryError, match="is pinned by the digest of all its platforms"):
        reduced(LIST, ["linux/amd64"], "x:1", is_pinned=True)
    image = Manifest.of(b"{}", "")
    assert reduced(image, ["linux/amd64"], "x:1", is_pinned=True) == image


@pytest.mark.parametrize("text", ["linux", "linux/amd64/v1/x", "linux/", "lin ux/amd64"])
def test_what_is_no_platform(text: str) -> None:
    with pytest.raises(SettingsError, match=r"must be like `linux/amd64` or `linux/arm/v7`, not"):
        check([text])


@pytest.mark.parametrize("media", [images.OCI, images.DOCKER])
@pytest.mark.parametrize("way", ["registry", "folder"])
def test_one_platform_arrives(
    way: str, media: images.Media, acreg: Acreg, published: Published, plain: Registry
) -> None:
    name = f"{acreg.folder.name.lower().replace('_', '-').strip('-')}/app"
    whole = images.build(acreg.folder / "image", f"{name} {way}", media, ("amd64", "arm64"))
    push(acreg.folder / "image", f"{published.source}/{name}:1")
    more = open_target(plain, published)
    listed = f"{published.source}/{name}:1"
    if way == "folder":
        saved = acreg.run("mirror", "--list", "-", "--to", "media", *ONLY, stdin=listed)
        assert (saved.code, counts(saved.stdout)["copied"]) == (0, 1), saved
        again = acreg.run("mirror", "--list", "-", "--to", "media", *ONLY, stdin=listed)
        assert (again.code, counts(again.stdout)["present"]) == (0, 1), again
        run = acreg.run("mirror", "--from", "media", **more)
    else:
        run = acreg.run("mirror", "--list", "-", *ONLY, stdin=listed, **more)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run
    found = remote(plain.host).get(in_registry(f"{plain.host}/appcircle/{name}:1"), SOURCE)
    assert found is not None
    assert [entry["platform"]["architecture"] for entry in found.document["manifests"]] == ["amd64"]
    again = acreg.run("mirror", "--list", "-", *ONLY, stdin=listed, **more)
    assert (again.code, counts(again.stdout)["present"]) == (0, 1), again
    checked = acreg.run("check", "--digests", "--list", "-", *ONLY, stdin=listed, **more)
    assert (checked.code, counts(checked.stdout)["present"]) == (0, 1), checked
    checked = acreg.run("check", "--digests", "--list", "-", stdin=listed, **more)
    assert (checked.code, counts(checked.stdout)["differs"], whole in checked.stdout) == (1, 1, True), checked
    pinned = acreg.run("mirror", "--list", "-", *ONLY, stdin=f"{listed}@{whole}", **more)
    assert (pinned.code, counts(pinned.stdout)["refused"]) == (1, 1), pinned


def test_a_source_is_asked_for_its_list_of_images_once(acreg: Acreg, published: Published, plain: Registry) -> None:
    name = f"{acreg.folder.name.lower().replace('_', '-').strip('-')}/app"
    images.build(acreg.folder / "image", name, images.OCI, ("amd64", "arm64"))
    push(acreg.folder / "image", f"{published.registry.host}/{name}:1")
    with FrontDoor(lambda _: None, behind=published.registry.host) as door:
        hosts = f"{plain.host},{door.host}"
        more = {**open_target(plain, published), "ACREG_INSECURE_REGISTRIES": hosts, "ACREG_SOURCES": door.host}
        run = acreg.run("mirror", "--list", "-", *ONLY, stdin=f"{door.host}/{name}:1", **more)
        assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run
        asked = [one.method for one in door.asked if one.path == f"/v2/{name}/manifests/1"]
    assert asked == ["GET"]


def test_platforms_are_chosen_where_the_folder_is_written(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--from", "media", *ONLY, ACREG_REGISTRY="localhost:1")
    assert (run.code, "give --platform with --to" in run.stderr) == (2, True), run
