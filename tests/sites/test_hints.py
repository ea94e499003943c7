from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

import pytest
import yaml
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from rendering import SOURCE
from rendering import settings as acreg_settings

from postrenderer import sites
from postrenderer.images.relocation import Relocation
from postrenderer.sites.hints import EVERYWHERE, NOWHERE, Hints, hints
from postrenderer.sites.site import STAYS, WEAK
from postrenderer.text import reading, stream

HOSTS = frozenset((b"quay.io",))


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def read(text: str) -> bool:
    return bool(hints(text.encode(), HOSTS))


@pytest.mark.parametrize(
    "text",
    [
        "image: nginx\n",
        "sidecarImage: nginx\n",
        "PROXY_IMAGE: nginx\n",
        "img: nginx\n",
        "gitRepo: a/b\n",
        "REPOSITORY: a/b\n",
        "registry: x\n",
        "hub: x\n",
        "istioHub: x\n",
        "ISTIO_HUB=x\n",
        "apiVersion: pkg.crossplane.io/v1\n",
        f"kind: Secret\ndata:\n  a: {base64('image: nginx')}\n",
        f'{{"kind":"Secret","data":{{"a":"{base64("image: nginx")}"}}}}',
        f"kind: Secret\ndata:\n  a: |\n    {base64('the image: nginx')[:15]}\n    {base64('the image: nginx')[15:]}\n",
        f"kind: Secret\ndata:\n  a: !!str {base64('image: nginx')}\n",
        f"kind: Secret\ndata:\n  a: # a comment\n    {base64('image: nginx')}\n",
        f"kind: Secret\ndata:\n  # a comment\n  a:\n    # another\n    {base64('image: nginx')}\n",
        f"kind: Secret\ndata:\n  a: |2\n    {base64('image: nginx')}\n",
        *(
            f"# a comment{end}kind: Secret{end}data:{end}  a: {base64('image: nginx')}"
            for end in ("\r", "\x85", "\u2028", "\u2029")
        ),
        *(f"kind: Secret\ndata:\n  a: {base64(f'{pad}example.com/x:1')}\n" for pad in ("", " ", "  ")),
        *(f"kind: Secret\ndata:\n  a: {base64(f'{pad}example.com/x:1').strip('=')}\n  word: x\n" for pad in ("", "  ")),
        "kind: Secret\ndata:\n  a: " + base64(f"kind: Secret\ndata:\n  a: {base64('image: nginx')}\n"),
        f"kind: Secret\ndata:\n  a: {base64('a: quay.io/x')}\n",
        "a: see quay.io/x/y\n",
        "a: registry:5000/x:1\n",
        "a: localhost/x:1\n",
        "a: '[::1]/x:1'\n",
        "a: example.com/x-y.z:1\n",
        "a: example.com/x@sha256:0\n",
        "a: example.com/x:{{ .tag }}\n",
        "a: example.com/x@{{ .digest }}\n",
        "a: example.com/x@$DIGEST\n",
        "a: example.com/x:$TAG\n",
        'a: |\n  [[services]]\n  name = "docker:dind"\n',
        'a: |\n  name = "rocket.chat:1"\n',
        'a: "{\\"name\\": \\"docker:dind\\"}"\n',
        "a: |\n  - name: *docker:dind\n  - Name=>'docker@sha256:0'\n",
        "allImages: [nginx]\n",
        "sidecarimage: nginx\n",
        'a: "\\nimage: nginx"\n',
        'a: "\\nregistry: x"\n',
        '"im\\x61ge": nginx\n',
        '"\\u0069mage": nginx\n',
        '"\\U00000069mage": nginx\n',
        'a: "quay.io\\/x"\n',
        'a: "quay.io\\\n  /x"\n',
        # Aliases, whose anchors may stand in another document.
        "a: *b\n",
        "a:\n- *b\n",
        "a: [*b]\n",
        "a: {c: *b}\n",
        "a: [x,*b,y]\n",
        "<<: *b # c\n",
        "*b",
        "*b : c\n",
        "*b: c\n",
        "{*b : c}\n",
        "a: *b",
        'a: {"c":*b}\n',
        'a: {"c" :*b}\n',
        "a: [?*b ]\n",
        "a: *b\x85",
        "a: *b\v",
        "a: *b \f\n",
        "a: *b\u2028\n",
        # Old line ends hide a second document behind a schema.
        "\nkind: CustomResourceDefinition\n...\nimage: a\n",
        "a: |\n  kind: CustomResourceDefinition\nb: image\n",
        "\nkind: CustomResourceDefinitionList\nb: image\n",
        "image\nkind: CustomResourceDefinition",
    ],
)
def test_read(text: str) -> None:
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n",
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n",
        "rules:\n- apiGroups: ['*']\n  resources: [\"*\"]\n  verbs:\n  - '*'\n",
        "a: 5 * 3\nb: '*.x'\nc: /*/y\nd: '**bold**'\n",
        "a: http://x\nb: a/b\n",
        "metadata:\n  labels:\n    app.kubernetes.io/name: x\n    helm.sh/chart: x-1.0\n",
        "a: ghcr.io/x\n",
        "roleRef:\n  name: system:auth-delegator\n",
        "name: docker\nmail: docker@example.com\nuser: name@[{\n",
        "kind: Report\nsecretName: x\nsecretKeyRef: SecretStore\n",
        "a: github.com\n",
        "kind: Secret\n",
        f"# Source: x\nkind: Secret\ndata:\n  a: {base64('user: me, password: secret')}\n",
        f"kind: ClusterIssuer\nref:\n  kind: Secret\n  data: {base64('user: me')}\n",
        'expr: sum(container_cpu{image!="",container!="POD"})\n',
        'a: "{\\"expr\\": \\"up{image!=\\\\\\"\\\\\\"}\\"}"\n',
        "b: image =~ x\n",
        '{"expr":"sum(x{image!=\\"\\"}) by (pod)","format":"y"}\n',
        "group: cert-manager.io\ncert-manager.io/inject-ca-from: x/y\n",
        "name: cert-manager:leaderelection\n",
        "resources: [imagestreams, backingimages, engineimages/status]\n",
        "apiGroups: [packageregistry.k8s.elastic.co]\n",
        "a: |\n  cpu: *1 | string\n",
        "a: s3:*Object\n",
        "a: &b c\nd: *b\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  image: nginx\n",
        "apiVersion: apiextensions.k8s.io/v1\r\nkind: CustomResourceDefinition\r\nspec:\r\n  image: nginx\r\n",
    ],
)
def test_passed_over(text: str) -> None:
    assert not read(text)


