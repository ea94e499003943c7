from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from process import FILTER, environment, run

from postrenderer import lastrun
from postrenderer.cli import explain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in (lastrun.VARIABLE, "HELM_PLUGIN_NAME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HELM_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(lastrun, "_current", [lastrun.LastRun()])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_is_kept(cache: Path) -> None:
    lastrun.note_manifests(
        b"---\n# Source: a/templates/x.yaml\na: 1\n---\n# Source: a/templates/x.yaml\nb: 1\n", "r.json"
    )
    lastrun.end(1, "It went wrong.\n\nIn two places.")
    run = lastrun.read(lastrun.path())
    assert run is not None
    assert run._replace(time="") == lastrun.LastRun(
        "", "1", "", str(cache), "", f"{cache}/r.json", "a/templates/x.yaml", "", "", "It went wrong.\n\nIn two places."
    )
    assert (cache / "acreg" / "last-run").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (cache / "acreg").iterdir()] == ["last-run"]


def test_a_registry_from_a_file_that_nobody_named_is_kept(cache: Path) -> None:
    (cache / "acreg.yaml").write_text("registry: r.example.com\n", encoding="utf-8")
    assert run(b"kind: Role\n", cache, HELM_CACHE_HOME=str(cache), ACREG_REGISTRY="").returncode == 0
    noted = lastrun.read(lastrun.path())
    assert noted is not None
    assert noted.unnamed == "acreg.yaml:1:11"
    assert ("registry", "from acreg.yaml:1:11, a file that nobody named") in explain.rows(noted)


def test_explain_does_not_wait_for_a_pipe(cache: Path) -> None:
    os.mkfifo(cache / "pipe")
    ended = run(b"", cache, (*FILTER, "explain"), ACREG_LAST_RUN=str(cache / "pipe"))
    assert (ended.returncode, b"There was no run" in ended.stdout) == (1, True), ended


@pytest.mark.parametrize(
    "document",
    [
        "metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'a/templates/y.yaml'\n",
        "metadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: a/templates/y.yaml\r\n",
        "{metadata: {annotations: {postrenderer.helm.sh/postrender-filename: 'a/templates/y.yaml'}}, data: secret}\n",
        "{metadata: {annotations: {postrenderer.helm.sh/postrender-filename: a/templates/y.yaml}}, data: secret}\n",
        "{annotations: {postrenderer.helm.sh/postrender-filename: a/templates/y.yaml, b: secret}}",
        "---\n# Source: a/templates/y.yaml\n",
    ],
)
def test_files(document: str) -> None:
    lastrun.note_manifests(document.encode() * 300, "")
    lastrun.end(0, "")
    run = lastrun.read(lastrun.path())
    assert run is not None
    assert (run.files, run.code, run.error) == ("a/templates/y.yaml", "0", "")


def test_a_command_that_never_came_to_helm() -> None:
    lastrun.note_command("upgrade app ./chart", ["a.yaml", "b.yaml"])
    lastrun.end(2, "No.")
    run = lastrun.read(lastrun.path())
    assert run is not None
    assert (run.command, run.files, run.code, run.error) == ("upgrade app ./chart", "a.yaml, b.yaml", "2", "No.")


@pytest.mark.parametrize(
    ("of_filter", "code", "said", "noted"),
    [
        (None, 1, "", "Helm failed before it came to the post-renderer."),
        ((0, ""), 0, "", ""),
        ((0, ""), 1, "", "Helm failed after the post-renderer's work was done."),
        ((1, "It went wrong."), 1, "It went wrong.", "It went wrong."),
    ],
)
def test_a_helm_that_was_announced(  # noqa: PLR0913, PLR0917  # fixtures and a table's columns
    cache: Path, monkeypatch: pytest.MonkeyPatch, of_filter: tuple[int, str] | None, code: int, said: str, noted: str
) -> None:
    note = str(cache / "note")
    if of_filter:
        with monkeypatch.context() as in_filter:
            in_filter.setenv(lastrun.VARIABLE, note)
            lastrun.note_manifests(b"---\n# Source: a/templates/y.yaml\n", "")
            lastrun.end(*of_filter)
    lastrun.note_command("upgrade app ./chart", ["a.yaml"])
    assert lastrun.end_of_helm(note, code).error == said
    lastrun.end(code, "")  # which changes nothing
    run = lastrun.read(lastrun.path())
    assert run is not None
    assert (run.command, run.code) == ("upgrade app ./chart", str(code))
    assert run.files == ("a/templates/y.yaml" if of_filter else "a.yaml")
    assert run.error.partition(".")[0] == noted.partition(".")[0]


