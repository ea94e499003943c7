"""`acreg explain`: how the last run of the post-renderer ended, which Helm 4 does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postrenderer import lastrun
from postrenderer.cli import show
from postrenderer.cli.arguments import Parser

if TYPE_CHECKING:
    from postrenderer.lastrun import LastRun

_DESCRIPTION = """\
Show the last run of the post-renderer by this user: when and where it was, what it worked on, its report, and what went
wrong. Helm 4 hides why a post-renderer failed."""

_EXAMPLES = """\
example:
  helm upgrade appcircle-server appcircle/appcircle --post-renderer acreg-postrenderer || helm acreg explain

exit codes: 0, or 1 if there was no run."""


def main(argv: list[str]) -> int:
    """Print what is known of the last run."""
    Parser("acreg explain", "", _DESCRIPTION, _EXAMPLES).read(argv)
    path = lastrun.path()
    run = lastrun.read(path)
    if run is None:
        show.write(f"There was no run of the post-renderer by this user, or it could not be noted in {path}.")
        return 1
    for name, value in rows(run):
        show.styled(f"{name:<9} {value}", "")
    for entry in filter(None, run.open.split(lastrun.BAR)):
        show.styled(f"  {entry}", "")
    if run.error:
        show.write("")
        show.styled(f"acreg: {run.error}", "red")
    return 0


def rows(run: LastRun) -> list[tuple[str, str]]:
    """Return what is known of a run, as names and values; a name is empty where a list goes on."""
    first, *more = run.files.split(", ")
    found = [
        ("time", run.time.replace("T", " ").replace("Z", " UTC")),
        ("ended", "successfully" if run.code == "0" else f"with exit code {run.code}"),
        ("under", "Helm 4" if run.helm else ""),
        ("folder", run.folder),
        ("command", run.command),
        ("report", run.report),
        ("registry", run.unnamed and f"from {run.unnamed}, a file that nobody named"),
        ("files", first),
        *(("", name) for name in more),
        ("done", run.summary),
    ]
    return [(name, value) for name, value in found if value]
