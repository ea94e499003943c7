"""Every block of README.md as it stands, in its order, under the last Helm 3 and the last Helm 4.

HOW says for each block what runs it and what it prints; a block that it lacks fails. `stand_ins` has the names that
cannot exist here. The environment stands in for the rest: a Helm repository `appcircle` on the loopback interface with
a small chart, ACREG_PYZ for PyPI, and variables that name the test's registries, their authority and a password.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from helm.harness import CHARTS, LATEST, REPOSITORY, VALUES, tool
from helm.servers import serve
from helm.test_plugin_lifecycle import git, source_in
from helm.test_plugin_release import release
from rendering import values as documents

from postrenderer import __version__
from postrenderer.rewrite import rewrite
from postrenderer.settings import Settings
from registry.servers import PASSWORD, USERNAME, needs
from registry.test_journey import namespace, stand_in_for_controllers, write_chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helm.harness import Namespace

    from registry.conftest import Acreg, Published
    from registry.servers import Registry

__all__ = ["namespace", "release"]

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
SHELL = ["bash", "-euo", "pipefail", "-c"]
UNPACKED = "mkdir acreg"


class Block(NamedTuple):
    """A block of the page; its language is empty for what a command prints."""

    language: str
    text: str

    @property
    def first(self) -> str:
        return self.text.partition("\n")[0]


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


class How(NamedTuple):
    """What runs a block: one of the tests below; and what the block prints."""

    test: str
    prints: str = ""


HOW = {
    "     spec:": How("diff"),
    "git clone ADDRESS acreg": How("commands", "Installed plugin: acreg"),
    f"RELEASE=ADDRESS/releases/download/v{__version__}": How("release", f"acreg {__version__}"),
    "global:": How("commands"),
    "helm acreg upgrade": How("commands", "acreg: images: "),
    "acreg: images: ": How("report"),
    "helm acreg config init": How("commands", "+++ private"),
    "helm acreg mirror": How("commands", "4 images: 4 present"),
    "helm acreg mirror --chart appcircle/appcircle -f values.yaml --to": How("commands", "4 images: 0 copied"),
    "helm acreg secret": How("commands", "secret/containerregistry created"),
    "scripts/quickstart": How("checkout", "60 of 60"),
}
"""By the first line of a block, as far as it tells the block from others."""


def how(block: Block) -> How:
    """Return what runs a block: the row with the longest beginning of its first line."""
    found = [begins for begins in HOW if block.first.startswith(begins)]
    assert found, f"no test runs this block of README.md: add a row to HOW\n{block.text}"
    return HOW[max(found, key=len)]


def blocks(test: str) -> list[Block]:
    return [block for block in BLOCKS if how(block).test == test]


def stand_ins(**places: object) -> dict[str, str]:
    """Names on the page, and what stands in for each here."""
    return {
        f"ADDRESS/releases/download/v{__version__}": str(
            places.get("release", "")
        ),  # archives that scripts/package made
        "ADDRESS": str(places.get("clone", "")),  # a git repository of this checkout's plugin
        "registry.spacetech.com:8083": str(places.get("registry", "")),  # Debian's docker-registry, TLS and a password
        "-n appcircle": f"-n {places.get('namespace', '')}",  # each run has its own namespace
        "/media/disk": str(places.get("disk", "")),
        "scripts/test ": "scripts/test tests/text/test_pointer.py ",  # as all tests would run this one again
        "…": "0" * 52,  # what the first screen leaves out of a digest
    }


def replaced(text: str, known: dict[str, str]) -> str:
    """A block with its stand-ins, those first whose name holds another."""
    for name, instead in known.items():
        text = text.replace(name, instead)
    return text


def test_every_block_is_run_by_a_test() -> None:
    rows = [how(block) for block in BLOCKS]
    assert {id(row) for row in rows} == {id(row) for row in HOW.values()}, "a row of HOW has no block"
    tests = {name.removeprefix("test_the_") for name in globals() if name.startswith("test_the_")}
    assert {row.test for row in rows} <= tests


def test_every_stand_in_is_on_the_page() -> None:
    assert [name for name in stand_ins() if name not in README] == []


def test_the_diff() -> None:
    """The filter makes of the lines with `-` those with `+`, and changes no other."""
    (block,) = blocks("diff")
    text = replaced(block.text, stand_ins(registry="registry.spacetech.com:8083"))
    before, after = (
        "kind: Deployment\nspec:\n  template:\n"
        + "".join(f"{line[1:]}\n" for line in text.splitlines() if not line.startswith(sign))
        for sign in "+-"
    )
    made = b"".join(rewrite(before.encode(), Settings("registry.spacetech.com:8083", "appcircle")).output).decode()
    assert made == after
    assert before != after
    assert documents(before)


needs_helm = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the Helm binaries are for Linux on x86-64"
)
"""A mark for the tests below."""


def environment(helm: Path, home: Path, **more: str) -> dict[str, str]:
    """The environment of a new user, with the tools of the page first on PATH."""
    home.mkdir(exist_ok=True)
    tools = [str(helm.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {"HOME": str(home), "PATH": os.pathsep.join(tools), "LANG": "C.UTF-8", **more}


def run(block: Block, known: dict[str, str], place: Path, environ: dict[str, str]) -> str:
    """Run a block in a folder, check what it prints, and return that: both of its streams as one."""
    ran = subprocess.run(
        [*SHELL, replaced(block.text, known)],
        cwd=place,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{block.text}\n{ran.stdout}"
    assert how(block).prints in ran.stdout, f"{block.text}\n{ran.stdout}"
    return ran.stdout


@needs_helm
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.slow
@pytest.mark.parametrize("version", LATEST)
def test_the_release(tmp_path: Path, release: Path, version: str) -> None:
    """The block for this Helm installs the plugin, and refuses an archive that is not the one in SHA256SUMS."""
    needs("curl", "sha256sum")
    (block,) = (one for one in blocks("release") if (UNPACKED in one.text) == version.startswith("3"))
    environ = environment(tool(f"helm-{version}"), tmp_path / "home")
    with serve(release) as address:
        known = stand_ins(release=address)
        run(block, known, new(tmp_path / "place"), environ)
        shown = subprocess.run(["helm", "acreg", "version"], env=environ, capture_output=True, text=True, check=True)
        assert shown.stdout == f"acreg {__version__}\n"
        subprocess.run(["helm", "plugin", "uninstall", "acreg"], env=environ, capture_output=True, check=True)
        changed = new(tmp_path / "changed")
        script = replaced(block.text, known).replace(" && curl", " && printf x >> acreg*.tgz && curl")
        ran = subprocess.run([*SHELL, script], cwd=changed, env=environ, capture_output=True, text=True, check=False)
        assert (ran.returncode, "FAILED" in ran.stdout) == (1, True), ran
        assert [path.name for path in changed.iterdir() if path.is_dir()] == []


def new(folder: Path) -> Path:
    folder.mkdir()
    return folder


@needs_helm
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.slow
def test_the_report(tmp_path: Path, zipapp: Path) -> None:
    """The last line is what acreg says of Appcircle's chart."""
    (block,) = blocks("report")
    environ = environment(tool("helm-4.3.1"), tmp_path)
    arguments: list[str | Path] = ["template", "appcircle-server", CHARTS / "appcircle", "-f", VALUES / "private.yaml"]
    ran = subprocess.run([zipapp, *arguments], env=environ, capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1] == block.text.strip()


