"""Where the commands get manifests from: standard input, files, a chart that Helm renders, or an installed release."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from postrenderer import lastrun, settings
from postrenderer.cli.arguments import Parser, add_settings
from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from postrenderer.cli.helm import Helm
    from postrenderer.settings import Settings

WHERE = "(< MANIFESTS | -f FILE… | --chart CHART […] | --release NAME)"

_ABOUT_CLUSTER = ("--kube-version", "--api-versions", "-a", "--validate", "--dry-run")
"""Flags of `helm template` that say what the cluster has."""

_NO_REGISTRY = f"global: {{imageRegistry: {settings.NO_REGISTRY}}}\n"


class Request(NamedTuple):
    """A command line, split into our flags and Helm's arguments.

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
    """Manifests, and how they came about.

    Attributes:
        data: the stream.
        values: the Helm values files whose settings go with them.
        helm: the Helm that rendered them from a chart; None for others.
        cluster: the flags that told it what the cluster has.
        stdin: what it read from standard input.
    """

    data: bytes
    values: list[str]
    helm: Helm | None = None
    cluster: Sequence[str] = ()
    stdin: bytes = b""


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
            "--list", metavar="FILE", help="a file with one reference per line, instead of manifests; `-` is stdin"
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


def read(request: Request, folder: Path) -> Manifests:
    """Get the manifests.

    Args:
        request: what the command line asks for.
        folder: an empty folder for files of ours.

    Raises:
        AcregError: a file cannot be read, or Helm fails.
        SettingsError: nothing is named, and nobody pipes manifests to us.
    """
    if request.flags.get("chart") or request.flags.get("release"):
        return _from_helm(request, folder)
    named = request.flags.get("filename")
    if not named:
        refuse_terminal()
    names = named or ["-"]
    if not isinstance(names, list):
        raise TypeError(names)
    return Manifests(join([read_file(str(name)) for name in names]), [])


def refuse_terminal() -> None:
    """See that standard input is not somebody's keyboard, where a command would wait without a word.

    Raises:
        SettingsError: it is.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        raise SettingsError(
            "There are no manifests to read: name a chart with --chart CHART, a release with --release NAME or files"
            " with -f FILE, or pipe manifests into acreg."
        )


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
    return in_effect({**request.flags, "values": values}, os.environ)


def rendered(manifests: Manifests, settings: Settings) -> Manifests:
    """Return manifests as the post-renderers of `before` hand them to acreg.

    Raises:
        AcregError: one of them failed.
    """
    from postrenderer import chain  # noqa: PLC0415  # the help needs no rewriting

    return manifests._replace(data=chain.before(manifests.data, settings))


def in_effect(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings in effect, and announce and note an acreg.yaml that nobody named.

    Args:
        flags: as `settings.effective` takes them.
        environ: the environment.

    Raises:
        SettingsError: something is wrong with them.
    """
    found = settings.effective(flags, environ, os.curdir)
    lastrun.note_registry(found.unnamed)
    settings.announce(found.file)
    return found.settings


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
    from postrenderer.cli import helmargs, helmvalues, probe  # noqa: PLC0415  # only needed here

    chart, release = (helmargs.operand(request.text(name)) for name in ("chart", "release"))
    helm = helm_.find()
    if chart:
        stdin = read_file("-") if helmvalues.reads_stdin(request.helm) else b""
        cluster = _cluster(helm, request.helm, folder)
        data = probe.template(helm, cluster, chart, *request.helm, stdin=stdin)
        return Manifests(data, helmvalues.files(helm, request.helm, folder, stdin), helm, cluster, stdin)
    parts = [helm.output("get", what, release, *request.helm) for what in ("manifest", "hooks")]
    return Manifests(join(parts), helmvalues.of_release(helm, release, folder, *request.helm))


def _cluster(helm: Helm, argv: Sequence[str], folder: Path) -> list[str]:
    """The flags by which a chart is rendered for the cluster, unless the user says for which one."""
    from postrenderer.cli import helmargs, probe, show  # noqa: PLC0415  # only needed here

    flags = helm.flags("template")
    if any(argument.name in _ABOUT_CLUSTER for argument in helmargs.split(argv, flags)):
        return []
    found = probe.cluster(helm, folder, argv, flags)
    if not found:
        show.note(
            "acreg: no cluster can be reached, so the chart was rendered without one: objects that it makes only for"
            " certain APIs are missing. Name these with --kube-version and --api-versions."
        )
    return found
