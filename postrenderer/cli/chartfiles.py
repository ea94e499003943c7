"""A chart as its files: read from the archive that Helm makes or fetches, and packed again."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from postrenderer.cli import helmargs
from postrenderer.errors import AcregError
from postrenderer.text import construct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from postrenderer.cli.helm import Helm

_LARGEST = 100 << 20
"""Bytes that a chart may have (Helm's loader, MaxDecompressedChartSize): a small archive can hold far more."""
Files = dict[str, bytes]
"""The files of a chart by their names below its folder; a packed sub-chart is one of them, `charts/db-1.0.0.tgz`."""

ORIGIN = (
    "--repo",
    "--version",
    "--devel",
    "--verify",
    "--keyring",
    "--dependency-update",
    "--username",
    "--password",
    "--pass-credentials",
    "--ca-file",
    "--cert-file",
    "--key-file",
    "--insecure-skip-tls-verify",
    "--plain-http",
)
"""Helm's flags that say where a chart comes from, and how: they no longer count once it is here."""


def fetch(helm: Helm, chart: str, argv: Sequence[str], command: str, scratch: Path) -> Files:
    """Return the files of a chart as Helm installs it: what `.helmignore` names is not there, sub-charts are.

    Args:
        helm: packs a folder, and fetches what is not on this machine.
        chart: as Helm's command line names it.
        argv: the command line's arguments.
        command: the command that they are for.
        scratch: a folder for files of ours.

    Raises:
        HelmError: Helm cannot fetch or pack it.
        AcregError: the archive cannot be read.
    """
    flags = helm.flags(command)
    is_here = "--repo" not in {argument.name for argument in helmargs.split(argv, flags)}
    if is_here and Path(chart).is_file():
        return unpack(Path(chart).read_bytes(), chart)
    target = scratch / "archive"
    target.mkdir(exist_ok=True)
    if is_here and Path(chart).is_dir():
        helm.output("package", chart, "--destination", str(target))
    else:
        known = helmargs.known_to(helm.flags("pull"), argv, flags)
        helm.output("pull", chart, *known, "--destination", str(target))
    found = sorted(target.glob("*.tgz"))
    if not found:
        raise AcregError(f"Helm {helm.version} made no archive of the chart {chart}. Please report this.")
    return unpack(found[0].read_bytes(), chart)


def unpack(data: bytes, name: str) -> Files:
    """Return the files in an archive of a chart, without the folder that all of them lie in.

    Raises:
        AcregError: it is no such archive.
    """
    return {path.partition("/")[2]: content for path, content in members(data, name).items()}


def members(data: bytes, name: str) -> Files:
    """Return the files in an archive of a chart by their whole names.

    Raises:
        AcregError: it is no such archive, or larger than one that Helm takes.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive:
            return dict(_members(archive, name))
    except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
        raise AcregError(f"The chart {name} is not an archive made by `helm package`: {error}.") from None


def pack(files: Files, folder: str) -> bytes:
    """Return an archive of a chart.

    Args:
        files: the chart's files.
        folder: the name of the folder in which they lie there.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def name(files: Files) -> str:
    """Return the name that a chart's Chart.yaml gives it; empty if it has none."""
    return str(mapping(files.get("Chart.yaml", b"")).get("name") or "")


def names_in(files: Files, chart: str) -> list[str]:
    """Return the names under which a chart has a sub-chart: its aliases, and its own name where there is none.

    Args:
        files: the files of the chart that has it.
        chart: the sub-chart's own name.
    """
    listed = [
        dependency
        for file in ("Chart.yaml", "requirements.yaml")
        for dependency in mapping(files.get(file, b"")).get("dependencies") or ()
        if isinstance(dependency, dict)
    ]
    found = [str(one.get("alias") or chart) for one in listed if one.get("name") == chart]
    return list(dict.fromkeys(found)) or [chart]


def subcharts(files: Files) -> dict[str, Files]:
    """Return the sub-charts by where they are: `charts/db-1.0.0.tgz`, or `charts/db/` for one that is not packed."""
    found: dict[str, Files] = {}
    for path, content in files.items():
        folder, _, rest = path.removeprefix("charts/").partition("/")
        if not path.startswith("charts/") or folder.startswith(("_", ".")):
            continue
        if rest:
            found.setdefault(f"charts/{folder}/", {})[rest] = content
        elif folder.endswith(".tgz"):
            found[path] = unpack(content, path)
    return {where: inside for where, inside in found.items() if name(inside)}


def with_subchart(files: Files, where: str, inside: Files) -> Files:
    """Return a chart with another sub-chart in the place of one of its own."""
    if not where.endswith("/"):
        return {**files, where: pack(inside, name(inside))}
    others = {path: content for path, content in files.items() if not path.startswith(where)}
    return {**others, **{where + path: content for path, content in inside.items()}}


def mapping(text: bytes) -> dict[str, Any]:
    """Return what a YAML text holds; nothing if that is no mapping."""
    try:
        found = construct.load(text.removeprefix(b"\xef\xbb\xbf"))
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _members(archive: tarfile.TarFile, name: str) -> Iterator[tuple[str, bytes]]:
    size = 0
    for member in archive:
        size += member.size
        if size > _LARGEST:
            raise AcregError(f"The chart {name} has more than {_LARGEST >> 20} MiB of files, which Helm does not take.")
        content = archive.extractfile(member) if member.isfile() else None
        if content is not None:
            yield member.name.removeprefix("./"), content.read()
