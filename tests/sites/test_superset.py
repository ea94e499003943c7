"""`candidates.may_hold_images` passes over no document in which a family finds something."""

from __future__ import annotations

import base64

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from postrenderer import composer, sites
from postrenderer.candidates import may_hold_images

PREFIXES = ["", "x", "X_", "init", "SIDECAR_", "proxy-", "db.", "a/"]
WORDS = [
    *(
        "image",
        "Image",
        "IMAGE",
        "images",
        "img",
        "IMG",
        "Img",
        "repository",
        "REPOSITORY",
        "Repo",
        "registry",
        "REGISTRY",
    ),
    *("hub", "HUB", "tag", "TAG", "version", "digest", "name", "package", "reference", "kind", "value", "containers"),
    *("newName", "dockerImageRepository", "destination", "chart", "expr", "data", "args", "env", "volumes", "spec"),
]
VALUES = [
    *("nginx", "nginx:1.25", "acme/app", "acme/app:1", "quay.io", "quay.io/acme/app", "quay.io/acme/app:1", "1.2"),
    *(
        "localhost/app:1",
        "host:80/app:1",
        "[::1]:5000/app:1",
        "DockerImage",
        "docker:dind",
        "{{ .Tag }}",
        "acme/app:$TAG",
    ),
    *("known/app", "known.io/app", "--image=acme/a:1", "X_IMG=acme/a:1", "name = docker:dind", "repo: a/b\ntag: 1"),
    base64.b64encode(b"image: acme/app:1").decode(),
]
APIS = ["v1", "apps/v1", "pkg.crossplane.io/v1", "operator.tigera.io/v1", "kyverno.io/v1", "x"]
KINDS = ["Secret", "Pod", "Provider", "ImageStream", "CustomResourceDefinition", "ClusterPolicy"]
KEY = st.builds(lambda prefix, word: prefix + word, st.sampled_from(PREFIXES), st.sampled_from(WORDS))
TEXT = st.one_of(
    st.sampled_from(VALUES),
    st.builds(
        lambda key, mark, value: f"{key}{mark}{value}",
        KEY,
        st.sampled_from(["=", ": ", " = ", " "]),
        st.sampled_from(VALUES),
    ),
    st.lists(st.sampled_from(VALUES), max_size=3).map("\n".join),
)
NODE = st.recursive(
    TEXT,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEY, inner, max_size=4),
        st.builds(lambda name, value: [{"name": name, "value": value}], KEY, TEXT),
        st.builds(lambda image: {"containers": [{"name": "a", "image": image}]}, TEXT),
    ),
    max_leaves=12,
)
DOCUMENT = st.builds(
    lambda api, kind, content: {"apiVersion": api, "kind": kind, **content},
    st.sampled_from(APIS),
    st.sampled_from(KINDS),
    st.dictionaries(KEY, NODE, max_size=3),
)


@given(DOCUMENT, st.sampled_from([None, '"', "'", "|"]), st.booleans())
@settings(max_examples=600, deadline=None)
def test_no_site_is_in_a_document_that_is_passed_over(document: object, style: str | None, flow: bool) -> None:  # noqa: FBT001  # hypothesis fills it
    text = yaml.safe_dump(document, default_style=style, default_flow_style=flow, allow_unicode=True)
    if not may_hold_images(text.encode(), 0, len(text.encode())):
        (root,) = composer.compose(text).roots
        assert not sites.find(root, lambda reference: reference.startswith(("known.io/", "localhost/"))).sites, text
