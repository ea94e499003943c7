"""`acreg nodes --into FILE`: what is there is kept, comments and all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nodes.conftest import HOST, LOGIN, read_toml
from postrenderer import cli
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("node")


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
        (("rke2", "--insecure", *LOGIN), "registries.yaml", YAML_BEFORE, YAML_AFTER),
        (("containerd", "--insecure"), f"certs.d/{HOST}/hosts.toml", HOSTS_BEFORE, HOSTS_AFTER),
        (("crio", "--insecure"), "registries.conf", REGISTRIES_BEFORE, REGISTRIES_AFTER),
        (("docker", "--insecure"), "daemon.json", JSON_BEFORE, JSON_AFTER),
        (("openshift", "--insecure"), "image.yaml", IMAGE_BEFORE, IMAGE_AFTER),
    ],
    ids=["k3s", "rke2", "containerd", "crio", "docker", "openshift"],
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
        read_toml(after)


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
        pytest.param(("docker", "--insecure"), "[" * 100_000 + "]" * 100_000, "nested too deep", id="deep"),
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
    ("kind", "before", "after"),
    [("k3s", YAML_BEFORE, YAML_AFTER), ("crio", REGISTRIES_BEFORE, REGISTRIES_AFTER)],
)
def test_line_ends_are_kept(kind: str, before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(before.replace("\n", "\r\n").encode())
    cli.main(["nodes", kind, "--insecure", *LOGIN, "--into", str(file)])
    assert file.read_bytes() == after.replace("\n", "\r\n").encode()
