"""The shim of `acreg shim` in front of real Helms, and in front of a pipeline script that knows nothing of it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from helm.charts import CHARTS as TRAPS
from helm.charts import PUBLIC, write
from helm.harness import CHARTS, ENDS, LATEST, PRIVATE, RELEASE, REPOSITORY, VALUES, Helm, helm_environment, tool
from helm.manifests import SECRET, documents, images, moved, pod_specs

if TYPE_CHECKING:
    from helm.harness import Namespace

pytestmark = [
    pytest.mark.helm,
    pytest.mark.zipapp,
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the Helm binaries are for Linux on x86-64"
    ),
]

PRIVATE_VALUES = VALUES / "private.yaml"
CHART = CHARTS / "plain"
SOURCES = {"europe-west1-docker.pkg.dev/appcircle/docker-registry/toolbox:1.5.1", "hashicorp/vault-k8s:1.6.2"}
TARGETS = {f"{PRIVATE}/toolbox:1.5.1", f"{PRIVATE}/hashicorp/vault-k8s:1.6.2"}
DIFF = """\
#!/bin/sh
# In the place of helm-diff, which renders the new release in the same way, and compares it.
[ "$1" = upgrade ] || exit 3
shift
"$HELM_BIN" template "$@"
"""
DEPLOY = """\
#!/bin/sh
set -eu
helm version --short
helm lint "$CHART" --quiet
helm upgrade --install --namespace "$NAMESPACE" "$RELEASE" "$CHART" \\
  --no-hooks --timeout 60s --description "pipeline 42" --set services.uiserver.port=3001
