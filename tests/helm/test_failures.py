"""What a user learns when the post-renderer fails, wherever Helm's stderr goes."""

from __future__ import annotations

import os
import pty
import subprocess
from typing import TYPE_CHECKING, Callable

import pytest

from helm.harness import CHARTS, LATEST

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]

PARAGRAPH = (
    "acreg: The private registry is not set: give --registry HOST[:PORT], or set ACREG_REGISTRY, or write `registry:"
    " HOST[:PORT]` into acreg.yaml, or give --values FILE with a Helm values file that has global.imageRegistry. Once"
    " for all commands: `helm acreg config init -f values.yaml`, or `export ACREG_VALUES=values.yaml`"
)
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
TWO_IMAGES = (
    f"acreg: `{SOURCE}/buildserver:v3.27.3` and `{SOURCE}/taskserver:v3.27.3` are two images, and both would become"
    " `r.example.com/one:v3.27.3`. Move one of them elsewhere with an entry under `rules`, or name it under `keep`."
)
RULES = "registry: r.example.com\nrules:\n" + "".join(
    f"- {{from: {SOURCE}/{name}, to: one}}\n" for name in ("buildserver", "taskserver")
)


def command(helm: Helm) -> list[str]:
    return [str(helm.binary), "template", "r", str(CHARTS / "appcircle"), "--post-renderer", helm.post_renderer]


def in_a_pipe(arguments: list[str], environment: dict[str, str], _: Path) -> str:
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False).stderr


def in_a_file(arguments: list[str], environment: dict[str, str], folder: Path) -> str:
    path = folder / "errors"
    with path.open("wb") as file:
        file.write(b"before\n")
        file.flush()
        subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=file, check=False)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\nError: ")
    return text


def in_a_log(arguments: list[str], environment: dict[str, str], folder: Path) -> str:
    path = folder / "log"
    with path.open("ab") as file:
        subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=file, check=False)
    return path.read_text(encoding="utf-8")


def on_a_terminal(arguments: list[str], environment: dict[str, str], _: Path) -> str:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while True:
            shown += os.read(ours, 1 << 16)
    except OSError:  # the other end is closed
        process.wait()
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("helm", LATEST, indirect=True)
@pytest.mark.parametrize("where", [in_a_pipe, in_a_file, in_a_log, on_a_terminal])
@pytest.mark.parametrize(("settings", "paragraph"), [("", PARAGRAPH), (RULES, TWO_IMAGES)], ids=["settings", "images"])
def test_the_user_learns_why(
    helm: Helm,
    tmp_path: Path,
    where: Callable[[list[str], dict[str, str], Path], str],
    settings: str,
    paragraph: str,
) -> None:
    config = tmp_path / "acreg.yaml"
    config.write_text(settings, encoding="utf-8")
    shown = where(command(helm), {**helm.environment, "ACREG_CONFIG": str(config)}, tmp_path)
    assert shown.replace("\r\n", "\n").split("\n").count(paragraph) == 1
    assert "Error: " in shown


def test_explain_always_tells(helm: Helm, zipapp: Path) -> None:
    subprocess.run(command(helm), env=helm.environment, capture_output=True, check=False)
    run = subprocess.run([zipapp, "explain"], env=helm.environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0
    assert PARAGRAPH in run.stdout
    assert "ended     with exit code 2\n" in run.stdout


@pytest.mark.parametrize(
    ("helm", "where"),
    [(LATEST[0], in_a_pipe), (LATEST[1], in_a_file), (LATEST[1], in_a_log), (LATEST[0], on_a_terminal)],
    indirect=["helm"],
)
def test_the_wrapper_tells(
    helm: Helm, tmp_path: Path, zipapp: Path, where: Callable[[list[str], dict[str, str], Path], str]
) -> None:
    # Two images that would become one are found by the filter alone.
    config = tmp_path / "acreg.yaml"
    config.write_text(RULES, encoding="utf-8")
    environment = {**helm.environment, "HELM_BIN": str(helm.binary)}
    arguments = [str(zipapp), "template", "r", str(CHARTS / "appcircle"), "--config", str(config)]
    shown = where(["sh", "-c", 'echo "Error: none" >&2; "$@"', "sh", *arguments], environment, tmp_path)
    assert shown.replace("\r\n", "\n").split("\n").count(TWO_IMAGES) == 1
    explained = subprocess.run([zipapp, "explain"], env=environment, capture_output=True, text=True, check=False).stdout
    assert TWO_IMAGES in explained
    assert "appcircle/templates/services.yaml" in explained  # on Helm 3 before Helm ran, where hooks are looked for
    assert f"command   template r {CHARTS / 'appcircle'}\n" in explained
