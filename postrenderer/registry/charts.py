"""Charts beside their images: `helm push` puts them below the private path, as OCI artifacts.

A chart lies at `<private path>/charts/NAME`, its version is the tag (with `_` for `+`, as Helm does), and its archive
is the one layer (https://helm.sh/docs/topics/registries). A version that is there with another archive is not replaced
unless that is asked for. An archive that is made here is the same bytes for the same files.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from typing import TYPE_CHECKING, NamedTuple

import yaml

from postrenderer.errors import AcregError
from postrenderer.registry.failures import REFUSED, RegistryError
from postrenderer.registry.outcome import COPIED, FAILED, PRESENT, REPLACED
from postrenderer.registry.places import TARGET, in_registry
from postrenderer.text import construct

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from postrenderer.registry.remote import Remote

CHARTS = "charts"
_FILE = "Chart.yaml"
_LONGEST = 1 << 20
"""More bytes than any Chart.yaml has; a small archive can hold a huge one."""
_NAME = re.compile(r"\w[\w.-]*", re.ASCII)
_VERSION = re.compile(r"\w[\w.+-]*", re.ASCII)
_SUFFIX = ".tgz"


class PackedChart(NamedTuple):
    """A chart as an archive: its name, its version, and its bytes."""

    name: str
    version: str
    content: bytes

    @property
    def file(self) -> str:
        """The name of its file, as `helm package` gives it."""
        return f"{self.name}-{self.version}{_SUFFIX}"


class PushedChart(NamedTuple):
    """A chart after its push: its status, as that of an image, the address to install it from, its version, and why."""

    status: str
    address: str
    version: str
    note: str = ""


class Push:
    """Pushes charts. Call it with one of them.

    Args:
        push: `helm push` of a file to an address.
        remote: is asked what is there.
        prefix: the private path.
        folder: for the file.
        replace: addresses, or `NAME:VERSION`, of charts that may be replaced.
    """

    def __init__(
        self, push: Callable[[Path, str], object], remote: Remote, prefix: str, folder: Path, replace: Collection[str]
    ) -> None:
        self._push = push
        self._remote = remote
        self._base = f"{prefix}/{CHARTS}"
        self._folder = folder
        self._replace = replace

    def __call__(self, chart: PackedChart) -> PushedChart:
        """Push a chart, unless it is there."""
        address = f"oci://{self._base}/{chart.name}"
        try:
            status = self._pushed(chart)
        except RegistryError as error:
            return PushedChart(REFUSED if error.kind == REFUSED else FAILED, address, chart.version, str(error))
        except AcregError as error:
            return PushedChart(FAILED, address, chart.version, str(error))
        return PushedChart(status, address, chart.version)

    def _pushed(self, chart: PackedChart) -> str:
        place = in_registry(f"{self._base}/{chart.name}", tag=chart.version.replace("+", "_"))
        before, digest = self._remote.get(place, TARGET), f"sha256:{hashlib.sha256(chart.content).hexdigest()}"
        if before and digest in {layer.get("digest") for layer in before.document.get("layers") or ()}:
            return PRESENT
        names = (f"{chart.name}:{chart.version}", f"oci://{self._base}/{chart.name}", f"{self._base}/{chart.name}")
        if before and not any(name in self._replace for name in names):
            raise RegistryError(
                REFUSED, f"another archive is there under this version; --replace {names[0]} replaces it"
            )
        file = self._folder / chart.file
        file.write_bytes(chart.content)
        self._push(file, f"oci://{self._base}")
        return REPLACED if before else COPIED


def read(content: bytes, name: str) -> PackedChart:
    """Return the chart of an archive.

    Args:
        content: of the archive.
        name: for messages.

    Raises:
        AcregError: it is no chart.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            file = archive.extractfile(next(one for one in archive if one.name.split("/")[1:] == [_FILE]))
            about = construct.load(file.read(_LONGEST) if file else b"")
        packed = PackedChart(str(about["name"]), str(about["version"]), content)
    except (StopIteration, tarfile.TarError, OSError, EOFError, yaml.YAMLError, TypeError, LookupError):
        packed = None
    if packed is None or not _NAME.fullmatch(packed.name) or not _VERSION.fullmatch(packed.version):
        raise AcregError(f"{name} is not a chart: it is not an archive of `helm package`.")
    return packed


def same_each_time(content: bytes) -> bytes:
    """Return an archive that `helm package` made without the times in it."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = [(one.name, _content(archive, one)) for one in archive if one.isfile()]
    return _packed(files)


def dependencies(chart: PackedChart) -> list[PackedChart]:
    """Return the charts that a chart brings along in its folder `charts`.

    Raises:
        AcregError: one is no chart.
    """
    found: list[PackedChart] = []
    inside: dict[str, list[tuple[str, bytes]]] = {}
    with tarfile.open(fileobj=io.BytesIO(chart.content)) as archive:
        for one in archive:
            _, *path = one.name.split("/")
            if not one.isfile() or path[:1] != [CHARTS]:
                continue
            if len(path) == len((CHARTS, "file")):
                if path[1].endswith(_SUFFIX):
                    found.append(read(_content(archive, one), path[1]))
            else:
                inside.setdefault(path[1], []).append(("/".join(path[1:]), _content(archive, one)))
    found += [read(_packed(files), name) for name, files in sorted(inside.items())]
    return found


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file else b""


def _packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)
