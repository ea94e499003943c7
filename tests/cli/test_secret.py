"""`acreg secret` against a real kubectl."""

from __future__ import annotations

import base64
import io
import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml

from cli.conftest import REGISTRY, Ended
from postrenderer import cli
from postrenderer.errors import SettingsError

TOOLS = Path(__file__).resolve().parents[2] / "scripts" / "tools.py"
SERVER = "registry.spacetech.com:8083"
JSON_KEY = json.dumps({"type": "service_account", "private_key": "-----BEGIN\n<a>&\u2028é\n"}, indent=2)


@pytest.fixture(scope="session")
def kubectl() -> Path:
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        pytest.skip("the kubectl binary under test is for Linux on x86-64")
    run = subprocess.run([sys.executable, TOOLS, "kubectl-1.29.1"], stdout=subprocess.PIPE, check=True)
    return Path(run.stdout.decode().strip())


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_CONFIG_HOME", "HELM_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ACREG_REGISTRY", SERVER)


def _secret(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert cli.main(["secret", *arguments]) == 0
    secret: dict[str, Any] = yaml.safe_load(capsys.readouterr().out)
    return secret


def _stdin(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


@pytest.mark.parametrize("password", ["superSecretRegistryPassword", "p&ss<>:\"'\\ ü", JSON_KEY])
@pytest.mark.parametrize("namespace", ["", "appcircle"])
def test_it_is_the_secret_of_kubectl(
    password: str, namespace: str, kubectl: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["-n", namespace] if namespace else []
    command: list[str | Path] = [
        kubectl,
        "create",
        "secret",
        "docker-registry",
        "containerregistry",
        f"--docker-server={SERVER}",
    ]
    more = ["--docker-username=_json_key", f"--docker-password={password}", "--dry-run=client", "-o", "yaml", *where]
    expected = yaml.safe_load(subprocess.run([*command, *more], stdout=subprocess.PIPE, check=True).stdout)
    assert expected["metadata"].pop("creationTimestamp", None) is None
    _stdin(monkeypatch, f"{password}\n")
    assert _secret(capsys, "--username", "_json_key", "--password-stdin", *where) == expected


def test_kubectl_reads_it(kubectl: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACREG_PASSWORD", "secret")
    cli.main(["secret", "--username", "robot", "-n", "appcircle"])
    command: list[str | Path] = [kubectl, "annotate", "--local", "-f", "-", "a=b", "-o", "json"]
    run = subprocess.run(command, input=capsys.readouterr().out.encode(), stdout=subprocess.PIPE, check=True)
    assert json.loads(run.stdout)["type"] == "kubernetes.io/dockerconfigjson"


def _config(secret: dict[str, Any]) -> dict[str, Any]:
    auths: dict[str, Any] = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))["auths"]
    return auths


def test_a_key_file_is_the_password(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    key = tmp_path / "cred.json"
    key.write_text(f"{JSON_KEY}\n", encoding="utf-8")
    flags = ["--username", "_json_key", "--password-file", str(key)]
    secret = _secret(capsys, "--server", "europe-west1-docker.pkg.dev", *flags)
    assert _config(secret)["europe-west1-docker.pkg.dev"]["password"] == JSON_KEY


def test_a_docker_config_has_the_login(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    auth = base64.b64encode(b"robot:secret").decode()
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(json.dumps({"auths": {SERVER: {"auth": auth}}}))
    assert _config(_secret(capsys)) == {SERVER: {"username": "robot", "password": "secret", "auth": auth}}


@pytest.mark.parametrize(
    ("arguments", "variables", "found"),
    [
        ((), {"ACREG_PULL_SECRETS": "first,second"}, ("first", None)),
        (("--name", "other"), {"HELM_NAMESPACE": "shop"}, ("other", "shop")),
        (("-n", "own"), {"HELM_NAMESPACE": "shop"}, ("containerregistry", "own")),
    ],
)
def test_its_name_and_namespace(
    arguments: tuple[str, ...],
    variables: dict[str, str],
    found: tuple[str, str | None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, value in {**variables, "ACREG_USERNAME": "robot", "ACREG_PASSWORD": "secret"}.items():
        monkeypatch.setenv(variable, value)
    metadata = _secret(capsys, *arguments)["metadata"]
    assert (metadata["name"], metadata.get("namespace")) == found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no credentials for registry.spacetech.com:8083"),
        (("--username", "robot"), "no password for robot"),
        (("--password-stdin",), "without a user name"),
        (("--username", "a:b", "--password-stdin"), "a user name cannot contain `:`"),
        (("--username", "robot", "--password-file", "/nosuch"), "/nosuch cannot be read"),
        (("--no-pull-secrets",), "--name NAME"),
        (("--name", "Upper"), "--name must be the name of a Secret"),
        (("-n", "two words"), "--namespace must be the name of a namespace, not `two words`"),
        (("--server", "https://r.example.com/x"), "--server must be a host .* write `r.example.com`"),
        (("--password", "secret"), "--password is not an argument"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _stdin(monkeypatch, "secret\n")
    with pytest.raises(SettingsError, match=message):
        cli.main(["secret", *arguments])


def test_one_for_each_namespace_that_pulls(acreg: Callable[..., Ended], empty_folder: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a%s}\nspec: {containers: [{name: c, image: nginx}]}\n"
    (empty_folder / "m.yaml").write_text(
        "---\n".join([pod % ", namespace: other", pod % "", "kind: X\n"]), encoding="utf-8"
    )
    (empty_folder / "password").write_text("x", encoding="utf-8")
    given = (*REGISTRY, "--username", "me", "--password-file", "password", "-n", "mine")
    made = list(yaml.safe_load_all(acreg("secret", "-f", "m.yaml", *given).out))
    assert [one["metadata"]["namespace"] for one in made] == ["mine", "other"]
    assert len({one["data"][".dockerconfigjson"] for one in made}) == 1
