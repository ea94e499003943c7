from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import forks
import pytest
from process import GO, MEASURED

from registry import images
from registry.servers import PASSWORD, USERNAME, Registry, make_authority, make_htpasswd, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
SOME = 6
"""So many images have all kinds of them, and are listed in some.txt."""
PUBLIC = "europe-west1-docker.pkg.dev"


class Published(NamedTuple):
    """An open registry that stands for Appcircle's, with the 38 images of its list; the list, and their digests.

    Every second image is of Docker's media types, every third for two platforms, every fifth pinned by its digest.
    """

    registry: Registry
    references: list[str]
    digests: dict[str, str]

    @property
    def source(self) -> str:
        return f"{self.registry.host}/appcircle/docker-registry"


class Run(NamedTuple):
    """How acreg ended."""

    code: int
    stdout: str
    stderr: str


class Acreg(NamedTuple):
    """acreg, run as a process of its own with an empty home."""

    environment: dict[str, str]
    folder: Path

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "postrenderer", *map(str, arguments)]

    def run(self, *arguments: object, stdin: str = "", **environment: str) -> Run:
        told = stdin.encode(errors="surrogateescape")
        run = forks.run([*map(str, arguments)], told, {**self.environment, **environment}, self.folder)
        return Run(run.returncode, run.stdout.decode(), run.stderr.decode())

    def start(self, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        """Start a command, which is killed after two minutes."""
        process = subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**self.environment, **environment},
            cwd=self.folder,
            text=True,
        )
        end = threading.Timer(120, process.kill)
        end.daemon = True
        end.start()
        return process


def wait_for(line: str, process: subprocess.Popen[str]) -> None:
    """Read a process's standard error until there is a line that starts so."""
    assert process.stderr is not None
    for read in process.stderr:
        if read.startswith(line):
            return
    raise AssertionError(line)


class Brake:
    """A skopeo in front of the real one that stops a registry before one of its copies, which so hangs in the middle.

    Args:
        folder: made for it.
        registry: which it stops.
        passing: how many copies come to their end before that, or nearly: a few may run at once.
    """

    def __init__(self, folder: Path, registry: Registry, passing: int) -> None:
        self._registry = registry
        self._released = folder / "released"
        (folder / "begun").mkdir(parents=True)
        self.path = stand_in(
            folder,
            "case \" $* \" in *' copy '*)\n"
            f'  count=0; while ! mkdir "{folder}/begun/$count" 2>/dev/null; do count=$((count + 1)); done\n'
            f'  [ $count != {passing} ] || [ -e "{self._released}" ] || kill -STOP {registry.pid}\n'
            f'  [ ! -e "{self._released}" ] || kill -CONT {registry.pid};;\n'
            "esac\n",
        )

    def release(self, working_in: Path) -> None:
        """Let the registry go on, and wait until the copies have ended whose acreg, started in a folder, was killed.

        One of them may still stop the registry, and then lets it go.
        """
        self._released.touch()
        os.kill(self._registry.pid, signal.SIGCONT)
        end = time.monotonic() + 60
        while any(_folder_of(process) == str(working_in) for process in Path("/proc").glob("[0-9]*")):
            assert time.monotonic() < end, f"a skopeo still works in {working_in}"
            time.sleep(0.05)


def _folder_of(process: Path) -> str:
    try:
        return str((process / "cwd").readlink())
    except OSError:
        return ""


