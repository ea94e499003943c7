from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Callable, NamedTuple

import pytest

from cli.conftest import Ended
from postrenderer.cli import helm
from postrenderer.errors import SettingsError

Acreg = Callable[..., Ended]

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPT = Path(helm.__file__).with_name("helm-shim")
SHELLS = [
    pytest.param(shell, id=name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"no {name} on PATH"))
    for name, *shell in (("dash", "dash"), ("bash", "bash", "--posix"), ("busybox", "busybox", "sh"))
]
RECORDER = """\
#!/bin/sh
case "$*" in
  "version --short") echo %s; exit ;;
  "env HELM_PLUGINS") echo /of/helm; exit ;;
esac
echo "plugins=${HELM_PLUGINS-none}"
for word do echo "<$word>"; done
"""


class Shimmed(NamedTuple):
    """A folder with the shim, and one with a stand-in that tells how the real Helm would have been called."""

    shim: Path
    behind: Path

    @property
    def path(self) -> str:
        return os.pathsep.join([str(self.shim), str(self.behind), os.environ["PATH"]])

    @property
    def is_helm_3(self) -> bool:
        return "v3" in (self.behind / "helm").read_text(encoding="utf-8")

    def call(
        self, arguments: Sequence[str], shell: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": self.path, **environment}
        command = [*shell, str(self.shim / "helm"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def words(self, arguments: Sequence[str], shell: Sequence[str] = ()) -> list[str]:
        """The arguments that Helm gets."""
        return [line[1:-1] for line in self.call(arguments, shell).stdout.splitlines() if line[0] == "<"]


def put(folder: Path, text: str, name: str = "helm") -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture(params=["v3.19.0+g1", "v4.3.1"])
def shimmed(request: pytest.FixtureRequest, tmp_path: Path, acreg: Acreg) -> Shimmed:
    return record(tmp_path, acreg, request.param)


def record(tmp_path: Path, acreg: Acreg, version: str) -> Shimmed:
    """A shim, and stand-ins for the Helm behind it and for acreg, which tell how they are called."""
    put(tmp_path / "behind", RECORDER % version)
    put_shim(tmp_path / "a shim", acreg)
    return Shimmed(tmp_path / "a shim", tmp_path / "behind")


def put_shim(folder: Path, acreg: Acreg) -> None:
    """Write a shim, and a stand-in for the acreg that it runs."""
    assert acreg("shim", folder).code == 0
    program = folder / ".acreg" / "acreg-postrenderer" / "acreg.pyz"
    program.unlink()
    put(program.parent, '#!/bin/sh\necho "helm=$HELM_BIN"\nfor word do echo "<$word>"; done\n', program.name)


HERE = "<post-renderer>"
"""Where the post-renderer comes in."""

RENDERS = [
    ["install", HERE, "r", "c"],
    ["upgrade", HERE, "--install", "r", "c", "--set", "a=b c,d=*", "-f", ""],
    ["template", HERE],
    ["diff", "upgrade", HERE, "r", "c"],
    ["diff", "--no-color", "upgrade", HERE, "r", "c"],
    ["-n", "ns", "diff", "upgrade", HERE, "r", "c"],
    ["--kube-context", "x", "upgrade", HERE, "r", "c"],
    ["--kube-context=x", "upgrade", HERE, "r", "c"],
    ["--namespace", "install", "upgrade", HERE, "r", "c"],
    ["-n", "list", "upgrade", HERE, "r", "c"],
    ["-nlist", "upgrade", HERE, "r", "c"],
    ["--debug", "--kube-insecure-skip-tls-verify", "upgrade", HERE, "r", "c"],
    ["-f", "values.yaml", "upgrade", HERE, "r", "c"],
    ["upgrade", HERE, "--", "r", "c"],
    ["upgrade", HERE, "r", "--", "--post-renderer", "--help"],
    ["upgrade", HERE, "r", "c", "--post-renderer-args", "--strict"],
    ["install", HERE, "install", "upgrade"],
]
PASSES = [
    [],
    ["list"],
    ["--debug"],
    ["--kube-context"],
    ["--", "upgrade"],
    ["help", "upgrade"],
    ["upgrade", "--help"],
    ["-h"],
    ["--help", "upgrade"],
    ["template", "r", "c", "-h"],
    ["version", "--short", "-q"],
    ["get", "values", "install"],
    ["get", "--", "install"],
    ["-n", "upgrade", "list"],
    ["--install", "upgrade", "r", "c"],
    ["upgrade", "r", "c", "--post-renderer", "mine"],
    ["upgrade", "--post-renderer=mine", "r", "c"],
    ["--post-renderer", "mine", "upgrade", "r", "c"],
    ["diff"],
    ["diff", "revision", "r", "1", "2"],
    ["diff", "version"],
    ["plugin", "install", "diff"],
    ["acreg", "upgrade", "r", "c"],
    ["secrets", "upgrade", "r", "c"],
    ["__complete", "upgrade", ""],
    ["completion", "bash"],
    ["repo", "add", "a", "https://user:*@example.com/?x"],
]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_renders_gets_the_post_renderer(shimmed: Shimmed, shell: list[str]) -> None:
    for words in RENDERS:
        at = words.index(HERE)
        got = shimmed.words(words[:at] + words[at + 1 :], shell)
        if shimmed.is_helm_3:
            command = ["diff", "upgrade"] if "diff" in words else [words[at - 1]]
            before = words[: at - 1]
            before = before[: before.index("diff")] + before[before.index("diff") + 1 :] if "diff" in words else before
            assert got == [*command, *before, *words[at + 1 :]]
        else:
            assert got == [*words[:at], "--post-renderer", "acreg-postrenderer", *words[at + 1 :]]


@pytest.mark.parametrize("shell", SHELLS)
def test_everything_else_passes(shimmed: Shimmed, shell: list[str]) -> None:
    for words in PASSES:
        assert shimmed.words(words, shell) == words


def test_each_helm_gets_the_form_that_it_wants(shimmed: Shimmed) -> None:
    run = shimmed.call(["template", "r", "c"])
    if shimmed.is_helm_3:
        assert f"helm={shimmed.behind}/helm\n" in run.stdout
    else:
        assert "<acreg-postrenderer>" in run.stdout
        assert f"plugins=/of/helm:{shimmed.shim}/.acreg\n" in run.stdout


def test_a_registered_plugin_is_not_there_twice(tmp_path: Path, acreg: Acreg) -> None:
    put(tmp_path / "behind", RECORDER % "v4.1.4")
    acreg("shim", tmp_path / "shim")
    shimmed = Shimmed(tmp_path / "shim", tmp_path / "behind")
    theirs = tmp_path / "theirs" / "acreg-postrenderer"
    theirs.mkdir(parents=True)
    ours = f"{shimmed.shim}/.acreg"
    for given, seen in (
        (f"/else:{ours}", f"/else:{ours}"),
        (f"/else:{theirs.parent}", f"/else:{theirs.parent}:{ours}"),
    ):
        assert f"plugins={seen}\n" in shimmed.call(["template"], HELM_PLUGINS=given).stdout
    (theirs / "plugin.yaml").touch()
    assert f"plugins={theirs.parent}\n" in shimmed.call(["template"], HELM_PLUGINS=str(theirs.parent)).stdout


def test_it_says_what_it_does_but_no_secret(shimmed: Shimmed) -> None:
    run = shimmed.call(["upgrade", "r", "c", "--set", "password=hidden"], ACREG_VERBOSE="1")
    how = "by acreg upgrade" if shimmed.is_helm_3 else "upgrade with --post-renderer acreg-postrenderer"
    assert run.stderr == f"acreg: runs {shimmed.behind}/helm {how}\n"
    assert "hidden" not in run.stderr
    for words, reason in (
        (["list"], "nothing is rendered"),
        (["upgrade", "-h"], "help is asked for"),
        (["upgrade", "--post-renderer", "x"], "there is a post-renderer"),
    ):
        run = shimmed.call(words, ACREG_VERBOSE="1")
        assert run.stderr == f"acreg: runs {shimmed.behind}/helm as it is: {reason}\n"
        assert shimmed.call(words).stderr == ""


def test_it_never_runs_itself(shimmed: Shimmed, tmp_path: Path, acreg: Acreg) -> None:
    put_shim(tmp_path / "second", acreg)
    (tmp_path / "link").symlink_to(shimmed.shim)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "helm").symlink_to(shimmed.shim / "helm")
    put(tmp_path / "copy", (shimmed.shim / "helm").read_text(encoding="utf-8"))
    again = [shimmed.shim, f"{shimmed.shim}/", tmp_path / "link", tmp_path / "one", tmp_path / "copy"]
    path = os.pathsep.join(map(str, [*again, tmp_path / "second", tmp_path / "none", shimmed.behind, "/usr/bin:/bin"]))
    for folder in [*again, tmp_path / "second"]:
        listed = subprocess.run([f"{folder}/helm", "list"], env={"PATH": path}, capture_output=True, check=True)
        assert b"<list>" in listed.stdout
        rendered = subprocess.run([f"{folder}/helm", "template"], env={"PATH": path}, capture_output=True, check=True)
        assert rendered.stdout.count(b"<template>") == 1


def test_a_wrapper_that_runs_helm_has_an_end(shimmed: Shimmed) -> None:
    put(shimmed.behind, '#!/bin/sh\nhelm "$@"\n')
    run = shimmed.call(["list"])
    assert run.returncode == 2
    assert run.stderr.count("without end. Have it name the program by its path.") == 1


def test_a_relative_path(shimmed: Shimmed) -> None:
    for path in ("", f"{shimmed.shim}:", f"{shimmed.shim}:."):
        run = subprocess.run(
            [shimmed.shim / "helm", "list"], env={"PATH": path}, cwd=shimmed.behind, capture_output=True, check=False
        )
        assert run.stdout == b"plugins=none\n<list>\n"


def test_no_helm_behind_it(shimmed: Shimmed, tmp_path: Path) -> None:
    put(tmp_path / "unreadable", "#!/bin/sh\n").chmod(0o644)
    path = os.pathsep.join([str(shimmed.shim), str(tmp_path / "unreadable"), str(tmp_path)])
    run = subprocess.run(
        ["/bin/sh", shimmed.shim / "helm", "list"], env={"PATH": path}, capture_output=True, check=False
    )
    assert run.returncode == 2
    assert b"there is no helm on PATH but this one" in run.stderr


def test_a_helm_without_a_version(shimmed: Shimmed) -> None:
    put(shimmed.behind, RECORDER % "Client: v2.17.0")
    run = shimmed.call(["upgrade", "r", "c"])
    assert (run.returncode, run.stdout) == (2, "")
    assert "does not say which Helm it is" in run.stderr


def test_exit_codes_and_standard_input_are_helms(shimmed: Shimmed) -> None:
    put(shimmed.behind, "#!/bin/sh\ncase $1 in version) echo v4.3.1; exit;; env) exit;; esac\ncat\nexit 7\n")
    for words in (["list"], ["template"]):
        run = subprocess.run(
            [shimmed.shim / "helm", *words], env={"PATH": shimmed.path}, input=b"in", capture_output=True, check=False
        )
        assert (run.returncode, run.stdout, run.stderr) == (7, b"in", b"")


def test_helm_takes_over_the_process(shimmed: Shimmed) -> None:
    put(shimmed.behind, '#!/bin/sh\n[ "$1" != version ] || { echo v4.3.1; exit; }\necho $$\n')
    for words in (["list"], ["template"]):
        with subprocess.Popen(
            [shimmed.shim / "helm", *words], env={"PATH": shimmed.path}, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.communicate()[0] == f"{process.pid}\n"


def test_written_again_it_is_the_same(shimmed: Shimmed, acreg: Acreg) -> None:
    acreg("shim", shimmed.shim)
    before = {path: path.read_bytes() for path in shimmed.shim.rglob("*") if path.is_file()}
    run = acreg("shim", shimmed.shim)
    assert run.out == f"{shimmed.shim}/helm\n"
    assert f"export PATH='{shimmed.shim}':\"$PATH\"" in run.err
    assert {path: path.read_bytes() for path in shimmed.shim.rglob("*") if path.is_file()} == before
    assert len(before) == 3


def test_somebody_elses_helm_stays(shimmed: Shimmed, acreg: Acreg) -> None:
    before = (shimmed.behind / "helm").read_bytes()
    with pytest.raises(SettingsError, match="already exists and is not acreg's"):
        acreg("shim", shimmed.behind)
    assert (shimmed.behind / "helm").read_bytes() == before
    assert list(shimmed.behind.iterdir()) == [shimmed.behind / "helm"]


@pytest.mark.parametrize(("name", "message"), [("file", "file/.* cannot be written"), ("a:b", "cannot be on PATH")])
def test_a_folder_that_will_not_do(tmp_path: Path, acreg: Acreg, name: str, message: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=message):
        acreg("shim", tmp_path / name)


def test_acreg_itself_runs_the_helm_behind_it(shimmed: Shimmed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELM_BIN", raising=False)
    monkeypatch.setenv("PATH", shimmed.path)
    assert helm.find().binary == str(shimmed.behind / "helm")


def test_the_mark() -> None:
    assert SCRIPT.read_bytes().split(b"\n")[1] == helm.SHIM_MARK
    assert SCRIPT.read_text(encoding="utf-8").count(helm.SHIM_MARK.decode()) == 2
