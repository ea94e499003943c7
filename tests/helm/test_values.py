"""The values that make a chart private, found by rendering it with a real Helm."""

from __future__ import annotations

import subprocess
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from helm.harness import CHARTS, LATEST, PRIVATE, VALUES, acreg
from postrenderer.settings.files import values_files
from postrenderer.settings.given import Problems

if TYPE_CHECKING:
    from pathlib import Path

    from helm.harness import Helm

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]
last = pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
"""For what `acreg values` finds by rendering: the Helms differ in no rendering of these."""

REGISTRY = ("--registry", "registry.spacetech.com:8083", "--repository-path", "appcircle")
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec:\n  containers: [{name: c, image: %s}]\n%s"
SECRETS = "{{- with .Values.%s }}\n  imagePullSecrets: %s\n{{- end }}\n"
# As Bitnami's charts do: https://github.com/bitnami/charts, common/templates/_errors.tpl
GUARDED = (
    '{{ if ne .Values.image "quay.io/a/b" }}{{ if not .Values.global.security.allowInsecureImages }}'
    '{{ fail "substituted" }}{{ end }}{{ end }}{{ .Values.image }}:1'
)


def values(helm: Helm, zipapp: Path, *arguments: str | Path) -> tuple[dict[str, Any], str]:
    """Return what `acreg values` writes, and what it says."""
    run = acreg(helm, zipapp, "values", *arguments)
    assert run.code == 0, run.stderr
    return yaml.safe_load(run.stdout), run.stderr


def chart(folder: Path, defaults: str, *templates: str) -> Path:
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(f"apiVersion: v2\nname: {folder.name}\nversion: 1.0.0\n", encoding="utf-8")
    (folder / "values.yaml").write_text(defaults, encoding="utf-8")
    for number, template in enumerate(templates):
        (folder / "templates" / f"{number}.yaml").write_text(template, encoding="utf-8")
    return folder


@pytest.mark.slow
def test_what_the_page_tells_people_to_type(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    page = yaml.safe_load((VALUES / "private-stragglers.yaml").read_text(encoding="utf-8"))
    found, said = values(helm, zipapp, CHARTS / "appcircle", *REGISTRY)
    assert {key: found[key] for key in page} == page
    assert found["ingress-nginx"]["controller"]["admissionWebhooks"]["image"] == {"registry": PRIVATE}
    assert "58 of 60 references are private" in said
    assert "toolbox:1.5.1 in ConfigMap release-name-runner" in said

    archive = helm.output("package", CHARTS / "appcircle", "--destination", tmp_path).split(": ")[1].strip()
    assert values(helm, zipapp, archive, *REGISTRY)[0] == found


@last
@pytest.mark.parametrize(
    ("defaults", "image", "overlay"),
    [
        ("image: nginx:1", "{{ .Values.image }}", {"image": f"{PRIVATE}/nginx:1"}),
        (
            "image: {repository: quay.io/a/b, tag: 1}",
            "{{ .Values.image.repository }}:{{ .Values.image.tag }}",
            {"image": {"repository": f"{PRIVATE}/a/b"}},
        ),
        (
            "{global: {imageRegistry: ''}, image: {registry: docker.io, repository: bitnami/redis}}",
            "{{ .Values.global.imageRegistry | default .Values.image.registry }}/{{ .Values.image.repository }}:7",
            {"global": {"imageRegistry": PRIVATE}},
        ),
        (
            "images: [{name: x, image: quay.io/a/b}, {name: z, image: other}]",
            "{{ (index .Values.images 0).image }}:1",
            {"images": [{"name": "x", "image": f"{PRIVATE}/a/b"}, {"name": "z", "image": "other"}]},
        ),
        (
            "{global: {security: {allowInsecureImages: false}}, image: quay.io/a/b}",
            GUARDED,
            {"global": {"security": {"allowInsecureImages": True}}, "image": f"{PRIVATE}/a/b"},
        ),
        (
            "{image: quay.io/a/b, other: {image: quay.io/a}}",
            '{{ if ne .Values.other.image "quay.io/a" }}{{ fail "refused" }}{{ end }}{{ .Values.image }}:1',
            {"image": f"{PRIVATE}/a/b"},
        ),
    ],
)
def test_shapes(  # noqa: PLR0913, PLR0917  # fixtures and a table's columns
    helm: Helm, zipapp: Path, tmp_path: Path, defaults: str, image: str, overlay: dict[str, Any]
) -> None:
    folder = chart(tmp_path / "shape", defaults + "\n", POD % ("p", f"'{image}'" if "fail" not in image else image, ""))
    assert values(helm, zipapp, folder, *REGISTRY, "--no-pull-secrets")[0] == overlay


@last
@pytest.mark.parametrize(
    ("written", "item"),
    [
        ("{{ toYaml . | nindent 4 }}", {"name": "containerregistry"}),
        ("[{{ range . }}{name: {{ . }}}{{ end }}]", "containerregistry"),
    ],
    ids=["objects", "names"],
)
def test_pull_secrets_in_the_form_of_the_chart(
    helm: Helm, zipapp: Path, tmp_path: Path, written: str, item: object
) -> None:
    template = POD % ("p", "'{{ .Values.image }}'", SECRETS % ("pullSecrets", written))
    folder = chart(tmp_path / "secrets", "pullSecrets: []\nimage: nginx:1\n", template)
    assert values(helm, zipapp, folder, *REGISTRY)[0] == {"image": f"{PRIVATE}/nginx:1", "pullSecrets": [item]}


@pytest.mark.parametrize(
    "section",
    [
        "{imageRegistry: own.io, <<: *b}",
        "{<<: *b, imageRegistry: own.io}",
        "{<<: [*a, *b]}",
        "{<<: *a, imageRegistry: }",
    ],
)
def test_a_values_file_tells_acreg_what_it_tells_helm(section: str, helm: Helm, tmp_path: Path) -> None:
    folder = chart(tmp_path / "app", "", "registry: {{ .Values.global.imageRegistry }}\n")
    file = tmp_path / "values.yaml"
    file.write_text(f"a: &a {{imageRegistry: a.io}}\nb: &b {{imageRegistry: b.io}}\nglobal: {section}\n")
    registry = yaml.safe_load(helm.output("template", folder, "--values", file))["registry"]
    found = values_files([str(file)], str(tmp_path), Problems())
    assert [given.value for given in found.values()] == [registry] * bool(registry)


def test_a_chart_without_values(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    folder = chart(tmp_path / "fixed", "", POD % ("p", "nginx:1", ""))
    found, said = values(helm, zipapp, folder, *REGISTRY)
    assert found == {}
    assert "0 of 1 references are private" in said
    assert "nginx:1 in Pod p" in said


def test_an_archive_that_reaches_out(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    archive = tmp_path / "evil.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(chart(tmp_path / "fixed", "", POD % ("p", "nginx:1", "")), "fixed")
        tar.add(CHARTS / "images.txt", "fixed/../../../outside.txt")
    environment = {**helm.environment, "HELM_BIN": str(helm.binary), "TMPDIR": str(tmp_path)}
    subprocess.run([zipapp, "values", archive, *REGISTRY], env=environment, capture_output=True, check=False)
    assert list(tmp_path.rglob("outside.txt")) == []
