"""`--check`: Helm is run only if every image of what it would install is there on the private registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer import chain
from postrenderer.cli import check, rendering

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from postrenderer.cli.helmcommand import HelmCommand
    from postrenderer.settings import Settings


def require_images(helm_command: HelmCommand, settings: Settings, environ: Mapping[str, str], folder: Path) -> None:
    """Render what is to be installed, hooks too unless --no-hooks leaves them out, and look for its images.

    Args:
        helm_command: the command that the user gave to Helm.
        settings: where images must come from.
        environ: names the credentials, as Helm's flags for its own repositories have the names of ours.
        folder: a folder for files of ours.

    Raises:
        AcregError: an image is not there; nothing was installed.
        HelmError: Helm cannot render it.
    """
    _, found = helm_command.rendered(folder)
    hooks = [] if helm_command.is_on("--no-hooks") else found.hooks
    data = chain.before(rendering.as_stream([*found.documents, *hooks]), settings)
    check.require(data, settings, {}, environ)