helm --namespace "$NAMESPACE" status "$RELEASE"
helm list -n "$NAMESPACE" --short
"""


class Shop(NamedTuple):
    """A shell whose first `helm` is the shim and whose second is real."""

    helm: Helm
    folder: Path
    environment: dict[str, str]

    def run(self, *command: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **more}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def output(self, *command: str | Path, **more: str) -> str:
        run = self.run(*command, **more)
        assert run.returncode == 0, run.stderr
        return run.stdout


def in_front_of(helm: Helm, folder: Path, zipapp: Path) -> Shop:
    """Install the shim as a user does."""
    subprocess.run([zipapp, "shim", folder], env=helm.environment, capture_output=True, check=True)
    path = os.pathsep.join([str(folder), str(helm.binary.parent), helm.environment["PATH"]])
    return Shop(helm, folder, {**helm.environment, "PATH": path, "ACREG_VALUES": str(PRIVATE_VALUES)})


@pytest.fixture(params=LATEST)
def shop(request: pytest.FixtureRequest, tmp_path: Path, zipapp: Path, shiv_root: Path) -> Shop:
    version: str = request.param
    environment = helm_environment(tmp_path / "home", SHIV_ROOT=str(shiv_root))
    return in_front_of(Helm(int(version[0]), tool(f"helm-{version}"), environment), tmp_path / "front of helm", zipapp)


@pytest.mark.parametrize("shop", ENDS, indirect=True)
def test_what_helm_renders_is_private(shop: Shop) -> None:
    rendered = documents(shop.helm.output("template", "r", CHART))
    assert images(rendered) == SOURCES
    chart = str(CHART)
    lines = [["template", "r", chart], ["-n", "x", "--kube-context", "y", "template", "--", "r", chart]]
    if shop.helm.major > 3:  # Helm 3 wants a cluster even for this
        lines.append(["install", "r", chart, "--dry-run=client"])
    for line in lines:
        run = shop.run("helm", *line, ACREG_VERBOSE="1")
        assert run.returncode == 0, run.stderr
        assert run.stderr.startswith(f"acreg: runs {shop.helm.binary} ")
        assert " by acreg template\n" in run.stderr or " with --post-renderer " in run.stderr
        assert all(target in run.stdout for target in TARGETS)
        assert not any(f" {source}" in run.stdout for source in SOURCES)
    assert documents(shop.output("helm", "template", "r", CHART)) == moved(rendered)


@pytest.mark.slow
@pytest.mark.parametrize("shop", ENDS, indirect=True)
def test_everything_else_is_as_without_it(shop: Shop) -> None:
    for arguments in (
        ["version", "--short"],
        ["--help"],
        ["upgrade", "--help"],
        ["help", "install"],
        ["__complete", "upgrade", "--post"],
        ["completion", "bash"],
        ["lint", str(CHART)],
        ["show", "chart", str(CHART)],
        *([["template"], ["template", "r", "no-such-chart"]] if shop.helm.major > 3 else ()),
        ["--no-such-flag"],
        ["no-such-command"],
    ):
        run = shop.run("helm", *arguments)
        plain = shop.helm.run(*arguments)
        assert (run.returncode, run.stdout, run.stderr) == plain, arguments


def test_another_post_renderer_stays_the_only_one(shop: Shop, tmp_path: Path) -> None:
    cat = shop.helm.through(Path("/bin/cat"), tmp_path / "cat")
    plugins = {"HELM_PLUGINS": cat.environment["HELM_PLUGINS"]}
    for flags in (["--post-renderer", cat.post_renderer], [f"--post-renderer={cat.post_renderer}"]):
        assert images(documents(shop.output("helm", "template", "r", CHART, *flags, **plugins))) == SOURCES


def test_diff_upgrade(shop: Shop) -> None:
    plugin = Path(shop.environment["HELM_PLUGINS"], "diff")
    plugin.mkdir(parents=True)
    (plugin / "diff.sh").write_text(DIFF, encoding="utf-8")
    (plugin / "diff.sh").chmod(0o755)
    manifest = "name: diff\nversion: 3.0.0\nusage: x\ndescription: x\ncommand: $HELM_PLUGIN_DIR/diff.sh\n"
    (plugin / "plugin.yaml").write_text(manifest, encoding="utf-8")
    assert images(documents(shop.output("helm", "diff", "upgrade", "r", CHART))) == TARGETS
    assert shop.run("helm", "diff", "revision", "r").returncode == 3


@pytest.mark.slow
def test_acreg_sees_what_is_behind_the_shim(shop: Shop, zipapp: Path) -> None:
    plugin = Path(shop.environment["HELM_PLUGINS"], "acreg")
    (plugin / "dist").mkdir(parents=True)
    shutil.copy(REPOSITORY / "plugin.yaml", plugin)
    (plugin / "dist" / "acreg.pyz").symlink_to(zipapp)
    for acreg in (["helm", "acreg"], [str(zipapp)]):
        assert shop.output(*acreg, "images", "--source-only", "--chart", CHART).split() == sorted(SOURCES)
        assert images(documents(shop.output(*acreg, "template", "r", CHART))) == TARGETS


def test_files_that_no_post_renderer_sees(shop: Shop, tmp_path: Path) -> None:
    run = shop.run("helm", "template", "r", CHART, "--output-dir", tmp_path / "files")
    if shop.helm.major == 3:
        assert (run.returncode, "before it comes to the post-renderer" in run.stderr) == (2, True), run.stderr
        assert not (tmp_path / "files").exists()
    else:
        written = (tmp_path / "files" / "plain" / "templates" / "deployment.yaml").read_text(encoding="utf-8")
        assert images(documents(written)) == TARGETS


def test_helm_fails_where_acreg_does(shop: Shop) -> None:
    run = shop.run("helm", "template", "r", CHART, ACREG_VALUES="")
    assert run.returncode != 0
    assert run.stdout == ""
    assert "The private registry is not set" in run.stderr


@pytest.mark.slow
def test_hooks_and_arguments_for_the_post_renderer(shop: Shop, tmp_path: Path) -> None:
    folder = write(TRAPS["a test that is hard-coded"], tmp_path / "chart")
    for command in (["template", "r"], ["template", "--post-renderer-args", "--strict", "r"]):
        assert PUBLIC not in shop.output("helm", *command, folder)
    public = ("--post-renderer-args", "--keep=quay.io")
    run = shop.run("helm", "template", "r", folder, *public)
    assert (run.returncode, run.stdout.count(PUBLIC)) == (0, 1)
    run = shop.run("helm", "template", "r", folder, *public, "--post-renderer-args=--strict")
    assert (run.returncode != 0, run.stdout) == (True, "")


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("helm", ["3.17.3", "4.2.3"], indirect=True)
def test_a_pipeline_that_knows_nothing_of_it(helm: Helm, namespace: Namespace, tmp_path: Path, zipapp: Path) -> None:
    script = tmp_path / "deploy.sh"
    script.write_text(DEPLOY, encoding="utf-8")
    script.chmod(0o755)
    shop = in_front_of(helm, tmp_path / "front", zipapp)
    known = {"NAMESPACE": namespace.name, "RELEASE": RELEASE, "CHART": str(CHART)}
    for _ in ("install", "upgrade"):
        said = shop.output(script, **known)
    assert said.endswith(f"{RELEASE}\n")
    stored = namespace.get("deployments,statefulsets,daemonsets,cronjobs,jobs")
    assert images(stored) == TARGETS
    assert {spec["imagePullSecrets"].count(SECRET) for spec in pod_specs(stored)} == {1}
    assert "REVISION: 2" in said
