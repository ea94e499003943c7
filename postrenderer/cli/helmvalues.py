"""The values that a command line gives to Helm, as files that settings are taken from.

Helm itself merges them: an empty chart that prints its values is rendered with the very same arguments.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from postrenderer.cli import probe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm

FLAGS = ("--values", "--set", "--set-string", "--set-json", "--set-file", "--set-literal")


def arguments(argv: Sequence[str]) -> list[str]:
    """Return those of Helm's arguments that give values, each as `--flag=value`."""
    found = []
    rest = iter(argv)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name == "-f" or name in FLAGS:
            found.append(f"{'--values' if name == '-f' else name}={value if equals else next(rest, '')}")
        elif argument.startswith("-f") and argument[2:]:
            found.append(f"--values={argument[2:]}")
    return found


def named(argv: Sequence[str]) -> list[str]:
    """Return the values files that Helm's arguments name, as they stand there."""
    return _files(arguments(argv))


def reads_stdin(argv: Sequence[str]) -> bool:
    """Whether Helm reads values from standard input."""
    return "-" in named(argv)


def files(helm: Helm, argv: Sequence[str], scratch: Path, stdin: bytes = b"") -> list[str]:
    """Return values files that say what Helm's arguments say.

    Args:
        helm: reads what is more than files on this machine: `--set`, URLs, standard input.
        argv: Helm's arguments.
        scratch: an empty folder that a file may be written to.
        stdin: what Helm would read from standard input.

    Raises:
        HelmError: Helm cannot read the values.
    """
    given = arguments(argv)
    names = _files(given)
    if len(names) >= len(given) and all(name != "-" and "://" not in name for name in names):
        return names
    values = scratch / "values of the command line.yaml"
    # Only what settings are taken from: the other values may be secrets, and a killed process removes no file.
    answer = probe.offline(helm, probe.SETTINGS, scratch, *given, stdin=stdin)
    values.write_text(json.dumps({"global": answer}), encoding="utf-8")
    return [str(values)]


def of_release(helm: Helm, name: str, scratch: Path, *arguments: str) -> list[str]:
    """Return the values file of an installed release: what its user gave; none where there is nothing to be had.

    Raises:
        HelmError: there is no such release, or no way to ask for it.
    """
    values = scratch / f"values of the release {name}.yaml"
    content = helm.output("get", "values", name, "--output=json", *arguments)
    if content.strip() in (b"", b"null"):
        return []
    values.write_bytes(content)
    return [str(values)]


def _files(given: Sequence[str]) -> list[str]:
    """The names in `--values=a,b`, which Helm splits at commas."""
    return [
        name
        for argument in given
        if argument.startswith("--values=")
        for name in argument[len("--values=") :].split(",")
    ]
