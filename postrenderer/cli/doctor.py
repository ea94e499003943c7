"""`acreg doctor`: what acreg finds on this machine, what is wrong with it, and what to do."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import postrenderer
from postrenderer import lastrun, settings
from postrenderer.cli import helm as helm_
from postrenderer.cli import show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DESCRIPTION = """\
Check what acreg uses on this machine: Python and its YAML parser, the folder that acreg is extracted to, every Helm and
how acreg is registered with it, the settings in effect, and skopeo. Every problem comes with its remedy."""

_EXAMPLES = """\
examples:
  helm acreg doctor --values values.yaml
  helm acreg doctor -o json

exit codes: 0, or 1 if a problem keeps acreg from working."""

_OLDEST = (3, 14)
_STYLES = {"ok": "green", "note": "yellow", "wrong": "red"}


class Diagnosis(NamedTuple):
    """One thing that was looked at.

    Attributes:
        state: `ok`; `note`, which something may be missing for; `wrong`.
        subject: what it is.
        text: what was found, and what to do.
    """

    state: str
    subject: str
    text: str


def main(argv: list[str]) -> int:
    """Print what was found."""
    parser = Parser("acreg doctor", "[-o FORM] [SETTINGS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", metavar="text|json")
    add_settings(parser)
    flags = parser.read(argv)
    checks: tuple[Callable[[], Iterator[Diagnosis]], ...] = (
        _program,
        _parser,
        _helms,
        lambda: _settings(flags),
        _others,
    )
    found = [finding for check in checks for finding in check()]
    is_wrong = any(finding.state == "wrong" for finding in found)
    if flags["output"] == "json":
        content = {"ok": not is_wrong, "findings": [finding._asdict() for finding in found]}
        show.write(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        for finding in found:
            show.hanging(f"{finding.state:<5}  {finding.subject:<10}  ", finding.text, _STYLES[finding.state])
    return int(is_wrong)


def _program() -> Iterator[Diagnosis]:
    yield Diagnosis("ok", "acreg", f"{postrenderer.__version__}, {sys.argv[0]}")
    python = f"{platform.python_implementation()} {platform.python_version()}, {sys.executable}"
    yield Diagnosis("ok", "Python", python)
    place = Path(postrenderer.__file__).parent.parent
    if place.is_dir():
        yield Diagnosis("ok", "extracted", str(place))
    else:
        text = f"nowhere: acreg runs from the zipapp, which is slower. Set SHIV_ROOT to a writable folder ({place})"
        yield Diagnosis("note", "extracted", text)


def _parser() -> Iterator[Diagnosis]:
    import yaml  # noqa: PLC0415  # an installation without it is told of here

    if yaml.__with_libyaml__:
        yield Diagnosis("ok", "YAML", f"PyYAML {yaml.__version__} with its C extension")
    else:
        text = (
            f"PyYAML {yaml.__version__} in pure Python, about 12 times slower: there is no C extension for this Python"
        )
        yield Diagnosis("note", "YAML", text)


def _helms() -> Iterator[Diagnosis]:
    names = dict.fromkeys(filter(None, (os.environ.get("HELM_BIN"), "helm", "helm3", "helm4")))
    binaries = dict.fromkeys(os.path.realpath(path) for path in map(helm_.which, names) if path)
    if not binaries:
        yield Diagnosis("wrong", "Helm", "not found on PATH: install Helm 3.14 or newer, or set HELM_BIN to its path")
    for binary in binaries:
        yield from _of_helm(binary)


def _of_helm(binary: str) -> Iterator[Diagnosis]:
    try:
        yield from _plugins(helm_.Helm(binary, helm_.version(binary)))
    except AcregError as error:
        yield Diagnosis("wrong", "Helm", str(error))


def _plugins(helm: helm_.Helm) -> Iterator[Diagnosis]:
    subject = f"Helm {helm.major}"
    if tuple(map(int, helm.version.split(".")[:2])) < _OLDEST:
        yield Diagnosis("wrong", subject, f"{helm.version} at {helm.binary} is too old: install 3.14 or newer")
        return
    directories = helm.output("env", "HELM_PLUGINS").decode().strip()
    registered = [
        folder
        for directory in directories.split(os.pathsep)
        for folder in (Path(directory, lastrun.POST_RENDERER),)
        if (folder / "plugin.yaml").exists()
    ]
    where = f"{helm.version}, {helm.binary}, plugins in {directories}"
    yield Diagnosis("ok", subject, where)
    if helm.major < helm_.HELM4 and registered:
        text = (
            f"Helm 3 loads no plugin while {registered[0]} is there, which is Helm 4's post-renderer: remove it with"
            f" `rm -r {registered[0]}`. `helm acreg upgrade` works under Helm 4 without it."
        )
        yield Diagnosis("wrong", subject, text)
        return
    listed = helm.output("plugin", "list").decode(errors="replace").splitlines()
    if all(line.split()[:1] != ["acreg"] for line in listed):
        text = "acreg is not installed as a plugin, which the zipapp does not need: `helm plugin install FOLDER-OR-URL`"
        yield Diagnosis("note", subject, text)
    if helm.major >= helm_.HELM4:
        state, text = _post_renderer(registered)
        yield Diagnosis(state, subject, f"--post-renderer {lastrun.POST_RENDERER} {text}")


def _post_renderer(registered: list[Path]) -> tuple[str, str]:
    """Whether Helm 4 finds the post-renderer by its name."""
    if not registered:
        return (
            "note",
            "is not registered, and `helm acreg upgrade` works without it; scripts/register-helm4 registers it",
        )
    program = registered[0] / "acreg.pyz"
    if not os.access(program, os.X_OK):
        return "wrong", f"cannot work, because {program} is missing: reinstall the plugin"
    return "ok", "is registered"


def _settings(flags: dict[str, object]) -> Iterator[Diagnosis]:
    try:
        found = settings.load(flags, os.environ, os.curdir)
    except SettingsError as error:
        unset = "is not set" in str(error)
        yield Diagnosis("note" if unset else "wrong", "settings", str(error))
    else:
        text = f"images come from {found.prefix}; `acreg config show` has all settings"
        yield Diagnosis("ok", "settings", text)


def _others() -> Iterator[Diagnosis]:
    skopeo = shutil.which("skopeo")
    if skopeo:
        yield Diagnosis("ok", "skopeo", skopeo)
    else:
        yield Diagnosis("note", "skopeo", "not found; only `acreg mirror` needs it: apt or dnf install skopeo")
    run = lastrun.read(lastrun.path())
    if run:
        text = "succeeded" if run.code == "0" else f"failed with exit code {run.code}: `acreg explain` says why"
        yield Diagnosis("ok" if run.code == "0" else "note", "last run", f"{run.time} {text}")
