from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Callable

import pytest

from cli.conftest import HOOK, POD, PRIVATE, REGISTRY, Ended
from postrenderer.cli import diff, mask
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from pathlib import Path

Acreg = Callable[..., Ended]


def test_what_would_change(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    run = acreg("diff", *REGISTRY, "--no-pull-secrets", "-f", path)
    assert run.out.splitlines() == [
        "--- rendered",
        "+++ private",
        "@@ -6,4 +6,4 @@",
        " spec:",
        "   containers:",
        "     - name: c",
        "-      image: nginx:1.27",
        f"+      image: {PRIVATE}/nginx:1.27",
    ]


@pytest.mark.parametrize("text", [POD, POD + HOOK, HOOK * 3 + POD * 2 + HOOK, f"a: 1\n{HOOK}---\nb: 2\n{HOOK}"])
def test_patch_makes_what_render_makes(acreg: Acreg, tmp_path: Path, text: str) -> None:
    path = tmp_path / "manifests.yaml"
    path.write_text(text, encoding="utf-8")
    difference = acreg("diff", *REGISTRY, "-f", path).out
    rendered = acreg("render", *REGISTRY, "-f", path).out
    subprocess.run(["patch", "-s", path], input=difference.encode(), check=True)
    assert path.read_text(encoding="utf-8") == rendered
    assert acreg("diff", "--exit-code", *REGISTRY, "-f", path) == Ended(0, "", "")


def test_exit_code(acreg: Acreg, tmp_path: Path) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(POD, encoding="utf-8")
    assert acreg("diff", *REGISTRY, "-f", path).code == 0
    assert acreg("diff", "--exit-code", *REGISTRY, "-f", path).code == 1


@pytest.mark.parametrize(
    ("flags", "text"),
    [(["--others", "all"], POD), (["--strict", "--keep", "docker.io"], POD), ([], "containers: [{image: a}\n")],
)
def test_trouble_is_told_from_a_difference(acreg: Acreg, tmp_path: Path, flags: list[str], text: str) -> None:
    path = tmp_path / "pod.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AcregError) as raised:
        acreg("diff", "--exit-code", *REGISTRY, *flags, "-f", path)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    before, after = (text.encode(encoding) for text in ("image: a\n", "image: b\n"))
    mark = len("".encode(encoding))
    assert list(diff.unified(before, [after[:mark], after[mark:]]))[-2:] == ["-image: a", "+image: b"]


MANIFEST = """\
apiVersion: v1
kind: Secret
metadata:
  name: s  # visible
  labels: {app: visible}
  annotations:
    last-applied: '{"password": "hunter2"}'
type: Opaque
# hunter1 is a comment in front of all
stringData:  # hunter2
  visible: hunter2 # hunter2
  # hunter2
  script: |
    docker login -p hunter2
    docker run docker.io/team/app:1

    hunter2
  "quoted": "hunter2
    hunter2"
data:
  flow: aHVudGVyMg==
"""
SECRETS = {
    "context": MANIFEST.replace("docker run", "true") + "---\n" + POD,
    "changed": MANIFEST,
    "in flow style": "{kind: Secret, stringData: {a: hunter2, b: 'docker.io/team/app:1 hunter2'}}\n",
    "data in flow style": "kind: Secret\nstringData: {a: hunter2, b: 'docker.io/team/app:1\n  hunter2'}\n",
    "in a list": "kind: List\nitems:\n- " + MANIFEST.rstrip().replace("\n", "\n  ") + "\n",
    "of a list": "kind: SecretList\nitems:\n- stringData:\n    a: hunter2\n    b: docker.io/team/app:1 hunter2\n",
    "in a template": "kind: Kit\nspec:\n  image: docker.io/a:1\n  secret:\n    "
    + MANIFEST.rstrip().replace("\n", "\n    ")
    + "\n",
    "in a text": "kind: ConfigMap\ndata:\n  x: |\n    kind: Secret\n    stringData:\n      a: hunter2 docker.io/a:1\n",
    "on the next line": "kind: ConfigMap\ndata:\n  x: |\n    kind:\n     Secret\n    a: hunter2 docker.io/a:1\n",
    "tagged in a text": "kind: ConfigMap\ndata:\n  x: |\n    kind : !!str &a Secret\n    a: hunter2 docker.io/a:1\n",
    "in JSON in a text": 'kind: ConfigMap\ndata:\n  x: \'{"kind":"Secret","data":{"a":"hunter2 docker.io/a/b:1"}}\'\n',
    "behind an alias": "kind: Secret\nx: {y: &a {a: hunter2, b: docker.io/team/app:1 hunter2}}\nstringData: *a\n",
    "behind an alias of another place": "x: &a\n  a: hunter2\n  image: docker.io/a:1\ny:\n  kind: Secret\n  data: *a\n",
    "behind aliases": "x: &a\n  a: hunter2\ny: &b {image: docker.io/a:1, x: *a}\nz:\n  kind: Secret\n  data: *b\n",
    "merged": "x: &a\n  a: hunter2\n  b: docker.io/team/app:1 hunter2\ny:\n  kind: Secret\n  stringData:\n    <<: *a\n",
    "escaped": 'kind: "\\x53ecret"\nstringData:\n  a: hunter2\n  b: docker.io/team/app:1 hunter2\n',
    "base64 behind a tag": "kind: !!binary U2VjcmV0\nstringData:\n  a: hunter2\n  b: docker.io/team/app:1 hunter2\n",
    "no YAML": "kind: Secret\nstringData: [hunter2\n---\nimage: docker.io/a:1\n",
    "more than one document": "image: docker.io/a:1\n...\nkind: Secret\ndata: {a: hunter2}\n",
}


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_values_of_secrets_are_masked(acreg: Acreg, tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(text, encoding="utf-8")
    flags = ("diff", *REGISTRY, "--exit-code", "-f", path)
    masked, shown = acreg(*flags), acreg(*flags, "--show-secrets")
    assert "hunter2" in shown.out
    assert "hunter2" not in masked.out
    assert masked.code == shown.code == 1
    assert len(masked.out.splitlines()) == len(shown.out.splitlines())
    assert "***" in masked.out
    for line, whole in zip(masked.out.splitlines(), shown.out.splitlines()):
        assert whole.startswith(line.partition("***")[0])


def test_what_a_secret_shows() -> None:
    masked = """\
apiVersion: v1
kind: Secret
metadata:
  name: s  # visible
  labels: {app: visible}
  annotations:
    last-applied: ***
type: Opaque
# hunter1 is a comment in front of all
stringData:  ***
  visible: ***
  ***
  script: ***
    ***
    ***

    ***
  "quoted": ***
    ***
data:
  flow: ***
"""
    assert mask.lines(MANIFEST.encode()) == masked.removesuffix("\n").split("\n")


def test_a_hint_at_masked_values(acreg: Acreg, tmp_path: Path) -> None:
    for text, hint in (
        (MANIFEST, "acreg: *** stands for values of Secrets: --show-secrets shows them.\n"),
        (POD, ""),
    ):
        (tmp_path / "manifests.yaml").write_text(text, encoding="utf-8")
        assert acreg("diff", *REGISTRY, "-f", tmp_path / "manifests.yaml").err == hint


def test_a_stream_without_secrets_is_shown_as_it_is() -> None:
    text = (
        POD
        + HOOK
        + "---\nkind: ConfigMap\ndata: {x: 'imagePullSecrets: [a]', y: \"\\\\n\"}\n---\n- !x [not, kind: Secret]\n"
    )
    assert mask.lines(text.encode()) == text.removesuffix("\n").split("\n")