@needs_helm
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.slow
def test_the_checkout(tmp_path: Path) -> None:
    """Under Helm 4 alone: what it runs with a Helm, tests/helm/test_quickstart.py runs with Helm 3."""
    (block,) = blocks("checkout")
    environ = environment(tool("helm-4.3.1"), tmp_path)
    environ["PATH"] = environ["PATH"].replace(f"{Path(sys.executable).parent}{os.pathsep}", "")  # it may lack pip
    assert re.search(r"\b\d+ passed", run(block, stand_ins(), REPOSITORY, environ))


@contextmanager
def helm_repository(helm: Path, chart: Path, folder: Path, environ: dict[str, str]) -> Iterator[None]:
    """The Helm repository `appcircle`, with one chart."""
    package: list[str | Path] = ["package", chart, "-d", folder]
    for arguments in (package, ["repo", "index", folder]):
        subprocess.run([helm, *arguments], env=environ, capture_output=True, check=True)
    with serve(folder) as address:
        subprocess.run([helm, "repo", "add", "appcircle", address], env=environ, capture_output=True, check=True)
        yield


@needs_helm
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("version", LATEST)
def test_the_commands(  # noqa: PLR0913, PLR0917  # a world
    acreg: Acreg,
    published: Published,
    secured: Registry,
    zipapp: Path,
    namespace: Namespace,
    tmp_path: Path,
    version: str,
) -> None:
    """From the clone to the nodes, in one folder, as somebody types who has only the page."""
    needs("git", "skopeo")
    helm = tool(f"helm-{version}")
    given = ("ACREG_SOURCES", "ACREG_INSECURE_REGISTRIES", "ACREG_CA_FILE")
    environ = environment(
        helm,
        tmp_path / "user",
        **{name: acreg.environment[name] for name in given},
        ACREG_PYZ=str(zipapp),
        ACREG_USERNAME=USERNAME,
        ACREG_PASSWORD=PASSWORD,
        KUBECONFIG=namespace.kubeconfig,
    )
    environ["PATH"] = os.pathsep.join([environ["PATH"], str(namespace.kubectl.parent)])
    images = write_chart(tmp_path / "chart", published, "appcircle")
    clone = source_in(tmp_path / "source")
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a"]):
        git(clone, *arguments)
    place = new(tmp_path / "place")
    (place / "password.txt").write_text(PASSWORD)
    known = stand_ins(clone=clone, registry=secured.host, namespace=namespace.name, disk=tmp_path / "disk")
    served = helm_repository(helm, tmp_path / "chart", new(tmp_path / "repository"), environ)
    with served, stand_in_for_controllers(namespace):
        for block in blocks("commands"):
            if block.language == "yaml":
                (place / "values.yaml").write_text(replaced(block.text, known))
            else:
                run(block, known, place, environ)
    manifest = subprocess.run(
        [helm, "get", "manifest", "appcircle-server", "-n", namespace.name],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert manifest.count(f"{secured.host}/appcircle/") == 2, manifest
    assert [image for image in images if image in manifest] == []
