"""`mirror --with-chart`: the chart arrives beside its images, by real Helm. A mock of Remote stands for registries."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from helm.harness import LATEST, tool

from postrenderer.errors import AcregError
from postrenderer.registry import charts
from postrenderer.registry.failures import OTHER, RegistryError
from postrenderer.registry.manifests import OCI_MANIFEST, Manifest
from postrenderer.registry.places import TARGET
from registry.conftest import Acreg, Published, Run, counts, login, open_target
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from pathlib import Path

    from postrenderer.registry.places import ImagePlace
    from registry.servers import Registry

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec: {containers: [{name: main, image: "%s"}]}
"""


@pytest.fixture(params=LATEST)
def helm(request: pytest.FixtureRequest) -> str:
    if sys.platform != "linux":
        pytest.skip("the Helm binaries under test are for Linux")
    return str(tool(f"helm-{request.param}"))


@pytest.fixture
def chart(acreg: Acreg, published: Published) -> Path:
    """A chart with an image, and with a sub-chart in a folder that has another."""
    for number, name in enumerate(("main", "main/charts/below")):
        folder = acreg.folder / name
        (folder / "templates").mkdir(parents=True)
        (folder / "Chart.yaml").write_text(
            f"apiVersion: v2\nname: {name.rpartition('/')[2]}\nversion: 1.2.{number}+x\n"
        )
        (folder / "templates" / "pod.yaml").write_text(POD % (f"p{number}", published.references[number + 1]))
    return acreg.folder / "main"


STRANGE = [
    ("x?y#z", "1"),
    ("x\\ny", "1"),
    ("\\e[31m", "1"),
    ("\\0", "1"),
    ("-x", "1"),
    ("", "1"),
    ("x", "1 2"),
    ("x", "@1"),
]
"""Names and versions that would be read otherwise in an address, as a flag or by a terminal."""


def _rows(run: Run) -> list[list[str]]:
    lines = run.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split()[1:2] == ["CHART"])
    return [line.split(None, 3) for line in lines[start + 1 :]]


def _pulled(helm: str, address: str, version: str, folder: Path, *flags: str) -> bytes:
    command = [helm, "pull", address, "--version", version, "--destination", str(folder), *flags]
    run = subprocess.run(command, capture_output=True, check=False)
    assert run.returncode == 0, run
    (file,) = folder.glob("*.tgz")
    content = file.read_bytes()
    file.unlink()
    return content


@pytest.mark.helm
@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
def test_it_arrives_and_is_not_replaced_by_accident(
    acreg: Acreg, secured: Registry, chart: Path, helm: str, authority: tuple[Path, object]
) -> None:
    more = {**login(secured), "HELM_BIN": helm}
    address = f"oci://{secured.host}/appcircle/charts"
    run = acreg.run("mirror", "--chart", "main", "--with-chart", **more)
    assert run.code == 0, run
    assert counts("\n".join(run.stdout.split("STATUS  CHART")[0].splitlines()))["copied"] == 2
    expected = [[f"{address}/main", "1.2.0+x"], [f"{address}/below", "1.2.1+x"]]
    assert _rows(run) == [["copied", *row] for row in expected]
    reach = ("--ca-file", str(authority[0]), "--username", USERNAME, "--password", PASSWORD)
    for row in expected:
        packed = charts.read(_pulled(helm, row[0], row[1], acreg.folder, *reach), "")
        assert (packed.name, packed.version) == (row[0].rpartition("/")[2], row[1])
    again = acreg.run("mirror", "--chart", "main", "--with-chart", **more)
    assert (again.code, [row[0] for row in _rows(again)]) == (0, ["present", "present"]), again
    assert PASSWORD not in again.stdout + again.stderr

    (chart / "values.yaml").write_text("changed: true\n")
    refused = acreg.run("mirror", "--chart", "main", "--with-chart", **more)
    assert (refused.code, [row[0] for row in _rows(refused)]) == (1, ["refused", "present"]), refused
    assert "--replace main:1.2.0+x replaces it" in refused.stdout
    asked = acreg.run("mirror", "--chart", "main", "--with-chart", "--replace", "main:1.2.0+x", **more)
    assert (asked.code, [row[0] for row in _rows(asked)]) == (0, ["replaced", "present"]), asked


