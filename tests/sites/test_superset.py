"""A document that is passed over, and a part of one that holds no hint, comes out as if it had been read."""

from __future__ import annotations

import base64
import itertools
from typing import Any, Callable
from unittest import mock

import pytest
import yaml
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from rendering import settings

from postrenderer.rewrite import rewrite
from postrenderer.sites import hints

DUMPER: Any = yaml.CSafeDumper if yaml.__with_libyaml__ else yaml.SafeDumper
SETTINGS = settings(sources=("known.io",), pull_secrets=())
PREFIXES = ["", "x", "X_", "init", "proxy-", "db."]
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
    *("hub", "HUB", "Hub", "tag", "TAG", "version", "digest", "name", "NAME", "package", "reference", "kind", "value"),
    *("newName", "destination", "chart", "expr", "data", "spec", "other"),
]
VALUES = [
    *(
        "nginx",
        "nginx:1.25",
        "acme/app",
        "acme/app:1",
        "quay.io",
        "quay.io/acme",
        "quay.io/acme/app:1",
        "1.2",
        "docker:dind",
    ),
    *(
        "localhost/app:1",
        "host:80/app:1",
        "[::1]:5000/app:1",
        "acme.dev/app:1",
        "acme/app:$TAG",
        "quay.io/acme/x:{{ .Tag }}",
    ),
    *("known.io/app", "DockerImage", "acme/app@sha256:" + "a" * 64, "see quay.io/a/b:1.", "docker://quay.io/a/b:1"),
    *("--image=acme/a:1", "X_IMG=acme/a:1", 'name = "docker:dind"', "repo: quay.io/a/b\ntag: 1", "${X:-quay.io/a/b:1}"),
    base64.b64encode(b"image: acme/app:1").decode(),
]


def output(text: str) -> bytes:
    with mock.patch("postrenderer.rewrite.check_collisions"):
        return b"".join(rewrite(text.encode(), SETTINGS).output)


def same(text: str) -> None:
    """Post-render a stream, and see that it is the same with every document read whole."""
    with mock.patch.object(hints, "hints", return_value=hints.EVERYWHERE):
        everything = output(text)
    assert output(text).split(b"\n---\n") == everything.split(b"\n---\n")


FORMS: dict[str, Callable[[str, str], dict[str, Any]]] = {
    "a field": lambda key, value: {key: value},
    "a field and its tag": lambda key, value: {key: value, "tag": "1"},
    "a field in an object": lambda key, value: {"other": [{key: value}]},
    "a variable": lambda key, value: {"env": [{"name": key, "value": value}]},
    "a flag": lambda key, value: {"args": [f"--{key}={value}"]},
    "a flag and its text": lambda key, value: {"command": [f"--{key}", value]},
    "an assignment": lambda key, value: {"data": {"a": f"{key} = {value}\n"}},
    "a template": lambda key, value: {"data": {"a": f"{{{{ if .A }}}}\n{key}: {value}\n{{{{ end }}}}\n"}},
}


@pytest.mark.parametrize("form", FORMS)
def test_each_name_with_each_text(form: str) -> None:
    api = "pkg.crossplane.io/v1" if form == "a field in an object" else "v1"
    """Every second one begins with more; which ones, changes from word to word."""
    documents = (
        {"apiVersion": api, "kind": "Demo", **FORMS[form](("", "X_")[(row + column) % 2] + word, value)}
        for (row, word), (column, value) in itertools.product(enumerate(WORDS), enumerate(VALUES))
    )
    same(yaml.dump_all(documents, Dumper=DUMPER))


KEY = st.builds(lambda prefix, word: prefix + word, st.sampled_from(PREFIXES), st.sampled_from(WORDS))
TEXT = st.one_of(
    st.sampled_from(VALUES),
    st.builds("{}{}{}".format, KEY, st.sampled_from(["=", ": ", " = ", " "]), st.sampled_from(VALUES)),
    st.lists(st.sampled_from(VALUES), max_size=3).map("\n".join),
)
NODE = st.recursive(
    TEXT,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEY, inner, max_size=4),
        st.builds(lambda image: {"containers": [{"name": "a", "image": image}]}, TEXT),
        st.builds(lambda image: {"volumes": [{"name": "a", "image": {"reference": image}}]}, TEXT),
    ),
    max_leaves=12,
)
DOCUMENT = st.builds(
    lambda api, kind, content: {"apiVersion": api, "kind": kind, **content},
    st.sampled_from(["v1", "apps/v1", "pkg.crossplane.io/v1", "operator.tigera.io/v1", "kyverno.io/v1"]),
    st.sampled_from(["Secret", "Pod", "ImageStream", "CustomResourceDefinition"]),
    st.dictionaries(KEY, NODE, max_size=3),
)


@given(st.lists(DOCUMENT, max_size=3), st.sampled_from([None, '"', "'", "|"]), st.booleans())
@examples(200)
def test_streams_of_such_documents(documents: list[Any], style: str | None, flow: bool) -> None:  # noqa: FBT001  # hypothesis fills it
    same(yaml.safe_dump_all(documents, default_style=style, default_flow_style=flow, allow_unicode=True))
