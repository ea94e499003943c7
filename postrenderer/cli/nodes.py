"""`acreg nodes`: the configuration of nodes and clusters for the private registry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from postrenderer import nodes, wholefile
from postrenderer.cli import access, inputs, show
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import AcregError, SettingsError
from postrenderer.nodes import containerd, forms
from postrenderer.nodes.model import mirrors
from postrenderer.registry import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.nodes import NodeFile, Target
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Write the configuration that nodes, or the cluster itself, need to pull from the private registry: whether it speaks
HTTP, its certificate authority and its credentials. With --pull-through, nodes pull the original references of the
sources and rules in the settings from it, too. Comments say where the file goes and what to restart."""

_EXAMPLES = """\
examples:
  K3s, a registry that speaks HTTP, with the password in the nodes' file instead of a Secret:
    helm acreg nodes k3s --values values.yaml --insecure --username robot --password-stdin < password.txt
  Merged into a node's file, whose comments stay:
    helm acreg nodes k3s --values values.yaml --ca-file /etc/ssl/registry.crt --into /etc/rancher/k3s/registries.yaml
  containerd, where --into names the folder of all hosts:
    helm acreg nodes containerd --values values.yaml --insecure --into /etc/containerd/certs.d
  OpenShift, a registry that speaks HTTP:
    helm acreg nodes openshift --values values.yaml --insecure > patch.yaml
    oc patch image.config.openshift.io/cluster --type merge --patch-file patch.yaml

exit codes: as `acreg render`."""


def main(argv: list[str]) -> int:
    """Write the configuration."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg nodes", "KIND [FLAGS] [SETTINGS]", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("kind", choices=sorted(nodes.KINDS), metavar="KIND", help="one of " + ", ".join(nodes.KINDS))
    parser.add_argument("--insecure", action="store_true", help="the registry speaks HTTP")
    parser.add_argument("--ca-file", metavar="FILE", help="the registry's CA certificate, as a path on the nodes")
    parser.add_argument("--pull-through", action="store_true", help="pull original references from the registry too")
    parser.add_argument("--into", metavar="FILE", help="merge into this file, or create it; for containerd, a folder")
    access.add_login(parser)
    add_settings(parser)
    flags = parser.read(argv)
    wanted = inputs.in_effect(flags, environ)
    kind = str(flags["kind"])
    target = _target(flags, environ, wanted)
    files = nodes.KINDS[kind](target)
    _say_what_is_left(flags, target)
    into = str(flags["into"] or "")
    shown = [file for file in files if not into or (kind == "openshift" and file.path != "image.config")]
    _print(shown)
    if shown and target.login and kind in ("k3s", "rke2"):
        show.warn_of_password("--into FILE writes the file, on the node, where it belongs")
    for file in files:
        if file not in shown:
            _write(file, Path(into, *Path(file.path).parts[-2:]) if kind == "containerd" else Path(into))
    return 0


def _target(flags: Mapping[str, object], environ: Mapping[str, str], wanted: Settings) -> Target:
    insecure, ca_file = bool(flags["insecure"]), str(flags["ca_file"] or "")
    if insecure and ca_file:
        raise SettingsError("A registry that speaks HTTP has no certificate: leave out --insecure or --ca-file.")
    if ca_file and not Path(ca_file).is_absolute():
        raise SettingsError(f"--ca-file: {ca_file} must be an absolute path, as nodes look for it there.")
    certificate = access.certificate(ca_file) if ca_file and flags["kind"] == "openshift" else ""
    login = access.login(flags, environ)
    if login is None and access.authfile(flags, environ):
        login = credentials.password(credentials.gather(access.authfile(flags, environ), environ), wanted.registry)
    found = mirrors(wanted) if flags["pull_through"] else ()
    return nodes.Target(wanted.registry, insecure, ca_file, certificate, login, found)


def _say_what_is_left(flags: Mapping[str, object], target: Target) -> None:
    """Say which flags this kind of nodes has no use for, and what it cannot do."""
    if flags["kind"] not in ("k3s", "rke2") and (flags["username"] or flags["authfile"]):
        show.note(f"{flags['kind']} takes no password from these files: use `acreg secret`.")
    if flags["kind"] == "containerd":
        left = [mirror.source for mirror in target.mirrors if containerd.in_front(mirror) is None]
        if left:
            show.note(
                "Not pulled through the registry, because containerd cannot replace part of a path: images of"
                f" {', '.join(left)}."
            )


def _print(files: list[NodeFile]) -> None:
    for number, file in enumerate(files):
        if file.form == "json":
            for line in file.about:
                show.note(line)
        if number:
            show.write("---" if file.form == "yaml" else "")
        show.write(forms.render(file).removesuffix("\n"))


def _write(file: NodeFile, path: Path) -> None:
    """Merge a file into what is there, in one step, and keep its permissions; a new one is for its owner alone.

    Raises:
        AcregError: it cannot be read, merged or written.
    """
    try:
        old = path.read_bytes().decode() if path.exists() else ""  # with its own line ends
        new = forms.merge(file, old)
        if new != old:
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = path.stat().st_mode & 0o7777 if old else wholefile.FOR_OWNER
            wholefile.write(str(path.resolve()), new, mode)
    except (OSError, UnicodeDecodeError) as error:
        raise AcregError(
            f"{path} cannot be merged into: {getattr(error, 'strerror', '') or 'it is not text'}."
        ) from None
    except AcregError as error:
        raise AcregError(f"{path}: {error}") from None
    show.note(f"{path}: {'nothing to add' if new == old else 'written'}")
    for line in file.about:
        show.note(line)
