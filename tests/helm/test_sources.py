"""The sources of a chart's images, however the private registry is named: the list is the page's list each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helm.charts import chart, write
from helm.harness import CHARTS, LATEST, PRIVATE, VALUES, Helm, Namespace, acreg

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]

LISTED = (CHARTS / "images.txt").read_text(encoding="utf-8").split()
HOST, _, PATH = PRIVATE.partition("/")
NAMED: dict[str, tuple[str | Path, ...]] = {
    "the page's values": ("-f", VALUES / "private.yaml"),
    "the page's values with stragglers": ("-f", VALUES / "private-stragglers.yaml"),
    "two keys": ("--set", f"global.imageRegistry={HOST},global.imageRepositoryPath={PATH}"),
    "flags": ("--registry", HOST, "--repository-path", PATH),
}
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: %s}
spec: {containers: [{name: main, image: "%s"}]}
"""
OWN = f"{PRIVATE}/mine:1"
MIXED = chart(
    "app",
    {
        "values.yaml": "registry: quay.io\nown: docker.io/a/mine:2\nkept: gcr.io/kept/b:1\n",
        "templates/a.yaml": POD % ("a", "{{ .Values.global.imageRegistry | default .Values.registry }}/acme/a:1"),
        "templates/b.yaml": POD % ("b", "{{ .Values.own }}"),
        "templates/c.yaml": POD % ("c", "{{ .Values.kept }}"),
        "templates/d.yaml": '{{ if .Capabilities.APIVersions.Has "apps/v1" }}'
        + POD % ("d", "quay.io/acme/d:1")
        + "{{ end }}",
    },
)
MIXED_VALUES = f"global: {{imageRegistry: {HOST}, imageRepositoryPath: {PATH}}}\nown: {OWN}\n"


