"""`acreg mirror -o FORM` and `--dry-run`: what would be copied, for people who copy elsewhere."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from postrenderer.images.reference import parse
from registry.conftest import Acreg, Published, open_target

if TYPE_CHECKING:
    from registry.servers import Registry


@pytest.mark.parametrize("form", ["list", "script", "skopeo-sync"])
def test_nothing_is_copied(form: str, acreg: Acreg, published: Published, plain: Registry) -> None:
    run = acreg.run("mirror", "--list", "images.txt", "-o", form, ACREG_REGISTRY=plain.host)
    assert run.code == 0, run.stderr
    assert all(parse(reference).path in run.stdout for reference in published.references)
    assert list((plain.folder / "data").iterdir()) == []
    if form == "list":
        assert acreg.run("mirror", "--list", "images.txt", "--dry-run", ACREG_REGISTRY=plain.host) == run
        pairs = [line.split("\t") for line in run.stdout.splitlines()]
        assert [source for source, _ in pairs] == published.references
        assert all(target.startswith(f"{plain.host}/appcircle/") for _, target in pairs)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["script", "skopeo-sync"])
def test_others_can_copy_with_it(form: str, acreg: Acreg, published: Published, plain: Registry) -> None:
    (acreg.folder / "some.txt").write_text("\n".join(published.references[:12]))  # of two paths: minio/ is one
    more = open_target(plain, published)
    text = acreg.run("mirror", "--list", "some.txt", "-o", form, **more).stdout
    if form == "script":
        subprocess.run(["sh", "-s", "-", "--quiet"], input=text.encode(), check=True)
    else:
        for number, part in enumerate(text.split("---\n")):
            file = acreg.folder / f"{number}.yaml"
            file.write_text(part)
            command = part.splitlines()[0].removeprefix("# ").replace("THIS-FILE", str(file)).split()
            subprocess.run(command, check=True, capture_output=True)
    checked = acreg.run("check", "--digests", "--list", "some.txt", **more)
    assert checked.code == 0, checked.stdout


def test_a_dry_run_of_a_folder_needs_no_registry(acreg: Acreg, published: Published) -> None:
    run = acreg.run("mirror", "--list", "some.txt", "--to", "media", "--dry-run")
    assert (run.code, run.stdout.split()) == (0, published.references[:6])
    assert not (acreg.folder / "media").exists()
