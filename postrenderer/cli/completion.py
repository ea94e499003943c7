"""`acreg completion`: what the Tab key offers, for shells that complete `acreg` and for Helm's `helm acreg`."""

from __future__ import annotations

import pkgutil
from pathlib import Path

from postrenderer import wholefile
from postrenderer.cli import answers, show
from postrenderer.cli.arguments import Parser
from postrenderer.errors import InternalError, SettingsError

_DESCRIPTION = """\
Print the script with which a shell completes `acreg` on the Tab key:
  bash, zsh, fish  for an `acreg` on PATH
  helm DIR         write completion.yaml and plugin.complete, with which Helm completes `helm acreg`
  -- WORD…         list what the last word can become; the scripts call this
Helm's plugin brings its files, so `helm completion bash`, or that of another shell, is all that it needs. Names of
releases and charts and Helm's own flags come from Helm."""

_EXAMPLES = """\
examples:
  In this bash, zsh or fish:
    source <(acreg completion bash)
    source <(acreg completion zsh)
    acreg completion fish | source
  In every new shell:
    acreg completion bash > ~/.local/share/bash-completion/completions/acreg
    acreg completion zsh > ~/.zfunc/_acreg
    acreg completion fish > ~/.config/fish/completions/acreg.fish
  What can follow `acreg mirror --from-`:
    acreg completion -- mirror --from-"""

_SHELLS = ("bash", "zsh", "fish")
_OF_HELM = "--of-helm"


def main(argv: list[str]) -> int:
    """Print a script or answers, or write Helm's files."""
    of_helm = argv[:1] == [_OF_HELM]
    if argv[of_helm : of_helm + 1] == ["--"]:
        show.write("\n".join(answers.lines(argv[of_helm + 1 :], of_helm=of_helm)))
        return 0
    parser = Parser("acreg completion", "bash|zsh|fish | helm DIR | -- WORD…", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("shell", choices=(*_SHELLS, "helm"), metavar="SHELL", help="bash, zsh, fish or helm")
    parser.add_argument("folder", metavar="DIR", nargs="?", help="for helm: the folder of the plugin")
    flags = parser.read(argv)
    shell, folder = str(flags["shell"]), flags["folder"]
    if (shell == "helm") != (folder is not None):
        parser.error("DIR is for `helm`, and `helm` needs it")
    if shell == "helm":
        _write(Path(str(folder)))
    else:
        show.write(_script(shell))
    return 0


def _write(folder: Path) -> None:
    """Write the files that Helm looks for in the folder of a plugin.

    Raises:
        SettingsError: they cannot be written.
    """
    files = {"completion.yaml": answers.of_plugin(), "plugin.complete": _script("plugin.complete") + "\n"}
    for name, text in files.items():
        file = folder / name
        try:
            wholefile.write(str(file), text, 0o755 if text.startswith("#!") else 0o644)
        except OSError as error:
            raise SettingsError(
                f"{file} cannot be written: {error.strerror}. Name a folder that you can write to."
            ) from None
        show.write(str(file))


def _script(name: str) -> str:
    """Return a script as the package has it, without the last line break.

    Raises:
        InternalError: it is not there.
    """
    text = pkgutil.get_data(__package__, f"shells/{name}")
    if text is None:
        raise InternalError("This installation of acreg lacks its scripts for shells. Reinstall it.")
    return text.decode().removesuffix("\n")
