"""The post-renderer as a program that Helm starts: a file for Helm 3, and a plugin for Helm 4."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING

import postrenderer
from postrenderer import lastrun
from postrenderer.cli import helm as helm_

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.cli.helm import Helm

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


def write_to(folder: Path) -> Path:
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
    """Make the folder that `write_to` made a plugin of Helm 4."""
    manifest = HELM4_MANIFEST.format(name=lastrun.POST_RENDERER, version=postrenderer.__version__)
    (folder / lastrun.POST_RENDERER / "plugin.yaml").write_text(manifest, encoding="utf-8")


def for_helm(helm: Helm, folder: Path) -> tuple[str, dict[str, str]]:
    """Return what Helm is to be given as `--post-renderer`, and the variables that it needs for it.

    Helm 4 wants the name of a plugin. Where none is registered it gets one of its own, for this run only: in a
    plugins directory that Helm 3 reads as well, such a plugin would do harm.

    Args:
        helm: starts it.
        folder: a folder for files of ours.
    """
    program = write_to(folder)
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
