"""The copying of `acreg mirror`: progress while it runs, and the table at its end."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from postrenderer.cli import planned, show
from postrenderer.cli.progress import Progress
from postrenderer.registry import record
from postrenderer.registry.airgap import Folder, Save
from postrenderer.registry.archive import SUFFIX, Archive
from postrenderer.registry.carried import read_list
from postrenderer.registry.creation import Creation
from postrenderer.registry.failures import REFUSED
from postrenderer.registry.manifests import Manifests
from postrenderer.registry.mirror import COPIED, FAILED, PRESENT, REPLACED, Mirror, Outcome
from postrenderer.registry.origins import Origin
from postrenderer.registry.places import TARGET
from postrenderer.registry.remote import Remote
from postrenderer.registry.skopeo import Skopeo
from postrenderer.registry.work import Crew

if TYPE_CHECKING:
    from postrenderer.cli.inputs import Request
    from postrenderer.registry.carried import Carried
    from postrenderer.registry.places import Reach
    from postrenderer.registry.plan import Copy
    from postrenderer.settings import Settings

_SHORT = len("sha256:") + 12
"""How much of a digest tells images apart for people."""
_BAD = (REFUSED, FAILED)


class Job(NamedTuple):
    """What there is to do: the images, and the folder or archive that takes them or has them, if one does."""

    images: list[Copy]
    to: Path | None
    loaded: Carried | None


def run(job: Job, settings: Settings, reach: Reach, request: Request) -> list[Outcome]:
    """Copy the images, print what became of each, and return it.

    Args:
        job: what there is to do.
        settings: name the private registry.
        reach: how registries are reached.
        request: the command line.

    Raises:
        AcregError: there is no skopeo, or the folder cannot be written.
    """
    to = _destination(job.to, prune=bool(request.flags["prune"]))
    place = to.folder if to else job.loaded.folder if job.loaded else Path()
    skopeo = Skopeo(reach, str(place), int(str(request.flags["copy_timeout"])))
    manifests = Manifests(reach)
    progress = Progress(len(job.images))

    def interrupt() -> None:
        skopeo.stop()
        manifests.stop()

    crew = Crew(*planned.work(request.flags), interrupt, progress.note)
    remote, wishes = Remote(manifests, crew, skopeo), planned.wishes(request.flags)
    origin = Origin(remote, wishes)
    work: Mirror | Save
    if to:
        since = request.text("since")
        earlier = {image.source: image for image in (read_list(Path(since).resolve()) if since else [])}
        work = Save(to.folder, remote, wishes, origin, earlier)
    else:
        remote.probe(settings.registry, TARGET)
        kept = record.Record(record.default_path(os.environ), {}, progress.note)
        create = Creation(request.text("create_with"), reach.environ)
        work = Mirror(remote, wishes, kept, job.loaded or origin, create)
    outcomes: list[Outcome] = []

    def finished(outcome: Outcome) -> None:
        if to:
            to.take(outcome)
        elif job.loaded:
            job.loaded.release(outcome.image)
        outcomes.append(outcome)
        progress.line(outcome.image.source if to else outcome.image.target)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        with progress:
            in_order = crew.each(job.images, work, finished)
    except BaseException:
        if to:
            to.abort(outcomes)
        raise
    finally:
        manifests.close()
    _print(in_order, to_folder=to is not None)
    for name in to.finish(in_order) if to else []:
        progress.note(f"{name} is of no image of the list any more: --prune removes it")
    return in_order


def is_complete(outcomes: list[Outcome]) -> bool:
    """Tell whether every image is where it was to go."""
    return not any(outcome.status in _BAD for outcome in outcomes)


def _print(outcomes: list[Outcome], *, to_folder: bool) -> None:
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
    counts = [f"{statuses.count(status)} {status}" for status in (COPIED, REPLACED, PRESENT, *_BAD)]
    show.write(f"{len(outcomes)} images: {', '.join(counts)}")


def _destination(to: Path | None, *, prune: bool) -> Folder | Archive | None:
    if to is None:
        return None
    return Archive(to) if to.name.endswith(SUFFIX) else Folder(to, prune=prune)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
