"""Chart hooks under Helm 3, of charts that make it hard: private, and everything else as Helm alone renders it."""

from __future__ import annotations

import json
import secrets
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from effort import until

from helm.charts import CHARTS, PUBLIC, chart, config_map, job, write
from helm.harness import CHARTS as FIXTURES
from helm.harness import LATEST, RELEASE, VALUES, Helm, Namespace, acreg
from helm.manifests import SECRET, documents, images, is_hook, pod_specs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.helm, pytest.mark.zipapp]

SETTINGS = ("--registry", "r.example.com", "--repository-path", "p")
HOOK = "r.example.com/p/acme/hook:1"
RANDOM, SHARED = "a random name", "a random value that others share"
LAST_THREE = pytest.mark.parametrize("helm", LATEST[:1], indirect=True)
RENDERINGS = ("install", "upgrade", "template")


def private(node: Any) -> Any:  # noqa: ANN401  # parsed YAML
    """What must become of a document of these charts, worked out the naive way."""
    if isinstance(node, list):
        return [private(item) for item in node]
    if not isinstance(node, dict):
        return node.replace("quay.io/acme/", "r.example.com/p/acme/") if node.startswith("quay.io/acme/") else node
    copy = {key: private(value) for key, value in node.items()}
    return {**copy, "imagePullSecrets": [SECRET]} if "containers" in copy else copy


def counted(helm: Helm, folder: Path) -> tuple[Helm, Path]:
    """A Helm that writes the first words of each call but those for help into a file, and that file."""
    log = folder / "calls"
    program = folder / "counted" / "helm"
    program.parent.mkdir()
    log.touch()
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--help*|version*|*acreg-probe*) ;;'
        f' *) echo "$1 $2" >>{log};; esac\nexec {helm.binary} "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    return helm._replace(binary=program), log


class Stored(NamedTuple):
    """What Helm stores of a release."""

    manifest: str
    hooks: list[str]
    notes: str
    values: Any


def stored(helm: Helm) -> Stored:
    release = json.loads(helm.output("status", RELEASE, "--output=json"))
    hooks = [hook["manifest"] for hook in release["hooks"]]
    return Stored(release.get("manifest", ""), hooks, release["info"].get("notes", ""), release.get("config"))


def without_widgets(namespace: Namespace, trap: str) -> None:
    """Take a kind that the chart brings from the cluster: while it is unknown, Helm refuses to try the installation."""
    if "crds/widget.yaml" not in CHARTS[trap]:
        return
    namespace.run("delete", "crd", "widgets.acme.example.com", "--ignore-not-found")
    until(lambda: b"acme.example.com/" not in namespace.run("api-versions"))


@LAST_THREE
@pytest.mark.parametrize("trap", [name for name in CHARTS if name not in (RANDOM, SHARED)])
def test_only_images_and_secrets_change(helm: Helm, zipapp: Path, tmp_path: Path, trap: str) -> None:
    folder = write(CHARTS[trap], tmp_path / "chart")
    plain = documents(helm.output("template", "r", folder))
    run = acreg(helm, zipapp, "template", "r", folder, *SETTINGS)
    assert run.code == 0, run.stderr
    assert documents(run.stdout) == private(plain)
    assert HOOK in images([document for document in documents(run.stdout) if is_hook(document)])


@LAST_THREE
@pytest.mark.parametrize(
    "metadata",
    [
        "metadata: {name: x}\nMetadata: {annotations: {helm.sh/hook: test}}",
        'metadata: {name: x, annotations: {"helm.sh\\u002fhook": test}}',
        "metadata: {name: x, <<: {annotations: {helm.sh/hook: test}}}",
        "metadata: {name: x}\nmetadata: {name: x, annotations: {helm.sh/hook: test}}",
    ],
    ids=["upper case", "an escape", "a merge key", "a second field"],
)
def test_a_hook_in_disguise(helm: Helm, zipapp: Path, tmp_path: Path, metadata: str) -> None:
    pod = f"apiVersion: v1\nkind: Pod\n{metadata}\nspec: {{containers: [{{name: a, image: '{PUBLIC}'}}]}}\n"
    folder = write(chart("app", {"templates/pod.yaml": pod}), tmp_path / "chart")
    assert helm.output("template", "r", folder, "--no-hooks").strip() == "", "it is no hook"
    run = acreg(helm, zipapp, "template", "r", folder, "--strict", *SETTINGS)
    assert run.code == 0, run.stderr
    assert PUBLIC not in run.stdout
    assert HOOK in run.stdout


