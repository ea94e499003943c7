"""`acreg nodes`: what it writes, read back by other parsers and compared with the published formats."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from postrenderer import cli
from postrenderer.errors import AcregError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registry.spacetech.com:8083"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
LOGIN = ("--username", "yourRegistryUsername", "--password-file", "password.txt")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ACREG_REGISTRY", HOST)
    monkeypatch.setenv("ACREG_REPOSITORY_PATH", "appcircle")
    (tmp_path / "password.txt").write_text("superSecretRegistryPassword\n")
    (tmp_path / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n")


def _nodes(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["nodes", *arguments]) == 0
    return capsys.readouterr().out


def _toml(text: str) -> dict[str, Any]:
    tomllib = pytest.importorskip("tomllib", reason="this Python has no TOML parser")
    tables: dict[str, Any] = tomllib.loads(text)
    return tables


@pytest.mark.parametrize(("kind", "service"), [("k3s", "k3s-agent"), ("rke2", "rke2-agent")])
def test_the_registries_yaml_of_the_page(kind: str, service: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = _nodes(capsys, kind, "--insecure", *LOGIN)
    assert yaml.safe_load(text) == {
        "mirrors": {HOST: {"endpoint": [f"http://{HOST}"]}},
        "configs": {HOST: {"auth": {"username": "yourRegistryUsername", "password": "superSecretRegistryPassword"}}},
    }
    assert text.startswith(f"# /etc/rancher/{kind}/registries.yaml, on every node")
    assert f"systemctl restart {service}" in text


def test_an_authority_on_k3s(capsys: pytest.CaptureFixture[str]) -> None:
    assert yaml.safe_load(_nodes(capsys, "k3s", "--ca-file", "/etc/ssl/registry.crt")) == {
        "mirrors": {HOST: {"endpoint": [f"https://{HOST}"]}},
        "configs": {HOST: {"tls": {"ca_file": "/etc/ssl/registry.crt"}}},
    }


@pytest.mark.parametrize(
    ("original", "private"),
    [
        (f"{SOURCE}/minio/miniob", "appcircle/minio/miniob"),
        ("europe-west1-docker.pkg.dev/other/docker-registry/x", None),
        ("europe-west1-docker.pkg.dev/appcircle/docker-registryx/x", None),
        ("docker.io/library/nginx", "appcircle/nginx"),
        ("docker.io/bitnami/redis", "appcircle/bitnami/redis"),
        ("quay.io/jetstack/controller", "appcircle/q/jetstack/controller"),
    ],
)
def test_k3s_rewrites_paths_as_the_filter_does(
    original: str, private: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "acreg.yaml").write_text("rules: [{from: quay.io, to: q}]\n")
    flags = ("--pull-through", "--source", SOURCE, "--source", "docker.io")
    host, _, path = original.partition("/")
    rewrites = yaml.safe_load(_nodes(capsys, "k3s", *flags))["mirrors"][host]["rewrite"]
    matching = [(pattern, new) for pattern, new in rewrites.items() if re.search(pattern, path)]
    assert len(matching) == (private is not None)
    for pattern, new in matching:
        assert re.sub(pattern, new.replace("$1", r"\1"), path) == private


def test_the_hosts_toml_of_containerd(capsys: pytest.CaptureFixture[str]) -> None:
    text = _nodes(capsys, "containerd", "--ca-file", "/etc/ssl/registry.crt")
    assert _toml(text) == {
        "server": f"https://{HOST}",
        "host": {f"https://{HOST}": {"capabilities": ["pull", "resolve"], "ca": "/etc/ssl/registry.crt"}},
    }
    assert f"# /etc/containerd/certs.d/{HOST}/hosts.toml" in text
    assert 'config_path = "/etc/containerd/certs.d"' in text
    assert _toml(_nodes(capsys, "containerd", "--insecure"))["server"] == f"http://{HOST}"


def test_pull_through_of_containerd_is_for_whole_hosts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(AcregError, match=r"rules: \[\{from: europe-west1-docker.pkg.dev, to: PATH\}\]"):
        cli.main(["nodes", "containerd", "--pull-through"])
    (tmp_path / "acreg.yaml").write_text("rules: [{from: docker.io, to: hub}]\n")
    cli.main(["nodes", "containerd", "--pull-through", "--into", "certs.d"])
    assert "for docker.io alone" in capsys.readouterr().err
    assert _toml((tmp_path / "certs.d" / "docker.io" / "hosts.toml").read_text()) == {
        "server": "https://registry-1.docker.io",
        "host": {
            f"https://{HOST}/v2/appcircle/hub": {"capabilities": ["pull", "resolve"], "override_path": True},
        },
    }
    assert (tmp_path / "certs.d" / HOST / "hosts.toml").exists()


def test_the_drop_in_of_crio(capsys: pytest.CaptureFixture[str]) -> None:
    text = _nodes(capsys, "crio", "--insecure", "--pull-through")
    assert _toml(text) == {
        "registry": [
            {"prefix": HOST, "location": HOST, "insecure": True},
            {"prefix": SOURCE, "location": SOURCE, "mirror": [{"location": f"{HOST}/appcircle", "insecure": True}]},
        ]
    }
    assert "systemctl reload crio" in text
    assert "/etc/containers/registries.conf.d/" in text


def test_the_part_of_docker(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["nodes", "docker", "--insecure"])
    told = capsys.readouterr()
    assert json.loads(told.out) == {"insecure-registries": [HOST]}
    assert "/etc/docker/daemon.json" in told.err
    assert "systemctl restart docker" in told.err
    with pytest.raises(AcregError, match="Docker Hub alone"):
        cli.main(["nodes", "docker", "--pull-through"])
    mirror = _nodes(capsys, "docker", "--pull-through", "--source", "docker.io", "--repository-path", "")
    assert json.loads(mirror) == {"registry-mirrors": [f"https://{HOST}"]}


def test_the_objects_of_openshift(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = _nodes(capsys, "openshift", "--insecure")
    patch = yaml.safe_load(text)
    assert patch["spec"] == {"registrySources": {"insecureRegistries": [HOST]}}
    assert (patch["apiVersion"], patch["kind"], patch["metadata"]) == (
        "config.openshift.io/v1",
        "Image",
        {"name": "cluster"},
    )
    assert "oc patch image.config.openshift.io/cluster --type merge" in text
    text = _nodes(capsys, "openshift", "--pull-through", "--ca-file", str(tmp_path / "ca.crt"))
    authority, patch, tags, digests = yaml.safe_load_all(text)
    assert authority["metadata"] == {"name": "private-registry-ca", "namespace": "openshift-config"}
    assert authority["data"] == {"registry.spacetech.com..8083": (tmp_path / "ca.crt").read_text()}
    assert patch["spec"] == {"additionalTrustedCA": {"name": "private-registry-ca"}}
    pairs = [{"source": SOURCE, "mirrors": [f"{HOST}/appcircle"]}]
    assert (tags["kind"], tags["spec"]) == ("ImageTagMirrorSet", {"imageTagMirrors": pairs})
    assert (digests["kind"], digests["spec"]) == ("ImageDigestMirrorSet", {"imageDigestMirrors": pairs})


YAML_BEFORE = """\
# ours
mirrors:
  docker.io:           # the hub
    endpoint:
      - "https://hub.example.com"   # near

