"""`acreg nodes`: what it writes, read back by other parsers and compared with the published formats."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from nodes.conftest import CERTIFICATE, HOST, LOGIN, SOURCE, read_toml
from postrenderer import cli
from postrenderer.cli import show
from postrenderer.errors import AcregError, SettingsError

pytestmark = pytest.mark.usefixtures("node")


def _nodes(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["nodes", *arguments]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(("kind", "service"), [("k3s", "k3s-agent"), ("rke2", "rke2-agent")])
def test_the_registries_yaml_of_the_page(kind: str, service: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = _nodes(capsys, kind, "--insecure", *LOGIN)
    assert yaml.safe_load(text) == {
        "mirrors": {HOST: {"endpoint": [f"http://{HOST}"]}},
        "configs": {HOST: {"auth": {"username": "yourRegistryUsername", "password": "superSecretRegistryPassword"}}},
    }
    assert text.startswith(f"# /etc/rancher/{kind}/registries.yaml, on every node")
    assert f"systemctl restart {service}" in text


def test_a_password_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    for kind, flags in (("k3s", LOGIN), ("crio", LOGIN), ("k3s", ())):
        assert cli.main(["nodes", kind, *flags]) == 0
        warned = "a password is on your screen now" in capsys.readouterr().err
        assert warned == (kind == "k3s" and bool(flags))


HOSTILE = ["a b", "$(id)`id`", "\"'\\", "\n[evil]\nevil: 1", "\x1b[2J\r", "# x: y", "{{ .x }}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_given_stays_a_value(
    text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACREG_PASSWORD", f"x{text}x")
    flags = ("--ca-file", f"/etc/{text}")
    config = yaml.safe_load(_nodes(capsys, "k3s", *flags, "--username", f"u{text}".replace(":", "")))["configs"][HOST]
    assert config == {
        "auth": {"username": f"u{text}".replace(":", ""), "password": f"x{text}x"},
        "tls": {"ca_file": f"/etc/{text}"},
    }
    toml = read_toml(_nodes(capsys, "containerd", *flags))
    assert set(toml) <= {"server", "host", "ca"}
    assert f"/etc/{text}" in [toml.get("ca"), *(host.get("ca") for host in toml.get("host", {}).values())]
    assert set(read_toml(_nodes(capsys, "crio", *flags))) == {"registry"}


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
    assert read_toml(text) == {
        "server": f"https://{HOST}",
        "host": {f"https://{HOST}": {"capabilities": ["pull", "resolve"], "ca": "/etc/ssl/registry.crt"}},
    }
    assert f"# /etc/containerd/certs.d/{HOST}/hosts.toml" in text
    assert 'config_path = "/etc/containerd/certs.d"' in text
    assert read_toml(_nodes(capsys, "containerd", "--insecure"))["server"] == f"http://{HOST}"


def test_pull_through_of_containerd_is_for_whole_hosts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(AcregError, match=rf"rules: \[\{{from: {SOURCE}, to: appcircle/docker-registry\}}\]"):
        cli.main(["nodes", "containerd", "--pull-through"])
    (tmp_path / "acreg.yaml").write_text("rules: [{from: docker.io, to: hub}]\n")
    cli.main(["nodes", "containerd", "--pull-through", "--into", "certs.d"])
    assert f"containerd cannot replace part of a path: images of {SOURCE}." in capsys.readouterr().err
    assert read_toml((tmp_path / "certs.d" / "docker.io" / "hosts.toml").read_text()) == {
        "server": "https://registry-1.docker.io",
        "host": {
            f"https://{HOST}/v2/appcircle/hub": {"capabilities": ["pull", "resolve"], "override_path": True},
        },
    }
    assert (tmp_path / "certs.d" / HOST / "hosts.toml").exists()


@pytest.mark.parametrize(
    ("path", "rules", "source", "hosts"),
    [
        ("appcircle/docker-registry", "", SOURCE, ["/v2"]),
        ("proxy/appcircle/docker-registry", "", SOURCE, ["/v2/proxy"]),
        ("appcircle", f"{{from: {SOURCE}, to: appcircle/docker-registry}}", SOURCE, ["/v2/appcircle"]),
        ("p", "{from: quay.io, to: q}, {from: quay.io/a/b, to: r/a/b}", "quay.io", ["/v2/p/r", "/v2/p/q"]),
        ("p", "{from: quay.io, to: q}, {from: quay.io/a, to: ra}", "quay.io", ["/v2/p/q"]),
        ("p", "{from: quay.io/a, to: a}, {from: quay.io/b, to: b}", "quay.io", ["/v2/p"]),
    ],
)
def test_pull_through_of_containerd_where_the_path_is_kept(
    path: str, rules: str, source: str, hosts: list[str], tmp_path: Path
) -> None:
    (tmp_path / "acreg.yaml").write_text(f"rules: [{rules}]\n")
    cli.main(["nodes", "containerd", "--pull-through", "--repository-path", path, "--into", "certs.d"])
    file = tmp_path / "certs.d" / source.partition("/")[0] / "hosts.toml"
    assert list(read_toml(file.read_text())["host"]) == [f"https://{HOST}{path}" for path in hosts]


def test_the_drop_in_of_crio(capsys: pytest.CaptureFixture[str]) -> None:
    text = _nodes(capsys, "crio", "--insecure", "--pull-through")
    assert read_toml(text) == {
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
    assert authority["data"] == {"registry.spacetech.com..8083": CERTIFICATE}
    assert "|\n    -----BEGIN" in text, "as people write it"
    assert patch["spec"] == {"additionalTrustedCA": {"name": "private-registry-ca"}}
    pairs = [{"source": SOURCE, "mirrors": [f"{HOST}/appcircle"]}]
    assert (tags["kind"], tags["spec"]) == ("ImageTagMirrorSet", {"imageTagMirrors": pairs})
    assert (digests["kind"], digests["spec"]) == ("ImageDigestMirrorSet", {"imageDigestMirrors": pairs})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("k3s", "--insecure", "--ca-file", "/a"), "has no certificate"),
        (("k3s", "--ca-file", "relative.crt"), "must be an absolute path"),
        (("openshift", "--ca-file", "/nosuch"), "/nosuch cannot be read"),
        (("openshift", "--ca-file", "/dev/null"), "holds no certificate"),
        (("k8s",), "invalid choice"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        cli.main(["nodes", *arguments])


def test_what_needs_nothing_more_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "OpenShift needs nothing more" in _nodes(capsys, "openshift")
    cli.main(["nodes", "docker"])
    assert "Docker needs nothing more" in capsys.readouterr().err


def test_a_private_key_is_not_published(tmp_path: Path) -> None:
    file = tmp_path / "both.pem"
    file.write_text(f"{CERTIFICATE}-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(SettingsError, match="contains a private key"):
        cli.main(["nodes", "openshift", "--ca-file", str(file)])


@pytest.mark.parametrize(
    ("kind", "place"), [("crio", f"/etc/containers/certs.d/{HOST}/"), ("docker", f"/etc/docker/certs.d/{HOST}/")]
)
def test_where_an_authority_goes(kind: str, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["nodes", kind, "--ca-file", "/etc/ssl/registry.crt"]) == 0
    assert f"certificate to {place}ca.crt on every node" in "".join(capsys.readouterr())


def test_an_authority_of_a_mirror_of_containerd() -> None:
    flags = ("--pull-through", "--source", "docker.io", "--repository-path", "", "--ca-file", "/etc/ssl/registry.crt")
    assert cli.main(["nodes", "containerd", *flags, "--into", "certs.d"]) == 0
    file = Path("certs.d") / "docker.io" / "hosts.toml"
    (host,) = read_toml(file.read_text())["host"].values()
    assert host["ca"] == "/etc/ssl/registry.crt"


def test_a_rule_that_leads_elsewhere_is_no_mirror(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rules = f"{{from: quay.io, to: elsewhere.example.com/q}}, {{from: ghcr.io, to: {HOST}/g}}"
    (tmp_path / "acreg.yaml").write_text(f"rules: [{rules}]\n")
    registries = read_toml(_nodes(capsys, "crio", "--pull-through", "--config", "acreg.yaml"))["registry"]
    mirrors = {entry["prefix"]: entry["mirror"][0]["location"] for entry in registries if "mirror" in entry}
    assert mirrors == {SOURCE: f"{HOST}/appcircle", "ghcr.io": f"{HOST}/g"}