@pytest.mark.helm
@pytest.mark.usefixtures("chart")
@pytest.mark.parametrize(("helm", "to"), zip(LATEST, ("media", "media.tar")), indirect=["helm"])
def test_through_the_air(acreg: Acreg, published: Published, plain: Registry, helm: str, to: str) -> None:
    run = acreg.run("mirror", "--chart", "main", "--with-chart", "--to", to, HELM_BIN=helm)
    assert run.code == 0, run
    more = {**open_target(plain, published), "HELM_BIN": helm}
    run = acreg.run("mirror", "--from", to, **more)
    assert (run.code, [row[0] for row in _rows(run)]) == (0, ["copied", "copied"]), run
    address = f"oci://{plain.host}/appcircle/charts/main"
    packed = charts.read(_pulled(helm, address, "1.2.0+x", acreg.folder, "--plain-http"), "")
    assert [one.name for one in charts.dependencies(packed)] == ["below"]
    if to == "media":
        subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"], cwd=acreg.folder / to, check=True)
        (acreg.folder / to / "charts" / "main-1.2.0+x.tgz").write_bytes(b"damaged")
        run = acreg.run("mirror", "--from", to, **more)
        assert (run.code, "charts/main-1.2.0+x.tgz is damaged" in run.stderr, run.stdout) == (1, True, ""), run


@pytest.mark.helm
@pytest.mark.usefixtures("chart")
def test_an_archive_stays_as_it_is(acreg: Acreg, published: Published, plain: Registry, helm: str) -> None:
    subprocess.run([helm, "package", "main"], cwd=acreg.folder, check=True, capture_output=True)
    more = {**open_target(plain, published), "HELM_BIN": helm}
    run = acreg.run("mirror", "--chart", "main-1.2.0+x.tgz", "--with-chart", **more)
    assert run.code == 0, run
    address = f"oci://{plain.host}/appcircle/charts/main"
    (acreg.folder / "pulled").mkdir()
    content = _pulled(helm, address, "1.2.0+x", acreg.folder / "pulled", "--plain-http")
    assert content == (acreg.folder / "main-1.2.0+x.tgz").read_bytes()


def test_only_a_chart_comes_with_a_chart(acreg: Acreg) -> None:
    run = acreg.run("mirror", "--list", "some.txt", "--with-chart", ACREG_REGISTRY="localhost:1")
    assert (run.code, "add it, or leave --with-chart out" in run.stderr) == (2, True), run


def _tgz(**files: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 12345
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        gzip.compress(b"no tar"),
        _tgz(),
        _tgz(**{"x/Chart.yaml": "[]"}),
        _tgz(**{"x/Chart.yaml": "name: x"}),
        _tgz(**{"x/Chart.yaml": "a: b: c"}),
        _tgz(**{"x/Chart.yaml": "name: ../../x\nversion: 1"}),
        _tgz(**{"x/Chart.yaml": "name: a\nversion: 1\nx: " + "[" * 100_000 + "]" * 100_000}),
        _tgz(**{"x/Chart.yaml": "name: ..\nversion: 1"}),
        _tgz(**{"x/charts/y/Chart.yaml": "name: y\nversion: 1"}),
        *(_tgz(**{"x/Chart.yaml": f'{{name: "{name}", version: "{version}"}}'}) for name, version in STRANGE),
        _tgz(**{"x/Chart.yaml": f"{'#' * (1 << 21)}\nname: a\nversion: 1"}),
    ],
    ids=[
        "nothing",
        "text",
        "no tar",
        "empty",
        "a list",
        "no version",
        "no YAML",
        "a name that leads out",
        "deep",
        "two dots",
        "a dependency alone",
        *map(repr, STRANGE),
        "long",
    ],
)
def test_what_is_no_chart(content: bytes) -> None:
    with pytest.raises(AcregError, match="it is not a chart: it is not an archive"):
        charts.read(content, "it")


