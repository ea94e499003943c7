"""What a person sees on a terminal, and what a program gets."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from cli.conftest import POD, PRIVATE, REGISTRY, Ended

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no pseudo-terminals")

BECOMES = f"{PRIVATE}/nginx:1.27"
BOLD, HEAD, RED, GREEN = "\x1b[1m", "\x1b[1;4m", "\x1b[31m", "\x1b[32m"


def shown(zipapp: Path, *arguments: str | Path, **environment: str) -> str:
    """Return what `acreg ARGUMENTS` shows on a terminal."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "TERM": "xterm", "COLUMNS": "200", **environment}
    process = subprocess.Popen([zipapp, *arguments], env=variables, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output = b""
    try:
        while True:
            output += os.read(ours, 1 << 16)
    except OSError:  # the other end is closed
        process.wait()
    os.close(ours)
    return output.decode().replace("\r\n", "\n")


@pytest.fixture(autouse=True)
def _one_extraction(shiv_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIV_ROOT", str(shiv_root))


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str | Path, ...]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    manifests = tmp_path / "pod.yaml"
    manifests.write_text(POD, encoding="utf-8")
    return ("images", *REGISTRY, "-f", manifests)


@pytest.mark.zipapp
def test_a_table_on_a_terminal(zipapp: Path, images: tuple[str | Path, ...]) -> None:
    head, row = shown(zipapp, *images).splitlines()
    assert head.startswith(f"{HEAD}IMAGE  ")
    assert len(head) - len(f"{HEAD}\x1b[0m") == len(row)
    assert BECOMES in row


@pytest.mark.zipapp
@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_plain_where_no_colour_is_wanted(
    zipapp: Path, images: tuple[str | Path, ...], environment: dict[str, str]
) -> None:
    plain = subprocess.run([zipapp, *images], stdout=subprocess.PIPE, text=True, check=True).stdout
    text = shown(zipapp, *images, **environment)
    assert "\x1b" not in text
    assert text.splitlines()[1:] == plain.splitlines()[1:]
    assert plain.splitlines()[0].split() == ["IMAGE", "BECOMES", "CLASS", "WHERE", "HOOK"]


@pytest.mark.zipapp
def test_references_stay_whole_on_a_narrow_terminal(zipapp: Path, images: tuple[str | Path, ...]) -> None:
    lines = ["IMAGE", "  BECOMES", "  CLASS    WHERE", "nginx:1.27", f"  {BECOMES}", "  podspec  Pod p"]
    assert shown(zipapp, *images, COLUMNS="54", NO_COLOR="1").splitlines() == lines
    assert f"{BOLD}nginx:1.27" in shown(zipapp, *images, COLUMNS="54")


@pytest.mark.zipapp
def test_a_diff_is_coloured(zipapp: Path, images: tuple[str | Path, ...]) -> None:
    text = shown(zipapp, "diff", *images[1:])
    assert f"{RED}-      image: nginx:1.27" in text
    assert f"{GREEN}+      image: {BECOMES}" in text


@pytest.mark.zipapp
@pytest.mark.parametrize("flag", [["--color=never"], ["--color", "never"]], ids=str)
def test_no_colour_on_request(zipapp: Path, images: tuple[str | Path, ...], flag: list[str]) -> None:
    assert "\x1b" not in shown(zipapp, *flag, *images)


@pytest.mark.zipapp
def test_acreg_alone_on_a_terminal_shows_the_overview(zipapp: Path) -> None:
    for arguments in ([], ["--color=never"]):
        assert shown(zipapp, *arguments).startswith("usage: acreg ")


def test_colour_in_a_pipe_on_request(acreg: Callable[..., Ended], images: tuple[str | Path, ...]) -> None:
    plain, coloured = acreg(*images).out, acreg("--color", "always", *images).out
    assert coloured.startswith(f"{BOLD}IMAGE")
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


@pytest.mark.zipapp
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is full")  # noqa: PTH110
@pytest.mark.parametrize(
    ("shell", "message"),
    [
        ('"$@" >/dev/full', "acreg: Standard output cannot be written: No space left on device. What was written"),
        ('"$@" >&-', ""),
    ],
    ids=["full", "closed"],
)
@pytest.mark.parametrize("command", ["images", "diff"])
def test_output_that_nobody_takes(
    zipapp: Path, images: tuple[str | Path, ...], shell: str, message: str, command: str
) -> None:
    arguments = ["sh", "-c", shell, "sh", zipapp, command, *images[1:]]
    run = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr[: len(message) or None] == message
    assert run.stderr.count("\n") == (1 if message else 0)
