"""`acreg mirror`: copy every image to where the post-renderer points it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from postrenderer.cli import access, announced, copying, inputs, planned, show, sources, withchart
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import SettingsError
from postrenderer.registry import archive, carried, export, plan
from postrenderer.registry.scratch import Scratch

if TYPE_CHECKING:
    from postrenderer.settings import Settings

_DESCRIPTION = """\
Copy the images of manifests, a chart, a release or a list to the private registry, each to the reference that the
post-renderer writes, with all platforms and unchanged digests. Images that are there with the same digest are skipped:
rerun to resume. skopeo does the copying. With `--lock FILE` the digests are written into FILE, too; what moved since
shows in Git."""

_EXAMPLES = """\
examples:
  The images of a chart, from Appcircle's registry to your own:
    helm acreg mirror --chart appcircle/appcircle -f values.yaml --username robot --password-file password.txt \\
      --source-username _json_key --source-password-file cred.json
  What would be copied, as a script for another machine:
    helm acreg mirror --list images.txt --values values.yaml -o script
  Make the repositories of Amazon ECR first, or as they are needed:
    helm acreg mirror --list images.txt -o repositories | xargs -n1 aws ecr create-repository --repository-name
    helm acreg mirror --list images.txt --create-with 'aws ecr create-repository --repository-name {repository}'
  Through an air gap, in two steps:
    helm acreg mirror --list images.txt --to /media/disk/appcircle
    helm acreg mirror --from /media/disk/appcircle --values values.yaml --username robot --password-stdin

exit codes: as `acreg render`; 1 if any image failed or was refused."""

_COPY_SECONDS = 3600
_FORMS = tuple(export.FORMS)
_OWN = "already private, and its public source is unknown"


def main(argv: list[str]) -> int:
    """Copy the images, or show what would be copied."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg mirror", f"[SETTINGS] {planned.WHERE[:-1]} | --from DIR)", _DESCRIPTION, _EXAMPLES)
    planned.add_list(parser)
    folders = parser.add_mutually_exclusive_group()
    folders.add_argument(
        "--to", metavar="DIR|FILE.tar", help="write the images to a folder or an archive, for an air gap"
    )
    folders.add_argument(
        "--from", metavar="DIR|FILE.tar", help="verify and copy the images of such a folder or archive"
    )
    parser.add_argument(
        "--since",
        metavar="DIR|FILE",
        help="with --to: leave out what an earlier folder, or its acreg-mirror.json, lists",
    )
    parser.add_argument("--prune", action="store_true", help="with --to DIR: remove files that no image needs any more")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be copied, and to which reference")
    parser.add_argument(
        "-o", "--output", choices=_FORMS, metavar="|".join(_FORMS), help="print the list in this form, and copy nothing"
    )
    planned.add_wishes(parser)
    parser.add_argument(
        "--with-chart",
        action="store_true",
        help="with --chart: also push the chart and its dependencies to oci://PRIVATE-PATH/charts",
    )
    parser.add_argument(
        "--replace",
        metavar="REFERENCE",
        action="append",
        help="overwrite what this private reference has, even if it came from another source; may be repeated",
    )
    parser.add_argument(
        "--create-with",
        metavar="COMMAND",
        help="create each missing repository with this command, for registries that do not create them on a push:"
        " 'aws ecr create-repository --repository-name {repository}'",
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
    with Scratch() as scratch:
        with temporary_folder() as folder:
            settings, job, left = _prepare(request, folder, scratch)
        for item in left:
            show.note(f"not copied: {item.reference}: {item.reason}")
        form = request.text("output") or ("list" if request.flags["dry_run"] else "")
        if form:
            insecure = access.trust(request.flags, environ).insecure
            listed = "\n".join(image.source for image in job.images)
            show.write(listed if job.to else export.FORMS[form](job.images, insecure).removesuffix("\n"))
            return 0
        reach = access.reach(request.flags, environ, settings, scratch)
        is_complete = copying.is_complete(copying.run(job, settings, reach, request))
        if job.charts and not job.to:
            is_complete &= copying.push_charts(job.charts, settings, reach, request, scratch)
    return 0 if is_complete else 1


def _check(request: inputs.Request) -> None:
    manifests = [name for name in ("filename", "list", "chart", "release") if request.flags.get(name)]
    if request.flags["from"] and manifests:
        raise SettingsError(f"--from DIR already names its images: leave out --{manifests[0]}.")
    if request.flags["from"] and request.flags["platform"]:
        raise SettingsError("--from DIR copies what the folder has: give --platform with --to, where it is written.")
    if request.flags["with_chart"] and not request.flags.get("chart"):
        raise SettingsError("--with-chart pushes the chart that --chart names: add it, or leave --with-chart out.")
    to = request.text("to")
    if (request.flags["since"] or request.flags["prune"]) and not to:
        raise SettingsError("--since and --prune belong to the folder that --to DIR writes: add it, or leave them out.")
    if to.endswith(archive.OTHER_SUFFIXES):
        raise SettingsError(f"--to {to}: an archive is FILE.tar, not compressed, as the layers of images are already.")
    if request.flags["prune"] and to.endswith(archive.SUFFIX):
        raise SettingsError(
            "An archive is always written from scratch, so there is nothing to prune: leave out --prune."
        )
    folder = next((name for name in ("to", "from") if request.flags[name]), "")
    if folder and request.flags["output"]:
        raise SettingsError(f"-o prints copies from registry to registry: leave out -o or --{folder} DIR.")
    if int(str(request.flags["copy_timeout"])) < 1:
        raise SettingsError("--copy-timeout must be at least 1 second.")
    access.refuse_shared_stdin(request.flags)


def _prepare(
    request: inputs.Request, folder: Path, scratch: Scratch
) -> tuple[Settings, copying.MirrorJob, list[plan.LeftReference]]:
    to, origin = request.text("to"), Path(request.text("from"))
    if request.flags["from"]:
        loaded = archive.load(origin, scratch.folder()) if origin.is_file() else carried.load(origin.resolve())
        settings = inputs.load(request, inputs.Manifests(b"", []), folder)
        found = plan.of_references(loaded.images, settings)
        return settings, copying.MirrorJob(found.moved, None, loaded, loaded.charts()), found.left
    settings, found = planned.read(request, folder, registry=not to)
    private = [plan.LeftReference(image.source, _OWN) for image in found.copies if image not in found.moved]
    if private and not (request.text("chart") or request.text("list")):
        raise sources.unknown(request, [image.reference for image in private])
    charts = withchart.pack(request, folder) if request.flags["with_chart"] else []
    return (
        settings,
        copying.MirrorJob(found.moved, Path(to).resolve() if to else None, None, charts),
        found.left + private,
    )
