from __future__ import annotations

import codecs
from typing import Any

import pytest
import yaml
from rendering import PRIVATE, SECRET, SOURCE, render, run, settings, summary

from postrenderer.errors import AcregError, InternalError
from postrenderer.rewrite import rewrite
from postrenderer.settings import Rule
from postrenderer.text import composer, reading

pytestmark = pytest.mark.usefixtures("loader")

DIGEST = "@sha256:" + "0" * 64


def filled(text: str, image: str) -> str:
    return text.replace("IMAGE", image)


@pytest.mark.parametrize(
    "text",
    [
        # Scalars of every style, in a field that is an image; IMAGE stands for it.
        "image: IMAGE\n",
        "image: 'IMAGE'\n",
        'image: "IMAGE"\n',
        "image: IMAGE   \n",
        "image: IMAGE # IMAGES are moved, comments are not: quay.io/a/b:1\n",
        "image:\n  IMAGE\n",
        "image: |-\n  IMAGE\n",
        "image: >-\n\n  IMAGE\n",
        "image: >2- # folded\n  IMAGE\n",
        "image: !!str IMAGE\n",
        "image: &image IMAGE\n",
        "image: &image\n  # quay.io/a/b:1\n  !!str 'IMAGE'\n",
        "? image\n: IMAGE\n",
        '"image" : IMAGE\n',
        "{image: IMAGE}\n",
        "{image: 'IMAGE', x: [0644, yes]}\n",
        '{"image":"IMAGE"}\n',
        '{\n    "kind": "X",\n    "image": "IMAGE"\n}\n',
        # What stands around it.
        "---\nimage: IMAGE\n",
        "---\n---\n# nothing\n---\nimage: IMAGE\n---\n",
        "--- # c\nimage: IMAGE\n...\n",
        "--- {image: IMAGE}\n",
        '--- !!map\n"image": IMAGE\n...\n# c\n---\n',
        "%YAML 1.1\n---\nimage: IMAGE\n",
        "# c\n%YAML 1.1\n%TAG !e! tag:e,2000:\n---\nimage: IMAGE\nx: !f g\n...\n%YAML 1.1\n---\nimage: IMAGE\n",
        "image: IMAGE",
        "\n\nimage: IMAGE\n\n\n",
        "image: IMAGE\r\nx: y\r\n",
        "x: y\r\nimage: IMAGE\nz: |\r\n  a\n  b\r\n",
        "image: IMAGE\rx: y\r---\rimage: IMAGE\r",
        "x: grün 😀\nimage: IMAGE\n",
        "x: a\u00a0b\u3000 \nimage: IMAGE\n",
        'x: "😀\\U0001F600\\n"\nimage: IMAGE # 😀\n',
        # What Kubernetes and YAML 1.1 read as something else stays as it is written.
        "a: 0644\nb: yes\nc: 22:22\nd: 1e+06\ne: =\nf: y\ng: on\nh: 12:30\ni: !!str 31766\nimage: IMAGE\n",
        "a: |\n  tab\t\n   more  \n\nb: >+\n  folded\n\n\nimage: IMAGE\n",
        "a:  # c\n- b\n#d\nimage: IMAGE #\n",
        "a: plain\n  over\n\n  lines\nimage: IMAGE\n",
        "kind: X\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'a/b.yaml'\nimage: IMAGE\n",
        # Aliases and duplicate keys.
        "x: &a IMAGE\nimage: *a\n",
        "image: &a IMAGE\nother: *a\nmore: [*a]\n",
        "image: &a IMAGE\n---\nx: &a IMAGE\nimage: *a\n",
        "x: &a 1\nimage: &a IMAGE\ny: *a\n",
        "image: IMAGE\nimage: IMAGE\n",
        "x: &a {image: IMAGE}\ny:\n  <<: *a\nz:\n  <<: [*a, {k: v}]\n  image: IMAGE\n",
    ],
)
@pytest.mark.parametrize(
    ("image", "target"),
    [
        (f"{SOURCE}/minio/miniob:v3.27.3", f"{PRIVATE}/minio/miniob:v3.27.3"),
        (f"quay.io/x/y:1{DIGEST}", f"{PRIVATE}/x/y:1{DIGEST}"),
    ],
)
def test_only_the_reference_changes(text: str, image: str, target: str) -> None:
    assert render(filled(text, image)) == filled(text, target).replace(f"{target}S are", f"{image}S are")


