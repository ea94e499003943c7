"""`acreg install`, `upgrade` and `template` on a real API server, and what they pass through to Helm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from effort import LONGEST, until

from helm.charts import CHARTS as TRAPS
from helm.charts import write
from helm.harness import CHARTS, LATEST, PRIVATE, RELEASE, VALUES, Helm, acreg
from helm.manifests import SECRET, documents, images, is_hook, moved, pod_specs

if TYPE_CHECKING:
    from helm.harness import Namespace

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]

PRIVATE_VALUES = VALUES / "private.yaml"


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_nothing_public_is_stored(helm: Helm, namespace: Namespace, zipapp: Path) -> None:
    upgrade = ("upgrade", "--install", RELEASE, CHARTS / "appcircle", "--no-hooks")
    for arguments in (
        (*upgrade, "-f", PRIVATE_VALUES),
        (*upgrade, "--set", "services.uiserver.port=3001,a.b=c", "--reuse-values"),
    ):
        run = acreg(helm, zipapp, *arguments)
        assert run.code == 0, run.stderr
        manifest = documents(helm.output("get", "manifest", RELEASE))
        hooks = documents(helm.output("get", "hooks", RELEASE))
        assert len(hooks) == 2
        assert all(map(is_hook, hooks))
        for stored in (manifest, hooks, namespace.get("deployments,statefulsets,daemonsets")):
            assert {image for image in images(stored) if not image.startswith(f"{PRIVATE}/")} == set()
        assert moved(manifest) == manifest
        assert all(spec["imagePullSecrets"].count(SECRET) == 1 for spec in pod_specs(manifest))
    assert "3001" in helm.output("get", "manifest", RELEASE)


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_values_of_the_release_are_taken_over(helm: Helm, namespace: Namespace, zipapp: Path, tmp_path: Path) -> None:
    upgrade = ("upgrade", "--install", RELEASE, write(TRAPS["hashes of templates"], tmp_path / "chart"), "--no-hooks")
    assert acreg(helm, zipapp, *upgrade, "-f", "-", stdin=PRIVATE_VALUES.read_text(encoding="utf-8")).code == 0
    run = acreg(helm, zipapp, *upgrade)
    assert run.code == 0, run.stderr
    stored = documents(helm.output("get", "manifest", RELEASE) + helm.output("get", "hooks", RELEASE))
    assert len(images(stored)) == 2
    assert all(image.startswith(f"{PRIVATE}/acme/") for image in images(stored))
    run = acreg(helm, zipapp, *upgrade, "--reset-values")
    assert (run.code, "The private registry is not set" in run.stderr) == (2, True)
    assert namespace.get("deployments")


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_a_generated_name(helm: Helm, namespace: Namespace, zipapp: Path, tmp_path: Path) -> None:
    folder = write(TRAPS["hashes of templates"], tmp_path / "chart")
    run = acreg(helm, zipapp, "install", folder, "--generate-name", "--no-hooks", "-f", PRIVATE_VALUES)
    assert run.code == 0, run.stderr
    (name,) = helm.output("list", "--short").split()
    for stored in (helm.output("get", "manifest", name), helm.output("get", "hooks", name)):
        (image,) = images(documents(stored))
        assert image.startswith(f"{PRIVATE}/acme/")
    helm.output("uninstall", name, "--no-hooks")
    assert namespace.get("deployments") == []


def test_template_is_helms(helm: Helm, zipapp: Path) -> None:
    arguments = ("template", RELEASE, CHARTS / "appcircle", "--set-string", "global.imageRegistry=r.example.com")
    run = acreg(helm, zipapp, *arguments, "--set=global.imageRepositoryPath=x", "--kube-version", "1.30")
    assert run.code == 0, run.stderr
    assert {image.rpartition("/")[0] for image in images(documents(run.stdout))} >= {"r.example.com/x"}
    assert all(image.startswith("r.example.com/x/") for image in images(documents(run.stdout)))


def test_helms_errors_and_exit_code(helm: Helm, zipapp: Path) -> None:
    arguments = ("template", RELEASE, CHARTS / "shared-anchor", "--registry", "r.example.com", "--no-such-flag")
    run = acreg(helm, zipapp, *arguments)
    assert run.code == 1
    assert "unknown flag: --no-such-flag" in run.stderr


@pytest.mark.parametrize("helm", LATEST, indirect=True)
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["template"], 2, "name the release and the chart, as `acreg template RELEASE CHART -f values.yaml`"),
        (["upgrade", "r", "c", "--registry", "r.example.com", "-n"], 2, "-n needs a value"),
        (["template", "r", "nowhere", "--registry", "r.example.com"], 1, "nowhere"),
        (["install", "a", "b", "c", "--registry", "r.example.com"], 1, "unexpected arguments"),
        (["template", "r", "nowhere", "--registry", "https://r.example.com/x"], 2, "must be a host in lower case"),
    ],
)
def test_wrong_usage(helm: Helm, zipapp: Path, arguments: list[str], code: int, message: str) -> None:
    run = acreg(helm, zipapp, *arguments)
    assert (run.code, run.stdout) == (code, "")
    assert message in run.stderr
    assert "template" in arguments or "`helm template" not in run.stderr  # it is told of the command that was typed


@pytest.mark.parametrize("helm", LATEST[:1], indirect=True)
def test_credentials_come_from_the_environment(helm: Helm, zipapp: Path) -> None:
    run = acreg(helm, zipapp, "upgrade", "r", "c", "--check", "--password-file", "x", "--registry", "r.example.com")
    assert (run.code, "--password-file is a flag of `acreg check`" in run.stderr) == (2, True)
    assert "ACREG_USERNAME and ACREG_PASSWORD, or ACREG_AUTHFILE=FILE" in run.stderr


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_files_instead_of_output(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    run = acreg(helm, zipapp, "template", CHARTS / "appcircle", "-f", PRIVATE_VALUES, f"--output-dir={folder}")
    written = "\n---\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml"))
    if helm.major == 3:  # writes them before it comes to the post-renderer
        assert (run.code, "Helm 3 writes the files of --output-dir" in run.stderr, written) == (2, True, "")
    else:
        assert run.code == 0, run.stderr
        assert all(image.startswith(f"{PRIVATE}/") for image in images(documents(written)))
        assert written.count(f"{PRIVATE}/") > 40


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_arguments_behind_two_dashes(helm: Helm, zipapp: Path) -> None:
    run = acreg(helm, zipapp, "template", "--registry", "r.example.com", "--", "r", CHARTS / "appcircle")
    assert run.code == 0, run.stderr
    assert all(image.startswith("r.example.com/") for image in images(documents(run.stdout)))


@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_explain_tells_of_runs_that_helm_ended(helm: Helm, zipapp: Path) -> None:
    chart = CHARTS / "appcircle"
    # On Helm 3 the release is rendered beforehand, to see its hooks.
    before = "unknown flag" if helm.major == 3 else "Helm failed before it came to the post-renderer"
    after = "Helm 3 writes the files" if helm.major == 3 else "Helm failed after the post-renderer's work was done"
    for arguments, code, told in (
        (("--set", "a.b=", "-f", VALUES / "private.yaml"), 0, "successfully"),
        (("--no-such-flag", "-f", VALUES / "private.yaml"), 1, before),
        (("--output-dir", "/proc/nowhere", "-f", VALUES / "private.yaml"), 2 if helm.major == 3 else 1, after),
        (("-f", CHARTS / "empty" / "Chart.yaml"), 2, "The private registry is not set"),
    ):
        assert acreg(helm, zipapp, "template", RELEASE, chart, *arguments).code == code
        explained = acreg(helm, zipapp, "explain").stdout
        assert told in explained
        assert f"command   template {RELEASE} {chart}\n" in explained
    assert f"files     {CHARTS / 'empty' / 'Chart.yaml'}\n" in explained


@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_what_stays_public_is_said(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    folder = write(TRAPS["hashes of templates"], tmp_path / "chart")
    report = tmp_path / "report.json"
    flags = ("--registry", "r.example.com", "--others", "keep", "--source", "quay.io/acme/hook", "--report", report)
    run = acreg(helm, zipapp, "template", "r", folder, *flags)
    line = "images: 1 moved, 0 private already, 1 left (others: keep: quay.io/acme/web:1); pull secrets added: 1"
    assert run.stderr.splitlines()[-1] == f"acreg: {line}"
    explained = acreg(helm, zipapp, "explain").stdout.splitlines()
    assert f"done      {line}" in explained
    assert explained[explained.index("others: keep:") + 1].startswith("  - quay.io/acme/web:1 of Deployment web")
    summary = json.loads(report.read_text(encoding="utf-8"))["summary"]
    assert (summary["moved"], summary["left"], summary["pullSecrets"]) == (1, 1, 1)  # hooks too, under either Helm
    arguments = ("template", "r", folder, "--post-renderer", helm.post_renderer)
    quiet = {**helm.environment, "ACREG_REGISTRY": "r.example.com"}
    plain = helm._replace(environment=quiet).run(*arguments)
    assert plain.stderr == ""
    plain = helm._replace(environment={**quiet, "ACREG_VERBOSE": "1"}).run(*arguments)
    moved = 1 if helm.major == 3 else 2  # Helm 3 shows it no hook
    assert f"acreg: images: {moved} moved, 0 private already, 0 left; pull secrets added: {moved}\n" in plain.stderr


@pytest.mark.parametrize("helm", LATEST[-1:], indirect=True)
def test_explain_keeps_no_password(helm: Helm, zipapp: Path) -> None:
    address = "http://me:s3cret@127.0.0.1:9"
    arguments = ("--set", "a=s3cret", "--password", "s3cret", "--registry", "r.example.com")
    run = acreg(helm, zipapp, "template", "r", f"{address}/c.tgz", "-f", f"{address}/v.yaml", *arguments)
    assert run.code == 1
    note = (Path(helm.environment["HELM_CACHE_HOME"]) / "acreg" / "last-run").read_text(encoding="utf-8")
    assert "command: template r http://127.0.0.1:9/c.tgz\n" in note
    assert "s3cret" not in note.partition("\n\n")[0]


def test_another_post_renderer_is_refused(helm: Helm, zipapp: Path) -> None:
    run = acreg(helm, zipapp, "template", CHARTS / "shared-anchor", "--post-renderer", "cat")
    assert (run.code, "is the post-renderer itself" in run.stderr) == (2, True)


@pytest.mark.parametrize("helm", LATEST[-1:], indirect=True)
def test_signals_reach_helm(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    slow = tmp_path / "helm"
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *post-renderer*) trap "echo got it; kill \\$!; exit 7" TERM;'
        f' sleep {LONGEST} >/dev/null & touch {tmp_path}/ready; wait;; *) exec {helm.binary} "$@";; esac\n',
        encoding="utf-8",
    )
    slow.chmod(0o755)
    arguments = [zipapp, "template", CHARTS / "shared-anchor", "--registry", "r.example.com"]
    environment = {**helm.environment, "HELM_BIN": str(slow)}
    process = subprocess.Popen([str(one) for one in arguments], env=environment, stdout=subprocess.PIPE)
    until((tmp_path / "ready").exists)
    os.kill(process.pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=LONGEST)
    assert (process.returncode, out) == (7, b"got it\n")


@pytest.mark.parametrize("helm", LATEST[:1], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_values(helm: Helm, zipapp: Path, tmp_path: Path, number: int) -> None:
    slow = tmp_path / "helm"
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *probe*|*--help*|version*) exec {helm.binary} "$@";; esac\n'
        f"touch {tmp_path}/ready; exec sleep {LONGEST}\n",
        encoding="utf-8",
    )
    slow.chmod(0o755)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    arguments = [zipapp, "template", CHARTS / "plain", "--registry", "r.example.com", "--set", "a=s3cret"]
    environment = {**helm.environment, "HELM_BIN": str(slow), "TMPDIR": str(scratch)}
    process = subprocess.Popen([str(one) for one in arguments], env=environment, start_new_session=True)
    until((tmp_path / "ready").exists)
    process.send_signal(number)
    process.wait(timeout=LONGEST)
    os.killpg(process.pid, signal.SIGKILL) if number == signal.SIGKILL else None
    until(lambda: not list(scratch.iterdir()))


def test_nothing_is_left_behind(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**helm.environment, "TMPDIR": str(scratch)}
    run = acreg(helm._replace(environment=environment), zipapp, "template", CHARTS / "appcircle", "-f", PRIVATE_VALUES)
    assert run.code == 0, run.stderr
    assert list(scratch.iterdir()) == []