WORDS = st.sampled_from(
    "image sidecar_image IMAGE name value containers args hub repo registry tag version Secret data kind nginx nginx:1"
    f" docker:dind quay.io/a/b ghcr.io/a/b:1 {SOURCE}/x --image= --flag repository v1 x.example.org:5000/y:1 message"
    " imagePullPolicy imagePullSecrets Images imagestream schemaRegistry registry-cert image!= image== rocket.chat:1"
    " aHR0cA== aW1hZ2U6IG5naW54Cg== aW1hZ2U6IG5naW54OjE= bmdpbng6MSA= cXVheS5pby9hL2I6MQ== report"
    " [ ] , = : / {{ }} $(TAG) #".split()
)
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.lists(WORDS, min_size=1, max_size=4).map("".join)
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@pytest.mark.slow
@examples(100)
@given(st.dictionaries(TEXTS | st.sampled_from(["kind", "data", "spec"]), VALUES, max_size=5), st.booleans())
def test_what_is_passed_over_holds_no_image(fields: dict[str, object], flow: bool) -> None:  # noqa: FBT001  # hypothesis
    relocation = Relocation(acreg_settings())
    data = yaml.safe_dump({"apiVersion": "v1", **fields}, default_flow_style=flow).encode()
    if not hints(data, frozenset(host.encode() for host in relocation.hosts)):
        for document in stream.documents(data):
            for root in reading.read(document).roots:
                assert all(site.span.level in (STAYS, WEAK) for site in sites.find(root, relocation.known).sites)