@pytest.mark.parametrize(
    ("helm", "how"), [(LATEST[0], next(iter(NAMED))), *((LATEST[1], how) for how in NAMED)], indirect=["helm"]
)
def test_the_list_is_the_pages_list(helm: Helm, zipapp: Path, how: str) -> None:
    of_chart = ("--chart", CHARTS / "appcircle", *NAMED[how])
    listed = acreg(helm, zipapp, "images", "--source-only", *of_chart)
    assert listed.code == 0, listed.stderr
    assert set(listed.stdout.split()) > set(LISTED)
    assert len(listed.stdout.split()) == 40
    assert PRIVATE not in listed.stdout
    copied = acreg(helm, zipapp, "mirror", "--dry-run", *of_chart)
    pairs = [line.split()[0] for line in copied.stdout.splitlines()]
    assert sorted(pairs) == sorted(listed.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_ones_own_images_have_no_source(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    of_chart = ("--chart", write(MIXED, tmp_path / "app"), "-f", tmp_path / "values.yaml", "--keep", "gcr.io")
    (tmp_path / "values.yaml").write_text(MIXED_VALUES, encoding="utf-8")
    run = acreg(helm, zipapp, "images", "--source-only", *of_chart)
    assert run.stdout.split() == ["gcr.io/kept/b:1", "quay.io/acme/a:1", "quay.io/acme/d:1"]
    assert f"has no public source: {OWN}\n" in run.stderr
    run = acreg(helm, zipapp, "images", "--target-only", *of_chart)
    assert run.stdout.split() == [f"{PRIVATE}/acme/a:1", f"{PRIVATE}/acme/d:1", OWN]
    assert "left out, as it stays where it is: gcr.io/kept/b:1 (under `keep` entry gcr.io)\n" in run.stderr
    run = acreg(helm, zipapp, "mirror", "--dry-run", *of_chart)
    assert OWN not in run.stdout
    assert f"not copied: {OWN}: already private, and its public source is unknown" in run.stderr
    table = acreg(helm, zipapp, "images", "-o", "txt", *of_chart).stdout.splitlines()
    assert f"quay.io/acme/a:1 {PRIVATE}/acme/a:1" in table


@pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
def test_manifests_are_mapped_back_or_refused(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(POD % ("a", f"{PRIVATE}/team/a:1"), encoding="utf-8")
    settings = ("-f", manifests, "--registry", HOST, "--repository-path", PATH)
    run = acreg(helm, zipapp, "mirror", "--dry-run", *settings, "--source", "quay.io/acme")
    assert run.stdout.split() == ["quay.io/acme/team/a:1", f"{PRIVATE}/team/a:1"]
    for command in (("mirror", "--dry-run"), ("images", "--source-only")):
        run = acreg(helm, zipapp, *command, *settings, "--source", "quay.io/acme", "--source", "quay.io/other")
        assert (run.code, run.stdout) == (1, "")
        assert f"say: {PRIVATE}/team/a:1. Name the chart with --chart CHART" in run.stderr


@pytest.mark.parametrize("helm", LATEST, indirect=True)
@pytest.mark.cluster
@pytest.mark.slow
def test_a_chart_is_rendered_for_the_cluster(helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path) -> None:
    asking = (
        '{{ if .Capabilities.APIVersions.Has "other.example.com/v1" }}' + POD % ("d", "quay.io/acme/d:1") + "{{ end }}"
    )
    asking += "---\n" + POD % ("e", "quay.io/acme/e:{{ .Capabilities.KubeVersion.Version }}")
    of_chart = ("--chart", write(chart("app", {"templates/d.yaml": asking}), tmp_path / "app"), "--registry", HOST)
    (version,) = acreg(helm, zipapp, "images", "--source-only", *of_chart).stdout.split()
    assert namespace.run("version").decode().strip().endswith(version.rpartition(":")[2])
    said = acreg(helm, zipapp, "images", "--source-only", *of_chart, "--api-versions", "other.example.com/v1")
    assert "quay.io/acme/d:1" in said.stdout
    helm.environment["KUBECONFIG"] = "/nowhere"
    said = acreg(helm, zipapp, "images", "--source-only", *of_chart)
    assert "no cluster can be reached, so the chart was rendered without one" in said.stderr
    helm.environment["KUBECONFIG"] = namespace.kubeconfig


ANNOUNCED = """\
annotations:
  artifacthub.io/images: |
    - {name: later, image: quay.io/acme/later:1}
    - name: broken
  helm.sh/images: "- {name: a, image: quay.io/acme/a:1}"
"""


@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_a_chart_may_announce_more_than_it_renders(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    files = chart(
        "app", {"templates/a.yaml": POD % ("a", "quay.io/acme/a:1"), "Images.lock": "images: [{image: x.io/b:1}]"}
    )
    files["Chart.yaml"] = f"{files['Chart.yaml']}{ANNOUNCED}"
    of_chart = ("--chart", write(files, tmp_path / "app"), "--registry", "r.example.com")
    every = ["quay.io/acme/a:1", "quay.io/acme/later:1", "x.io/b:1"]
    assert acreg(helm, zipapp, "images", "--source-only", *of_chart).stdout.split() == every
    rows = {row["source"]: row for row in json.loads(acreg(helm, zipapp, "images", "-o", "json", *of_chart).stdout)}
    assert [rows[one]["class"] for one in every] == ["podspec", "annotation", "annotation"]
    assert (rows[every[1]]["document"], rows[every[1]]["pointer"]) == (
        "Chart app",
        "/annotations/artifacthub.io~1images",
    )
    copied = acreg(helm, zipapp, "mirror", "--dry-run", *of_chart).stdout.splitlines()
    assert sorted(line.split()[0] for line in copied) == every
    for command in (("images", "--source-only"), ("mirror", "--dry-run")):
        rendered = acreg(helm, zipapp, *command, "--rendered-only", *of_chart).stdout
        assert (rendered.split()[:1], "later" in rendered) == (every[:1], False)