POD = "containers:\n- image: {}\n"
WITH_SECRET = f"imagePullSecrets:\n- name: containerregistry\n{POD}"


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML's Python code refuses what YAML 1.2 and Kubernetes read")
def test_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "Loader", yaml.CBaseLoader)
    text = '{\n\t"image": "IMAGE"\n}\n---\nimage: IMAGE\t\nx: y\t# c\n'
    assert render(filled(text, "quay.io/a:1")) == filled(text, f"{PRIVATE}/a:1")


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    ("head", "depth"),
    [
        ("kind: Pod\nspec:\n", 2),
        ("kind: PodTemplate\ntemplate:\n  spec:\n", 4),
        *(
            (f"kind: {kind}\nspec:\n  template:\n    spec:\n", 6)
            for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")
        ),
        ("kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n", 10),
        ("kind: List\nitems:\n- kind: Pod\n  spec:\n", 4),
        ("kind: Rollout\nspec:\n  strategy:\n    pods:\n    - podTemplate:\n        spec:\n", 10),
        ("- kind: Pod\n  spec:\n", 4),
    ],
)
def test_pod_specs_wherever_they_stand(head: str, depth: int) -> None:
    before = head + indented(POD.format(f"{SOURCE}/a:1"), depth)
    after = head + indented(WITH_SECRET.format(f"{PRIVATE}/a:1"), depth)
    assert render(before) == after


def test_all_containers_of_a_pod_and_its_image_volumes() -> None:
    text = (
        "kind: Pod\nspec:\n  initContainers:\n  - {name: a, image: a}\n  containers:\n  - name: b\n    image: b:1\n"
        "  - name: c\n  ephemeralContainers:\n  - image: 'quay.io/d/d'\n  volumes:\n  - name: e\n    image:\n"
        "      pullPolicy: IfNotPresent\n      reference: e/e:1\n"
    )
    reported = summary(text)
    assert [(image["from"], image["to"], image["pointer"], image["class"]) for image in reported["images"]] == [
        ("a", f"{PRIVATE}/a", "/spec/initContainers/0/image", "podspec"),
        ("b:1", f"{PRIVATE}/b:1", "/spec/containers/0/image", "podspec"),
        ("quay.io/d/d", f"{PRIVATE}/d/d", "/spec/ephemeralContainers/0/image", "podspec"),
        ("e/e:1", f"{PRIVATE}/e/e:1", "/spec/volumes/0/image/reference", "image-volume"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A source inside any string, with bounds.
        (f"args: ['--image={SOURCE}/a:1']\n", f"args: ['--image={PRIVATE}/a:1']\n"),
        (f"data:\n  x: |\n    a: {SOURCE}/a:1\n", f"data:\n  x: |\n    a: {PRIVATE}/a:1\n"),
        (f'x: \'{{"i":"{SOURCE}/a:1"}}\'\n', f'x: \'{{"i":"{PRIVATE}/a:1"}}\'\n'),
        (f"x: {SOURCE}/a:1,{SOURCE}/b/c:2\n", f"x: {PRIVATE}/a:1,{PRIVATE}/b/c:2\n"),
        (f'x: "\\t{SOURCE}/a:1\\n\\u00e9 {SOURCE}/a:1"\n', f'x: "\\t{PRIVATE}/a:1\\n\\u00e9 {PRIVATE}/a:1"\n'),
        (f"x: see {SOURCE}/a:1.\n", f"x: see {PRIVATE}/a:1.\n"),
        # Neither keys nor comments are values.
        (f"{SOURCE}/a: image\n", f"{SOURCE}/a: image\n"),
        (f"x: image # {SOURCE}/a:1\n", f"x: image # {SOURCE}/a:1\n"),
    ],
)
def test_references_inside_strings(text: str, expected: str) -> None:
    assert render(text) == expected


