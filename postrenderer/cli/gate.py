"""`--check`: Helm is run only if every image of what it would install is there on the private registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.cli import check, helmargs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.cli.hooks import Job
    from postrenderer.settings import Settings

_UNWANTED = ("-o", "--output", "--output-dir")
"""Flags that would keep manifests from being shown."""


def require_images(job: Job, settings: Settings, environ: Mapping[str, str]) -> None:
    """Render what is to be installed, hooks too unless --no-hooks leaves them out, and look for its images.

    Args:
        job: the command.
        settings: where images must come from.
        environ: names the credentials, as Helm's flags for its own repositories have the names of ours.

    Raises:
        AcregError: an image is not there; nothing was installed.
        HelmError: Helm cannot render it.
    """
    flags = job.helm.flags(job.command)
    known = helmargs.known_to(job.helm.flags("template"), job.arguments, flags, without=_UNWANTED)
    values = [f"--values={name}" for name in job.reused]
    positional = helmargs.positional(job.arguments, flags)
    check.require(job.helm.output("template", *positional, *values, *known, stdin=job.stdin), settings, {}, environ)
