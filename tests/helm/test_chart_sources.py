"""Charts that Helm gets from a repository and from an OCI registry, both on the loopback interface."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from registry.servers import Registry, needs

from helm.harness import CHARTS, LATEST, VALUES, Helm, Run, acreg, helm_environment, tool
from helm.servers import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.helm, pytest.mark.zipapp, pytest.mark.slow, pytest.mark.xdist_group("chart_sources")]

CHART = CHARTS / "appcircle"
PRIVATE_VALUES = VALUES / "private.yaml"
VERSION = "3.27.3"


class Sources(NamedTuple):
    """A chart repository and an OCI registry, which have the fixture chart and a newer version of it."""

    repository: str
    registry: str


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sources]:
    needs("docker-registry")
    folder = tmp_path_factory.mktemp("sources")
    packager = Helm(3, tool("helm-3.19.0"), helm_environment(folder))
    newer = shutil.copytree(CHART, folder / "appcircle")
    (newer / "templates" / "toolbox.yaml").unlink()
    registry = Registry(folder / "registry")
    registry.start()
    for chart, version in ((CHART, VERSION), (newer, "4.0.0")):
        packager.output("package", chart, "--version", version, "--destination", folder / "charts")
        archive = folder / "charts" / f"appcircle-{version}.tgz"
        packager.output("push", archive, f"oci://{registry.host}/charts", "--plain-http")
    with serve(folder / "charts") as address:
        packager.output("repo", "index", folder / "charts", "--url", address)
        yield Sources(address, f"oci://{registry.host}/charts/appcircle")
    registry.stop()


@pytest.fixture(params=["--repo", "added", "oci"])
def named(request: pytest.FixtureRequest, helm: Helm, sources: Sources) -> list[str]:
    """The chart as Helm's command line names it, in the version that is not the newest."""
    if request.param == "--repo":
        return ["appcircle", "--repo", sources.repository, "--version", VERSION]
    if request.param == "oci":
        return [sources.registry, "--plain-http", "--version", VERSION]
    helm.output("repo", "add", "apps", sources.repository)
    return ["apps/appcircle", f"--version=~{VERSION}"]


def succeeded(helm: Helm, zipapp: Path, *arguments: str | Path) -> Run:
    """Run `acreg ARGUMENTS` with a Helm, in an empty folder; it must succeed."""
    folder = Path(helm.environment["HOME"], "empty")
    folder.mkdir(exist_ok=True)
    run = acreg(helm, zipapp, *arguments, folder=folder)
    assert run.code == 0, run.stderr
    return run


@pytest.fixture(scope="module")
def of_folder() -> Callable[..., Run]:
    """What `acreg ARGUMENTS` prints where they name the chart's folder; it is run once for each Helm."""
    known: dict[tuple[str | Path, ...], Run] = {}

    def run(helm: Helm, zipapp: Path, *arguments: str | Path) -> Run:
        key = (helm.binary, *arguments)
        if key not in known:
            known[key] = succeeded(helm, zipapp, *arguments)
        return known[key]

    return run


@pytest.mark.parametrize(
    ("helm", "named"), [(LATEST[0], "added"), (LATEST[1], "oci")], indirect=True, ids=["added", "oci"]
)
def test_values(helm: Helm, zipapp: Path, named: list[str], of_folder: Callable[..., Run]) -> None:
    found = succeeded(helm, zipapp, "values", *named, "-f", PRIVATE_VALUES)
    assert found == of_folder(helm, zipapp, "values", CHART, "-f", PRIVATE_VALUES)
    assert "/appcircle-vault\n" in found.stdout
    assert "58 of 60 references are private" in found.stderr


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_images(helm: Helm, zipapp: Path, named: list[str], of_folder: Callable[..., Run]) -> None:
    assert_the_same(of_folder, helm, zipapp, named, "images", "-o", "json")


@pytest.mark.parametrize(
    ("helm", "named"), [(LATEST[0], "oci"), (LATEST[1], "--repo")], indirect=True, ids=["oci", "--repo"]
)
def test_diff(helm: Helm, zipapp: Path, named: list[str], of_folder: Callable[..., Run]) -> None:
    assert_the_same(of_folder, helm, zipapp, named, "diff")


def assert_the_same(of_folder: Callable[..., Run], helm: Helm, zipapp: Path, named: list[str], *command: str) -> None:
    """The command says of the chart what it says of its folder."""
    flags = ("-f", PRIVATE_VALUES)
    found = succeeded(helm, zipapp, *command, "--chart", *named, *flags)
    assert found.stdout == of_folder(helm, zipapp, *command, "--chart", CHART, *flags).stdout
    assert "/appcircle-vault:" in found.stdout


@pytest.mark.parametrize("helm", LATEST, indirect=True)
@pytest.mark.parametrize("named", ["oci"], indirect=True)
def test_template(helm: Helm, zipapp: Path, named: list[str]) -> None:
    flags = ("-f", PRIVATE_VALUES)
    found = succeeded(helm, zipapp, "template", "r", *named, *flags)
    assert found.stdout == succeeded(helm, zipapp, "template", "r", CHART, *flags).stdout
    assert "registry.k8s.io" not in found.stdout
