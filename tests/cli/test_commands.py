"""The table of commands, and the help that each of them has."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

import pytest

from postrenderer import cli
from postrenderer.cli import helptext
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from cli.conftest import Ended

Acreg = Callable[..., "Ended"]


def help_of(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    assert ended.value.code == 0
    return capfd.readouterr().out


def shown(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is printed, whether or not argparse ends the process."""
    with suppress(SystemExit):
        cli.main(list(arguments))
    return capfd.readouterr().out


@pytest.mark.parametrize("command", [*cli.COMMANDS, "settings"])
def test_help_is_as_wide_as_a_terminal(capfd: pytest.CaptureFixture[str], command: str) -> None:
    text = shown(capfd, "help", command)
    assert [line for line in text.splitlines() if len(line) > helptext.WIDTH and " " in line.strip()] == []


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help_with_an_example(capfd: pytest.CaptureFixture[str], command: str) -> None:
    text = help_of(capfd, command, "--help")
    assert text.split(maxsplit=3)[:3] == ["usage:", "acreg", command]
    examples = re.split(r"^examples?:$", text, flags=re.MULTILINE)
    assert len(examples) == 2
    assert re.search(rf"\b(?:acreg|acreg\.pyz|acreg-postrenderer)(?: {command})?\b", examples[1])
    assert help_of(capfd, "help", command) == text


def test_the_settings_are_explained_in_one_place(capfd: pytest.CaptureFixture[str]) -> None:
    settings = shown(capfd, "help", "settings")
    for option in OPTIONS:
        names = (option.flag, option.negation, option.variable, option.flag and option.key, option.values_key)
        assert [name for name in names if name not in settings] == []
    for command in cli.COMMANDS:
        assert "--no-service-accounts" not in help_of(capfd, command, "--help")
    assert "see `acreg help settings`" in help_of(capfd, "images", "--help")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"], ["-q", "help"]], ids=str)
def test_the_overview_names_every_command(acreg: Acreg, words: list[str]) -> None:
    lines = acreg(*words).out.splitlines()
    groups = {line.rstrip(":") for line in lines if line.endswith(":")}
    assert groups > set(cli.GROUPS.values())
    assert {line.split()[0] for line in lines if re.match(r"  \w", line)} == set(cli.COMMANDS)
    assert max(map(len, lines)) <= helptext.WIDTH + 2


def test_the_overview_begins_with_what_matters(acreg: Acreg) -> None:
    lines = acreg("help").out.splitlines()
    start = lines.index("start here:")
    assert [line.split()[0] for line in lines[start + 1 : start + 5]] == ["upgrade", "images", "mirror", "check"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two\nthree", ["one two three"]),
        ("one two three four five six", ["one two three four", "five six"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("a  one two three four five", ["a  one two three four", "   five"]),
        ("  a  one two three four five", ["  a  one two three", "     four five"]),
        ("one two three fo-ur", ["one two three fo-ur"]),
        ("one two three four-five", ["one two three", "four-five"]),
        ("examples:\n  run it:\n    acreg images", ["examples:", "  run it:", "    acreg images"]),
        ("a path:\nb c d", ["a path: b c d"]),
        ("a path:\n  b  c", ["a path:", "  b  c"]),
        ("  acreg diff -f values.yaml", ["  acreg diff \\", "    -f values.yaml"]),
        ("  acreg images < images", ["  acreg images \\", "    < images"]),
        ("  acreg secret | kubectl", ["  acreg secret \\", "    | kubectl"]),
        ("  acreg images --list FILE -o 'a b c d'", ["  acreg images \\", "    --list FILE -o \\", "    'a b c d'"]),
    ],
)
def test_help_wraps_words(text: str, lines: list[str]) -> None:
    assert list(helptext.fill(text, 21)) == lines