def test_the_same_files_are_the_same_bytes() -> None:
    made = [charts.same_each_time(_tgz(**{"x/Chart.yaml": "name: x\nversion: 1"})) for _ in range(2)]
    assert made[0] == made[1]
    assert charts.read(made[0], "")[:2] == ("x", "1")


CHART = charts.PackedChart("x", "1.0.0+y", b"the archive")
ADDRESS = "oci://r.example.com/acme/charts/x"
THE_SAME = [{"digest": f"sha256:{hashlib.sha256(CHART.content).hexdigest()}"}]
ANOTHER = [{"digest": f"sha256:{'0' * 64}"}]


class MockRemote:
    """Gives a manifest with these layers, nothing for None, or fails."""

    def __init__(self, layers: list[dict[str, str]] | RegistryError | None) -> None:
        self.layers = layers

    def get(self, place: ImagePlace, side: str) -> Manifest | None:
        assert (place.name, side) == ("docker://r.example.com/acme/charts/x:1.0.0_y", TARGET)
        if isinstance(self.layers, RegistryError):
            raise self.layers
        return None if self.layers is None else Manifest.of(json.dumps({"layers": self.layers}).encode(), OCI_MANIFEST)


@pytest.mark.parametrize(
    ("there", "replace", "fault", "status", "note"),
    [
        (None, [], "", "copied", ""),
        (THE_SAME, [], "", "present", ""),
        ([*ANOTHER, *THE_SAME], [], "", "present", ""),
        (
            ANOTHER,
            ["x:1.0.0", "y:1.0.0+y"],
            "",
            "refused",
            "another archive is there under this version; --replace x:1.0.0+y replaces it",
        ),
        (ANOTHER, ["x:1.0.0+y"], "", "replaced", ""),
        (ANOTHER, [ADDRESS], "", "replaced", ""),
        (ANOTHER, [ADDRESS[len("oci://") :]], "", "replaced", ""),
        (RegistryError(OTHER, "it does not answer"), [], "", "failed", "it does not answer"),
        (None, [], "helm push failed", "failed", "helm push failed"),
    ],
)
def test_what_becomes_of_a_chart(  # noqa: PLR0913, PLR0917  # a table and a fixture
    there: list[dict[str, str]] | RegistryError | None,
    replace: list[str],
    fault: str,
    status: str,
    note: str,
    tmp_path: Path,
) -> None:
    sent = []

    def push(file: Path, to: str) -> None:
        if fault:
            raise AcregError(fault)
        sent.append((file.name, file.read_bytes(), to))

    remote: Any = MockRemote(there)
    pushed = charts.Push(push, remote, "r.example.com/acme", tmp_path, replace)(CHART)
    assert pushed == (status, ADDRESS, CHART.version, note)
    is_sent = status in ("copied", "replaced")
    assert sent == [("x-1.0.0+y.tgz", CHART.content, "oci://r.example.com/acme/charts")] * is_sent


def test_the_charts_that_a_chart_brings_along() -> None:
    below = _tgz(**{"packed/Chart.yaml": "name: packed\nversion: 1"})
    files = {
        "x/Chart.yaml": b"name: x\nversion: 1",
        "x/charts/README.md": b"no chart",
        "x/charts/packed-1.tgz": below,
        "x/charts/z/Chart.yaml": b"name: z\nversion: 2",
        "x/charts/y/Chart.yaml": b"name: y\nversion: 3",
        "x/charts/y/charts/deep/Chart.yaml": b"name: deep\nversion: 4",
        "x/templates/charts/Chart.yaml": b"name: none\nversion: 5",
    }
    found = charts.dependencies(charts.read(_tgz(**files), ""))
    assert [one[:2] for one in found] == [("packed", "1"), ("y", "3"), ("z", "2")]
    assert found[0].content == below
    assert [one.name for one in charts.dependencies(found[1])] == ["deep"]


def test_a_dependency_that_is_no_chart() -> None:
    files = {"x/Chart.yaml": "name: x\nversion: 1", "x/charts/y.tgz": "no archive"}
    with pytest.raises(AcregError, match=r"^y\.tgz is not a chart: it is not an archive"):
        charts.dependencies(charts.read(_tgz(**files), ""))
