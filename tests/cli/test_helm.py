"""Helm as a program that may not start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from postrenderer.cli.helm import Helm, version
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        (None, [], "No such file or directory"),
        (b"\0\1", [], "Exec format error"),
        (b"#!/bin/sh\n", ["x" * 3_000_000], "Argument list too long"),
    ],
)
def test_a_helm_that_cannot_be_started(
    content: bytes | None, arguments: list[str], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "helm"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o755)
    helm = Helm(str(path), "4.3.1")
    for run in (lambda: helm.output(*arguments), lambda: helm.run(arguments, os.environ, None)):
        with pytest.raises(AcregError, match=rf"^{path} cannot be started: {reason}\. Nothing was done\.$"):
            run()


def test_a_helm_that_runs_out_of_threads_says_so_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "helm"
    said = "runtime: may need to increase max user processes (ulimit -u)\nfatal error: newosproc\n"
    path.write_text(f"#!/bin/sh\nprintf '%s' '{said}\nruntime stack:\n\tone\n\ngoroutine 1:\n\ttwo\n' >&2\nexit 2\n")
    path.chmod(0o755)
    with pytest.raises(AcregError) as caught:
        Helm(str(path), "4.3.1").output("template")
    assert str(caught.value) == f"`helm template` failed: {' '.join(said.splitlines())}"


def test_a_version_that_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(AcregError, match=rf"^{tmp_path}/helm cannot be started: No such file or directory$"):
        version(f"{tmp_path}/helm")