def test_help_is_no_run(cache: Path) -> None:
    lastrun.end(0, "")
    assert list(cache.iterdir()) == []


def test_a_note_that_cannot_be_written_is_passed_over(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "acreg").write_text("a file", encoding="utf-8")
    lastrun.end(1, "It went wrong.")
    monkeypatch.setenv("HELM_CACHE_HOME", "/proc/nowhere")
    lastrun.end(1, "It went wrong.")
    assert lastrun.read(lastrun.path()) is None


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"HELM_CACHE_HOME": "/c"}, "/c"),
        ({"HELM_CACHE_HOME": "", "XDG_CACHE_HOME": "/x"}, "/x/helm"),
        ({"HELM_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/helm"),
    ],
)
@pytest.mark.skipif(os.uname().sysname != "Linux", reason="other systems have other folders")
def test_helms_cache_folder(variables: dict[str, str], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert lastrun.cache_home() == found


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="only Linux gives access to the parent's stderr")
@pytest.mark.parametrize(
    ("flags", "before", "expected"),
    [
        (os.O_APPEND, "", "MESSAGE"),
        (os.O_APPEND, "Helm's\n", "Helm's\nMESSAGE"),
        (0, "", f"{' ' * 400}\nMESSAGE"),
        (0, "Helm's\n", "Helm's\n"),  # and Helm stands at its start: one would write over the other
    ],
)
def test_what_helm_4_does_not_pass_on(cache: Path, flags: int, before: str, expected: str) -> None:
    stderr = cache / "stderr"
    stderr.write_text(before, encoding="utf-8")
    variables = {"HELM_PLUGIN_NAME": lastrun.POST_RENDERER, "ACREG_CONFIDENCE": "none"}
    program = "import subprocess, sys; subprocess.call(sys.argv[1:], stderr=subprocess.DEVNULL)"  # as Helm 4 does
    helm = [sys.executable, "-c", program, *FILTER]
    handle = os.open(stderr, os.O_WRONLY | flags)
    try:
        subprocess.run(helm, input=b"", stderr=handle, env=environment(cache, **variables), cwd=cache, check=False)
    finally:
        os.close(handle)
    message = run(b"", cache, ACREG_CONFIDENCE="none").stderr.decode()
    assert message.startswith("acreg: ")
    assert stderr.read_text(encoding="utf-8") == expected.replace("MESSAGE", message)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives access to a parent's stderr")
@pytest.mark.parametrize(
    ("flags", "position", "written"),
    [
        (os.O_APPEND, 6, "Helm: \nacreg: No.\n"),
        (0, 7, f"Helm: \n{' ' * 400}\nacreg: No.\n"),  # Helm will write over the room
        (0, 3, "Helm: \n"),  # it writes in the middle, over whatever stands there
    ],
)
def test_helm_4s_stderr_in_a_file(
    cache: Path, monkeypatch: pytest.MonkeyPatch, flags: int, position: int, written: str
) -> None:
    (cache / "log").write_text("Helm: \n", encoding="utf-8")
    log = os.open(cache / "log", os.O_WRONLY | flags)
    os.lseek(log, position, os.SEEK_SET)
    fail_under_helm_4(monkeypatch, log)
    assert (cache / "log").read_text(encoding="utf-8") == written


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives access to a parent's stderr")
def test_helm_4s_stderr_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    fail_under_helm_4(monkeypatch, writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        assert pipe.read() == "acreg: No.\n"


def test_a_stderr_that_nobody_reads(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    fail_under_helm_4(monkeypatch, writer)
    run = lastrun.read(str(cache / "acreg" / "last-run"))
    assert run is not None
    assert (run.code, run.helm, run.error) == ("1", "4", "No.")


def fail_under_helm_4(monkeypatch: pytest.MonkeyPatch, stderr: int) -> None:
    """Fail as the child of a process, this one, whose stderr is a descriptor; it is closed then."""
    kept = os.dup(2)
    os.dup2(stderr, 2)
    os.close(stderr)
    try:
        with monkeypatch.context() as helm:
            helm.setenv("HELM_PLUGIN_NAME", lastrun.POST_RENDERER)
            helm.setattr(os, "getppid", os.getpid)
            lastrun.note_manifests(b"a: b\n", "")
            lastrun.end(1, "No.")
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def test_a_folder_that_is_gone(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "gone").mkdir()
    monkeypatch.chdir(cache / "gone")
    (cache / "gone").rmdir()
    lastrun.note_manifests(b"a: b\n", "")
    lastrun.end(1, "No.")
    run = lastrun.read(lastrun.path())
    assert run is not None
    assert run.folder == "."
