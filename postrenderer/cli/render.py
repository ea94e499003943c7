"""`acreg render`, and `acreg` with settings alone: the filter."""

from __future__ import annotations

import os

from postrenderer.cli import inputs
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder

_DESCRIPTION = """\
Read rendered manifests, point every image reference at the private registry, give the pods the pull secrets, and write
the manifests to standard output. Nothing else changes."""

_EXAMPLES = """\
examples:
  Helm 3, with the registry from the values file that Helm gets:
    helm upgrade appcircle-server appcircle/appcircle -f values.yaml --post-renderer ./acreg.pyz \\
      --post-renderer-args --values=values.yaml
  Helm 4, where the post-renderer is a plugin:
    helm upgrade appcircle-server appcircle/appcircle -f values.yaml --post-renderer acreg-postrenderer \\
      --post-renderer-args --values=values.yaml
  Manifests from anywhere:
    acreg --registry registry.example.com:8083 --repository-path appcircle < manifests.yaml > private.yaml
    helm acreg render --chart appcircle/appcircle -f values.yaml > private.yaml

exit codes: 0 done, 1 the manifests cannot be processed as asked, 2 wrong usage or settings, 3 internal error,
130 interrupted. Unless it is 0, nothing is written to standard output."""


def parse(argv: list[str]) -> inputs.Request:
    """Return what the arguments ask for.

    Raises:
        SettingsError: a flag is unknown or misused.
        SystemExit: after the help was shown.
    """
    return inputs.parse(Parser("acreg render", f"[SETTINGS] {inputs.WHERE}", _DESCRIPTION, _EXAMPLES), argv)


def main(argv: list[str]) -> int:
    """Run the filter with the settings of the command line, the environment and the files."""
    request = parse(argv)
    from postrenderer import pipe  # noqa: PLC0415  # help and wrong usage need no filter

    if not any(request.flags.get(name) for name in ("filename", "chart", "release")):
        inputs.refuse_terminal()
        pipe.run(inputs.in_effect(request.flags, os.environ))
        return 0
    with temporary_folder() as folder:
        manifests = inputs.read(request, folder)
        pipe.write(manifests.data, inputs.load(request, manifests, folder))
    return 0
