"""`acreg shim`: a `helm` that adds the post-renderer by itself, for pipelines that nobody wants to change."""

from __future__ import annotations

import os
import pkgutil
import shlex
import shutil
from pathlib import Path

from postrenderer.cli import helm, program, show
from postrenderer.cli.arguments import Parser
from postrenderer.errors import InternalError, SettingsError

_DESCRIPTION = """\
Write DIR/helm, a small shell script to put first on PATH. It adds the post-renderer to install, upgrade, template and
diff upgrade, unless they have one; everything else goes to Helm unchanged. The settings are those of the post-renderer:
ACREG_REGISTRY and the other variables, ACREG_VALUES, acreg.yaml. Under Helm 3, which shows chart hooks to no
post-renderer, it runs `acreg install`, `upgrade`, `template` and `diff upgrade`, which rewrite them.

A plugin that runs Helm itself, such as `helm secrets upgrade`, runs the real Helm, without the post-renderer. Check its
result with `helm acreg verify --release NAME`."""

_EXAMPLES = """\
examples:
  Once, on the machine or in the image that runs the pipeline:
    helm acreg shim /opt/acreg
  Then, before an unchanged pipeline:
    export PATH=/opt/acreg:$PATH ACREG_VALUES=$PWD/values.yaml
    ./deploy.sh
  Show what it runs, on standard error:
    ACREG_VERBOSE=1 helm upgrade --install appcircle-server appcircle/appcircle -f values.yaml
  Remove it:
    rm -r /opt/acreg/helm /opt/acreg/.acreg

exit codes: 0; 2 if DIR cannot be used. The script itself exits as Helm does, or with 2 if it finds no Helm."""

_UNSET = "\nplugins=/nowhere "
_FOLDER = ".acreg"


def main(argv: list[str]) -> int:
    """Write the script, and say what is left to be done."""
    parser = Parser("acreg shim", "DIR", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("folder", metavar="DIR", help="the folder to write to, created if it does not exist")
    folder = Path(os.path.abspath(str(parser.read(argv)["folder"])))
    if os.pathsep in str(folder):
        raise SettingsError(f"{folder} cannot stand on PATH, as there is a `{os.pathsep}` in it. Name another folder.")
    try:
        write(folder)
    except OSError as error:
        raise SettingsError(
            f"{error.filename or folder} cannot be written: {error.strerror}. Name a folder of yours."
        ) from None
    if shutil.which("helm") != str(folder / "helm"):
        show.note(f'Put it first on PATH:  export PATH={shlex.quote(str(folder))}:"$PATH"')
    show.write(str(folder / "helm"))
    return 0


def write(folder: Path) -> None:
    """Write the script `helm` into a folder, and beside it, in `.acreg`, the post-renderer.

    Raises:
        SettingsError: there is a `helm` of somebody else.
        OSError: the folder cannot be written to.
    """
    script = folder / "helm"
    if script.exists() and not helm.is_shim(str(script)):
        raise SettingsError(
            f"{script} is there already, and is not acreg's. Name another folder, which then stands before {folder} on"
            " PATH."
        )
    program.write_to(folder / _FOLDER)
    program.write_manifest(folder / _FOLDER)
    unfinished = folder / f".helm.{os.urandom(8).hex()}"
    with unfinished.open("xb") as file:
        file.write(_text().replace(_UNSET, f"\nplugins={shlex.quote(str(folder / _FOLDER))} ").encode())
    unfinished.chmod(0o755)
    unfinished.replace(script)


def _text() -> str:
    """The script as the package has it."""
    text = pkgutil.get_data(__package__, "helm-shim")
    if text is None:
        raise InternalError("This acreg came without its helm-shim. Install it again.")
    return text.decode()
