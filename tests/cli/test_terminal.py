"""No sign of a chart moves the cursor, sets the title, rings the bell or turns the order of letters round."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING, Callable

import pytest
from process import FILTER, environment, run

from cli.conftest import REGISTRY, Ended
from cli.test_show import shown
from postrenderer import __main__, cli, lastrun
from postrenderer.cli import show
from postrenderer.text import escape

if TYPE_CHECKING:
    from pathlib import Path

Acreg = Callable[..., Ended]

EVIL = "\\e]0;title\\a\\e[2J\\r\\u202eevil\\x9b\\n---"
MANIFESTS = f"""\
# Source: app/\x1b[2Jtemplates/x.yaml
apiVersion: "v1{EVIL}"
kind: "Kit{EVIL}"
metadata: {{name: "n{EVIL}", namespace: "n{EVIL}"}}
spec:
  "key{EVIL}": {{image: ghcr.io/kept/a:1, "x{EVIL}": "{EVIL}"}}
  image: docker.io/a:1
""".replace("\x1b", "\u202e")
ACTED_ON = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def manifests(empty_folder: Path) -> Path:
    path = empty_folder / "evil.yaml"
    path.write_text(MANIFESTS, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", ["images", "verify"])
def test_lists_show_no_control_characters(acreg: Acreg, manifests: Path, command: str) -> None:
    run = acreg(command, *REGISTRY, "--keep", "ghcr.io", "-f", manifests)
    assert "\\u001b" in run.out
    assert not ACTED_ON.search(run.out + run.err)


LINE = "\\n::warning::"
LINES = f"""\
kind: "Pod{LINE}"
metadata: {{name: "p{LINE}", namespace: "n{LINE}"}}
spec:
  containers:
  - {{name: "c{LINE}", image: "quay.io/a/b:1{LINE}"}}
  - {{name: d, image: nginx:1, env: [{{name: "X{LINE}", value: "quay.io/x/y:1{LINE}"}}]}}
---
apiVersion: "example.com/v1{LINE}"
kind: Kit
spec: {{"key{LINE}": quay.io/z/z:1, image: quay.io/q/q:1, args: ["--image{LINE}=quay.io/k/k:1"]}}
"""


@pytest.mark.parametrize(
    "command",
    [
        ("images",),
        ("images", "-o", "yaml"),
        ("verify", "-o", "junit"),
        ("verify", "-o", "sarif"),
        ("diff",),
        ("mirror", "-o", "script"),
        ("export", "kustomize"),
        ("export", "flux"),
    ],
)
def test_a_chart_begins_no_line(acreg: Acreg, empty_folder: Path, command: tuple[str, ...]) -> None:
    """GitHub's runners take lines for commands that begin with `::`, and Azure DevOps `##vso[`."""
    (empty_folder / "lines.yaml").write_text(LINES, encoding="utf-8")
    run = acreg(*command, *REGISTRY, "-f", "lines.yaml")
    assert run.out
    assert not re.search("^::", run.out + run.err, re.MULTILINE)


@pytest.mark.parametrize("command", [("images", "-o", "json"), ("verify", "-o", "json")])
def test_json_stays_json(
    acreg: Acreg, manifests: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = (*command, *REGISTRY, "--keep", "ghcr.io", "-f", manifests)
    piped = acreg(*flags).out
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    on_terminal = acreg(*flags).out
    assert not ACTED_ON.search(on_terminal)
    assert json.loads(on_terminal) == json.loads(piped)
    assert "\\u001b]0;title\\u0007" in piped


def test_a_diff_is_escaped_for_people_alone(acreg: Acreg, empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = empty_folder / "x.yaml"
    path.write_text("a: \u202eb\r\nimage: docker.io/a:1\r\n", encoding="utf-8")
    assert "\u202eb\r\n" in acreg("diff", *REGISTRY, "-f", path).out
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not ACTED_ON.search(acreg("diff", *REGISTRY, "-f", path).out)


def test_errors_and_what_explain_tells_of_them(
    acreg: Acreg, manifests: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    arguments = [*REGISTRY, "--strict", "--keep", "ghcr.io", "-f", str(manifests)]
    monkeypatch.setattr(lastrun, "_current", [lastrun.LastRun(files="a\x1bb")])
    assert __main__.guard(lambda: cli.main(arguments), ran_the_filter=lambda: True) == 1
    said = capfdbinary.readouterr().err.decode()
    assert "ghcr.io/kept/a:1" in said
    assert not ACTED_ON.search(said)
    assert said.count("\n") == 1
    told = acreg("explain").out
    assert "\\u001b" in told
    assert not ACTED_ON.search(told)


@pytest.mark.zipapp
def test_on_a_terminal(zipapp: Path, manifests: Path, shiv_root: Path) -> None:
    arguments: tuple[str | Path, ...] = ("images", *REGISTRY, "-f", manifests)
    text = shown(zipapp, *arguments, SHIV_ROOT=str(shiv_root), NO_COLOR="1")
    assert "\\u001b]0;title" in text
    assert escape.lines(text) == text


@pytest.mark.parametrize("command", [[], ["render"]], ids=str)
def test_manifests_are_escaped_on_a_terminal_alone(command: list[str], tmp_path: Path) -> None:
    text = "kind: ConfigMap\ndata: {a: '\x1b]0;title\x07\u202e'}\n".encode()
    started = (*FILTER, *command)
    assert run(text, tmp_path, started).stdout == text
    ours, theirs = pty.openpty()
    subprocess.run(started, input=text, stdout=theirs, cwd=tmp_path, env=environment(tmp_path), check=True)
    os.close(theirs)
    seen = os.read(ours, 1000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert "\\u001b]0;title" in seen
    assert not ACTED_ON.search(seen)
