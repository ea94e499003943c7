"""Other post-renderers in the same pipe: `before` and `after` of a settings file that is named."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from postrenderer import chain
from postrenderer.errors import AcregError
from postrenderer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from postrenderer.plan.pieces import DocumentFindings

POD = b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: nginx:1}]}\n"
NEWER = ("sed", "s/nginx:1/nginx:2/")
LABEL = ("sed", "s/{name: p}/{name: p, labels: {a: b}}/")
PRIVATE = b"image: r.example.com/nginx:2"


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([NEWER], [], PRIVATE),
        ([NEWER, ("sed", "s/nginx:2/nginx:3/")], [], b"image: r.example.com/nginx:3"),
        ([], [("sed", "s,r.example.com/nginx,&-after,")], b"image: r.example.com/nginx-after:1"),
        ([NEWER], [LABEL], b"labels: {a: b}"),
    ],
)
def test_they_run_in_order(before: list[tuple[str, ...]], after: list[tuple[str, ...]], expected: bytes) -> None:
    result = chain.through(POD, Settings("r.example.com", before=tuple(before), after=tuple(after)))
    assert expected in b"".join(result.output)


@pytest.mark.parametrize("key", ["before", "after"])
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (shell("echo it broke >&2; exit 7"), "`sh`, which `%s` names in the settings file, ended with exit code 7"),
        (shell("exit 7"), "Nothing was rendered. It did not say why."),
        (shell("cat >/dev/null"), "wrote no manifests, though it got some. Nothing was rendered."),
        (("/nonexistent/a",), "`/nonexistent/a`, which `%s` names in the settings file, cannot be started: No such"),
        ((".",), "cannot be started: Permission denied"),
    ],
)
def test_one_that_fails_ends_the_run(key: str, command: tuple[str, ...], said: str) -> None:
    only = (command,)
    settings = Settings("r.example.com", before=only) if key == "before" else Settings("r.example.com", after=only)
    with pytest.raises(AcregError) as raised:
        chain.through(POD, settings)
    assert (said % key if "%s" in said else said) in str(raised.value)
    assert ("it broke" in str(raised.value)) == ("it broke" in command[-1])


def test_one_that_acreg_runs_already_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else an acreg among them would run itself without end."""
    monkeypatch.setenv("ACREG_CHAIN", "after")
    with pytest.raises(AcregError, match="`sed`, which `before` names in the settings file, runs acreg, which would"):
        chain.through(POD, Settings("r.example.com", before=(NEWER,)))


def test_what_a_cluster_says_of_the_images_changes_the_settings_before_the_end() -> None:
    asked = []

    def inform(found: Sequence[DocumentFindings], settings: Settings) -> Settings:
        asked.append([image.source for document in found for image in document.images])
        return settings._replace(pull_secrets=("from-the-cluster",))

    given = Settings("r.example.com", pull_secrets=("of-the-settings",), before=(NEWER,), after=(LABEL,))
    output = b"".join(chain.through(POD, given, inform).output)
    assert asked == [["nginx:2"]]
    assert (output.count(b"from-the-cluster"), output.count(b"of-the-settings"), output.count(b"a: b")) == (1, 0, 1)


def test_what_they_say_is_shown_by_name(capfd: pytest.CaptureFixture[str]) -> None:
    chain.through(POD, Settings("r.example.com", before=(shell("echo a >&2; printf 'b\\033' >&2; cat"),)))
    assert capfd.readouterr().err == "sh: a\nsh: b\\u001b\n"


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    echo = (sys.executable, "-c", "import sys; print('a:', repr(sys.argv[1]))", f"$(touch {tmp_path}/made) *")
    made = b"".join(chain.through(POD, Settings("r.example.com", after=(echo,))).output)
    assert yaml.safe_load(made) == {"a": echo[-1]}
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def acreg_yaml(tmp_path: Path) -> Path:
    chained = "before:\n- [sed, 's/nginx:1/nginx:2/']\nafter:\n- [sed, 's/{name: p}/{name: q}/']\n"
    text = f"registry: r.example.com\n{chained}"
    (tmp_path / "acreg.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "acreg.yaml"


def acreg(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run acreg in a process of its own, as Helm does."""
    command = [sys.executable, "-m", "postrenderer", *arguments]
    place = {"PATH": "/usr/bin:/bin", "HELM_CACHE_HOME": str(folder / "cache")}
    env = {**place, "PYTHONPATH": chain.__file__.rpartition("/postrenderer/")[0], **environment}
    return subprocess.run(command, input=POD, cwd=folder, env=env, capture_output=True, check=False)


def test_the_filter_runs_those_of_a_named_file(acreg_yaml: Path) -> None:
    run = acreg(acreg_yaml.parent, ACREG_CONFIG=str(acreg_yaml))
    assert (run.returncode, run.stderr) == (0, b"")
    assert PRIVATE in run.stdout
    assert b"{name: q}" in run.stdout


def test_a_file_that_nobody_named_runs_nothing(acreg_yaml: Path) -> None:
    made = acreg_yaml.parent / "made"
    acreg_yaml.write_text(f"registry: r.example.com\nbefore: [[touch, {made}]]\n", encoding="utf-8")
    for run in (acreg(acreg_yaml.parent), acreg(acreg_yaml.parent, "images"), acreg(acreg_yaml.parent, "diff")):
        assert (run.returncode, run.stdout) == (2, b"")
        assert b"acreg.yaml:2:9: before counts only in a file that you name" in run.stderr
    assert not made.exists()


def test_an_acreg_among_them_does_not_run_them_again(acreg_yaml: Path) -> None:
    again = f"registry: r.example.com\nbefore: [[{sys.executable}, -m, postrenderer]]\n"
    acreg_yaml.write_text(again, encoding="utf-8")
    run = acreg(acreg_yaml.parent, ACREG_CONFIG=str(acreg_yaml))
    assert (run.returncode, run.stdout) == (1, b"")
    assert b"runs acreg, which would run it again, without end" in run.stderr


def test_diff_shows_added_documents(acreg_yaml: Path) -> None:
    acreg_yaml.write_text("registry: r.example.com\nafter:\n- [sed, '$a ---\\nkind: Added']\n", encoding="utf-8")
    run = acreg(acreg_yaml.parent, "diff", "--config", str(acreg_yaml))
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-2:] == [b"+---", b"+kind: Added"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["images", "--source-only"], b"nginx:2\n"),
        (["images", "--target-only"], b"r.example.com/nginx:2\n"),
        (["mirror", "--output", "list"], b"nginx:2"),
        (["diff"], b"image: r.example.com/nginx:2"),
        (["diff"], b"+metadata: {name: q}"),
        (["render"], b"{name: q}"),
    ],
)
def test_commands_see_what_they_make(acreg_yaml: Path, command: list[str], expected: bytes) -> None:
    run = acreg(acreg_yaml.parent, *command, "--config", str(acreg_yaml))
    assert run.returncode == 0, run.stderr
    assert expected in run.stdout
