"""The examples for CI systems: their scripts are run, and the rest is held to the published schemas."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Callable

import pytest
import yaml
from helm.manifests import SECRET, images, pod_specs

from pipelines.workspace import PIPELINES, TARGETS, Workspace

if TYPE_CHECKING:
    from helm.harness import Namespace

Node = Any  # parsed YAML


def load(name: str) -> Node:
    return yaml.safe_load((PIPELINES / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "schema", "more"),
    [
        ("gitlab-ci.yml", "vendor.gitlab-ci", ["--data-transform", "gitlab-ci"]),
        ("github-actions.yml", "vendor.github-workflows", []),
        ("github-actions.yml", "custom.github-workflows-require-timeout", []),
        (
            "azure-pipelines.yml",
            "vendor.azure-pipelines",
            ["--data-transform", "azure-pipelines", "--regex-variant", "nonunicode"],
        ),
    ],
)
def test_published_schemas(name: str, schema: str, more: list[str]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *more, str(PIPELINES / name)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def gitlab(checkout: Workspace) -> None:
    """Run the jobs as GitLab's runner does: all lines of a job in one shell that ends at the first failure."""
    content = load("gitlab-ci.yml")
    jobs = [content[name] for name in content["stages"]]
    assert [job["stage"] for job in jobs] == content["stages"]
    for job in jobs:
        lines = [*content["default"]["before_script"], *job["script"]]
        ran = checkout.knowing(content["variables"]).sh("\n".join(lines))
        assert ran.code == 0, ran.stderr
    assert "references are private" in ran.stdout


def github(checkout: Workspace) -> None:
    """Run the steps as GitHub's runner does: each in a shell of its own, with what is in GITHUB_PATH on PATH."""
    content = load("github-actions.yml")
    added = checkout.folder.parent / "GITHUB_PATH"
    checkout = checkout.knowing({**content["env"], "GITHUB_PATH": str(added)})
    said = ""
    for step in content["jobs"]["deploy"]["steps"]:
        if "run" in step:
            ran = checkout.sh(step["run"], ("bash", "-e"))
            assert ran.code == 0, ran.stderr
            said += ran.stdout
        for folder in added.read_text(encoding="utf-8").split() if added.exists() else ():
            checkout = checkout.on_path(folder)
    assert "references are private" in said


def azure(checkout: Workspace) -> None:
    """Run the steps as Azure's agent does: each in a shell of its own, obeying the commands in what it prints."""
    content = load("azure-pipelines.yml")
    checkout = checkout.knowing(content["variables"])
    said = ""
    for step in content["steps"]:
        if "script" in step:
            ran = checkout.sh(step["script"], ("bash", "--noprofile", "--norc"))
            assert ran.code == 0, ran.stderr
            said += ran.stdout
            for folder in re.findall(r"##vso\[task\.prependpath\](.*)", ran.stdout):
                checkout = checkout.on_path(folder)
    assert "references are private" in said


def jenkins(checkout: Workspace) -> None:
    """Run the steps as Jenkins does: each in a shell of its own, `PATH+ACREG` in front of PATH inside its block."""
    text = (PIPELINES / "Jenkinsfile").read_text(encoding="utf-8")
    checkout = checkout.knowing(dict(re.findall(r"^    (\w+) = '(.*)'$", text, re.MULTILINE)))
    steps = list(
        re.finditer(
            r"""(?P<with>withEnv\(\["PATH\+ACREG=\$\{(\w+)\}/acreg"\]\) \{\s+)?\bsh ('{1,3})(?P<text>.*?)\3""",
            text,
            re.DOTALL,
        )
    )
    assert len(steps) == 3
    said = ""
    for step in steps:
        place = checkout.on_path(f"{checkout.environment[step[2]]}/acreg") if step["with"] else checkout
        ran = place.sh(step["text"], ("sh", "-xe"))
        assert ran.code == 0, ran.stderr
        said += ran.stdout
    assert "references are private" in said


@pytest.mark.slow
@pytest.mark.helm
@pytest.mark.zipapp
@pytest.mark.cluster
@pytest.mark.parametrize(
    ("pipeline", "helm"),
    [(gitlab, "3.19.0"), (github, "4.3.1"), (azure, "3.19.0"), (jenkins, "4.3.1")],
    indirect=["helm"],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_a_pipeline_deploys_is_private(
    checkout: Workspace, namespace: Namespace, pipeline: Callable[[Workspace], None]
) -> None:
    pipeline(checkout)
    stored = namespace.get("deployments")
    assert images(stored) == TARGETS
    assert [spec["imagePullSecrets"] for spec in pod_specs(stored)] == [[SECRET]]
