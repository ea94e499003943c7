from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Callable

import pytest
import yaml

from cli.conftest import HOOK, POD, PRIVATE, REGISTRY, Ended
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path

Acreg = Callable[..., Ended]
DIGEST = "sha256:" + "0" * 64
ROWS = [
    {
        "source": "nginx:1.27",
        "target": f"{PRIVATE}/nginx:1.27",
        "document": "Pod p",
        "pointer": "/spec/containers/0/image",
        "template": "app/templates/pod.yaml",
        "hook": False,
        "class": "podspec",
    },
    {
        "source": f"quay.io/a/b@{DIGEST}",
        "target": f"{PRIVATE}/a/b@{DIGEST}",
        "document": "Job j",
        "pointer": "/spec/template/spec/containers/0/image",
        "hook": True,
        "class": "podspec",
    },
]


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    path = tmp_path / "manifests.yaml"
    path.write_text(POD + HOOK, encoding="utf-8")
    return path


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_programs_get_every_place(acreg: Acreg, manifests: Path, form: str, read: Callable[[str], object]) -> None:
    assert read(acreg("images", "-o", form, *REGISTRY, "-f", manifests).out) == ROWS


def test_tsv(acreg: Acreg, manifests: Path) -> None:
    text = acreg("images", "-o", "tsv", *REGISTRY, "-f", manifests).out
    found = list(csv.DictReader(text.splitlines(), dialect="excel-tab"))
    assert [(row["source"], row["target"], row["hook"]) for row in found] == [
        (row["source"], row["target"], str(row["hook"]).lower()) for row in ROWS
    ]


def test_txt(acreg: Acreg, manifests: Path) -> None:
    text = acreg("images", "--output=txt", *REGISTRY, "-f", manifests, manifests).out
    assert text.splitlines() == [f"{row['source']} {row['target']}" for row in ROWS]


def test_a_table_has_a_line_for_each_image(acreg: Acreg, manifests: Path) -> None:
    run = acreg("images", *REGISTRY, "--keep", "quay.io", "-f", manifests, manifests)
    header, pod, job = run.out.splitlines()
    assert header.split() == ["IMAGE", "BECOMES", "CLASS", "WHERE", "HOOK"]
    assert "Pod p and 1 more" in pod
    assert job.endswith(" hook")
    assert "(stays: under `keep` entry quay.io)" in job


@pytest.mark.parametrize(
    ("flag", "found"),
    [("--source-only", [row["source"] for row in ROWS]), ("--target-only", [row["target"] for row in ROWS])],
)
def test_one_side_only(acreg: Acreg, manifests: Path, flag: str, found: list[str]) -> None:
    assert acreg("images", flag, *REGISTRY, "-f", manifests, manifests).out.splitlines() == sorted(found)
    assert json.loads(acreg("images", flag, "-o", "json", *REGISTRY, "-f", manifests).out) == sorted(found)


def test_sources_need_no_registry(acreg: Acreg, manifests: Path) -> None:
    assert acreg("images", "--source-only", "-f", manifests).out == f"nginx:1.27\nquay.io/a/b@{DIGEST}\n"


def test_a_list(acreg: Acreg, tmp_path: Path) -> None:
    listed = tmp_path / "images.txt"
    listed.write_text("\ufeff# ours\r\nnginx\r\n\nquay.io/a/b:1  # theirs\n", encoding="utf-8")
    targets = acreg("images", "--target-only", *REGISTRY, "--list", listed).out.split()
    assert targets == [f"{PRIVATE}/a/b:1", f"{PRIVATE}/nginx"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a\nA B\n", "Line 2 of the list, `A B`, is not a valid"), ("quay.io/x:1\nx:1\n", "both would")],
)
def test_a_wrong_list(acreg: Acreg, tmp_path: Path, text: str, message: str) -> None:
    listed = tmp_path / "images.txt"
    listed.write_text(text, encoding="utf-8")
    with pytest.raises(AcregError, match=message):
        acreg("images", *REGISTRY, "--list", listed)


def test_manifests_without_images(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text("global: {imageRegistry: r.example.com}\n", encoding="utf-8")
    assert acreg("images", *REGISTRY, "-f", path) == Ended(0, "", "acreg: no image reference was found.\n")
    assert acreg("images", "-o", "json", *REGISTRY, "-f", path).out == "[]\n"


@pytest.mark.parametrize("more", [("-f", "x.yaml"), ("--chart", "x"), ("--release", "x")], ids=str)
def test_a_list_stands_alone(acreg: Acreg, more: tuple[str, str]) -> None:
    with pytest.raises(AcregError, match="not allowed with argument"):
        acreg("images", *REGISTRY, "--list", "images.txt", *more)


def test_a_container_tells_more_of_an_image_than_a_text(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(f"kind: ConfigMap\ndata: {{a: 'image: nginx:1.27'}}\n---\n{POD}", encoding="utf-8")
    (line,) = acreg("images", *REGISTRY, "-f", path).out.splitlines()[1:]
    assert line.split()[2:] == ["podspec", "Pod", "p", "and", "1", "more"]


def test_a_missing_file(acreg: Acreg) -> None:
    with pytest.raises(AcregError, match=r"none\.yaml cannot be read: No such file or directory"):
        acreg("images", *REGISTRY, "-f", "none.yaml")


def test_images_without_a_place_for_their_secret_are_counted(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("apiVersion: e/v1\nkind: A\nspec: {image: quay.io/a/b:1}\n---\n" + POD, encoding="utf-8")
    run = acreg("images", *REGISTRY, "-f", path)
    assert run.err == (
        "acreg: of the 2 references, 1 has no known place for the pull secret. Add `-o json` to see which.\n"
    )
    rows = json.loads(acreg("images", "-o", "json", *REGISTRY, "-f", path).out)
    assert ["withoutSecret" in row for row in rows] == [True, False]
