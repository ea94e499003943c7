"""The images that `mirror` and `check` are about, of manifests or of a list, and how many of them at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer.cli import announced, inputs, show, sources
from postrenderer.errors import AcregError, SettingsError
from postrenderer.images import collisions
from postrenderer.images.relocation import Relocation
from postrenderer.registry import plan, platforms
from postrenderer.registry.origins import Wishes

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from postrenderer.cli.arguments import Parser
    from postrenderer.settings import Settings

WHERE = f"(--list FILE | {inputs.WHERE[1:]}"
_JOBS, _RETRIES = 4, 3


def add_list(parser: Parser) -> None:
    """Add the flag for a list."""
    parser.add_argument(
        "--list", metavar="FILE", help="a file with one reference per line, instead of manifests; `-` is stdin"
    )


def names_images(request: inputs.Request) -> bool:
    """Tell whether a command line names manifests, a chart, a release or a list."""
    return any(request.flags.get(name) for name in ("filename", "list", "chart", "release"))


def where(request: inputs.Request) -> str:
    """Return the name of what a command line names, for messages: a file, a chart, a release."""
    given = request.flags.get("filename")
    files = [str(given[0])] if isinstance(given, list) and given else []
    named = [*files, *(request.text(name) for name in ("list", "chart", "release", "lock"))]
    return next((name for name in named if name and name != "-"), "stdin")


def read(request: inputs.Request, folder: Path, *, registry: bool = True) -> tuple[Settings, plan.CopyPlan]:
    """Return the settings, and the images with their places on the private registry.

    Args:
        request: what the command line asks for.
        folder: an empty folder for files of ours.
        registry: whether it is an error that no private registry is set; else one stands in for it.

    Raises:
        AcregError: the manifests or the list cannot be read, or are empty, which a gate must not take for complete.
        SettingsError: both are given, or something is wrong with the settings.
    """
    listed = request.text("list")
    both = [name for name in ("filename", "chart", "release") if listed and request.flags.get(name)]
    if both:
        raise SettingsError(f"--list and --{both[0]} both name images: leave one of them out.")
    manifests = inputs.Manifests(inputs.read_file(listed), []) if listed else inputs.read(request, folder)
    if not listed and not manifests.data.strip():
        raise AcregError(
            "There are no manifests: the command that should have written them failed, or wrote them elsewhere."
        )
    settings = inputs.load(request, manifests, folder, registry=registry)
    if listed:
        return settings, plan.of_list(manifests.data, settings)
    manifests = inputs.rendered(manifests, settings)
    found = plan.of_manifests(manifests.data, settings)
    if not found.copies and not found.left:
        show.note("acreg: the manifests have no image to copy; `acreg images` lists those that stay, and why")
    known = sources.known(request, manifests, settings, folder)
    copies = {
        copy.target: copy._replace(source=known.get(copy.target, copy.source)) if copy.source == copy.target else copy
        for copy in found.copies
    }
    if "rendered_only" in request.flags:
        relocation = Relocation(settings)
        for image in announced.of_request(request, manifests, folder):
            outcome = relocation(image.reference)
            if outcome.status == "moved":
                copies.setdefault(outcome.target, plan.ImageCopy(image.reference, outcome.target))
        collisions.check(copies.values())
    return settings, found._replace(copies=list(copies.values()))


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Add the flags about what is wanted of an image."""
    parser.add_argument(
        "--platform",
        metavar="OS/ARCH[/VARIANT]",
        action="append",
        help="only this platform of each image, such as linux/amd64; may be repeated (default: all)",
    )
    parser.add_argument(
        "--no-referrers",
        action="store_true",
        help="leave out signatures, attestations and SBOMs, which otherwise go with each image",
    )


def wishes(flags: Mapping[str, object]) -> Wishes:
    """Return what is wanted of an image.

    Raises:
        SettingsError: a platform is none.
    """
    platform, replace = flags.get("platform"), flags.get("replace")
    wanted = platforms.check(map(str, platform)) if isinstance(platform, list) else ()
    named = frozenset(map(str, replace)) if isinstance(replace, list) else frozenset[str]()
    return Wishes(wanted, not flags.get("no_referrers"), named)


def add_work(parser: argparse.ArgumentParser) -> None:
    """Add the flags about parallel work."""
    parser.add_argument(
        "--jobs", type=int, default=_JOBS, metavar="N", help=f"work on N images at once (default: {_JOBS})"
    )
    parser.add_argument(
        "--retries",
        type=int,
        default=_RETRIES,
        metavar="N",
        help=f"try again up to N times, after 1, 2, 4 … seconds (default: {_RETRIES})",
    )


def work(flags: Mapping[str, object]) -> tuple[int, int]:
    """Return how many images are worked on at once, and how many further tries there are.

    Raises:
        SettingsError: that is none of the first, or less than none of the second.
    """
    jobs, retries = (int(str(flags.get(name, default))) for name, default in (("jobs", _JOBS), ("retries", _RETRIES)))
    if jobs < 1 or retries < 0:
        raise SettingsError("--jobs must be 1 or more, --retries 0 or more.")
    return jobs, retries
