"""`acreg install`, `upgrade` and `template`: Helm's own commands, with the post-renderer that this Helm wants."""

from __future__ import annotations

import os
import re
import shlex
import sys
from typing import TYPE_CHECKING

import postrenderer
from postrenderer import lastrun
from postrenderer.cli import access, gate, helmargs, helmvalues, hooks, inputs, show
from postrenderer.cli import helm as helm_
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import SettingsError
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm

_DESCRIPTION = """\
Run `helm {command}` with every image on the private registry. All that is not listed below goes to Helm as it is. The
settings come from the very values that Helm gets, beside flags, environment and acreg.yaml. On Helm 3, where a
post-renderer never sees chart hooks, their images are made private through values, and nothing is installed if one
stays public."""

_EXAMPLES = {
    "install": "example:\n  helm acreg install appcircle-server appcircle/appcircle -n appcircle -f values.yaml",
    "upgrade": "example:\n  helm acreg upgrade --install appcircle-server appcircle/appcircle -f values.yaml",
    "template": "example:\n  helm acreg template appcircle-server appcircle/appcircle -f values.yaml > private.yaml",
}
_USER_INFO = re.compile(r"//[^/@]*@")
"""A name and a password in an address (RFC 3986), which no note should keep."""

_RESET, _REUSE = "--reset-values", ("--reuse-values", "--reset-then-reuse-values")
_CONTAINED = ("HELM_PLUGIN_NAME", "HELM_PLUGIN_DIR")
"""Variables that speak of us as a plugin, not of the Helm that we run."""

HELM4_MANIFEST = """\
apiVersion: v1
type: postrenderer/v1
name: {name}
version: {version}
runtime: subprocess
runtimeConfig:
  platformCommand:
    - command: $HELM_PLUGIN_DIR/acreg.pyz
"""


def install(argv: list[str]) -> int:
    """Run `helm install`."""
    return run("install", argv)


def upgrade(argv: list[str]) -> int:
    """Run `helm upgrade`."""
    return run("upgrade", argv)


def template(argv: list[str]) -> int:
    """Run `helm template`."""
    return run("template", argv)


def run(command: str, argv: Sequence[str]) -> int:
    """Run a command of Helm's with the post-renderer.

    Returns:
        Helm's exit code.

    Raises:
        AcregError: Helm was not run, as its release would not be private.
        SettingsError: the settings are wrong.
    """
    description = _DESCRIPTION.format(command=command)
    parser = Parser(f"acreg {command}", "HELM'S ARGUMENTS [SETTINGS]", description, _EXAMPLES[command])
    parser.add_argument(
        "--allow-public-hooks", action="store_true", help="go on if a hook's image stays outside the private registry"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="first see that every image is there, as `acreg check` does with the credentials in the environment",
    )
    add_settings(parser, values=False)
    flags, arguments = parser.split(argv)
    environ = access.withdraw(os.environ)
    if any(argument.partition("=")[0] in ("--post-renderer", "--post-renderer-args") for argument in arguments):
        raise SettingsError(
            f"`acreg {command}` is the post-renderer itself. Leave --post-renderer out, or use `helm {command}` and"
            " have your post-renderer run acreg on what it makes."
        )
    helm = helm_.find()
    given = list(helmargs.split(arguments, helm.flags(command)))
    named = [helmargs.operand(argument.value) for argument in given if not argument.name]
    files = [_USER_INFO.sub("//", name) for name in helmvalues.named(arguments)]
    lastrun.announce(_USER_INFO.sub("//", " ".join([command, *named])), files)
    if not named:
        raise SettingsError(f"name the release and the chart, as `acreg {command} RELEASE CHART -f values.yaml`")
    if helm.major < helm_.HELM4 and any(argument.name == "--output-dir" for argument in given):
        raise SettingsError(
            "Helm 3 writes the files of --output-dir before it comes to the post-renderer, so they would hold public"
            " images. Redirect standard output to a file instead, or use Helm 4."
        )
    with inputs.scratch() as folder:
        stdin = inputs.read_file("-") if helmvalues.reads_stdin(arguments) else None
        reused = _reused_values(helm, arguments, folder) if command == "upgrade" else []
        values = [name for name in os.environ.get("ACREG_VALUES", "").split(os.pathsep) if name]
        values += [*reused, *helmvalues.files(helm, arguments, folder, stdin or b"")]
        effective = inputs.settle({**flags, "values": values}, os.environ)
        job = hooks.Job(helm, command, arguments, stdin or b"", reused)
        if flags["check"]:
            gate.require_images(job, effective, environ)
        if helm.major < helm_.HELM4:
            arguments = hooks.make_private(job, effective, folder, allow=bool(flags["allow_public_hooks"]))
        note = folder / "last-run"
        environment = {**_environment(flags, values), lastrun.VARIABLE: str(note)}
        post_renderer, plugins = _post_renderer(helm, folder)
        environment.update(plugins)
        # In front of everything, where no flag takes it for its value and no `--` for an argument.
        code = helm.run([command, f"--post-renderer={post_renderer}", *arguments], environment, stdin)
        said = lastrun.end_of_helm(str(note), code)
        if said and helm.major >= helm_.HELM4:
            show.note(f"acreg: {said}")
        return code


