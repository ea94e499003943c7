"""Completion: what is answered, and real shells in a terminal whose Tab key is pressed."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Callable

import pytest
import yaml
from process import REPOSITORY

from cli.conftest import Ended
from postrenderer import cli, exports, nodes
from postrenderer.cli import answers, arguments
from postrenderer.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Acreg = Callable[..., Ended]

PATIENCE = 30
"""Seconds after which a shell has hung."""
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SOURCE = {
    "bash": "source <(acreg completion bash)",
    "zsh": "autoload -Uz compinit && compinit -u -D && source <(acreg completion zsh)",
    "fish": "acreg completion fish | source",
}
HELM = """\
#!/bin/sh
# A mock: of Helm's own answers, and of how it was asked.
[ "$1" = __complete ] || exit 1
shift
echo "$*" >>"$ASKED"
case "$*" in
  "status "*) printf 'appcircle-server\\tdeployed\\nother\\tfailed\\n:4\\n' ;;
  "show chart "*) printf 'appcircle/\\toci://\\nlocal/\\n:2\\n' ;;
  "list --namespace "*) printf 'kube-system\\nappcircle\\n:4\\n' ;;
  --) printf -- '--debug\\tenable verbose output\\n:4\\n' ;;
  *" --"*) printf -- '--debug\\tenable verbose output\\n--set\\tset values\\n:4\\n' ;;
  *) printf ':0\\n' ;;
esac
echo "Completion ended with directive" >&2
"""


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mock of Helm on PATH, and the file in which it notes how it was asked."""
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    program.write_text(HELM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.delenv("HELM_BIN", raising=False)
    monkeypatch.setenv("ASKED", str(tmp_path / "asked"))
    return tmp_path / "asked"


def offered(*words: str, of_helm: bool = False) -> list[str]:
    """The words without their meanings, and the directive."""
    return [line.partition("\t")[0] for line in answers.lines(words, of_helm=of_helm)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", [*cli.COMMANDS, "help", ":4"]),
        ("-q ma", [":4"]),
        ("-q mi", ["mirror", ":4"]),
        ("help ", [*cli.COMMANDS, "settings", ":4"]),
        ("help mirror ", [":4"]),
        ("--c", ["--color", ":4"]),
        ("--color ", ["auto", "always", "never", ":4"]),
        ("--color=a", ["auto", "always", ":4"]),
        ("--color always mi", ["mirror", ":4"]),
        ("unknown ", [":4"]),
        ("export ", [*exports.KINDS, ":4"]),
        ("export kyverno --lab", ["--label", ":4"]),
        ("export flux --lab", [":4"]),
        ("export flux --helm-r", ["--helm-release", ":4"]),
        ("nodes ", [*sorted(nodes.KINDS), ":4"]),
        ("nodes k3s ", [":4"]),
        ("config ", ["init", "show", "validate", "schema", ":4"]),
        ("config init ", [":0"]),
        ("diff ", ["upgrade", ":4"]),
        ("diff upgrade --repository-p", ["--repository-path", ":4"]),
        ("images -o t", ["table", "txt", "tsv", ":4"]),
        ("images --output=ts", ["tsv", ":4"]),
        ("images --others ", ["rewrite", "keep", "fail", ":4"]),
        ("images --source-o", ["--source-only", ":4"]),
        ("--registry r.example.com --repository-p", ["--repository-path", ":4"]),
        ("render -f a.yaml ", [":0"]),
        ("render -f a.yaml --strict-s", ["--strict-secrets", ":4"]),
        ("shim ", [":0"]),
        ("shim a ", [":4"]),
        ("images --registry ", [":4"]),
        ("images --release ", ["appcircle-server", "other", ":4"]),
        ("images --release=o", ["other", ":4"]),
        ("images --chart a", ["appcircle/", ":2"]),
        ("secret -n ", ["kube-system", "appcircle", ":4"]),
        ("images --chart c --se", ["--secrets", "--service-accounts", "--set", ":4"]),
        ("images --se", ["--secrets", "--service-accounts", ":4"]),
        ("upgrade r c --se", ["--secrets", "--service-accounts", "--set", ":4"]),
        ("upgrade r c -f ", [":0"]),
        ("completion ", ["bash", "zsh", "fish", "helm", ":4"]),
    ],
)
def test_how_a_line_goes_on(typed: str, expected: list[str]) -> None:
    assert sorted(offered(*typed.split(" "))) == sorted(expected)


