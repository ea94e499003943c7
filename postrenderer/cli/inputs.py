"""Where the commands get manifests from: standard input, files, a chart that Helm renders, or an installed release."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import lastrun, settings
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from postrenderer.settings import Settings

WHERE = "(< MANIFESTS | -f FILE… | --chart CHART […] | --release NAME)"

_NO_REGISTRY = f"global: {{imageRegistry: {settings.NO_REGISTRY}}}\n"


class Request(NamedTuple):
    """What a command line asks for.

    Attributes:
        flags: the values of our flags, by name.
        helm: Helm's own arguments, which only a chart or a release takes.
    """

    flags: dict[str, object]
    helm: list[str]

    def text(self, name: str) -> str:
        """Return the value of a flag; an empty text if it is not given."""
        return str(self.flags.get(name) or "")


class Manifests(NamedTuple):
    """Manifests, and the Helm values files whose settings go with them."""

    data: bytes
    values: list[str]


def parse(parser: Parser, argv: Sequence[str], *, lists: bool = False) -> Request:
    """Add the flags for manifests and settings to a parser and read the arguments.

    Args:
        parser: gets the flags.
        argv: the arguments.
        lists: whether a list of references will do as well, with `--list`.

    With `--chart` or `--release`, every flag that acreg does not know is Helm's, `-f` and `--values` too.

    Raises:
        SettingsError: a flag is unknown or misused.
        SystemExit: after the help was shown.
    """
    of_chart = any(argument.partition("=")[0] == "--chart" for argument in argv)
    of_release = any(argument.partition("=")[0] == "--release" for argument in argv)
    inputs = parser.add_argument_group("manifests", "Read from standard input, unless one of these is given.")
    one = inputs.add_mutually_exclusive_group()
    if not of_chart:
        one.add_argument("-f", "--filename", metavar="FILE", nargs="+", action="extend", help="files; `-` is stdin")
    one.add_argument(
        "--chart",
        metavar="CHART",
        help="a chart as Helm names it: a folder, an archive, repository/name, oci://…; Helm renders it with its own"
        " flags (-f values.yaml, --set, --version, …), whose values count as settings",
    )
    one.add_argument("--release", metavar="NAME", help="an installed release: its manifests, its hooks and its values")
    if lists:
        one.add_argument(
            "--list", metavar="FILE", help="a list with a reference a line instead of manifests; `-` is stdin"
        )
    add_settings(parser, values=not of_chart)
    flags, more = parser.split(argv)
    if more and not (of_chart or of_release):
        words = [word for word in more if not word.startswith("-")]
        if words == more:
            raise SettingsError(
                f"`{words[0]}` is not an argument: name a chart with `--chart {words[0]}`, manifests with"
                f" `-f {words[0]}`, or a release with `--release {words[0]}`"
            )
        parser.refuse(more)
    return Request(flags, more)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that only this user can look into, for as long as it is needed."""
    import tempfile  # noqa: PLC0415  # a filter that has its settings from flags does not need it
    from pathlib import Path  # noqa: PLC0415  # only needed here

    with tempfile.TemporaryDirectory(prefix="acreg-") as folder:
        yield Path(folder)


def read(request: Request, folder: Path) -> Manifests:
    """Get the manifests.

    Args:
        request: what the command line asks for.
        folder: an empty folder for files of ours.

    Raises:
        AcregError: a file cannot be read, or Helm fails.
    """
    if request.flags.get("chart") or request.flags.get("release"):
        return _from_helm(request, folder)
    names = request.flags.get("filename") or ["-"]
    if not isinstance(names, list):
        raise TypeError(names)
    return Manifests(join([read_file(str(name)) for name in names]), [])


def load(request: Request, manifests: Manifests, folder: Path, *, registry: bool = True) -> Settings:
    """Return the settings of the command line, the environment, acreg.yaml and the values of the manifests.

    Args:
        request: what the command line asks for.
        manifests: as `read` returned them.
        folder: a folder for files of ours.
        registry: whether it is an error that no private registry is set; else one stands in for it.

    Raises:
        SettingsError: something is wrong with them.
    """
    values = [name for name in os.environ.get("ACREG_VALUES", "").split(os.pathsep) if name]
    given = request.flags.get("values")
    if isinstance(given, list):
        values = [str(name) for name in given]
    values += manifests.values
    if not registry:
        values.insert(0, no_registry(folder))
    return settle({**request.flags, "values": values}, os.environ)


def settle(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings that count here, and say so if an acreg.yaml that nobody named has the registry.

    Args:
        flags: as `settings.effective` takes them.
        environ: the environment.

    Raises:
        SettingsError: something is wrong with them.
    """
    found = settings.effective(flags, environ, os.curdir)
    if found.unnamed:
        lastrun.settle(found.unnamed)
        _say(f"acreg: the private registry is {found.settings.registry}, as {found.unnamed} says, which nobody named.")
    return found.settings


@cache  # once, though a command may ask for the settings of each of many files
def _say(text: str) -> None:
    from postrenderer.cli import show  # noqa: PLC0415  # the filter with settings on the command line shows nothing

    show.note(text)


def no_registry(folder: Path) -> str:
    """Return the name of a values file with a registry for those who have none, or do not need one."""
    file = folder / "no registry.yaml"
    file.write_text(_NO_REGISTRY, encoding="utf-8")
    return str(file)


def read_file(name: str) -> bytes:
    """Return the content of a file, or of standard input for `-`.

    Raises:
        AcregError: it cannot be read.
    """
    if name == "-":
        if sys.stdin is None:
            raise SettingsError("Standard input is closed, and the manifests are read from it unless -f names a file.")
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        raise AcregError(f"{name} cannot be read: {error.strerror}. Nothing was done.") from None


def join(streams: Sequence[bytes]) -> bytes:
    """Put streams of manifests one after the other, each beginning a document of its own."""
    joined = streams[0]
    for stream in streams[1:]:
        if joined and not joined.endswith(b"\n"):
            joined += b"\n"
        joined += stream if not joined or stream.startswith(b"---") else b"---\n" + stream
    return joined


def _from_helm(request: Request, folder: Path) -> Manifests:
    from postrenderer.cli import helm as helm_  # noqa: PLC0415  # only needed here
    from postrenderer.cli import helmargs, helmvalues  # noqa: PLC0415  # only needed here

    chart, release = (helmargs.operand(request.text(name)) for name in ("chart", "release"))
    helm = helm_.find()
    if chart:
        stdin = read_file("-") if helmvalues.reads_stdin(request.helm) else b""
        data = helm.output("template", chart, *request.helm, stdin=stdin)
        return Manifests(data, helmvalues.files(helm, request.helm, folder, stdin))
    parts = [helm.output("get", what, release, *request.helm) for what in ("manifest", "hooks")]
    return Manifests(join(parts), helmvalues.of_release(helm, release, folder, *request.helm))
