"""Helm, as acreg's commands use it. No other module runs it.

Helm tells a plugin which Helm it is in HELM_BIN, and gives its own global flags (`-n`, `--kube-context` …) as variables
that the Helm started here reads again.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from postrenderer.cli import show
from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HELM4 = 4
"""The first major version whose post-renderers are plugins, and see hooks."""

SHIM_MARK = b"# A helm in front of helm, put there by acreg."
"""The second line of what `acreg shim` writes."""

_FLAG = re.compile(r"^ +(?:-(?P<short>\w), )?--(?P<long>[\w-]+)(?: (?P<value>\S+))?(?: {2,}|$)", re.MULTILINE)
_ASIDES = ("WARNING:", "Use --debug flag to render out")
"""How lines of Helm's begin that do not say what is wrong."""
_STACK = re.compile(r"\n\n(?:runtime stack:|goroutine \d)")
"""The start of the stack traces that a Go program prints behind the reason, when it lacks memory or threads."""
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")


class HelmError(AcregError):
    """Helm failed, and its own words say why. The exit code is Helm's."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Helm(NamedTuple):
    """A Helm binary.

    Attributes:
        binary: its path.
        version: as it says it, without a leading `v`.
    """

    binary: str
    version: str

    @property
    def major(self) -> int:
        """The major version."""
        return int(self.version.partition(".")[0])

    def output(
        self, *arguments: str, stdin: bytes = b"", patience: float | None = None, descriptors: Sequence[int] = ()
    ) -> bytes:
        """Return what `helm ARGUMENTS` prints; what it says on stderr is dropped unless it fails.

        Args:
            arguments: Helm's arguments.
            stdin: what it reads from standard input.
            patience: after how many seconds it is ended; None for never.
            descriptors: open files that it inherits.

        Raises:
            HelmError: it failed.
        """
        show.detail(f"runs `helm {' '.join(arguments[:2])}`")  # values may be secret
        words = [self.binary, *arguments]
        try:
            with _started(self.binary):
                run = subprocess.run(  # noqa: S603  # Helm
                    words, input=stdin, capture_output=True, check=False, timeout=patience, pass_fds=descriptors
                )
        except subprocess.TimeoutExpired:
            raise HelmError(f"`helm {arguments[0]}` did not end within {patience:.0f} seconds", 1) from None
        if run.returncode:
            said = _STACK.split(run.stderr.decode(errors="replace"))[0].strip()
            lines = [line.removeprefix("Error: ") for line in said.splitlines() if not line.startswith(_ASIDES)]
            why = " ".join(" ".join(lines).split())
            raise HelmError(
                f"`helm {' '.join(arguments[:2])}` failed: {why or said or 'it did not say why'}",
                run.returncode,
            )
        return run.stdout

    def flags(self, command: str) -> dict[str, bool]:
        """Return the flags of a command, such as `--set` and `-f`, and whether the next argument is its value."""
        found = {}
        for flag in _FLAG.finditer(_help(self, command)):
            takes = bool(flag["value"]) and "[=" not in flag["value"]
            found[f"--{flag['long']}"] = takes
            if flag["short"]:
                found[f"-{flag['short']}"] = takes
        return found

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes | None) -> int:
        """Run `helm ARGUMENTS` in our place: its stdin (unless given), stdout, stderr and signals are ours.

        Returns:
            Its exit code; that of a Helm that a signal ended is what a shell makes of it.
        """
        show.detail(f"runs `helm {' '.join(arguments[:2])}`")
        source = None if stdin is None else subprocess.PIPE
        with _started(self.binary):
            process = subprocess.Popen([self.binary, *arguments], env=dict(environment), stdin=source)  # noqa: S603  # Helm

        def forward(number: int, _frame: object) -> None:
            if not (number == signal.SIGINT and _at_terminal()):  # whose Ctrl-C Helm gets without us
                process.send_signal(number)

        known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        before = {number: signal.signal(number, forward) for number in known}
        try:
            if stdin is not None:
                process.communicate(stdin)
            code = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return code if code >= 0 else 128 - code


def find() -> Helm:
    """Return the Helm that runs us as its plugin, else the one on PATH that is no shim of ours.

    Raises:
        SettingsError: there is none.
    """
    name = os.environ.get("HELM_BIN") or "helm"
    binary = which(name)
    if binary is None:
        raise SettingsError(
            f"there is no `{name}` on PATH, and this command needs Helm: install Helm 3.14 or newer, or name its "
            "program in the environment, as HELM_BIN=/path/to/helm"
        )
    return Helm(binary, version(binary))


def complete(words: Sequence[str], *, patience: float = 10) -> str:
    """Return what Helm answers to the Tab key: a line for each word, and last a directive such as `:4`.

    Args:
        words: the arguments of Helm as typed so far; the last is the one to complete, and may be empty.
        patience: in seconds.

    Raises:
        AcregError: there is no Helm, or it does not answer.
    """
    binary = which(os.environ.get("HELM_BIN") or "helm")
    if binary is None:
        raise SettingsError("there is no `helm` on PATH")
    return Helm(binary, "").output("__complete", *words, patience=patience).decode(errors="replace")


def which(name: str) -> str | None:
    """Return the program of a name on PATH; a shim is passed over, as what it renders is private already."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    found = (shutil.which(name, path=folder or os.curdir) for folder in folders)
    return next((program for program in found if program and not is_shim(program)), None)


def is_shim(program: str) -> bool:
    """Whether a program is what `acreg shim` writes, in whatever version."""
    try:
        with open(program, "rb") as file:
            return file.read(256).split(b"\n")[1:2] == [SHIM_MARK]
    except OSError:
        return False


def version(binary: str) -> str:
    """Return the version of a Helm binary, such as `3.19.0`.

    Raises:
        SettingsError: it does not say one.
    """
    try:
        run = subprocess.run([binary, "version", "--short"], capture_output=True, text=True, check=False)  # noqa: S603  # Helm
        found = re.match(r"v(\d+\.\d+\.\d+)", run.stdout)
    except OSError as error:
        raise SettingsError(f"{binary} cannot be started: {error.strerror}") from None
    if found is None:
        raise SettingsError(f"{binary} does not say which Helm it is: `{binary} version --short` should print v3 or v4")
    return found[1]


@contextmanager
def _started(binary: str) -> Iterator[None]:
    """Say in plain words why Helm cannot be started, such as too many processes or too long arguments."""
    try:
        yield
    except OSError as error:
        raise AcregError(f"{binary} cannot be started: {error.strerror}. Nothing was done.") from None


def _at_terminal() -> bool:
    """Whether a terminal sends its signals to our process group, and so to Helm as well."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


@cache
def _help(helm: Helm, command: str) -> str:
    return helm.output(*command.split(), "--help").decode(errors="replace")
