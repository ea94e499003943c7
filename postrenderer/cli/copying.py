"""The copying of `acreg mirror`: progress while it runs, and the table at its end."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from postrenderer.cli import planned, results, show, withchart
from postrenderer.cli.lock import save
from postrenderer.cli.progress import Progress
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.images.reference import parse
from postrenderer.registry import locking, record
from postrenderer.registry.airgap import Folder, Save
from postrenderer.registry.archive import SUFFIX, Archive
from postrenderer.registry.carried import listed, read_list
from postrenderer.registry.charts import CHARTS, Push
from postrenderer.registry.creation import Creation
from postrenderer.registry.failures import REFUSED
from postrenderer.registry.manifests import RegistryClient
from postrenderer.registry.mirror import Mirror
from postrenderer.registry.origins import Origin, Wishes
from postrenderer.registry.outcome import COPIED, FAILED, PRESENT, REPLACED, CopyOutcome
from postrenderer.registry.places import TARGET
from postrenderer.registry.remote import Remote
from postrenderer.registry.skopeo import Skopeo
from postrenderer.registry.work import Workers
from postrenderer.settings import lockfile

if TYPE_CHECKING:
    from collections.abc import Callable

    from postrenderer.cli.inputs import Request
    from postrenderer.registry.carried import CarriedFolder
    from postrenderer.registry.charts import PackedChart
    from postrenderer.registry.places import Reach
    from postrenderer.registry.plan import ImageCopy
    from postrenderer.registry.scratch import Scratch
    from postrenderer.settings import Settings

_BAD = (REFUSED, FAILED)


class MirrorJob(NamedTuple):
    """The images and charts to copy, and the folder or archive that takes them or has them, if one does."""

    images: list[ImageCopy]
    to: Path | None
    loaded: CarriedFolder | None
    charts: list[PackedChart]


def run(job: MirrorJob, settings: Settings, reach: Reach, request: Request) -> list[CopyOutcome]:
    """Copy the images, print what became of each, write the lock if there is one, and return the outcomes.

    Args:
        job: what there is to do.
        settings: name the private registry.
        reach: how registries are reached.
        request: the command line.

    Raises:
        AcregError: there is no skopeo, or the folder or the lock cannot be written.
    """
    to = _destination(job.to, prune=bool(request.flags["prune"]))
    place = to.folder if to else job.loaded.folder if job.loaded else Path()
    skopeo = Skopeo(reach, str(place), int(str(request.flags["copy_timeout"])))
    client = RegistryClient(reach)
    progress = Progress(len(job.images))

    def interrupt() -> None:
        skopeo.stop()
        client.stop()

    workers = Workers(*planned.work(request.flags), interrupt, progress.note)
    remote = Remote(client, workers, skopeo)
    lock = lockfile.read(settings.lock) if os.path.exists(settings.lock) else lockfile.Lock(())
    outcomes: list[CopyOutcome] = []

    def finished(outcome: CopyOutcome) -> None:
        if to:
            to.take(outcome)
        elif job.loaded:
            job.loaded.release(outcome.image)
        outcomes.append(outcome)
        progress.line(outcome.image.source if to else outcome.image.target)

    _end_in_order()
    try:
        with progress:
            made = _Run(job, settings, request, remote, planned.wishes(request.flags), lock)
            work = _saving(made, to) if to else _mirroring(made, reach, progress.note)
            in_order = workers.each(job.images, work, finished)
            if settings.lock and not to and is_complete(in_order):
                _write_lock(made, workers)
    except BaseException:
        if to:
            to.abort(outcomes)
        raise
    finally:
        client.close()
    _print(in_order, to_folder=to is not None)
    for name in to.finish(in_order) if to else []:
        progress.note(f"{name} belongs to no image in the list any more: --prune removes it")
    return in_order


class _Run(NamedTuple):
    """The job of a run, its settings, and the tools that it uses."""

    job: MirrorJob
    settings: Settings
    request: Request
    remote: Remote
    wishes: Wishes
    lock: lockfile.Lock

    @property
    def origin(self) -> Origin:
        """Where images come from that are in no folder."""
        return Origin(self.remote, self.wishes)


def _saving(run: _Run, to: Folder | Archive) -> Save:
    """Return the function that fetches an image into a folder; the folder gets the charts at once."""
    for chart in run.job.charts:
        to.take_chart(chart)
    since = run.request.text("since")
    before = Path(since).resolve() if since else None
    read = listed if before and before.is_dir() else read_list
    earlier = {image.source: image for image in (read(before) if before else [])}
    return Save(to.folder, run.remote, run.wishes, run.origin, earlier)


def _mirroring(run: _Run, reach: Reach, notice: Callable[[str], None]) -> Mirror:
    """Return the function that copies an image to the private registry, once that has accepted the password."""
    create = Creation(run.request.text("create_with"), reach.environ)
    for name in _without_image(run.wishes, run.job):
        notice(f"--replace {name} names nothing of this run: give an image's source or private reference")
    run.remote.probe(run.settings.registry, TARGET)
    kept = record.Record(record.default_path(os.environ), locking.known(run.lock), notice)
    return Mirror(run.remote, run.wishes, kept, run.job.loaded or run.origin, create)


def _write_lock(run: _Run, workers: Workers) -> None:
    """Write what the private registry holds now; what the lock has of other images stays."""
    resolved = workers.each(run.job.images, locking.Resolve(run.remote, run.wishes, run.origin), lambda _: None)
    new = [item.locked for item in resolved if item.locked]
    before = {image.reference: image.digest for image in run.lock.images}
    moved = [image.reference for image in new if before.get(image.reference, image.digest) != image.digest]
    show.note(
        f"{run.settings.lock}: {show.several(len(new), 'image')} of this run,"
        f" {len(moved)} with another digest than before"
    )
    save(run.settings.lock, run.lock._replace(images=locking.merged(run.lock.images, new)))


def _without_image(wishes: Wishes, job: MirrorJob) -> list[str]:
    """Return what may be replaced by name, and is neither an image, a repository, a signature nor a chart of a run."""
    repositories = {parse(image.target).repository for image in job.images}
    known = {name for image in job.images for name in image} | repositories
    known |= {f"{chart.name}:{chart.version}" for chart in job.charts}
    return sorted(name for name in wishes.replace - known if name.rpartition(":")[0] not in repositories)


def is_complete(outcomes: list[CopyOutcome]) -> bool:
    """Tell whether every image is where it was to go."""
    return not any(outcome.status in _BAD for outcome in outcomes)


def _print(outcomes: list[CopyOutcome], *, to_folder: bool) -> None:
    """Print the table and the sum."""
    rows = [
        (
            outcome.status,
            outcome.image.source if to_folder else outcome.image.target,
            outcome.digest,
            outcome.note,
        )
        for outcome in outcomes
    ]
    results.table(rows)
    statuses = [outcome.status for outcome in outcomes]
    counts = [f"{statuses.count(status)} {status}" for status in (COPIED, REPLACED, PRESENT, *_BAD)]
    show.write(f"{show.several(len(outcomes), 'image')}: {', '.join(counts)}")


def push_charts(
    charts: list[PackedChart], settings: Settings, reach: Reach, request: Request, scratch: Scratch
) -> bool:
    """Push charts, print the address of each, and return whether all are there.

    Raises:
        AcregError: there is no Helm.
    """
    client = RegistryClient(reach)
    workers = Workers(*planned.work(request.flags), client.stop, show.note)
    try:
        with temporary_folder() as folder:
            path = "/".join(filter(None, (settings.repository_path, CHARTS)))
            push = withchart.push(reach, settings.registry, path, client, scratch)
            replace = planned.wishes(request.flags).replace
            pushed = workers.each(
                charts, Push(push, Remote(client, workers), settings.prefix, folder, replace), lambda _: None
            )
    finally:
        client.close()
    show.table(("STATUS", "CHART", "VERSION", "NOTE"), pushed)
    return not any(chart.status in _BAD for chart in pushed)


def _destination(to: Path | None, *, prune: bool) -> Folder | Archive | None:
    if to is None:
        return None
    return Archive(to) if to.name.endswith(SUFFIX) else Folder(to, prune=prune)


def _end_in_order() -> None:
    """Have what ends us, or our terminal, end what we have started, too. A second signal would break that off."""
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(*_: object) -> NoReturn:
        for number in ending:
            signal.signal(number, lambda *_: None)  # SIG_IGN would warn of one that has just come
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        return
    for number in ending:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has the last
            signal.signal(number, interrupt)
