"""`acreg install`, `upgrade` and `template`: Helm's own commands, with the post-renderer as its version requires."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

from postrenderer import lastrun, report
from postrenderer.cli import (
    access,
    gate,
    helmargs,
    helmvalues,
    hooks,
    inputs,
    program,
    pullsecrets,
    show,
    wrapper_socket,
)
from postrenderer.cli import helm as helm_
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.cli.helmcommand import DIFF, HelmCommand
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import SettingsError
from postrenderer.findings import sum_up
from postrenderer.settings.options import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm
    from postrenderer.lastrun import LastRun
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Run `helm {command}` with every image on the private registry. All other arguments go to Helm unchanged. The settings
come from the values that Helm gets, in addition to flags, environment and acreg.yaml. On Helm 3, where a post-renderer
never sees chart hooks, Helm gets a copy of the chart whose hooks are private."""

_EXAMPLES = {
    "install": "example:\n  helm acreg install appcircle-server appcircle/appcircle -n appcircle -f values.yaml",
    "upgrade": "example:\n  helm acreg upgrade --install appcircle-server appcircle/appcircle -f values.yaml",
    DIFF: "example:\n  helm acreg diff upgrade appcircle-server appcircle/appcircle -f values.yaml",
    "template": "example:\n  helm acreg template appcircle-server appcircle/appcircle -f values.yaml > private.yaml",
}
_USER_INFO = re.compile(r"//[^/@]*@")
"""A name and a password in an address (RFC 3986), which no note should keep."""

_RESET, _REUSE = "--reset-values", ("--reuse-values", "--reset-then-reuse-values")
_NO_FILES = (
    "Helm 3 writes the files of --output-dir before it comes to the post-renderer, so they would hold public images."
    " Redirect standard output to a file instead, or use Helm 4."
)
_CREDENTIALS = ("--authfile", "--password-file", "--password-stdin", "--insecure-registry")
_CONTAINED = ("HELM_PLUGIN_NAME", "HELM_PLUGIN_DIR")
"""Variables that speak of us as a plugin, not of the Helm that we run."""


def install(argv: list[str]) -> int:
    """Run `helm install`."""
    return run("install", argv)


def upgrade(argv: list[str]) -> int:
    """Run `helm upgrade`."""
    return run("upgrade", argv)


def template(argv: list[str]) -> int:
    """Run `helm template`."""
    return run("template", argv)


def diff(argv: list[str]) -> int:
    """Run the command of the plugin helm-diff that renders a chart."""
    return run(DIFF, argv)


def run(command: str, argv: Sequence[str]) -> int:
    """Run a command of Helm's with the post-renderer.

    Args:
        command: `install`, `upgrade`, `template` or `diff upgrade`.
        argv: what follows. Arguments for the post-renderer, given with --post-renderer-args, are settings of ours.

    Returns:
        Helm's exit code.

    Raises:
        AcregError: Helm was not run, as its release would not be private.
        SettingsError: the settings are wrong.
    """
    description = _DESCRIPTION.format(command=command)
    parser = Parser(f"acreg {command}", "HELM'S ARGUMENTS [SETTINGS]", description, _EXAMPLES[command])
    parser.add_argument(
        "--check",
        action="store_true",
        help="run Helm only if the private registry has every image; credentials come from the environment",
    )
    add_settings(parser, values=False)
    values, argv = _for_us(argv)
    flags, arguments = parser.split(argv)
    environ = access.withdraw(os.environ)
    _refuse_flags(command, arguments)
    helm = helm_.find()
    given = list(helmargs.split(arguments, helm.flags(command)))
    named = [helmargs.operand(argument.value) for argument in given if not argument.name]
    files = [_USER_INFO.sub("//", name) for name in helmvalues.named(arguments)]
    lastrun.note_command(_USER_INFO.sub("//", " ".join([command, *named])), files)
    if not named:
        raise SettingsError(f"name the release and the chart, as `acreg {command} RELEASE CHART -f values.yaml`")
    if helm.major < helm_.HELM4 and any(argument.name == "--output-dir" for argument in given):
        raise SettingsError(_NO_FILES)
    with temporary_folder() as folder, ExitStack() as stack:
        stdin = inputs.read_file("-") if helmvalues.reads_stdin(arguments) else None
        reused = _reused_values(helm, command, arguments, folder) if command in ("upgrade", DIFF) else []
        named_before = [name for name in os.environ.get("ACREG_VALUES", "").split(os.pathsep) if name]
        values = [*named_before, *values, *reused, *helmvalues.files(helm, arguments, folder, stdin or b"")]
        effective = inputs.in_effect({**flags, "values": values}, os.environ)
        plain = helmargs.without((), arguments, helm.flags(command))
        helm_command = HelmCommand(helm, command, plain, stdin or b"", reused)
        if flags["check"]:
            gate.require_images(helm_command, effective, environ, folder)
        whole = None
        inform, way = None, {}
        if _asks(helm_command, effective):
            wrapper = pullsecrets.Wrapper(helm_command, effective, folder)
            inform, way = wrapper.inform, stack.enter_context(wrapper_socket.open_in(folder, wrapper.answer))
        if helm.major < helm_.HELM4:
            helm_command, whole = hooks.make_private(helm_command, effective, folder, inform)
        note = folder / "last-run"
        environment = {**_environment(flags, values), **way, lastrun.VARIABLE: str(note)}
        post_renderer, plugins = program.for_helm(helm, folder)
        environment.update(plugins)
        # In front of everything, where no flag takes it for its value and no `--` for an argument.
        code = helm.run(
            [*command.split(), f"--post-renderer={post_renderer}", *helm_command.arguments], environment, stdin
        )
        if whole is not None:
            lastrun.note_summary(*sum_up(whole.found))
        if code == 0 and whole is not None and effective.report:
            report.write(effective.report, report.as_json(whole))
        _say(helm, lastrun.end_of_helm(str(note), code), code, came_to_us=note.exists())
        return code


