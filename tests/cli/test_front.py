"""The flags in front of the command, and output for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from cli.conftest import POD, REGISTRY, Ended
from postrenderer import __version__, cli
from postrenderer.cli import front
from postrenderer.errors import SettingsError

Acreg = Callable[..., Ended]


@pytest.mark.parametrize(
    ("argv", "taken"),
    [
        (["images", "-q"], (front.NORMAL, "auto", ["images", "-q"])),
        (["-q", "images"], (front.QUIET, "auto", ["images"])),
        (["--quiet", "-v", "images"], (front.VERBOSE, "auto", ["images"])),
        (["--color=never", "template", "--color", "x"], (front.NORMAL, "never", ["template", "--color", "x"])),
        (["--colour", "always", "--verbose"], (front.VERBOSE, "always", [])),
        (["--strict"], (front.NORMAL, "auto", ["--strict"])),
    ],
)
def test_they_are_taken_off(argv: list[str], taken: tuple[int, str, list[str]]) -> None:
    assert front.take(argv) == taken


@pytest.mark.parametrize("argv", [["--color"], ["--color=blue", "images"], ["--color", "images"]], ids=str)
def test_a_colour_that_is_none(argv: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"^--color must be auto, always or never, not `"):
        cli.main(argv)
    assert not cli.runs_the_filter(argv)


@pytest.mark.parametrize(
    ("argv", "runs"),
    [
        (["images"], False),
        (["--color=never", "images"], False),
        (["-q", "upgrade", "r", "c"], True),
        (["--strict"], True),
        (["--color", "never"], True),
        (["nonsense"], False),
    ],
    ids=str,
)
def test_what_explain_hears_of(argv: list[str], runs: bool) -> None:  # noqa: FBT001  # a table
    assert cli.runs_the_filter(argv) is runs


def test_behind_a_command_they_are_explained(acreg: Acreg) -> None:
    with pytest.raises(SettingsError, match=r"^--color belongs in front of the command: acreg --color=never doctor … "):
        acreg("doctor", "--color=never")


def test_quiet_leaves_notes_out(acreg: Acreg, tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.touch()
    arguments = ("images", *REGISTRY, "-f", empty)
    assert acreg(*arguments).err
    assert acreg("-q", *arguments).err == ""


@pytest.mark.parametrize(("plugin", "named"), [("acreg", "`helm acreg --help`"), ("", "`acreg --help`")])
def test_messages_name_commands_as_they_are_typed(
    zipapp: Path, monkeypatch: pytest.MonkeyPatch, plugin: str, named: str
) -> None:
    monkeypatch.setenv("HELM_PLUGIN_NAME", plugin)
    run = subprocess.run([zipapp, "nosuch"], capture_output=True, text=True, check=False)
    assert run.stderr == f"acreg: there is no command `nosuch`. {named} lists the commands\n"


def test_verbose_says_what_is_run(acreg: Acreg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm = tmp_path / "helm"  # a mock
    helm.write_text("#!/bin/sh\necho v3.19.0\n", encoding="utf-8")
    helm.chmod(0o755)
    monkeypatch.setenv("HELM_BIN", str(helm))
    assert acreg("doctor").err == ""
    assert "acreg: runs `helm env HELM_PLUGINS`\n" in acreg("--verbose", "doctor").err


def test_alone_in_a_pipe_acreg_is_still_the_filter() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "ACREG_REGISTRY": REGISTRY[1]}
    command = [sys.executable, "-m", "postrenderer", "--color=never"]
    run = subprocess.run(command, env=environment, input=POD, capture_output=True, text=True, check=True)
    assert f"image: {REGISTRY[1]}/nginx:1.27" in run.stdout


def test_version_for_programs(acreg: Acreg) -> None:
    assert json.loads(acreg("version", "-o", "json").out)["version"] == __version__
    assert acreg("version", "--short").out == f"{__version__}\n"
    assert acreg("version").out == f"acreg {__version__}\n"


def test_doctor_for_programs(acreg: Acreg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("HELM_BIN", raising=False)
    ended = acreg("doctor", "-o", "json")
    found = json.loads(ended.out)
    assert (ended.code, found["ok"]) == (1, False)
    assert [finding["subject"] for finding in found["findings"] if finding["state"] == "wrong"] == ["Helm"]
