from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Callable

import pytest

from cli.conftest import HOOK, POD, PRIVATE, REGISTRY, Ended
from postrenderer.cli import diff
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path

Acreg = Callable[..., Ended]


def test_what_would_change(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    run = acreg("diff", *REGISTRY, "--no-pull-secrets", "-f", path)
    assert run.out.splitlines() == [
        "--- rendered",
        "+++ private",
        "@@ -6,4 +6,4 @@",
        " spec:",
        "   containers:",
        "     - name: c",
        "-      image: nginx:1.27",
        f"+      image: {PRIVATE}/nginx:1.27",
    ]


@pytest.mark.parametrize("text", [POD, POD + HOOK, HOOK * 3 + POD * 2 + HOOK, f"a: 1\n{HOOK}---\nb: 2\n{HOOK}"])
def test_patch_makes_what_render_makes(acreg: Acreg, tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifests.yaml"
    path.write_text(text, encoding="utf-8")
    difference = acreg("diff", *REGISTRY, "-f", path).out
    rendered = acreg("render", *REGISTRY, "-f", path).out
    subprocess.run(["patch", "-s", path], input=difference.encode(), check=True)
    assert path.read_text(encoding="utf-8") == rendered
    assert acreg("diff", "--exit-code", *REGISTRY, "-f", path) == Ended(0, "", "")


def test_exit_code(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    assert acreg("diff", *REGISTRY, "-f", path).code == 0
    assert acreg("diff", "--exit-code", *REGISTRY, "-f", path).code == 1


@pytest.mark.parametrize(
    ("flags", "text"),
    [(["--others", "all"], POD), (["--strict", "--keep", "docker.io"], POD), ([], "containers: [{image: a}\n")],
)
def test_trouble_is_told_from_a_difference(acreg: Acreg, tmp_path: Path, flags: list[str], text: str) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AcregError) as raised:
        acreg("diff", "--exit-code", *REGISTRY, *flags, "-f", path)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    before, after = (text.encode(encoding) for text in ("image: a\n", "image: b\n"))
    mark = len("".encode(encoding))
    assert list(diff.unified(before, [after[:mark], after[mark:]]))[-2:] == ["-image: a", "+image: b"]
