"""`acreg render`, and `acreg` with flags alone: the filter."""

from __future__ import annotations

import os

from postrenderer import settings
from postrenderer.cli.arguments import Parser, add_settings

_DESCRIPTION = """\
Read rendered manifests on standard input, point every image reference at the private registry, give the pods the pull
secrets, and write the manifests to standard output. Nothing else changes."""

_EXAMPLES = """\
examples:
  Helm 3, with the registry from the values file that Helm gets:
    helm upgrade appcircle-server appcircle/server -f values.yaml --post-renderer ./acreg.pyz \\
      --post-renderer-args --values=values.yaml
  Helm 4, where the post-renderer is a plugin:
    helm upgrade appcircle-server appcircle/server -f values.yaml --post-renderer acreg-postrenderer \\
      --post-renderer-args --values=values.yaml
  Manifests from anywhere:
    acreg --registry registry.example.com:8083 --repository-path appcircle < manifests.yaml > private.yaml

exit codes: 0 done, 1 the manifests cannot be processed as asked, 2 wrong usage or settings, 3 internal error,
130 interrupted. Unless it is 0, nothing is written to standard output."""


def parse(argv: list[str]) -> dict[str, object]:
    """Return what the flags say, as `settings.load` takes it.

    Raises:
        SettingsError: a flag is unknown or misused.
        SystemExit: after the help or the version was shown.
    """
    parser = Parser("acreg", "[render] [SETTINGS] < MANIFESTS > MANIFESTS", _DESCRIPTION, _EXAMPLES)
    add_settings(parser)
    return parser.read(argv)


def main(argv: list[str]) -> int:
    """Run the filter with the settings of the command line, the environment and the files."""
    effective = settings.load(parse(argv), os.environ, os.curdir)
    from postrenderer.__main__ import run_filter  # noqa: PLC0415  # help and wrong usage need no filter

    return run_filter(effective)