configs:
  hub.example.com: {auth: {username: a, password: b}}
# the end
"""
YAML_AFTER = f"""\
# ours
mirrors:
  docker.io:           # the hub
    endpoint:
      - "https://hub.example.com"   # near
  {HOST}:
    endpoint:
    - http://{HOST}

configs:
  hub.example.com: {{auth: {{username: a, password: b}}}}
  {HOST}:
    auth:
      username: yourRegistryUsername
      password: superSecretRegistryPassword
# the end
"""
HOSTS_BEFORE = f"""\
# by hand
server = "https://elsewhere"   # kept

[host."http://{HOST}"]
  # we only pull
  capabilities = ["pull"]  # and resolve
  [host."http://{HOST}".header]
    x = "y"
"""
HOSTS_AFTER = HOSTS_BEFORE.replace('["pull"]', '["pull", "resolve"]')
REGISTRIES_BEFORE = f"""\
unqualified-search-registries = [
  "docker.io",  # [[registry]]
]

[[registry]]
location = "quay.io"
[[registry.mirror]]
location = "quay.example.com"

[[registry]]
location = "{HOST}"
insecure = false # for now

# the last
[[registry]]
prefix = "example.com"
location = "example.net"
"""
REGISTRIES_AFTER = REGISTRIES_BEFORE.replace(
    f'location = "{HOST}"\ninsecure = false # for now\n',
    f'location = "{HOST}"\ninsecure = true # for now\nprefix = "{HOST}"\n',
)
JSON_BEFORE = '{\n    "log-driver": "journald",\n    "insecure-registries": [\n        "a:1"\n    ]\n}\n'
JSON_AFTER = JSON_BEFORE.replace('"a:1"\n', f'"a:1",\n        "{HOST}"\n')
IMAGE_BEFORE = """\
apiVersion: config.openshift.io/v1
kind: Image
metadata: {name: cluster, resourceVersion: "1"}
spec:
  registrySources:
    insecureRegistries:
    - other:80 # old
    allowedRegistries: [quay.io]
