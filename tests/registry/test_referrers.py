"""Signatures, attestations and SBOMs arrive with their images, between real registries and through a folder."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from postrenderer.images.reference import parse
from postrenderer.registry import referrers
from postrenderer.registry.manifests import OCI_INDEX, Manifest
from postrenderer.registry.places import SOURCE, in_registry
from registry import images
from registry.conftest import Acreg, Published, Run, counts, login, open_target, push
from registry.frontdoor import Asked, FrontDoor, Given
from registry.reaching import remote
from registry.servers import PASSWORD, USERNAME
from registry.signed import push_signed

if TYPE_CHECKING:
    from pathlib import Path

    from registry.servers import Registry


@pytest.fixture
def signed(acreg: Acreg, published: Published) -> tuple[str, str, list[str]]:
    """A signed image at the source: its reference, its digest, and the references of what goes with it."""
    reference = f"{published.source}/{acreg.folder.name.lower().replace('_', '-')}/signed:1"
    return (reference, *push_signed(acreg.folder, reference))


def _private(reference: str, published: Published, target: Registry) -> str:
    return reference.replace(published.source, f"{target.host}/appcircle")


def _is_there(reference: str, *flags: str) -> bool:
    command = ["skopeo", "inspect", "--raw", *flags, f"docker://{reference}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_they_arrive_with_the_image_and_only_once(
    acreg: Acreg, published: Published, plain: Registry, signed: tuple[str, str, list[str]]
) -> None:
    reference, digest, with_it = signed
    more = open_target(plain, published)
    run = acreg.run("mirror", "--list", "-", stdin=reference, **more)
    assert (run.code, counts(run.stdout)["copied"], "and 3 that go with it" in run.stdout) == (0, 1, True), run
    for one in with_it:
        assert _is_there(_private(one, published, plain), "--tls-verify=false"), one
    here = in_registry(_private(reference, published, plain), digest=digest)
    found = remote(plain.host, published.registry.host)
    manifest = found.get(here, SOURCE)
    assert manifest is not None
    digests = (digest, *referrers.instances(manifest))
    at_source = referrers.find(found, in_registry(reference), SOURCE, digests)
    assert referrers.find(found, here, SOURCE, digests) == at_source
    assert len(at_source) == 3
    subject = in_registry(reference).tagged(referrers.tag_for(at_source[-1].subject or ""))
    assert subject.tag.startswith("sha256-")

    path = {**more, "PATH": "/usr/bin:/bin"}
    (acreg.folder / "bin").mkdir()
    none = acreg.folder / "bin" / "skopeo"
    none.write_text("#!/bin/sh\necho a process >&2\nexit 1\n")
    none.chmod(0o755)
    again = acreg.run("mirror", "--list", "-", stdin=reference, **{**path, "PATH": f"{none.parent}:{path['PATH']}"})
    assert (again.code, counts(again.stdout)["present"], "and 3" in again.stdout) == (0, 1, True), again


def test_check_misses_each_of_them(
    acreg: Acreg, published: Published, plain: Registry, signed: tuple[str, str, list[str]]
) -> None:
    reference, _, with_it = signed
    more = open_target(plain, published)
    assert acreg.run("mirror", "--list", "-", "--no-referrers", stdin=reference, **more).code == 0
    for one in with_it:
        assert not _is_there(_private(one, published, plain), "--tls-verify=false")

    def check(*flags: str) -> Run:
        return acreg.run("check", "--digests", "--list", "-", *flags, stdin=reference, **more)

    run = check()
    assert (run.code, counts(run.stdout)["missing"]) == (1, 1), run
    assert "signatures or attestations of its source are missing: " in run.stdout
    assert check("--no-referrers").code == 0
    assert acreg.run("mirror", "--list", "-", stdin=reference, **more).code == 0
    assert check().code == 0
    images.build(acreg.folder / "other", "another signature")
    push(acreg.folder / "other", _private(with_it[0], published, plain))
    run = check()
    assert (run.code, counts(run.stdout)["differs"]) == (1, 1), run


def test_a_signature_of_the_private_registry_itself_stays(
    acreg: Acreg, published: Published, plain: Registry, signed: tuple[str, str, list[str]]
) -> None:
    reference, _, with_it = signed
    more = open_target(plain, published)
    own = images.build(acreg.folder / "own", "our own signature")
    private = _private(with_it[0], published, plain)
    push(acreg.folder / "own", private)
    run = acreg.run("mirror", "--list", "-", stdin=reference, **more)
    assert (run.code, counts(run.stdout)["refused"]) == (1, 1), run
    assert f"{private} holds {own}" in run.stdout
    assert remote(plain.host).digest(in_registry(private), SOURCE) == own
    run = acreg.run("mirror", "--list", "-", "--replace", reference, stdin=reference, **more)
    assert run.code == 0, run
    assert remote(plain.host).digest(in_registry(private), SOURCE) != own


def test_through_a_folder(
    acreg: Acreg,
    published: Published,
    secured: Registry,
    signed: tuple[str, str, list[str]],
    authority: tuple[Path, object],
) -> None:
    reference, digest, with_it = signed
    run = acreg.run("mirror", "--list", "-", "--to", "media", stdin=reference)
    assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run
    again = acreg.run("mirror", "--list", "-", "--to", "media", stdin=reference)
    assert (again.code, counts(again.stdout)["present"]) == (0, 1), again
    listed = json.loads((acreg.folder / "media" / "acreg-mirror.json").read_text())["images"][0]
    assert (listed["digest"], len(listed["referrers"])) == (digest, 3)
    subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=acreg.folder / "media", check=True)
    run = acreg.run("mirror", "--from", "media", **{**login(secured), "ACREG_INSECURE_REGISTRIES": ""})
    assert (run.code, counts(run.stdout)["copied"]) == (0, 1), run
    for one in with_it:
        private = _private(one, published, secured)
        assert _is_there(private, "--cert-dir", str(authority[0].parent), "--creds", f"{USERNAME}:{PASSWORD}"), one
    checked = acreg.run("check", "--digests", "--list", "-", stdin=reference, **login(secured))
    assert checked.code == 0, checked


def test_a_registry_with_a_referrers_api_keeps_its_own_list() -> None:
    subject = in_registry(f"r/x@sha256:{'a' * 64}")
    referrer = Manifest.of(b"{}", "")

    def answer(asked: Asked) -> Given:
        assert asked.method == "GET"
        return Given(200, {}, json.dumps({"manifests": [{"digest": referrer.digest}]}).encode())

    with FrontDoor(answer) as door:
        place = subject._replace(host=door.host)
        found = remote(door.host)
        referrers.attach(found, place, SOURCE, referrer)
        assert referrers.listed(found, place, SOURCE) == {referrer.digest}


@pytest.mark.parametrize("status", [401, 404, 405])
def test_a_registry_that_lists_no_tags_is_asked_for_each(status: int) -> None:
    """Its list of what goes with an image may name what is deleted: that cannot be copied, and is not missed."""
    digest, there, deleted = (f"sha256:{letter * 64}" for letter in "abc")
    index = referrers.as_index([{"digest": there}, {"digest": deleted}])

    def answer(asked: Asked) -> Given:
        if asked.path.endswith((referrers.tag_for(digest), ".sig", there)) and "/manifests/" in asked.path:
            return Given(200, {"Content-Type": OCI_INDEX, "Docker-Content-Digest": index.digest}, index.content)
        return Given(status if "/tags/" in asked.path else 404, {})

    with FrontDoor(answer) as door:
        place = in_registry(f"{door.host}/x:1")
        found = referrers.find(remote(door.host), place, SOURCE, [digest])
    expected = [(there, ""), (index.digest, f"{referrers.tag_for(digest)}.sig")]
    assert sorted((one.digest, one.tag) for one in found if one.subject == digest) == sorted(expected)


@pytest.mark.parametrize("content", [b"[]", b"no JSON", b'{"manifests": 1}', b'{"manifests": [1, {"digest": 2}]}'])
def test_strange_lists_hold_nothing(content: bytes) -> None:
    manifest = Manifest.of(content, OCI_INDEX)
    assert referrers.instances(manifest) == []
    assert parse("x@" + manifest.digest).digest == manifest.digest
