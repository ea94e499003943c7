from __future__ import annotations

import pytest

from postrenderer.cli import helmargs, helmvalues

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
