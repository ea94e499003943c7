from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from rendering import PRIVATE, SOURCE, patched, render, run, summary, values

from postrenderer import __version__, report
from postrenderer.errors import InternalError
from postrenderer.report.patch import Patch, patch_of

if TYPE_CHECKING:
    import yaml

    from postrenderer.text.view import View

TEXT = """\
---
# Source: web/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      imagePullSecrets:
      - name: own
      containers:
      - image: quay.io/b:1
      - image: registry.spacetech.com:8083/appcircle/c:1
      - image: ghcr.io/kept:1
---
kind: ConfigMap
data: {a: b}
---
kind: Job
metadata: {generateName: job-}
image: nginx:1
"""
WEB = {
    "index": 0,
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "namespace": "shop",
    "name": "web",
    "template": "web/templates/web.yaml",
}
JOB = {"index": 2, "apiVersion": "", "kind": "Job", "namespace": "", "name": "job-", "template": ""}
CONTAINERS = "/spec/template/spec/containers"


def test_a_report() -> None:
    reported = summary(TEXT, keep=("ghcr.io",))
    container = {"class": "podspec", "confidence": "certain", "reason": "image of a container", "document": WEB}
    assert reported.pop("acreg") == __version__
    assert reported.pop("summary") == {
        "images": 3,
        "moved": 2,
        "left": 1,
        "stays": 0,
        "unsure": 0,
        "pullSecrets": 1,
        "withoutSecret": 1,
        "serviceAccounts": 0,
        "documents": 2,
    }
    images = reported.pop("images")
    assert images[:2] == [
        {
            "from": "quay.io/b:1",
            "to": f"{PRIVATE}/b:1",
            "pointer": f"{CONTAINERS}/0/image",
            "line": 12,
            **container,
        },
        {"from": f"{PRIVATE}/c:1", "to": f"{PRIVATE}/c:1", "pointer": f"{CONTAINERS}/1/image", "line": 13, **container},
    ]
    assert (images[2]["from"], images[2]["line"], images[2]["document"]) == ("nginx:1", 21, JOB)
    left = {"reference": "ghcr.io/kept:1", "pointer": f"{CONTAINERS}/2/image", "line": 14, **container}
    assert reported.pop("left") == [{**left, "reason": "under `keep` entry ghcr.io"}]
    assert reported.pop("pullSecrets") == [
        {"names": ["containerregistry"], "pointer": "/spec/template/spec", "document": WEB}
    ]
    (without,) = reported.pop("withoutSecret")
    assert (without["reference"], without["pointer"], without["document"]) == (f"{PRIVATE}/nginx:1", "/image", JOB)
    assert without["reason"]
    place = "/spec/template/spec/imagePullSecrets/0"
    assert reported.pop("documents") == [
        {
            "document": WEB,
            "patch": [
                {"op": "add", "path": place, "value": {"name": "containerregistry"}},
                {"op": "replace", "path": f"{CONTAINERS}/0/image", "value": f"{PRIVATE}/b:1"},
            ],
        },
        {"document": JOB, "patch": [{"op": "replace", "path": "/image", "value": f"{PRIVATE}/nginx:1"}]},
    ]
    assert reported == {"registries": [], "stays": [], "unsure": [], "serviceAccounts": []}


def test_the_secrets_that_nobody_knows() -> None:
    (account,) = summary(TEXT.replace("imagePullSecrets", "others"), keep=("ghcr.io",))["serviceAccounts"]
    assert account.pop("reason").startswith("Kubernetes gives the pull secrets of the ServiceAccount default only")
    assert account == {
        "serviceAccount": "default",
        "references": ["ghcr.io/kept:1"],
        "pointer": "/spec/template/spec",
        "document": WEB,
    }


