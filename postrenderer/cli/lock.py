"""`acreg lock`: write down which digest each image has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from postrenderer import wholefile
from postrenderer.cli import access, announced, asking, chartfiles, helmargs, inputs, planned, results, show
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import AcregError
from postrenderer.registry.locking import Resolve
from postrenderer.registry.origins import Origin
from postrenderer.settings import lockfile

if TYPE_CHECKING:
    from postrenderer.registry.locking import ResolvedImage

_DESCRIPTION = """\
Write acreg.lock: the digest of every image of manifests, a chart, a release or a list, as the private registry has it,
or as `acreg mirror` would put it there. With `--lock FILE` the post-renderer pins each reference to its digest,
offline, and refuses one that is not in the lock; `acreg check --lock FILE` compares the registry with it."""

_EXAMPLES = """\
examples:
  helm acreg lock --chart appcircle/appcircle -f values.yaml
  helm acreg mirror --chart appcircle/appcircle -f values.yaml --lock acreg.lock
  helm acreg check --lock acreg.lock
  helm acreg upgrade appcircle-server appcircle/appcircle -f values.yaml --lock acreg.lock

exit codes: as `acreg render`; 1 if any image cannot be found, and then nothing is written."""


def main(argv: list[str]) -> int:
    """Write the lock."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg lock", f"[SETTINGS] {planned.WHERE}", _DESCRIPTION, _EXAMPLES)
    planned.add_list(parser)
    parser.add_argument(announced.FLAG, action="store_true", help=announced.FLAG_HELP)
    asking.add_flags(parser)
    request = inputs.parse(parser, argv)
    access.refuse_shared_stdin(request.flags)
    with temporary_folder() as folder:
        settings, found = planned.read(request, folder)
        chart = _chart(request) if request.flags.get("chart") else ("", "")
    for item in found.left:
        show.note(f"not locked: {item.reference}: {item.reason}")
    wishes = planned.wishes(request.flags)
    with asking.registries(request.flags, environ, settings) as (remote, workers):
        resolved = workers.each(found.copies, Resolve(remote, wishes, Origin(remote, wishes)), lambda _: None)
    name = settings.lock or lockfile.DEFAULT_NAME
    _write(name, resolved, chart)
    show.write(f"{name}: {show.several(len(resolved), 'image')}")
    return 0


def _write(name: str, resolved: list[ResolvedImage], chart: tuple[str, str]) -> None:
    missing = [(item.image.source, item.note) for item in resolved if item.locked is None]
    if missing:
        named = results.in_a_sentence(missing)
        raise AcregError(f"{name} was not written, as {show.several(len(missing), 'image')} cannot be found: {named}.")
    save(name, lockfile.Lock(tuple(item.locked for item in resolved if item.locked), chart))


def save(name: str, lock: lockfile.Lock) -> None:
    """Write a lock, whole or not at all.

    Raises:
        AcregError: it cannot be written.
    """
    try:
        wholefile.write(name, lockfile.text(lock), mode=None)
    except OSError as error:
        raise AcregError(f"{name} cannot be written: {error.strerror}.") from None


def _chart(request: inputs.Request) -> tuple[str, str]:
    """Return the name and the version of the chart that the command line names."""
    from postrenderer.cli import helm as helm_  # noqa: PLC0415  # a list needs none

    helm = helm_.find()
    known = helmargs.known_to(helm.flags("show chart"), request.helm, helm.flags("template"))
    content = chartfiles.mapping(helm.output("show", "chart", request.text("chart"), *known))
    return str(content.get("name", "")), str(content.get("version", ""))