status: {}
"""
IMAGE_AFTER = IMAGE_BEFORE.replace("# old\n", f"# old\n    - {HOST}\n")


@pytest.mark.parametrize(
    ("arguments", "name", "before", "after"),
    [
        (("k3s", "--insecure", *LOGIN), "registries.yaml", YAML_BEFORE, YAML_AFTER),
        (("containerd", "--insecure"), f"certs.d/{HOST}/hosts.toml", HOSTS_BEFORE, HOSTS_AFTER),
        (("crio", "--insecure"), "registries.conf", REGISTRIES_BEFORE, REGISTRIES_AFTER),
        (("docker", "--insecure"), "daemon.json", JSON_BEFORE, JSON_AFTER),
        (("openshift", "--insecure"), "image.yaml", IMAGE_BEFORE, IMAGE_AFTER),
    ],
    ids=["k3s", "containerd", "crio", "docker", "openshift"],
)
def test_what_is_there_is_kept(arguments: tuple[str, ...], name: str, before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(before)
    file.chmod(0o640)
    into = "certs.d" if arguments[0] == "containerd" else str(file)
    for _ in range(2):  # the second time there is nothing to add
        assert cli.main(["nodes", *arguments, "--into", into]) == 0
        assert file.read_text() == after
    assert file.stat().st_mode & 0o777 == 0o640
    if file.suffix in (".toml", ".conf"):
        _toml(after)


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["nodes", "k3s", *LOGIN, "--into", "sub/registries.yaml"])
    assert "superSecret" not in "".join(capsys.readouterr())
    assert (tmp_path / "sub" / "registries.yaml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        (("k3s",), "mirrors: [a]\n", "something else at /mirrors"),
        (("k3s",), "a: {\n", "is not YAML"),
        (("k3s",), "a: 1\n---\nb: 1\n", "several documents"),
        (("crio",), 'a = """\nb\n"""\n', "strings over several lines"),
        (("docker", "--insecure"), "{", "is not JSON"),
        (("docker", "--insecure"), '{"insecure-registries": 1}', "something else"),
    ],
)
def test_what_cannot_be_merged_is_left_alone(
    arguments: tuple[str, ...], text: str, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    with pytest.raises(AcregError, match=message):
        cli.main(["nodes", *arguments, "--into", str(file)])
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("k3s", "--insecure", "--ca-file", "/a"), "has no certificate"),
        (("k3s", "--ca-file", "relative.crt"), "must be an absolute path"),
        (("openshift", "--ca-file", "/nosuch"), "/nosuch cannot be read"),
        (("k8s",), "invalid choice"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        cli.main(["nodes", *arguments])