def stand_in(folder: Path, script: str) -> str:
    """Write a skopeo that runs lines of a shell before the real one; return the PATH that has it in front."""
    program = folder / "bin" / "skopeo"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\n{script}PATH=${{PATH#*:}}\nexec skopeo "$@"\n')
    program.chmod(0o755)
    return f"{program.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    needs("skopeo", "docker-registry")
    folder = tmp_path_factory.mktemp("published")
    registry = Registry(folder / "registry")
    registry.start()
    references, digests = [], {}
    names = (REPOSITORY / "tests" / "charts" / "images.txt").read_text().split()
    assert len(names) == 38
    for number, name in enumerate(names):
        media = images.DOCKER if number % 2 else images.OCI
        platforms = ("amd64", "arm64") if number % 3 == 0 else ("amd64",)
        digest = images.build(folder / "images" / name.partition("/")[2], name, media, platforms)
        reference = name.replace(PUBLIC, registry.host)
        if number % 5 == 0:
            reference = f"{reference}@{digest}" if number % 2 else f"{reference.rpartition(':')[0]}@{digest}"
        references.append(reference)
        digests[reference] = digest
    flags = ["--all", "--preserve-digests", "--scoped", "--dest-tls-verify=false"]  # one process for all is fast
    sync = ["skopeo", "sync", *flags, "--src=dir", "--dest=docker", str(folder / "images"), registry.host]
    subprocess.run(sync, check=True, capture_output=True)
    yield Published(registry, references, digests)
    registry.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, Path]]:
    needs("openssl")
    return make_authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture
def secured(tmp_path: Path, authority: tuple[Path, tuple[Path, Path]]) -> Iterator[Registry]:
    """An empty registry with TLS, whose authority only tests know, and with a password."""
    needs("docker-registry", "htpasswd")
    registry = Registry(tmp_path / "secured", authority[1], make_htpasswd(tmp_path / "htpasswd"))
    registry.start()
    yield registry
    registry.stop()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Registry]:
    """An empty registry that speaks HTTP and lets everybody in."""
    needs("docker-registry")
    registry = Registry(tmp_path / "plain")
    registry.start()
    yield registry
    registry.stop()


@pytest.fixture
def acreg(tmp_path: Path, published: Published, authority: tuple[Path, tuple[Path, Path]]) -> Acreg:
    """acreg with the settings and flags for `published` as variables; the target is up to the test."""
    return make_acreg(tmp_path, published, authority[0])


def make_acreg(workplace: Path, published: Published, authority: Path) -> Acreg:
    """Return acreg with a home, a temporary folder and a list of images in one folder."""
    home = workplace / "home"
    scratch = workplace / "tmp"
    for folder in (home, scratch):
        folder.mkdir()
    listed = workplace / "images.txt"
    listed.write_text("".join(f"{reference}\n" for reference in published.references))
    (workplace / "some.txt").write_text("\n".join(published.references[:SOME]))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "PYTHONPATH": str(REPOSITORY),
        "ACREG_SOURCES": published.source,
        "ACREG_REPOSITORY_PATH": "appcircle",
        "ACREG_INSECURE_REGISTRIES": published.registry.host,
        "ACREG_CA_FILE": str(authority),
        **GO,
        **MEASURED,
    }
    return Acreg(environment, workplace)


def login(target: Registry, password: str = PASSWORD) -> dict[str, str]:
    """Return the variables that name a target and log in to it."""
    return {"ACREG_REGISTRY": target.host, "ACREG_USERNAME": USERNAME, "ACREG_PASSWORD": password}


def open_target(target: Registry, published: Published) -> dict[str, str]:
    """Return the variables that name a target which speaks HTTP and wants no password."""
    hosts = f"{target.host},{published.registry.host}"
    return {"ACREG_REGISTRY": target.host, "ACREG_INSECURE_REGISTRIES": hosts, "ACREG_CA_FILE": ""}


def counts(output: str) -> dict[str, int]:
    """Return how many images there are of each status, from the last line of `mirror` or `check`."""
    found = re.findall(r"(\d+) (copied|replaced|present|refused|failed|missing|differs)", output.splitlines()[-1])
    return {status: int(count) for count, status in found}


def push(image: Path, reference: str) -> None:
    """Copy an image that was built to a plain registry."""
    flags = ["--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false"]
    subprocess.run(["skopeo", "copy", *flags, f"dir:{image}", f"docker://{reference}"], check=True)