@LAST_THREE
def test_a_random_value_stays_the_same_everywhere(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    run = acreg(helm, zipapp, "template", "r", write(CHARTS[SHARED], tmp_path / "chart"), *SETTINGS)
    config, hook = documents(run.stdout)
    assert config["data"]["made"] == hook["metadata"]["annotations"]["made"]
    assert images(hook) == {HOOK}


@pytest.mark.cluster
@pytest.mark.slow
@LAST_THREE
@pytest.mark.parametrize("trap", CHARTS)
def test_what_is_installed(helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path, trap: str) -> None:
    folder = write(CHARTS[trap], tmp_path / "chart")
    named = tmp_path / "chart" / "templates" / "web.yaml"
    without_widgets(namespace, trap)
    helm.output("install", RELEASE, folder, "--no-hooks")
    before = stored(helm)
    helm.output("uninstall", RELEASE, "--no-hooks")
    without_widgets(namespace, trap)
    run = acreg(helm, zipapp, "install", RELEASE, folder, "--no-hooks", *SETTINGS)
    assert run.code == 0, run.stderr
    after = stored(helm)
    assert PUBLIC not in "".join(after.hooks)
    assert (after.notes, after.values) == (before.notes, before.values)
    if trap not in (RANDOM, SHARED):
        assert list(map(documents, after.hooks)) == private(list(map(documents, before.hooks)))
        assert documents(after.manifest) == private(documents(before.manifest))
    assert named.exists() == ("templates/web.yaml" in CHARTS[trap])  # the chart is as it was
    assert namespace.get("jobs") == []


HARD = "a file that another includes with its own dot"
COUNTED = {
    "no hooks": (chart("app", {"templates/web.yaml": config_map("web", a="b")}), 2),
    "a hook without its secret": (chart("app", {"templates/hook.yaml": job().replace(PUBLIC, HOOK)}), 3),
    "a hook": (CHARTS["hashes of templates"], 3),
    "random values": (CHARTS[RANDOM], 4),
    "the fallback": (CHARTS[HARD], 4),
}
"""How often Helm renders a chart, the installation itself included."""


@LAST_THREE
@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("what", COUNTED)
def test_how_often_it_is_rendered(helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path, what: str) -> None:
    files, count = COUNTED[what]
    folder = write(files, tmp_path / "chart")
    helm, log = counted(helm, tmp_path)
    assert acreg(helm, zipapp, "install", "plain", folder, "--no-hooks", *SETTINGS).code == 0
    made = [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()]
    assert [word for word in made if word in RENDERINGS] == ["install"] * count
    assert set(made) <= {"install", "package"}
    helm.output("uninstall", "plain", "--no-hooks")
    assert namespace.get("jobs") == []


@pytest.mark.parametrize("helm", LATEST[1:], indirect=True)
def test_helm_4_renders_once(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    folder = write(CHARTS["hashes of templates"], tmp_path / "chart")
    helm, log = counted(helm, tmp_path)
    assert acreg(helm, zipapp, "template", "r", folder, *SETTINGS).code == 0
    assert [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()] == ["template"]


@LAST_THREE
@pytest.mark.cluster
@pytest.mark.slow
def test_the_values_of_the_release_stay_what_the_user_gave(
    helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path
) -> None:
    files = chart(
        "app", {"templates/job.yaml": job().replace(PUBLIC, "{{ .Values.hook }}:1"), "values.yaml": "hook: a.io/b\n"}
    )
    folder = write(files, tmp_path / "chart")
    upgrade = ("upgrade", "--install", RELEASE, folder, "--no-hooks")
    values = "global: {imageRegistry: r.example.com}\nmine: 1\n"
    assert acreg(helm, zipapp, *upgrade, "-f", "-", "--set", "hook=c.io/d", stdin=values).code == 0
    assert "r.example.com/d:1" in helm.output("get", "hooks", RELEASE)
    given = documents_of_values(helm)
    assert given == {"global": {"imageRegistry": "r.example.com"}, "mine": 1, "hook": "c.io/d"}
    assert acreg(helm, zipapp, *upgrade, "--set", "hook=null", "--reset-then-reuse-values").code == 0
    (folder / "values.yaml").write_text("hook: a.io/new\n", encoding="utf-8")
    assert acreg(helm, zipapp, *upgrade, "--reset-then-reuse-values").code == 0
    assert "image: r.example.com/new:1" in helm.output("get", "hooks", RELEASE)
    assert acreg(helm, zipapp, *upgrade, "--reuse-values", "--set", "mine=2").code == 0
    assert documents_of_values(helm)["mine"] == 2
    helm.output("rollback", RELEASE, "1", "--no-hooks")
    assert "r.example.com/d:1" in helm.output("get", "hooks", RELEASE)
    assert namespace.get("jobs") == []


def documents_of_values(helm: Helm) -> Any:  # noqa: ANN401  # parsed YAML
    return json.loads(helm.output("get", "values", RELEASE, "--output=json"))


@LAST_THREE
@pytest.mark.cluster
@pytest.mark.slow
def test_a_release_that_would_not_fit(helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path) -> None:
    text = secrets.token_hex(290_000)  # which does not compress well
    folder = write(chart("app", {"templates/job.yaml": job() + "---\n" + config_map("large", a=text)}), tmp_path / "c")
    run = acreg(helm, zipapp, "install", RELEASE, folder, "--no-hooks", *SETTINGS)
    assert (run.code, "in which Helm stores it, has room for" in run.stderr) == (1, True)
    assert namespace.get("secrets") == []


@LAST_THREE
def test_a_chart_with_signature_and_archive(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    """The archive is rendered as the folder is, and its name, of which Helm makes that of the release, stays."""
    folder = write(CHARTS["partials that are ignored"], tmp_path / "chart")
    helm.output("package", folder, "--destination", tmp_path)
    archive = shutil.copy(tmp_path / "app-1.0.0.tgz", tmp_path / "named.other.tgz")
    run = acreg(helm, zipapp, "template", "--generate-name", archive, *SETTINGS)
    assert run.code == 0, run.stderr
    (hook,) = (document for document in documents(run.stdout) if is_hook(document))
    assert hook["metadata"]["name"].startswith("named-")
    assert next(pod_specs(hook))["imagePullSecrets"] == [SECRET]
    run = acreg(helm, zipapp, "template", "--name-template", 'x-{{ lower "Y" }}', archive, *SETTINGS)
    assert "name: x-y-hook\n" in run.stdout
    run = acreg(helm, zipapp, "template", "r", archive, "--verify", *SETTINGS)
    assert (run.code, "failed" in run.stderr) == (1, True)


@LAST_THREE
def test_a_chart_that_depends_on_its_neighbour(helm: Helm, zipapp: Path, tmp_path: Path) -> None:
    """Helm fetches the neighbour by a path that leads nowhere from a copy, and locks its version."""
    (tmp_path / "text").write_text("a {{ b }}\nc\n", encoding="utf-8")
    text = "    text: {{ .Values.text | quote }}\n"
    write(chart("db", {"templates/job.yaml": job(more=text), "values.yaml": "text: none\n"}), tmp_path / "db")
    named = "[{name: db, version: 1.0.0, repository: 'file://../db'}]"
    folder = write(chart("app", {"templates/job.yaml": job("mine")}, dependencies=named), tmp_path / "app")
    for more in (["--dependency-update"], []):  # the second time it is locked
        arguments: list[str | Path] = ["template", "r", folder, *more, "--set-file", f"db.text={tmp_path}/text"]
        run = acreg(helm, zipapp, *arguments, *SETTINGS)
        assert run.code == 0, run.stderr
        assert documents(run.stdout) == private(documents(helm.output(*arguments)))
        assert '"a {{ b }}\\nc\\n"' in run.stdout
        assert (folder / "Chart.lock").exists()


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.parametrize("helm", LATEST, indirect=True)
def test_a_dry_run_shows_what_would_be_installed(
    helm: Helm, zipapp: Path, namespace: Namespace, tmp_path: Path
) -> None:
    folder = write(CHARTS["hashes of templates"], tmp_path / "chart")
    for command, dry in (
        (("install",), "--dry-run=server"),
        (("upgrade", "--install"), "--dry-run=server"),
        (("upgrade", "--install"), "--dry-run=client"),
    ):
        run = acreg(helm, zipapp, *command, RELEASE, folder, dry, *SETTINGS)
        assert run.code == 0, run.stderr
        assert (HOOK in run.stdout, "quay.io" in run.stdout) == (True, False)
        assert ("lacks the pull secret" in run.stderr) == (dry == "--dry-run=server")
    assert namespace.get("jobs,deployments") == []


@LAST_THREE
def test_the_fixture_chart(helm: Helm, zipapp: Path) -> None:
    run = acreg(helm, zipapp, "template", RELEASE, FIXTURES / "appcircle", "-f", VALUES / "private.yaml")
    hooks = [document for document in documents(run.stdout) if is_hook(document)]
    assert [next(pod_specs(hook))["imagePullSecrets"] for hook in hooks] == [[SECRET]] * 2
