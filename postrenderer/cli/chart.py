"""A chart as a folder of ours, rendered with Helm as often as it takes to learn how its values reach its images."""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from postrenderer.cli import chartfiles, helmargs
from postrenderer.cli.helm import HelmError
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postrenderer.cli.helm import Helm

_PROBE = "templates/acreg-values.yaml"
_TEMPLATE = "acregValues: {{ toJson .Values | b64enc }}\n"
_REMOTE = ("--repo", "--version", "--verify", "--devel")
"""Flags that say where a chart comes from; they no longer count once it is here."""


class Chart(NamedTuple):
    """A chart, ready to be rendered.

    Attributes:
        helm: renders it.
        name: the release's name.
        folder: the chart's folder, a copy that is ours.
        arguments: `helm template`'s further arguments.
        stdin: what Helm reads from standard input.
    """

    helm: Helm
    name: str
    folder: Path
    arguments: list[str]
    stdin: bytes

    def render(self, overlay: dict[str, Any] | None = None) -> bytes:
        """Return the manifests, hooks too, with more values on top of those that were given.

        Raises:
            HelmError: the chart cannot be rendered.
        """
        return self._template(overlay)

    def values(self) -> dict[str, Any]:
        """Return the values that count: those of the chart and its sub-charts, and what was given over them.

        Raises:
            HelmError: the chart cannot be rendered.
        """
        probe = self.folder / _PROBE
        probe.parent.mkdir(exist_ok=True)
        probe.write_text(_TEMPLATE, encoding="utf-8")
        try:
            rendered = self._template(None)
        finally:
            probe.unlink()
        for line in rendered.splitlines():
            if line.startswith(b"acregValues: "):
                found: dict[str, Any] = json.loads(base64.b64decode(line[13:])) or {}
                return found
        raise AcregError(f"Helm {self.helm.version} did not show the values of {self.folder.name}: please report this.")

    def _template(self, overlay: dict[str, Any] | None) -> bytes:
        more = []
        if overlay:
            file = self.folder.parent / "overlay.json"
            file.write_text(json.dumps(overlay), encoding="utf-8")
            more = ["--values", str(file)]
        return self.helm.output("template", self.name, str(self.folder), *self.arguments, *more, stdin=self.stdin)


def fetch(helm: Helm, named: tuple[str, str], argv: Sequence[str], scratch: Path, stdin: bytes = b"") -> Chart:
    """Get a chart with its sub-charts: from a folder, an archive, or, with `helm pull`, from elsewhere.

    Args:
        helm: pulls and renders it.
        named: the names of the release and of the chart, as Helm takes them.
        argv: the further arguments of `helm template`.
        scratch: an empty folder.
        stdin: what Helm reads from standard input.

    Raises:
        AcregError: it cannot be had.
    """
    name, chart = named
    target = scratch / "chart"
    target.mkdir()
    flags = helm.flags("template")
    if "--repo" not in {argument.name for argument in helmargs.split(argv, flags)} and os.path.exists(chart):
        _copy(Path(chart), target)
    else:
        known = helmargs.known_to(helm.flags("pull"), argv, flags)
        try:
            helm.output("pull", chart, *known, "--untar", "--untardir", str(target))
        except HelmError as error:
            if "://" in chart:
                raise
            raise HelmError(f"{error}. There is no folder and no archive `{chart}` either.", error.exit_code) from None
    found = [path for path in sorted(target.iterdir()) if (path / "Chart.yaml").exists()]
    if not found:
        raise AcregError(
            f"{chart} is not a chart: it has no Chart.yaml. Name a folder or an archive that `helm template` takes."
        )
    return Chart(helm, name, found[0], helmargs.without(_REMOTE, argv, flags), stdin)


def _copy(chart: Path, target: Path) -> None:
    if chart.is_dir():
        shutil.copytree(chart, target / (chart.resolve().name or "chart"), ignore=shutil.ignore_patterns(".git"))
        return
    try:
        for name, content in chartfiles.members(chart.read_bytes(), str(chart)).items():
            place = (target / name).resolve()
            if target.resolve() not in place.parents:
                continue  # Helm reads nothing but files inside
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except OSError as error:
        raise AcregError(f"{chart} cannot be read: {error.strerror}.") from None
