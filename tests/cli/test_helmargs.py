from __future__ import annotations

import pytest
from helm.harness import tool

from postrenderer import cli
from postrenderer.cli import helmargs, helmvalues
from postrenderer.errors import SettingsError

FLAGS = {"--set": True, "--values": True, "-f": True, "--install": False, "-i": False, "-n": True, "--dry-run": False}
ARGV = ["name", "-n", "ns", "chart", "--set", "a=b", "-f", "v.yaml", "--install"]
ARGV += ["--dry-run=server", "-fw.yaml", "--values=x.yaml,y.yaml", "--", "z"]


def test_flags_and_the_rest_are_told_apart() -> None:
    assert helmargs.positional(ARGV, FLAGS) == ["name", "chart", "z"]
    named = [(argument.name, argument.value) for argument in helmargs.split(ARGV, FLAGS) if argument.name]
    assert named == [
        ("-n", "ns"),
        ("--set", "a=b"),
        ("-f", "v.yaml"),
        ("--install", ""),
        ("--dry-run", "server"),
        ("-f", "w.yaml"),
        ("--values", "x.yaml,y.yaml"),
    ]


@pytest.mark.parametrize("argv", [["--", "--post-renderer=/tmp/x"], ["name", "--", "-f"], ["--set", "a=b", "--", "--"]])
def test_no_name_is_taken_for_a_flag(argv: list[str]) -> None:
    with pytest.raises(SettingsError, match="cannot be the name of a release or a chart: Helm would"):
        helmargs.positional(argv, FLAGS)


@pytest.mark.helm
@pytest.mark.parametrize(
    "argv",
    [
        ["images", "--chart=--post-renderer=/tmp/x"],
        ["diff", "--release=--kubeconfig=/tmp/x"],
        ["upgrade", "name", "--", "--kubeconfig=/tmp/x"],
        ["values", "--", "--post-renderer=/tmp/x"],
    ],
)
def test_no_command_hands_such_a_name_to_helm(argv: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELM_BIN", str(tool("helm-4.3.1")))
    with pytest.raises(SettingsError, match="Helm would take it for a flag"):
        cli.main([*argv, "--registry", "r.example.com"] if "--" not in argv else argv)


def test_nothing_is_lost() -> None:
    assert helmargs.without((), ARGV, FLAGS) == [text for text in ARGV if text != "--"]
    assert helmargs.known_to({"--set", "-n", "-f"}, ARGV, FLAGS, without=["-f"]) == ["-n", "ns", "--set", "a=b"]


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        ("a b", []),
        ("-f a --values b --values=c", ["--values=a", "--values=b", "--values=c"]),
        ("-fa --set x=y --set-json=x={}", ["--values=a", "--set=x=y", "--set-json=x={}"]),
    ],
)
def test_values(argv: str, found: list[str]) -> None:
    assert helmvalues.arguments(argv.split()) == found


@pytest.mark.parametrize(("argv", "found"), [("-f -", True), ("--values=a,-", True), ("-f a -", False)])
def test_values_on_standard_input(argv: str, found: bool) -> None:  # noqa: FBT001  # a table's column
    assert helmvalues.reads_stdin(argv.split()) is found
