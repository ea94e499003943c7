from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from cli.conftest import HOOK, POD, PRIVATE, REGISTRY, Ended
from postrenderer.errors import AcregError, SettingsError

REPOSITORY = Path(__file__).resolve().parents[2]
Acreg = Callable[..., Ended]
STRONG = "apiVersion: e/v1\nkind: A\nmetadata: {name: a}\nspec: {fooImage: quay.io/x/y:1}\n"
WEAK = STRONG.replace("quay.io/x/y:1", "cpu")
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
CONFIG = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{note: {SOURCE}}}\n"
HOOK_IMAGE = "quay.io/a/b@sha256:" + "0" * 64


def write(folder: Path, text: str, name: str = "manifests.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return write(tmp_path, POD + HOOK)


@pytest.fixture
def private(acreg: Acreg, public: Path) -> Path:
    """What acreg itself makes of the manifests."""
    return write(public.parent, acreg("render", *REGISTRY, "-f", public).out, "private.yaml")


def test_what_acreg_makes_is_private(acreg: Acreg, private: Path) -> None:
    run = acreg("verify", "--require-pull-secrets", *REGISTRY, "-f", private)
    assert run == (0, "2 of 2 references are private\n", "")


def test_a_table_of_what_is_not(acreg: Acreg, public: Path, private: Path) -> None:
    run = acreg("verify", *REGISTRY, "-f", private, public)
    lines = [re.split(r"\s{2,}", line) for line in run.out.splitlines()]
    assert run.code == 1
    assert lines == [
        ["REFERENCE", "WHY", "DOCUMENT", "PATH", "LINE"],
        [
            "nginx:1.27",
            f"should be {PRIVATE}/nginx:1.27",
            "Pod p (app/templates/pod.yaml)",
            "/spec/containers/0/image",
            f"{public}:9",
        ],
        [
            HOOK_IMAGE,
            f"should be {PRIVATE}/a/b@{HOOK_IMAGE.partition('@')[2]}",
            "Job j",
            "/spec/template/spec/containers/0/image",
            f"{public}:17",
        ],
        ["2 of 4 references are private, and 2 places lack a pull secret"],
    ]


def test_one_place_without_a_pull_secret(acreg: Acreg, tmp_path: Path) -> None:
    run = acreg("verify", *REGISTRY, "-f", write(tmp_path, POD))
    assert run.out.splitlines()[-1] == "0 of 1 references are private, and 1 place lacks a pull secret"


def test_programs_get_the_same(acreg: Acreg, public: Path) -> None:
    run = acreg("verify", "-o", "json", "--keep", "quay.io", *REGISTRY, "-f", public)
    assert run.code == 1
    told = json.loads(run.out)
    pod, job = told["findings"]
    assert pod == {
        "status": "public",
        "reference": "nginx:1.27",
        "reason": f"should be {PRIVATE}/nginx:1.27",
        "becomes": f"{PRIVATE}/nginx:1.27",
        "document": "Pod p",
        "template": "app/templates/pod.yaml",
        "pointer": "/spec/containers/0/image",
        "file": str(public),
        "line": 9,
    }
    assert (job["status"], job["reason"], "becomes" in job) == ("kept", "under `keep` entry quay.io", False)
    assert told["ok"] is False
    assert told["summary"] == {
        "references": 2,
        "private": 0,
        "public": 1,
        "kept": 1,
        "stays": 0,
        "unsure": 0,
        "withoutPullSecret": 1,
        "withoutSecret": 0,
    }


def codes(acreg: Acreg, manifests: Path, *flags: str) -> tuple[int, int]:
    """The exit code, and the number of findings."""
    run = acreg("verify", "-o", "json", *flags, *REGISTRY, "-f", manifests)
    return run.code, len(json.loads(run.out)["findings"])


def test_what_the_settings_keep(acreg: Acreg, private: Path) -> None:
    kept = ("--keep", "registry.spacetech.com:8083/appcircle/nginx")
    assert codes(acreg, private, *kept) == (0, 0)  # what is private already is not kept
    manifests = write(private.parent, private.read_text(encoding="utf-8") + "---\n" + STRONG)
    for flags, expected in (
        ([], (1, 1)),
        (["--keep", "quay.io/x"], (1, 1)),
        (["--keep", "quay.io/x", "--allow-kept"], (0, 0)),
        (["--keep", "quay.io/x/other", "--allow-kept"], (1, 1)),
        (["--others", "fail", "--allow-kept"], (1, 1)),
        (["--others", "keep"], (1, 1)),
        (["--others", "keep", "--allow-kept"], (0, 0)),
        (["--strict"], (1, 1)),
    ):
        assert codes(acreg, manifests, *flags) == expected


@pytest.mark.parametrize(
    ("text", "strong", "certain"), [(POD, 1, 1), (STRONG, 1, 0), (WEAK, 0, 0)], ids=["certain", "strong", "weak"]
)
def test_how_certain_it_must_be(acreg: Acreg, tmp_path: Path, text: str, strong: int, certain: int) -> None:
    manifests = write(tmp_path, text)
    assert codes(acreg, manifests) == (strong, strong)
    assert codes(acreg, manifests, "--confidence", "certain") == (certain, certain)


def test_a_registry_without_an_image_counts(acreg: Acreg, tmp_path: Path) -> None:
    assert codes(acreg, write(tmp_path, CONFIG)) == (1, 1)


def test_missing_pull_secrets(acreg: Acreg, private: Path) -> None:
    manifests = write(private.parent, private.read_text(encoding="utf-8").replace("containerregistry", "other"))
    assert codes(acreg, manifests) == (0, 0)
    assert codes(acreg, manifests, "--require-pull-secrets") == (1, 2)
    assert codes(acreg, manifests, "--require-pull-secrets", "--pull-secret", "other") == (0, 0)
    assert codes(acreg, manifests, "--require-pull-secrets", "--no-pull-secrets") == (0, 0)


@pytest.mark.parametrize("flags", [[], ["-f", "-"]])
def test_standard_input(public: Path, flags: list[str]) -> None:
    command = [sys.executable, "-m", "postrenderer", "verify", *REGISTRY, *flags]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for text, code, err in (
        (public.read_bytes(), 1, b""),
        (b"kind: Namespace\n", 0, b""),
        (b"", 1, b"acreg: There is nothing in standard input to verify"),  # a pipe whose first part failed
        (b"\n", 1, b"acreg: There is nothing in standard input to verify"),
    ):
        run = subprocess.run(command, input=text, env=environment, capture_output=True, check=False)
        assert (run.returncode, run.stderr[: len(err)], bool(run.stderr)) == (code, err, bool(err))


def test_nothing_is_signed_off_that_cannot_be_read(acreg: Acreg, tmp_path: Path) -> None:
    with pytest.raises(AcregError, match="cannot be read"):
        acreg("verify", *REGISTRY, "-f", "none.yaml")
    with pytest.raises(AcregError, match="not valid YAML"):
        acreg("verify", *REGISTRY, "-f", write(tmp_path, POD + "  - {\n"))
    with pytest.raises(SettingsError, match="registry is not set"):
        acreg("verify", "-f", write(tmp_path, POD))


def test_images_that_would_become_one_are_told_too(acreg: Acreg, tmp_path: Path) -> None:
    both = "---\n".join(POD.replace("nginx:1.27", f"{host}/x/y:1") for host in ("quay.io", "ghcr.io"))
    run = acreg("verify", *REGISTRY, "-f", write(tmp_path, both))
    assert (run.code, run.out.count(f"should be {PRIVATE}/x/y:1"), run.err) == (1, 2, "")
    with pytest.raises(AcregError, match="are two images"):
        acreg("render", *REGISTRY, "-f", tmp_path / "manifests.yaml")


def test_what_nothing_pulls_does_not_count(acreg: Acreg, private: Path) -> None:
    more = "---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {validate: {image: quay.io/a/b:1}}\n"
    manifests = write(private.parent, private.read_text(encoding="utf-8") + more + "---\nkind: X\nimage: word\n")
    run = acreg("verify", *REGISTRY, "-f", manifests)
    assert run.code == 0
    assert "not counted: 1 that may stay and 1 that only look like images" in run.out


PLACELESS = (
    f"apiVersion: e/v1\nkind: A\nmetadata: {{name: a}}\nspec: {{image: {PRIVATE}/x:1, fooImage: {PRIVATE}/y:1}}\n"
)


def test_private_images_without_a_place_for_their_secret_are_counted(acreg: Acreg, tmp_path: Path) -> None:
    path = write(tmp_path, PLACELESS)
    line = "2 of 2 references are private; 2 have no known place for the pull secret\n"
    assert acreg("verify", *REGISTRY, "-f", path) == (0, line, "")
    assert json.loads(acreg("verify", "-o", "json", *REGISTRY, "-f", path).out)["summary"]["withoutSecret"] == 2


def test_strict_secrets_refuse_them(acreg: Acreg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, PLACELESS)
    with pytest.raises(AcregError, match=r"2 have no place for it: .*/x:1 at /spec/image, line 4, of A a"):
        acreg("verify", "--strict-secrets", *REGISTRY, "-f", path)
    monkeypatch.setenv("ACREG_STRICT_SECRETS", "true")
    with pytest.raises(AcregError, match="With --strict-secrets"):
        acreg("images", *REGISTRY, "-f", path)
    assert acreg("images", "--no-strict-secrets", *REGISTRY, "-f", path).code == 0