def test_a_source_itself_is_a_registry_and_no_image() -> None:
    reported = summary(f"kind: ConfigMap\ndata: {{prefix: {SOURCE}}}\n")
    assert reported["images"] == []
    assert [(place["from"], place["to"], place["pointer"]) for place in reported["registries"]] == [
        (SOURCE, PRIVATE, "/data/prefix")
    ]


POLICY = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {validate: {image: 'quay.io/b:1'}}}"


def test_what_nothing_pulls_and_what_only_looks_like_an_image() -> None:
    """They stay, and stand in lists of their own: only what something would pull from elsewhere is left."""
    text = f"{POLICY}\n---\nkind: Demo\nspec: {{image: cpu, initImage: 'ghcr.io/kept:1'}}\n"
    assert render(text, keep=("ghcr.io",)) == text
    reported = summary(text, keep=("ghcr.io",))
    assert {kind: reported["summary"][kind] for kind in ("images", "left", "stays", "unsure")} == {
        "images": 0,
        "left": 1,
        "stays": 1,
        "unsure": 1,
    }
    (stays,), (unsure,), (left,) = (reported[kind] for kind in ("stays", "unsure", "left"))
    assert (stays["reference"], stays["pointer"], stays["confidence"], stays["line"]) == (
        "quay.io/b:1",
        "/spec/validate/image",
        "stays",
        1,
    )
    assert stays["reason"] == "a condition of a policy, which pulls nothing"
    assert (unsure["reference"], unsure["pointer"], unsure["confidence"]) == ("cpu", "/spec/image", "weak")
    assert unsure["reason"] == "it may not be an image (`image` names an image)"
    assert (left["reference"], left["reason"]) == ("ghcr.io/kept:1", "under `keep` entry ghcr.io")


def test_the_patch_makes_the_output() -> None:
    text = TEXT + "---\na: &a\n  containers: [{image: a}, {image: b}]\n  containers: [{image: c}]\nb:\n  <<: *a\n"
    assert patched(text, summary(text)) == values(render(text))


def test_nothing_to_report() -> None:
    listed = ("images", "left", "stays", "unsure", "pullSecrets", "withoutSecret", "serviceAccounts", "documents")
    assert summary("kind: Role\n") == {
        "acreg": __version__,
        "summary": dict.fromkeys((*listed, "moved"), 0),
        **{name: [] for name in (*listed, "registries")},
    }


PASSWORD = "correct horse battery staple"  # noqa: S105  # of nobody
SECRET = (
    f"kind: Secret\nstringData: {{x: 'image={SOURCE}/a:1 password={PASSWORD}'}}\n"
    f"data:\n  y: {base64.b64encode(f'image: {SOURCE}/b:1 # {PASSWORD}'.encode()).decode()}\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SECRET, "ab"),
        (f"kind: List\nitems:\n- {SECRET.rstrip().replace(chr(10), chr(10) + '  ')}\n", "ab"),
        (
            f"kind: SecretList\nitems:\n- {SECRET.partition(chr(10))[2].rstrip().replace(chr(10), chr(10) + '  ')}\n",
            "a",
        ),
        (f"kind: Kit\nspec:\n  template:\n    {SECRET.rstrip().replace(chr(10), chr(10) + '    ')}\n", "a"),
    ],
)
def test_a_report_never_holds_the_value_of_a_secret(text: str, found: str) -> None:
    reported = summary(text)
    written = json.dumps(reported)
    assert PASSWORD not in written
    assert base64.b64encode(PASSWORD.encode()).decode().rstrip("=")[:-1] not in written
    assert PASSWORD in render(text)
    assert [image["to"] for image in reported["images"]] == [f"{PRIVATE}/{name}:1" for name in found]
    (document,) = reported["documents"]
    assert document["withheld"] == len(found)
    assert "patch" not in document


