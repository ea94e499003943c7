"""What makes a release: the notes, and GitHub's workflows, whose steps run here with a mock of `gh`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from postrenderer import __version__

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXT = "# Changelog\n\n## 2.0.0, unreleased\n\n- new\n\n## 1.10.0\n\n- ten\n\n## 1.1.0\n\n- one\n- two\n"


def changelog(code: str) -> subprocess.CompletedProcess[str]:
    """Run Python beside scripts/changelog.py."""
    program = [sys.executable, "-c", f"import changelog; {code}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("version", "lines"), [("2.0.0", ["- new"]), ("1.10.0", ["- ten"]), ("1.1.0", ["- one", "- two"])]
)
def test_notes_are_the_section_of_the_version(version: str, lines: list[str]) -> None:
    printed = changelog(f"print(changelog.notes({version!r}, {TEXT!r}))").stdout
    assert printed.startswith("\n".join([*lines, "", "## Check what you downloaded\n"]))


def test_a_version_without_notes() -> None:
    ended = changelog(f"changelog.notes('1.0.0', {TEXT!r})")
    assert (ended.returncode, ended.stderr) == (
        1,
        "CHANGELOG.md says nothing of 1.0.0: write a section `## 1.0.0, DATE`.\n",
    )


@pytest.mark.parametrize("schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"])
@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_fit_the_published_schema(workflow: Path, schema: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(workflow)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def steps() -> dict[str, str]:
    """The lines of each named step of the release."""
    content: Any = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))
    return {step["name"]: step["run"] for step in content["jobs"]["release"]["steps"] if "name" in step}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clone with what the steps read, and a `gh`, a mock, that notes its arguments."""
    folder = tmp_path / "checkout"
    for name in ("plugin.yaml", "README.md", "LICENSE", ".github/artifacthub-repo.yml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("acreg.pyz", "NOTES.md"):
        (folder / "dist" / "release").mkdir(parents=True, exist_ok=True)
        (folder / "dist" / "release" / name).touch()
    (tmp_path / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$GH_SAID"\n', encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for line in (
        ["init", "-q", "--bare", str(tmp_path / "origin")],
        ["init", "-q", str(folder)],
        ["-C", str(folder), "remote", "add", "origin", str(tmp_path / "origin")],
        ["-C", str(folder), "add", "plugin.yaml", "README.md"],
        ["-C", str(folder), *who, "commit", "-qm", "a"],
    ):
        subprocess.run(["git", *line], check=True)
    return folder


def run(checkout: Path, step: str, tag: str) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does."""
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(checkout.parent), os.environ["PATH"]]),
        "GITHUB_REF_NAME": tag,
        "GH_SAID": str(checkout.parent / "said"),
    }
    command = ["bash", "-e", "-c", steps()[step]]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("tag", "code"), [(f"v{__version__}", 0), ("v9.9.9", 1)])
def test_the_tag_must_be_the_version(checkout: Path, tag: str, code: int) -> None:
    assert run(checkout, "The tag is the version of plugin.yaml", tag).returncode == code


def test_the_files_are_published(checkout: Path) -> None:
    ended = run(checkout, "Publish them", "v1.2.3")
    assert ended.returncode == 0, ended.stderr
    said = (checkout.parent / "said").read_text(encoding="utf-8").splitlines()
    assert said[:6] == ["release", "create", "v1.2.3", "--verify-tag", "--title", "acreg 1.2.3"]
    assert said[6:] == ["--notes-file", "dist/release/NOTES.md", "dist/release/NOTES.md", "dist/release/acreg.pyz"]


def test_artifact_hub_gets_its_branch(checkout: Path) -> None:
    ended = run(checkout, "Show the plugin on Artifact Hub, which reads the branch artifacthub", "v1.2.3")
    assert ended.returncode == 0, ended.stderr
    listed = ["git", "-C", str(checkout.parent / "origin"), "ls-tree", "-r", "--name-only", "artifacthub"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    assert names == ["LICENSE", "README.md", "artifacthub-repo.yml", "plugin.yaml"]
