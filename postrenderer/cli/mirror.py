"""`acreg mirror`: copy every image to where the post-renderer points it."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from postrenderer.cli import access, announced, inputs, planned, show, sources
from postrenderer.cli.arguments import Parser
from postrenderer.cli.progress import Progress
from postrenderer.errors import SettingsError
from postrenderer.registry import airgap, export, plan
from postrenderer.registry.mirror import COPIED, FAILED, PRESENT, REPLACED, Mirror, Outcome
from postrenderer.registry.scratch import Scratch
from postrenderer.registry.skopeo import Skopeo
from postrenderer.registry.work import Crew

if TYPE_CHECKING:
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Copy the images of manifests, a chart, a release or a list to the private registry, each to the reference that the
post-renderer writes, with all platforms and unchanged digests. Images that are there with the same digest are skipped:
rerun to resume. skopeo does the copying."""

_EXAMPLES = """\
examples:
  The images of a chart, from Appcircle's registry to your own:
    helm acreg mirror --chart appcircle/appcircle -f values.yaml --username robot --password-file password.txt \\
      --source-username _json_key --source-password-file cred.json
  What would be copied, as a script for another machine:
    helm acreg mirror --list images.txt --values values.yaml -o script
  Through an air gap, in two steps:
    helm acreg mirror --list images.txt --to /media/disk/appcircle
    helm acreg mirror --from /media/disk/appcircle --values values.yaml --username robot --password-stdin

exit codes: as `acreg render`; 1 if any image failed."""

_SHORT = len("sha256:") + 12
"""How much of a digest tells images apart for people."""
_COPY_SECONDS = 3600
_FORMS = ("list", "script", "skopeo-sync")
_OWN = "already private, and no public image is known that it is a copy of"


class _Job(NamedTuple):
    """What there is to do: the images, and the folder that takes them or has them, if one does."""

    images: list[plan.Copy]
    to: Path | None
    loaded: airgap.Loaded | None


def main(argv: list[str]) -> int:
    """Copy the images, or show what would be copied."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg mirror", f"[SETTINGS] {planned.WHERE[:-1]} | --from DIR)", _DESCRIPTION, _EXAMPLES)
    planned.add_list(parser)
    folders = parser.add_mutually_exclusive_group()
    folders.add_argument("--to", metavar="DIR", help="write the images to a folder instead, for an air gap")
    folders.add_argument("--from", metavar="DIR", help="verify and copy the images of such a folder")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be copied where")
    parser.add_argument(
        "-o", "--output", choices=_FORMS, metavar="|".join(_FORMS), help="print the list in this form, and copy nothing"
    )
    parser.add_argument(announced.FLAG, action="store_true", help=announced.FLAG_HELP)
    planned.add_work(parser)
    parser.add_argument(
        "--copy-timeout",
        type=int,
        default=_COPY_SECONDS,
        metavar="SECONDS",
        help=f"stop a copy that takes longer, and try again; finished layers are kept (default: {_COPY_SECONDS})",
    )
    access.add_login(parser)
    access.add_login(parser, access.SOURCE)
    access.add_trust(parser)
    request = inputs.parse(parser, argv)
    _check(request)
    with inputs.scratch() as folder:
        settings, job, left = _prepare(request, folder)
    for item in left:
        show.note(f"not copied: {item.reference}: {item.reason}")
    form = request.text("output") or ("list" if request.flags["dry_run"] else "")
    if form and job.to:
        show.write("\n".join(image.source for image in job.images))
        return 0
    if form:
        insecure = access.trust(request.flags, environ).insecure
        show.write(export.FORMS[form](job.images, insecure).removesuffix("\n"))
        return 0
    with Scratch() as scratch:
        reach = access.reach(request.flags, environ, settings, scratch)
        place = str(job.to or (job.loaded and job.loaded.folder) or ".")
        return _run(job, Skopeo(reach, place, int(str(request.flags["copy_timeout"]))), request)


def _check(request: inputs.Request) -> None:
    manifests = [name for name in ("filename", "list", "chart", "release") if request.flags.get(name)]
    if request.flags["from"] and manifests:
        raise SettingsError(f"--from DIR already names its images: leave out --{manifests[0]}.")
    folder = next((name for name in ("to", "from") if request.flags[name]), "")
    if folder and request.flags["output"]:
        raise SettingsError(f"-o prints copies from registry to registry: leave out -o or --{folder} DIR.")
    if int(str(request.flags["copy_timeout"])) < 1:
        raise SettingsError("--copy-timeout must be at least 1 second.")
    access.refuse_shared_stdin(request.flags)


def _prepare(request: inputs.Request, folder: Path) -> tuple[Settings, _Job, list[plan.Left]]:
    to, origin = request.text("to"), request.text("from")
    if origin:
        loaded = airgap.load(Path(origin).resolve())
        settings = inputs.load(request, inputs.Manifests(b"", []), folder)
        found = plan.of_references(loaded.images, settings)
        return settings, _Job(found.moved, None, loaded), found.left
    settings, found = planned.read(request, folder, registry=not to)
    private = [plan.Left(image.source, _OWN) for image in found.copies if image not in found.moved]
    if private and not (request.text("chart") or request.text("list")):
        raise sources.unknown(request, [image.reference for image in private])
    return settings, _Job(found.moved, Path(to).resolve() if to else None, None), found.left + private


def _run(job: _Job, skopeo: Skopeo, request: inputs.Request) -> int:
    progress = Progress(len(job.images))
    crew = Crew(*planned.work(request.flags), skopeo.stop, progress.note)
    work: Mirror | airgap.Save
    if job.to:
        airgap.prepare(job.to)
        work = airgap.Save(job.to, skopeo, crew)
    else:
        work = Mirror(skopeo, crew, job.loaded.origin if job.loaded else None)
    outcomes: list[Outcome] = []
    with progress:

        def finished(outcome: Outcome) -> None:
            outcomes.append(outcome)
            shown = outcome.image.source if job.to else outcome.image.target
            progress.line(outcome.status, shown, outcome.note, is_bad=outcome.status == FAILED)

        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, _interrupt)
        try:
            outcomes = crew.each(job.images, work, finished)
        except KeyboardInterrupt:
            if job.to:
                airgap.finish(job.to, outcomes)
            raise
    _conclude(outcomes, to_folder=bool(job.to))
    if job.to:
        airgap.finish(job.to, outcomes)
    return int(any(outcome.status == FAILED for outcome in outcomes))


def _conclude(outcomes: list[Outcome], *, to_folder: bool) -> None:
    """Print the table and the sum."""
    rows = [
        (
            outcome.status,
            outcome.image.source if to_folder else outcome.image.target,
            outcome.digest[:_SHORT],
            outcome.note,
        )
        for outcome in outcomes
    ]
    if rows:
        show.table(("STATUS", "IMAGE", "DIGEST", "NOTE"), rows)
    statuses = [outcome.status for outcome in outcomes]
    counts = [f"{statuses.count(status)} {status}" for status in (COPIED, REPLACED, PRESENT, FAILED)]
    show.write(f"{len(outcomes)} images: {', '.join(counts)}")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