def _say(helm: Helm, ended: LastRun, code: int, *, came_to_us: bool) -> None:
    """Say how a run ended.

    Args:
        helm: Helm 4 has not told what was wrong.
        ended: the run.
        code: Helm's exit code.
        came_to_us: whether Helm ran the post-renderer.
    """
    if ended.error and helm.major >= helm_.HELM4:
        show.paragraph(f"acreg: {ended.error}")
    elif code and came_to_us:
        show.note("acreg: Helm failed after the images were made private. What may help: helm acreg explain")
    elif not code and ended.summary and not _is_quiet():
        show.note(f"acreg: {ended.summary}")


def _refuse_flags(command: str, arguments: Sequence[str]) -> None:
    """Refuse flags that are neither Helm's nor of use here.

    Raises:
        SettingsError: there is one.
    """
    for name in (argument.partition("=")[0] for argument in arguments):
        if name == "--post-renderer":
            raise SettingsError(
                f"`acreg {command}` is the post-renderer itself. Leave --post-renderer out, and name yours under"
                " `before` or `after` in a settings file that you name with --config."
            )
        if name in _CREDENTIALS:
            raise SettingsError(
                f"{name} is a flag of `acreg check`. Helm has flags of its own for registries, so `acreg {command}"
                " --check` reads the environment: ACREG_USERNAME and ACREG_PASSWORD,"
                " or ACREG_AUTHFILE=FILE, without which those of docker login count, and ACREG_INSECURE_REGISTRIES."
            )


def _asks(helm_command: HelmCommand, settings: Settings) -> bool:
    """Whether the cluster is asked for pull secrets: it gets some, and Helm asks it, too."""
    return helm_command.name in ("install", "upgrade") and bool(settings.pull_secrets) and not helm_command.is_of_client


def _is_quiet() -> bool:
    """Whether the shim runs us, which says nothing unless it is asked to."""
    return "ACREG_SHIM_DEPTH" in os.environ and not os.environ.get("ACREG_VERBOSE")


def _for_us(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """The values files among the arguments for the post-renderer, and all arguments, the others as flags of ours."""
    values, arguments = [], []
    rest = iter(argv)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if name != "--post-renderer-args":
            arguments.append(argument)
            continue
        text = value if equals else next(rest, "")
        if text.startswith("--values="):
            values.append(text.partition("=")[2])
        else:
            arguments.append(text)
    return values, arguments


def _reused_values(helm: Helm, command: str, argv: Sequence[str], folder: Path) -> list[str]:
    """The values that `helm upgrade` takes over from the release: as asked for, and if it is given none."""
    flags = helm.flags(command)
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
