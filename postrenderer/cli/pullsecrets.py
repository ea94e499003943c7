"""In which namespaces a release pulls from the private registry, and which of them lack the pull secret.

A pull secret works in its own namespace alone, and a chart may make pods in others than that of its release.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from postrenderer.cli import helmargs, probe, show
from postrenderer.cli.helm import HelmError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from postrenderer.cli.job import Job
    from postrenderer.findings import Found
    from postrenderer.settings import Settings


def namespaces(found: Iterable[Found], default: str) -> list[str]:
    """Return the namespaces in which something pulls from the private registry, that of the release first.

    Args:
        found: what was found in the release.
        default: the namespace of the release.
    """
    of_objects = {one.identity.namespace for one in found if any(image.is_private for image in one.images)}
    return [default, *sorted(of_objects - {"", default})]


def warn(job: Job, found: Iterable[Found], settings: Settings, scratch: Path) -> None:
    """Say which namespaces of a release lack a pull secret, as far as the cluster tells.

    Args:
        job: the command.
        found: what was found in the release; nothing, where only the namespace of the release is known.
        settings: they name the pull secrets and their registry.
        scratch: a folder for files of ours.
    """
    places = namespaces(found, "")
    lookups = (
        f'(list {_namespace(place)} {json.dumps(name)} (lookup "v1" "Secret" {_namespace(place)} {json.dumps(name)}'
        " | empty))"
        for place in places
        for name in settings.pull_secrets
    )
    try:
        answer = probe.online(
            job.helm, f"(list {' '.join(lookups)})", scratch, *helmargs.known_to(probe.PLACE, job.arguments, job.flags)
        )
    except HelmError as error:
        if "forbidden" in str(error):
            show.note(f"acreg: whether the pull secret {settings.pull_secrets[0]} is there cannot be seen: {error}")
        return  # Helm says itself what is wrong with the cluster
    for place, name, is_missing in answer:
        if is_missing:
            show.note(
                f"acreg: the namespace {place} lacks the pull secret {name}. To create it:"
                f" helm acreg secret --server {settings.registry} --name {name} -n {place} --username NAME"
                " | kubectl apply -f -"
            )


def _namespace(place: str) -> str:
    """A namespace as an expression of Helm's; empty for that of the release."""
    return json.dumps(place) if place else ".Release.Namespace"