def test_keys_never_change() -> None:
    anchored = "image: acme/x:1\nmap:\n  &a docker.io/acme/app:1 : *a\n  image: *a\n"
    with pytest.raises(AcregError, match="alias of a mapping's key"):
        run(anchored.encode())
    kept = "image: acme/x:1\nmap:\n  &a app : *a\n"
    assert render(kept) == kept.replace("acme/x", f"{PRIVATE}/acme/x")


def test_both_of_two_equal_keys() -> None:
    assert render("spec:\n  containers:\n  - image: a:1\n    image: b:1\n") == (
        "spec:\n  imagePullSecrets:\n  - name: containerregistry\n"
        f"  containers:\n  - image: {PRIVATE}/a:1\n    image: {PRIVATE}/b:1\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_byte_order_marks(encoding: str) -> None:
    bom = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[encoding]
    before = f"# grün 😀\r\nimage: {SOURCE}/a:1\r\n---\r\nx: y\r\n"
    after = before.replace(SOURCE, PRIVATE)
    assert b"".join(run(bom + before.encode(encoding)).output) == bom + after.encode(encoding)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "---\n---\n# c\n", "...\n", "--- # image: a/b:1\n"])
def test_nothing_to_do(text: str) -> None:
    assert render(text) == text


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: x
spec:
  image: quay.io/a/b:1
  containers:
  - image: europe-west1-docker.pkg.dev/appcircle/docker-registry/a:1
