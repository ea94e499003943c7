"""`acreg check`: is every image there on the private registry?"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from postrenderer.cli import access, asking, inputs, outputs, planned, results, show
from postrenderer.cli.arguments import Parser
from postrenderer.cli.tempfolder import temporary_folder
from postrenderer.errors import AcregError
from postrenderer.registry import locking, plan
from postrenderer.registry.check import DIFFERS, FAILED, MISSING, PRESENT, CheckedImage, CheckImage
from postrenderer.registry.origins import Origin
from postrenderer.settings import lockfile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from postrenderer.settings import Settings

_DESCRIPTION = """\
Check that the private registry has every image of manifests, a chart, a release or a list, under the reference that
the post-renderer writes. With --lock alone, check the images of the lock: digests, platforms and signatures.
With --digests, also compare each image with its source, if the source can be reached."""

_EXAMPLES = """\
examples:
  Upgrade only if no image is missing:
    helm acreg check --chart appcircle/appcircle -f values.yaml --username robot --password-stdin < password.txt &&
      helm acreg upgrade appcircle-server appcircle/appcircle -f values.yaml
  List what is missing, for a script:
    helm acreg check --list images.txt --values values.yaml -o json | jq '.images[] | select(.status != "present")'

exit codes: as `acreg render`; 1 if any image is missing, differs, or cannot be checked."""


def main(argv: list[str]) -> int:
    """Print what was found."""
    environ = access.withdraw(os.environ)
    parser = Parser("acreg check", f"[SETTINGS] {planned.WHERE}", _DESCRIPTION, _EXAMPLES)
    planned.add_list(parser)
    parser.add_argument(
        "--digests",
        action="store_true",
        help="also compare digests with the source, and check that signatures, attestations and SBOMs are there",
    )
    forms = ("table", "json", *outputs.FORMS)
    parser.add_argument("-o", "--output", choices=forms, default="table", metavar="|".join(forms))
    asking.add_flags(parser)
    request = inputs.parse(parser, argv)
    access.refuse_shared_stdin(request.flags)
    with temporary_folder() as folder:
        if request.flags["lock"] and not planned.names_images(request):
            settings = inputs.load(request, inputs.Manifests(b"", []), folder)
            found = plan.CopyPlan(locking.copies(lockfile.read(settings.lock)), [])
        else:
            settings, found = planned.read(request, folder)
    for item in found.left:
        show.note(f"not checked: {item.reference}: {item.reason}")
    findings = look(found.copies, settings, request.flags, environ)
    if request.text("output") in outputs.FORMS:
        file = planned.where(request)
        made = [
            outputs.Result(
                item.status, item.image.target, item.note, item.status != PRESENT, item.image.source, file, 0
            )
            for item in findings
        ]
        show.write(outputs.FORMS[request.text("output")]("acreg check", made))
    else:
        _print(findings, request.text("output"))
    return int(any(finding.status != PRESENT for finding in findings))


def look(
    copies: list[plan.ImageCopy], settings: Settings, flags: Mapping[str, object], environ: Mapping[str, str]
) -> list[CheckedImage]:
    """Look for images on the private registry.

    Args:
        copies: which ones.
        settings: name the registry.
        flags: those of `access`, and `digests`; what is missing has its default.
        environ: the environment, passwords included.

    Raises:
        AcregError: the credentials cannot be read.
    """
    wishes = planned.wishes(flags)
    with asking.registries(flags, environ, settings) as (remote, workers):
        origin = Origin(remote, wishes) if flags.get("digests") else None
        check: CheckImage | locking.CheckLock = CheckImage(remote, origin, with_referrers=wishes.referrers)
        if settings.lock:
            check = locking.CheckLock(remote, lockfile.read(settings.lock), with_referrers=wishes.referrers)
        return workers.each(copies, check, lambda _: None)


def require(manifests: bytes, settings: Settings, flags: Mapping[str, object], environ: Mapping[str, str]) -> None:
    """Refuse to go on unless every image of manifests is there: the gate in front of an upgrade.

    Args:
        manifests: as Helm renders them, before or after the post-renderer.
        settings: as the post-renderer's.
        flags: see `look`.
        environ: see `look`.

    Raises:
        AcregError: an image is not there, or cannot be looked for; the message names all of them.
    """
    findings = look(plan.of_manifests(manifests, settings).copies, settings, flags, environ)
    bad = [item for item in findings if item.status != PRESENT]
    if bad:
        named = results.in_a_sentence((item.image.target, item.note or item.status) for item in bad)
        is_known = any(item.status != FAILED for item in bad)
        remedy = (
            "Copy what is missing with `acreg mirror`, or run"
            if is_known
            else "Nothing was installed. Fix this, or run"
        )
        raise AcregError(
            f"{len(bad)} of {show.several(len(findings), 'image')} cannot be pulled from the private registry: {named}."
            f" {remedy} again without --check."
        )


def _print(findings: list[CheckedImage], form: str) -> None:
    statuses = [finding.status for finding in findings]
    counts = {status: statuses.count(status) for status in (PRESENT, MISSING, DIFFERS, FAILED)}
    if form == "json":
        images = [
            {
                "source": finding.image.source,
                "target": finding.image.target,
                "status": finding.status,
                "digest": finding.digest,
                "sourceDigest": finding.source_digest,
                "note": finding.note,
            }
            for finding in findings
        ]
        show.write(json.dumps({"images": images, "summary": counts}, indent=2, ensure_ascii=False))
        return
    results.table([(item.status, item.image.target, item.digest, item.note) for item in findings])
    show.write(
        f"{show.several(len(findings), 'image')}: {', '.join(f'{count} {status}' for status, count in counts.items())}"
    )