@pytest.mark.parametrize("host", ["quay.io", "registry:5000", "[::1]:5000", "docker.io", "index.docker.io"])
def test_many_hosts_are_known_as_few_are(host: str) -> None:
    few = frozenset((host.removeprefix("index.").encode(),))
    many = few | {f"registry{number}.example.org".encode() for number in range(100)}
    for text, expected in ((f"a: b={host}/x\n", True), (f"a: [{host}/x]\n", True), ("a: example.net/x\n", False)):
        data = text.encode()
        assert [bool(hints(data, hosts)) for hosts in (few, many)] == [expected, expected]


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("ACREG_CORPUS"), reason="ACREG_CORPUS names no folder with real renders")
def test_what_is_passed_over_in_real_renders_holds_no_image() -> None:
    relocation = Relocation(acreg_settings())
    hosts = frozenset(host.encode() for host in relocation.hosts)
    count = 0
    for file in Path(os.environ["ACREG_CORPUS"]).glob("rendered/*.yaml"):
        data = file.read_bytes()
        for document in stream.documents(data):
            if not hints(document.raw(), hosts):
                count += 1
                for root in reading.read(document).roots:
                    found = sites.find(root, relocation.known).sites
                    assert all(site.span.level in (STAYS, WEAK) for site in found), (file, document.line)
    assert count > 1000


def test_hosts_of_one_ending_are_told_from_others() -> None:
    hosts = frozenset((b"gcr.io", b"docker.io", b"ghcr.io", b"registry.k8s.io"))
    for text in (
        "a: gcr.io/x\n",
        "a: us.gcr.io/x\n",
        "a: ghcr.io/x\n",
        "a: see docker.io/x\n",
        "a: registry.k8s.io/x\n",
    ):
        assert hints(text.encode(), hosts)
    for text in ("a: cert-manager.io/x\n", "a: r.io\n", "a: k8s.io/x\n"):
        assert not hints(text.encode(), hosts)


def test_words_make_a_document_worth_reading() -> None:
    assert hints(b"kind: Widget\n", words=[b"Widget"]) is EVERYWHERE
    definition = b"apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
    assert hints(definition) == NOWHERE
    assert hints(definition, words=[b"CustomResource"]) is EVERYWHERE
    assert hints(b"kind: Widget\n", words=[b""]) is EVERYWHERE
    assert hints(b"kind: Gadget\n", words=[b"Widget"]) is NOWHERE


@pytest.mark.parametrize(
    "text",
    [
        "image: a\nx: &y 1\nz: *y\n",
        "z: *y\n",
        "apiVersion: pkg.crossplane.io/v1\npackage: a\n",
        f"kind: Secret\ndata: {{a: {base64('image: nginx')}}}\n",
        "!!binary aW1hZ2U=: nginx\n",
        "#\ufeff\n#kind: Pod\n",
        "%TAG !e! tag:yaml.org,2002:\n---\n!e!binary aW1hZ2U=: nginx\n",
    ],
)
def test_what_may_be_about_images_everywhere(text: str) -> None:
    assert hints(text.encode(), HOSTS).everywhere


def node(start: int, end: int) -> yaml.Node:
    """A node with these marks."""
    first, last = (yaml.Mark("", index, 0, index, "", index) for index in (start, end))
    return yaml.ScalarNode("tag:yaml.org,2002:str", "", first, last)


def test_offsets() -> None:
    text = "a: x\nimage: nginx:1\nb: quay.io/x\nc: d\ne: a/b:1\n"
    found = hints(text.encode(), HOSTS)
    assert not found.everywhere
    assert found.offsets == sorted(found.offsets)
    assert {text.index("image"), text.index(":1"), text.index("quay.io")} <= set(found.offsets)
    for part, expected in (("a: x", False), ("nginx:1", True), ("quay.io/x", True), ("c: d", False), ("a/b:1", True)):
        start = text.index(part)
        assert found.inside(node(start, start + len(part))) is expected


@pytest.mark.parametrize(
    ("start", "end", "expected"), [(0, 5, False), (0, 6, True), (5, 6, True), (6, 9, False), (6, 10, True)]
)
def test_inside(start: int, end: int, expected: bool) -> None:  # noqa: FBT001  # a table
    assert Hints([5, 9]).inside(node(start, end)) is expected


@pytest.mark.parametrize("before", ["", "---\n", "\xa0---\n"])
@pytest.mark.parametrize("text", ["image: a\nb: image\n", "ä: 😀\nimage: ä\n# 😀\nimage: x\n"])
def test_offsets_in_a_text(before: str, text: str) -> None:
    raw = (before + text).encode()
    found = hints(raw).in_text(text, len(before.encode()))
    assert {index for index in range(len(text)) if text.startswith("image", index)} <= set(found.offsets)
    assert EVERYWHERE.in_text(text, 0) == EVERYWHERE
