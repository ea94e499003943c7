from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helm.harness import CHARTS, ENDS, LATEST, PRIVATE, RELEASE, VALUES
from helm.manifests import documents, images, is_hook, moved, moved_text

if TYPE_CHECKING:
    from helm.harness import Helm

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]

GROUPS = {version: pytest.mark.xdist_group(version) for version in ENDS}
"""One process has what a Helm has printed."""
every_helm, last_helms = (
    pytest.mark.parametrize("helm", [pytest.param(one, marks=GROUPS[one]) for one in versions], indirect=True)
    for versions in (ENDS, LATEST)
)

HOOKS = "---\n# Source: appcircle/charts/ingress-nginx/templates/admission-jobs.yaml\n"
PRIVATE_VALUES = VALUES / "private.yaml"
CASES: dict[str, list[str | Path]] = {
    "no-values": [],
    "globals": ["--values", PRIVATE_VALUES],
    "globals-and-stragglers": ["--values", VALUES / "private-stragglers.yaml"],
    "with-injector": ["--values", PRIVATE_VALUES, "--set", "vault.injector.enabled=true"],
    "without-operator": ["--set", "cert-utils-operator.enabled=false"],
    "with-secret": ["--set", "global.containerRegistrySecret=e30="],
}


every_case = pytest.mark.parametrize(
    ("helm", "case"),
    [
        pytest.param(version, case, marks=group)
        for version, group in GROUPS.items()
        for case in (CASES if version in LATEST else ("no-values", "globals"))
    ],
    indirect=["helm"],
)

RENDERED: dict[tuple[str | Path, ...], str] = {}
"""What a Helm has printed, which is the same each time."""


def template(helm: Helm, chart: str, *arguments: str | Path) -> str:
    """Return what `helm template` prints, through its post-renderer."""
    return rendered(helm, chart, "--post-renderer", helm.post_renderer, *arguments)


def rendered(helm: Helm, chart: str, *arguments: str | Path) -> str:
    """Return what `helm template` prints without a post-renderer."""
    plugins = helm.environment["HELM_PLUGINS"] if helm.major > 3 else ""
    through = (Path(plugins, helm.post_renderer, "acreg.pyz").resolve(),) if "--post-renderer" in arguments else ()
    key = (helm.binary, *through, chart, *arguments)
    if key not in RENDERED:
        flags: list[str | Path] = ["--namespace", "appcircle", *arguments]
        RENDERED[key] = helm.output("template", RELEASE, CHARTS / chart, *flags, acreg_values=PRIVATE_VALUES)
    return RENDERED[key]


@every_case
def test_images_move_and_nothing_else_changes(helm: Helm, case: str) -> None:
    arguments = CASES[case]
    expected = [
        # Helm 3 keeps hooks away from a post-renderer.
        document if helm.major == 3 and is_hook(document) else moved(document)
        for document in documents(rendered(helm, "appcircle", *arguments))
    ]
    assert documents(template(helm, "appcircle", *arguments)) == expected


@every_case
def test_only_lines_with_pull_secrets_differ_otherwise(helm: Helm, tmp_path: Path, case: str) -> None:
    arguments = CASES[case]
    # Helm 4 writes the YAML anew around any post-renderer.
    before = template(helm.through(Path("/bin/cat"), tmp_path / "cat"), "appcircle", *arguments)
    hooks = before.index(HOOKS) if helm.major == 3 else len(before)
    expected = moved_text(before[:hooks]) + before[hooks:]
    after = template(helm, "appcircle", *arguments)
    lines = difflib.ndiff(expected.splitlines(keepends=True), after.splitlines(keepends=True))
    changed = [line[2:].strip() for line in lines if line[0] in "+-"]
    assert changed != []
    assert [line for line in changed if "imagePullSecrets" not in line and line != "- name: containerregistry"] == []


@last_helms
@pytest.mark.parametrize(
    ("case", "count"), [("no-values", 38), ("globals", 38), ("globals-and-stragglers", 38), ("without-operator", 36)]
)
def test_all_images_of_the_chart_are_there(helm: Helm, case: str, count: int) -> None:
    released = documents(template(helm, "appcircle", *CASES[case]))
    found = images([document for document in released if not is_hook(document)])
    listed = moved_text((CHARTS / "images.txt").read_text(encoding="utf-8")).split()
    operator = {f"{PRIVATE}/cert-utils-operator:v1.3.12", f"{PRIVATE}/kube-rbac-proxy:v0.11.0"}
    expected = set(listed) - (operator if case == "without-operator" else set())
    assert {image for image in found if "/ingress-nginx/" not in image} == expected
    assert len(expected) == count


@every_helm
def test_settings_come_as_post_renderer_arguments(helm: Helm) -> None:
    registry, _, path = PRIVATE.partition("/")
    flags = [f"--post-renderer-args={flag}" for flag in ("--registry", registry, "--repository-path", path)]
    released = helm.output("template", "r", CHARTS / "shared-anchor", "--post-renderer", helm.post_renderer, *flags)
    assert images(documents(released)) == {f"{PRIVATE}/toolbox:1.5.1"}


@every_helm
def test_a_list_with_a_shared_anchor(helm: Helm) -> None:
    assert documents(template(helm, "shared-anchor")) == moved(documents(rendered(helm, "shared-anchor")))


@every_helm
def test_a_chart_without_manifests(helm: Helm) -> None:
    assert documents(template(helm, "empty")) == []


@every_helm
def test_a_chart_of_hooks_alone(helm: Helm) -> None:
    before = documents(rendered(helm, "hooks-only"))
    assert documents(template(helm, "hooks-only")) == (before if helm.major == 3 else moved(before))


@every_helm
def test_helm_fails_when_acreg_does(helm: Helm) -> None:
    run = helm.run("template", "r", CHARTS / "appcircle", "--post-renderer", helm.post_renderer)
    assert run.code != 0
    assert run.stdout == ""
    assert "registry" in run.stderr if helm.major == 3 else "acreg-postrenderer" in run.stderr