"""


@pytest.mark.parametrize(
    "text",
    [
        CRD,
        CRD.replace("\n", "\r\n"),
        CRD.replace("kind: ", "kind:  "),
        CRD.replace("kind: CustomResourceDefinition", '"kind": "CustomResourceDefinition"'),
        "kind: List\nitems:\n- " + indented(CRD, 2)[2:],
        "- " + indented(CRD, 2)[2:],
        '{"kind": "CustomResourceDefinition", "spec": {"image": "quay.io/a/b:1"}}',
    ],
)
def test_schemas_are_never_touched(text: str) -> None:
    assert render(text) == text
    after = f"---\nimage: {PRIVATE}/a:1\n"
    assert render(f"---\n{text}\n---\nimage: {SOURCE}/a:1\n") == f"---\n{text}\n{after}"


def test_what_helm_4_cut_apart() -> None:
    """An alias whose anchor ended up in an earlier document of the same list is written out, and then it installs."""
    text = (
        "kind: Pod\nspec: &pod\n  containers:\n  - image: quay.io/a/b:1\n    env: &env\n    - {name: A, value: 'yes'}\n"
        "---\nkind: Pod\nspec: *pod # the same\n---\nkind: ConfigMap\ndata:\n  x: *env\n"
    )
    assert render(text) == (
        "kind: Pod\nspec: &pod\n  imagePullSecrets:\n  - name: containerregistry\n  containers:\n"
        f"  - image: {PRIVATE}/a/b:1\n    env: &env\n    - {{name: A, value: 'yes'}}\n"
        "---\nkind: Pod\n"
        'spec: {"imagePullSecrets": [{"name": "containerregistry"}], '
        f"containers: [{{image: '{PRIVATE}/a/b:1', env: [{{name: A, value: 'yes'}}]}}]}} # the same\n"
        "---\nkind: ConfigMap\ndata:\n  x: [{name: A, value: 'yes'}]\n"
    )


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("':'", "not a valid reference"),
        ("repo:sha256:" + "0" * 64, "not a valid reference"),
        ("lower/UPPER:1", "not a valid reference"),
        ("'a b'", "not a valid reference"),
        ("'{{ .Values.image }}'", "not a valid reference"),
        ("$(IMAGE):1", "not a valid reference"),
        ("quay.io/kept:1", "under `keep` entry quay.io"),
    ],
)
def test_what_is_left_is_reported(image: str, reason: str) -> None:
    text = POD.format(image)
    assert render(text, keep=("quay.io",)) == text
    (left,) = summary(text, keep=("quay.io",))["left"]
    assert left["reference"] == image.strip("'")
    assert left["reason"].startswith(reason)
    with pytest.raises(AcregError, match="With --strict every image must come from the private registry, and 1 would"):
        render(text, keep=("quay.io",), strict=True)


def test_strict_lists_all() -> None:
    text = "---\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: quay.io/a\n  - image: ':'\n"
    with pytest.raises(AcregError) as caught:
        render(
            text + "---\nimage: docker.io/b/c:1\nx: quay.io\n---\nimage: ghcr.io/d:1\n",
            keep=("quay.io", "docker.io"),
            strict=True,
        )
    message = str(caught.value)
    assert caught.value.exit_code == 1
    assert "and 3 would not: " in message
    assert (
        "quay.io/a at /spec/containers/0/image, line 7, of Pod web (document 1): under `keep` entry quay.io; "
        in message
    )
    assert "; : at /spec/containers/1/image, line 8, of Pod web (document 1): not a valid reference" in message
    assert "; docker.io/b/c:1 at /image, line 10, of document 2: under `keep` entry docker.io. Add a rule " in message


def test_strict_passes_when_everything_moves() -> None:
    assert render(f"image: {SOURCE}/a:1\n", strict=True) == f"image: {PRIVATE}/a:1\n"
    assert render(f"image: {PRIVATE}/a:1\n", strict=True) == f"image: {PRIVATE}/a:1\n"


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("image: quay.io/a/b:1\n", {"rules": (Rule("quay.io/a", "z"),)}, f"image: {PRIVATE}/z/b:1\n"),
        ("image: quay.io/a/b:1\n", {"rules": (Rule("quay.io", "m.io/q"),)}, "image: m.io/q/a/b:1\n"),
        ("image: quay.io/a/b:1\n", {"others": "keep"}, "image: quay.io/a/b:1\n"),
        ("image: quay.io/a/b:1\n", {"repository_path": ""}, "image: registry.spacetech.com:8083/a/b:1\n"),
        ("image: a/b:1\n", {"registry": "[::1]:80"}, 'image: "[::1]:80/appcircle/a/b:1"\n'),
        ("x: y\nimage: &a a/b:1 # c\nz: *a\n", {"registry": "[::1]"},
         'x: y\nimage: &a "[::1]/appcircle/a/b:1" # c\nz: *a\n'),
    ],
)  # fmt: skip
def test_settings(text: str, changes: dict[str, Any], expected: str) -> None:
    assert render(text, **changes) == expected


def test_two_images_that_would_become_one() -> None:
    with pytest.raises(
        AcregError, match=r"`quay\.io/a/b:1` and `ghcr\.io/a/b:1` are two images, and both would become"
    ):
        render("image: quay.io/a/b:1\n---\nimage: ghcr.io/a/b:1\n")
    assert render("image: quay.io/a/b:1\n---\nimage: ghcr.io/a/b:2\n").count(PRIVATE) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "---\nimage: a/b:1\n---\nkind: Pod\nmetadata:\n  name: web\nimage: [\n",
            r"^Pod web \(document 2\) is not valid YAML",
        ),
        ("image: a/b:1\nx: &a [*a]\n", r"^document 1 is nested too deep for a report, or its aliases make it endless"),
        ("image: a/b:1\nx:\n" + "- " * 3000 + "y\n", r"^document 1 is nested too deep for a report"),
        ("a: b\n--- \n  containers:\n  - image: a/b:1\n", r"^document 2: line 3 of the stream is indented, and Helm"),
        (
            "%YAML 1.1\n---\n  containers:\n  - image: a/b:1\n",
            r"^document 1: line 3 of the stream is indented, and Helm",
        ),
        (
            "%YAML 1.1\n---\n...\n---\n  imagePullSecrets:\n  containers:\n  - image: a/b:1\n",
            r"^document 2: line 5 of the stream is indented, and Helm",
        ),
    ],
    ids=[
        "no YAML",
        "endless",
        "deep",
        "a pod spec that Helm would misread",
        "one behind a directive",
        "one of several",
    ],
)
def test_a_stream_that_cannot_be_processed(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=message) as caught:
        render(text)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        "---\n  spec:\n    containers:\n    - image: a/b:1\n",  # the pod spec keeps its indentation
        "---\n  {containers: [{image: a/b:1}]}\n",
        "---\n  # why\n  containers:\n  - image: a/b:1\n",
        "---\n  apiVersion: v1\n  kind: Pod\n  containers:\n  - image: a/b:1\n",  # Helm cannot read it anyway
    ],
)
def test_a_first_line_whose_indentation_does_not_count(text: str) -> None:
    output = render(text)
    assert f"{PRIVATE}/a/b:1" in output
    assert SECRET in output


@pytest.mark.slow
@pytest.mark.parametrize(
    "rest",
    ["x: &a [*a]\n", "x:\n" + "- " * 3000 + "y\n", "x: &x 1\ny: &x 2\nz: *x\n"],
    ids=["endless", "deep", "an anchor twice"],
)
def test_without_a_report_what_is_deep_or_endless_passes(rest: str) -> None:
    result = rewrite(f"image: a/b:1\n{rest}".encode(), settings())
    assert b"".join(result.output).decode() == f"image: {PRIVATE}/a/b:1\n{rest}"


def test_not_utf_8() -> None:
    with pytest.raises(AcregError, match="byte 0xe4 at line 2 of the stream, in document 1"):
        run(b"image: a/b:1\nx: \xe4\n")


def test_what_is_not_read_need_not_be_utf_8() -> None:
    assert b"".join(run(b"x: \xe4\n").output) == b"x: \xe4\n"


@pytest.mark.parametrize("wrong", ["image: a/b:2\n", "image: 'a/b:1'\nx: [\n", ""])
def test_a_text_that_does_not_say_what_was_planned(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setattr("postrenderer.rewrite.apply", lambda *_: wrong)
    with pytest.raises(InternalError) as caught:
        run(b"kind: X\nimage: a/b:1\n")
    assert str(caught.value).startswith("X (document 1): the edited text does not say what was planned, first at ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_documents_that_hold_nothing_are_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read", lambda _: pytest.fail("was read"))
    result = run(b"kind: Role\n---\n: not [ YAML\n")
    assert (result.found, result.pieces) == ([], [])


@pytest.mark.parametrize("mark", [":1.36", "@sha256:" + "0" * 64, ""])
def test_an_official_image_whose_path_another_field_holds_keeps_its_library(mark: str) -> None:
    tag = f"tag: '{mark[1:]}'" if mark else "pullPolicy: Always"
    text = f"image:\n  registry: docker.io\n  repository: library/busybox\n  {tag}\n"
    assert render(text) == text.replace("docker.io", PRIVATE)
    (image,) = summary(text)["images"]
    assert (image["from"], image["to"]) == (f"docker.io/library/busybox{mark}", f"{PRIVATE}/library/busybox{mark}")


def test_others_that_fail_end_the_run() -> None:
    text = "image: quay.io/a/b:1\nsidecarImage: ghcr.io/c/d:1\ninitImage: ':'\n"
    with pytest.raises(
        AcregError, match="With `others: fail` every image must come from the private registry, and 1 w"
    ):
        render(text, keep=("quay.io",), others="fail")
    assert render("image: quay.io/a/b:1\n", keep=("quay.io",), others="fail") == "image: quay.io/a/b:1\n"
