"""The table of commands, and the help that each of them has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Callable

import pytest

from postrenderer import cli

if TYPE_CHECKING:
    from cli.conftest import Ended

Acreg = Callable[..., "Ended"]


def help_of(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    assert ended.value.code == 0
    return capfd.readouterr().out


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help_with_an_example(capfd: pytest.CaptureFixture[str], command: str) -> None:
    text = help_of(capfd, command, "--help")
    assert text.startswith(f"usage: acreg {command} ")
    assert max(map(len, text.splitlines())) <= 120
    examples = re.split(r"^examples?:$", text, flags=re.MULTILINE)
    assert len(examples) == 2
    assert re.search(rf"\b(?:acreg|acreg\.pyz|acreg-postrenderer)(?: {command})?\b", examples[1])
    assert help_of(capfd, "help", command) == text


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]], ids=str)
def test_the_overview_names_every_command(acreg: Acreg, words: list[str]) -> None:
    lines = acreg(*words).out.splitlines()
    assert [line.split()[0] for line in lines if re.match(r"  \w", line)] == list(cli.COMMANDS)
    assert max(map(len, lines)) <= 100