@pytest.mark.parametrize(
    ("typed", "call"),
    [
        ("upgrade --registry r.example.com --install a ", "upgrade --install a "),
        ("install --pull-secret=s --set a=b --v", "install --set a=b --v"),
        ("values --strict appcircle/a --v", "template release-name appcircle/a --v"),
        ("diff upgrade a b --all", "diff upgrade a b --all"),
        ("images --chart oci://r/c -o json --ver", "template release-name oci://r/c --ver"),
        ("verify --release a --rev", "get manifest a --rev"),
    ],
)
def test_helm_is_asked_for_what_is_helms(asked: Path, typed: str, call: str) -> None:
    offered(*typed.split(" "))
    assert asked.read_text(encoding="utf-8").splitlines() == [call]


def test_words_have_meanings() -> None:
    lines = dict(line.partition("\t")[::2] for line in answers.lines(["mirror", "--"]))
    assert lines["--registry"] == "the private registry"
    assert [word for word, meaning in lines.items() if not meaning] == [":4"]


def test_without_helm_the_rest_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert offered("upgrade", "--repository-p") == ["--repository-path", ":4"]
    assert offered("images", "--release", "") == [":0"]


def test_helm_gets_what_it_does_not_know_itself() -> None:
    assert offered("upgrade", "a", "--", of_helm=True) == ["--set", ":4"]
    assert offered("images", "-o", "t", of_helm=True) == ["table", "txt", "tsv", ":4"]


def test_helms_files_are_made_from_the_parsers(acreg: Acreg, tmp_path: Path) -> None:
    assert acreg("completion", "helm", tmp_path).code == 0
    made = yaml.safe_load((tmp_path / "completion.yaml").read_text(encoding="utf-8"))
    assert (made["name"], made["flags"]) == ("acreg", ["quiet", "verbose", "color", "colour"])
    assert [command["name"] for command in made["commands"]] == list(cli.COMMANDS)
    for command in made["commands"]:
        parser = arguments.describe(cli.function(command["name"]), ["--help"])
        names = {name for flag in parser.flags() for name in flag.option_strings if name.startswith("--")}
        assert {f"--{name}" for name in command["flags"]} == names
    assert (tmp_path / "plugin.complete").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["completion"], "required: SHELL"),
        (["completion", "csh"], "invalid choice: 'csh'"),
        (["completion", "helm"], "`helm` needs it"),
        (["completion", "bash", "a"], "DIR is for `helm`"),
        (["completion", "helm", "/nonexistent/a"], "/nonexistent/a/completion.yaml cannot be written: No such file"),
    ],
)
def test_what_is_no_shell(acreg: Acreg, words: list[str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        acreg(*words)


def in_terminal(shell: str, folder: Path, lines: Sequence[str]) -> list[str]:
    """Type lines into a real shell on a terminal of its own, and return how each runs acreg, such as `<images>`."""
    pid, terminal = pty.fork()
    if pid == 0:
        home = {"HOME": str(folder), "TERM": "dumb", "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        os.environ.update(home)
        os.execvp(SHELLS[shell][0], SHELLS[shell])  # noqa: S606  # the shell under test
    try:
        said = [_type(terminal, line) for line in (f"{SOURCE[shell]}; acreg ready", *lines)]
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return said[1:]


def _type(terminal: int, line: str) -> str:
    """Type a line and Enter, and wait until acreg runs."""
    os.write(terminal, f"{line}\r".encode())
    shown, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
        found = re.search(rb"\n(<[^>\n]*>)\r\n", shown)
        if found:
            return found[1].decode()
    return f"hangs: {shown!r}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_by_the_tab_key(tmp_path: Path, empty_folder: Path, shell: str) -> None:
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f"no {shell} on PATH")
    program = tmp_path / "bin" / "acreg"
    run = f'exec env PYTHONPATH={REPOSITORY} {sys.executable} -m postrenderer "$@"'
    program.write_text(f'#!/bin/sh\n[ "$1" != completion ] || {run}\necho "<$*>"\n', encoding="utf-8")
    program.chmod(0o755)
    (empty_folder / "values.yaml").touch()
    typed = {
        "acreg nod\tcontai\t": "<nodes containerd>",
        "acreg images --output=ts\t": "<images --output=tsv>",
        "acreg render -f val\t": "<render -f values.yaml>",
        "acreg images --release app\t": "<images --release appcircle-server>",
        "acreg images --chart app\tserver": "<images --chart appcircle/server>",
    }
    assert in_terminal(shell, tmp_path, list(typed)) == list(typed.values())