def _reused_values(helm: Helm, argv: Sequence[str], folder: Path) -> list[str]:
    """The values that `helm upgrade` takes over from the release: as asked for, and if it is given none."""
    flags = helm.flags("upgrade")
    names = {argument.name for argument in helmargs.split(argv, flags)}
    positional = helmargs.positional(argv, flags)
    if _RESET in names or not positional or (helmvalues.arguments(argv) and not names.intersection(_REUSE)):
        return []
    place = helmargs.known_to(helm.flags("get values"), argv, flags, without=("-o", "--output"))
    try:
        return helmvalues.of_release(helm, positional[0], folder, *place)
    except helm_.HelmError:
        return []  # there is no release yet, or Helm will say what is wrong


def _environment(flags: Mapping[str, object], values: Sequence[str]) -> dict[str, str]:
    """The environment in which the filter finds the settings of the command line."""
    environment = {name: value for name, value in os.environ.items() if name not in _CONTAINED}
    environment["ACREG_VALUES"] = os.pathsep.join(values)
    if flags.get("config"):
        environment["ACREG_CONFIG"] = str(flags["config"])
    for option in OPTIONS:
        value = flags.get(option.field)
        if value is None or not option.variable:
            continue
        if isinstance(value, bool):
            environment[option.variable] = "true" if value else "false"
        else:
            environment[option.variable] = ",".join(value) if isinstance(value, (list, tuple)) else str(value)
    return environment


def program_in(folder: Path) -> Path:
    """Make the folder of the post-renderer in another one, and return the program in it, which starts this acreg.

    Args:
        folder: gets the folder `acreg-postrenderer`, where Helm 4 looks for the plugin once its manifest is there.
    """
    program = folder / lastrun.POST_RENDERER / "acreg.pyz"
    program.parent.mkdir(parents=True, exist_ok=True)
    started = os.path.realpath(sys.argv[0])
    program.unlink(missing_ok=True)
    if os.access(started, os.X_OK) and not started.endswith(".py"):
        program.symlink_to(started)
    else:
        package = os.path.dirname(os.path.dirname(postrenderer.__file__))
        program.write_text(
            f"#!/bin/sh\nPYTHONPATH={shlex.quote(package)} exec {shlex.quote(sys.executable)} -m postrenderer\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
    return program


def write_manifest(folder: Path) -> None:
    """Make the folder that `program_in` made a plugin of Helm 4."""
    manifest = HELM4_MANIFEST.format(name=lastrun.POST_RENDERER, version=postrenderer.__version__)
    (folder / lastrun.POST_RENDERER / "plugin.yaml").write_text(manifest, encoding="utf-8")


def _post_renderer(helm: Helm, folder: Path) -> tuple[str, dict[str, str]]:
    """What Helm is to be given as `--post-renderer`, and the variables that it needs for it.

    Helm 4 wants the name of a plugin. Where none is registered it gets one of its own, for this run only: in a
    plugins directory that Helm 3 reads as well, such a plugin would do harm.
    """
    program = program_in(folder)
    if helm.major < helm_.HELM4:
        return str(program), {}
    directories = os.environ.get("HELM_PLUGINS") or helm.output("env", "HELM_PLUGINS").decode().strip()
    registered = any(
        os.path.exists(f"{directory}/{lastrun.POST_RENDERER}/plugin.yaml")
        for directory in directories.split(os.pathsep)
    )
    if registered:
        return lastrun.POST_RENDERER, {}
    write_manifest(folder)
    return lastrun.POST_RENDERER, {"HELM_PLUGINS": f"{directories}{os.pathsep}{folder}"}