@pytest.mark.parametrize(
    "value",
    [
        f"|\n    kind: Secret\n    stringData:\n      image: {SOURCE}/a:1\n      password: {PASSWORD}",
        f'\'{{"kind": "Secret", "stringData": {{"x": "image={SOURCE}/a:1 {PASSWORD}"}}}}\'',
        f"|\n    {{{{ .x }}}}\n    kind: Secret\n    stringData: {{image: '{SOURCE}/a:1', password: '{PASSWORD}'}}",
        f"|\n    docker login -p '{PASSWORD}'; docker run {SOURCE}/a:1",
        f"'{PASSWORD} {SOURCE}/a:1'",
        f"'{SOURCE}/a:1 --password={PASSWORD}'",
        f"'--password={PASSWORD} --image={SOURCE}/a:1'",
        f"https://user:{PASSWORD.replace(' ', '')}@x.example.com,{SOURCE}/a:1",
    ],
)
@pytest.mark.parametrize("place", ["kind: ConfigMap\ndata:\n  text: ", "kind: Pod\nspec:\n  command: "])
def test_a_report_never_holds_what_stands_around_a_reference(value: str, place: str) -> None:
    reported = summary(f"{place}{value}\n")
    written = json.dumps(reported)
    assert PASSWORD not in written
    assert PASSWORD.replace(" ", "") not in written
    assert [image["to"] for image in reported["images"]] == [f"{PRIVATE}/a:1"]
    (document,) = reported["documents"]
    assert document["withheld"] == 1
    assert "patch" not in document


@pytest.mark.parametrize(
    "text",
    [
        "kind: Secret\nstringData: {image: hunter2}\n",
        "kind: SecretList\nitems: [{stringData: {image: hunter2}}]\n",
        f"kind: Secret\ndata: {{image: {base64.b64encode(b'hunter2').decode()}}}\n",
        "kind: ConfigMap\ndata:\n  x: |\n    kind: Secret\n    stringData:\n      image: hunter2\n",
        "items: [{kind: Secret, stringData: {image: hunter2}}]\nitems: []\n",
        "items: {a: {kind: Secret, stringData: {image: hunter2}}}\nitems: {}\n",
        "items: {a: {kind: Secret, stringData: {image: hunter2}}}\nitems: x\n",
        "items: {a: {kind: Secret, stringData: {image: hunter2}}}\nitems: [x]\n",
    ],
)
def test_what_only_looks_like_an_image_in_a_secret_is_not_told(text: str) -> None:
    reported = summary(text)
    assert "hunter2" not in json.dumps(reported)
    assert [one["reference"] for one in reported["unsure"]] == ["(withheld)"]


@pytest.mark.parametrize("value", ["--image=quay.io/a:1", "quay.io/a:1, quay.io/b:1", "quay.io/a:1"])
def test_references_and_names_of_flags_are_shown(value: str) -> None:
    (document,) = summary(f"kind: Pod\nspec: {{containers: [{{args: ['{value}'], name: IMAGES}}]}}\n")["documents"]
    assert [operation["value"] for operation in document["patch"]] == [value.replace("quay.io", PRIVATE)]


def test_what_stands_beside_a_secret_is_reported() -> None:
    secret = f"{{kind: Secret, stringData: {{x: '{SOURCE}/a:1'}}}}"
    text = f"kind: List\nitems:\n- {secret}\n- {{kind: {{}}, image: quay.io/b:1}}\n"
    (document,) = summary(text)["documents"]
    assert document["withheld"] == 1
    assert document["patch"] == [{"op": "replace", "path": "/items/1/image", "value": f"{PRIVATE}/b:1"}]


def test_a_patch_that_does_not_make_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(b"image: quay.io/a:1\n")

    def wrong(root: yaml.Node, view: View) -> Patch:
        made = patch_of(root, view)
        return made._replace(operations=[*made.operations, {"op": "add", "path": "/x", "value": "y"}])

    monkeypatch.setattr(report, "patch_of", wrong)
    with pytest.raises(
        InternalError, match=r"^document 1: the patch in the report does not make the document"
    ) as caught:
        report.as_json(result)
    assert caught.value.exit_code == 3
