from __future__ import annotations

import pytest
import yaml
from rendering import render, summary, values

from postrenderer.errors import AcregError
from postrenderer.plan import prove
from postrenderer.pullsecrets import merge
from postrenderer.text import composer
from postrenderer.text.scalars import apply
from postrenderer.text.view import View

pytestmark = pytest.mark.usefixtures("loader")


def added(text: str, *names: str, field: merge.Field = merge.POD_SPEC) -> str:
    """The text with the secrets that the root mapping, or its `spec`, lacks; read back as it was planned."""
    roots = composer.compose(text).roots
    mapping = dict((key.value, value) for key, value in roots[0].value).get("spec", roots[0])  # noqa: C402
    assert isinstance(mapping, yaml.MappingNode)
    holder, view = merge.Holder(mapping, [(None, "spec")], field, "default"), View()
    missing = merge.missing(view, holder, names)
    changed = apply(text, merge.add(text, view, holder, missing)) if missing else text
    assert prove.fault(changed, roots, view) is None
    assert merge.missing(view, holder, names) == []
    assert View().plain(roots[0]) == View().plain(composer.compose(text).roots[0])  # what was read is as it was
    return changed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # No field: before the containers, in the column of the mapping's keys, indented as its lists are.
        ("containers:\n- image: a\n", "imagePullSecrets:\n- name: s\ncontainers:\n- image: a\n"),
        (
            "spec:\n  containers:\n  - image: a\n",
            "spec:\n  imagePullSecrets:\n  - name: s\n  containers:\n  - image: a\n",
        ),
        (
            "spec:\n    x: y\n    containers:\n      - image: a\n",
            "spec:\n    x: y\n    imagePullSecrets:\n      - name: s\n    containers:\n      - image: a\n",
        ),
        (
            "spec:\r\n  # pods\r\n  containers: # all\r\n  - image: a",
            "spec:\r\n  # pods\r\n  imagePullSecrets:\r\n  - name: s\r\n  containers: # all\r\n  - image: a",
        ),
        (
            "spec:\n  ? containers\n  : - image: a\n",
            "spec:\n  imagePullSecrets:\n  - name: s\n  ? containers\n  : - image: a\n",
        ),
        (
            "spec:\n  'containers': [{image: a}]\n  x: y\n",
            "spec:\n  imagePullSecrets:\n    - name: s\n  'containers': [{image: a}]\n  x: y\n",
        ),
        (
            "spec:\n  containers: []\n  volumes:\n  - name: v\n",
            "spec:\n  imagePullSecrets:\n  - name: s\n  containers: []\n  volumes:\n  - name: v\n",
        ),
        ("kind: ServiceAccount\nx: y\n", "imagePullSecrets:\n  - name: s\nkind: ServiceAccount\nx: y\n"),
        # Flow style and JSON: as JSON, which is also YAML.
        ("{containers: [{image: a}]}", '{"imagePullSecrets": [{"name": "s"}], containers: [{image: a}]}'),
        (
            'spec: {"x": 1, "containers": []}\n',
            'spec: {"imagePullSecrets": [{"name": "s"}], "x": 1, "containers": []}\n',
        ),
        (
            '{\n  "containers": []\n}\n',
            '{\n  "imagePullSecrets": [{"name": "s"}],\n  "containers": []\n}\n',
        ),
        ("{? containers : []}", '{"imagePullSecrets": [{"name": "s"}], ? containers : []}'),
        # Null.
        ("imagePullSecrets:\ncontainers:\n- a\n", "imagePullSecrets:\n- name: s\ncontainers:\n- a\n"),
        ("imagePullSecrets:", "imagePullSecrets:\n  - name: s"),
        ("imagePullSecrets: # why\nx: y\n", "imagePullSecrets: # why\n  - name: s\nx: y\n"),
        ("imagePullSecrets: null\nx: y\n", "imagePullSecrets:\n  - name: s\nx: y\n"),
        ("imagePullSecrets: ~ # why\r\nx: y\r\n", "imagePullSecrets: # why\r\n  - name: s\r\nx: y\r\n"),
        ("imagePullSecrets: !!null\nx: y\n", "imagePullSecrets:\n  - name: s\nx: y\n"),
        ("spec:\n  ? imagePullSecrets\n  :\n  ? x\n", "spec:\n  ? imagePullSecrets\n  :\n    - name: s\n  ? x\n"),
        ('imagePullSecrets: !!null "null"\nx: y\n', 'imagePullSecrets: [{"name": "s"}]\nx: y\n'),
        ("imagePullSecrets: !!null |-\n  ~\n\nx: y\n", 'imagePullSecrets: [{"name": "s"}]\n\nx: y\n'),
        ("{imagePullSecrets: !!null '', x: y}", '{imagePullSecrets: [{"name": "s"}], x: y}'),
        ("{imagePullSecrets: null, x: y}", '{imagePullSecrets: [{"name": "s"}], x: y}'),
        ('{"imagePullSecrets":null}', '{"imagePullSecrets": [{"name": "s"}]}'),
        ("spec:\n  imagePullSecrets:\n    null\n", "spec:\n  imagePullSecrets:\n   \n    - name: s\n"),
        # Empty values of other types.
        ("imagePullSecrets: ''\nx: y\n", 'imagePullSecrets: [{"name": "s"}]\nx: y\n'),
        ("imagePullSecrets: |\nx: y\n", 'imagePullSecrets: [{"name": "s"}]\nx: y\n'),
        ("imagePullSecrets: >-\r\n\r\nx: y\r\n", 'imagePullSecrets: [{"name": "s"}]\r\n\r\nx: y\r\n'),
        ("x: y\nimagePullSecrets: |2- # why", 'x: y\nimagePullSecrets: [{"name": "s"}] # why'),
        ("imagePullSecrets: {} # none\n", 'imagePullSecrets: [{"name": "s"}] # none\n'),
        # A tag goes with the value that it is for.
        ("imagePullSecrets: !!str ''\n", 'imagePullSecrets: [{"name": "s"}]\n'),
        ("imagePullSecrets: !!str |\nx: y\n", 'imagePullSecrets: [{"name": "s"}]\nx: y\n'),
        ("imagePullSecrets: !!map {}\n", 'imagePullSecrets: [{"name": "s"}]\n'),
        ("{imagePullSecrets: {}, x: y}", '{imagePullSecrets: [{"name": "s"}], x: y}'),
        # Lists.
        ("imagePullSecrets: []\n", 'imagePullSecrets: [{"name": "s"}]\n'),
        ("imagePullSecrets: [ ] # none\n", 'imagePullSecrets: [{"name": "s"} ] # none\n'),
        ("spec:\n  imagePullSecrets:\n    []\n", 'spec:\n  imagePullSecrets:\n    [{"name": "s"}]\n'),
        ("imagePullSecrets:\n- name: o\n", "imagePullSecrets:\n- name: s\n- name: o\n"),
        (
            "spec:\n  imagePullSecrets:\n    # own\n    - name: o # x\n",
            "spec:\n  imagePullSecrets:\n    # own\n    - name: s\n    - name: o # x\n",
        ),
        ("imagePullSecrets:\r\n-\r\n  name: o\r\n", "imagePullSecrets:\r\n- name: s\r\n-\r\n  name: o\r\n"),
        ("imagePullSecrets: &x\n  # own\n  - name: o\n", "imagePullSecrets: &x\n  # own\n  - name: s\n  - name: o\n"),
        ("imagePullSecrets: [name: o]\n", 'imagePullSecrets: [{"name": "s"}, name: o]\n'),
        ("imagePullSecrets: &x [{name: o}]\n", 'imagePullSecrets: &x [{"name": "s"}, {name: o}]\n'),
        (
            "imagePullSecrets: [\n  {name: o},\n  {name: p}\n]\n",
            'imagePullSecrets: [\n  {"name": "s"},\n  {name: o},\n  {name: p}\n]\n',
        ),
        ("x: &o {name: o}\nimagePullSecrets: [*o]\n", 'x: &o {name: o}\nimagePullSecrets: [{"name": "s"}, *o]\n'),
        ("imagePullSecrets:\n- {}\n- [o]\n- name: [o]\n", "imagePullSecrets:\n- name: s\n- {}\n- [o]\n- name: [o]\n"),
        ("imagePullSecrets:\n- null\n-\n", "imagePullSecrets:\n- name: s\n- null\n-\n"),
        # Plain names, as some custom resources have them.
        ("imagePullSecrets: [~, o]\n", 'imagePullSecrets: ["s", ~, o]\n'),
        ("imagePullSecrets:\n- o\n", "imagePullSecrets:\n- s\n- o\n"),
        ("imagePullSecrets: [o]\n", 'imagePullSecrets: ["s", o]\n'),
        # Already there.
        ("imagePullSecrets:\n- name: s\n", "imagePullSecrets:\n- name: s\n"),
        ('{"imagePullSecrets": [{"name": "s"}]}', '{"imagePullSecrets": [{"name": "s"}]}'),
        ("imagePullSecrets: [s]\n", "imagePullSecrets: [s]\n"),
        (
            "imagePullSecrets: [{name: o}, {name: s}, {name: s}]\n",
            "imagePullSecrets: [{name: o}, {name: s}, {name: s}]\n",
        ),
        ("x: &s [name: s]\nimagePullSecrets: *s\n", "x: &s [name: s]\nimagePullSecrets: *s\n"),
        # Of duplicate keys the last one counts.
        (
            "imagePullSecrets: [{name: s}]\nimagePullSecrets: []\n",
            'imagePullSecrets: [{name: s}]\nimagePullSecrets: [{"name": "s"}]\n',
        ),
    ],
)
def test_one_secret(text: str, expected: str) -> None:
    assert added(text, "s") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("containers: []\n", "imagePullSecrets: [{name: a}, {name: b}]\ncontainers: []\n"),
        ("imagePullSecrets: []\n", 'imagePullSecrets: [{"name": "a"}, {"name": "b"}]\n'),
        ("imagePullSecrets: [{name: b}]\n", 'imagePullSecrets: [{"name": "a"}, {name: b}]\n'),
        ("imagePullSecrets:\n- name: a\n", "imagePullSecrets:\n- name: b\n- name: a\n"),
        ("imagePullSecrets:\n- name: c\n", "imagePullSecrets:\n- name: a\n- name: b\n- name: c\n"),
        ("imagePullSecrets: [c]\n", 'imagePullSecrets: ["a", "b", c]\n'),
    ],
)
def test_several_secrets(text: str, expected: str) -> None:
    assert added(text, "a", "b") == expected


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("name", "x: y\n", "pullSecret: s\nx: y\n"),
        ("name", "{x: y}\n", '{"pullSecret": "s", x: y}\n'),
        ("name", "pullSecret:\nx: y\n", "pullSecret: s\nx: y\n"),
        ("name", "pullSecret: ~ # none\n", "pullSecret: s # none\n"),
        ("name", "pullSecret: ''\n", 'pullSecret: "s"\n'),
        ("name", '{"pullSecret":""}\n', '{"pullSecret": "s"}\n'),
        ("object", "spec:\n  x: y\n", "spec:\n  pullSecret:\n    name: s\n  x: y\n"),
        ("object", "pullSecret: {}\n", 'pullSecret: {"name": "s"}\n'),
        ("object", "pullSecret: null\nx: y\n", "pullSecret:\n  name: s\nx: y\n"),
        ("reference", "x: y\n", "pullSecret:\n  name: s\n  namespace: default\nx: y\n"),
        ("reference", "{pullSecret: {}}\n", '{pullSecret: {"name": "s", "namespace": "default"}}\n'),
        ("names", "x: y\n", "pullSecret:\n  - s\nx: y\n"),
        ("names", "pullSecret: []\n", 'pullSecret: ["s"]\n'),
        ("names", "pullSecret: ''\n", 'pullSecret: ["s"]\n'),
        # A field for one secret that holds another stays.
        ("name", "pullSecret: o\n", "pullSecret: o\n"),
        ("object", "pullSecret: {name: o}\n", "pullSecret: {name: o}\n"),
    ],
)
def test_other_forms(form: str, text: str, expected: str) -> None:
    assert added(text, "s", field=merge.Field("pullSecret", form)) == expected


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("regcred", "regcred"),
        ("my-secret2", "my-secret2"),
        ("my.secret", '"my.secret"'),
        *(
            (name, f'"{name}"')
            for name in ("123", "1e3", "0x1f", "true", "no", "off", "y", "null", "22-11", "2001-01-01")
        ),
    ],
)
def test_a_name_that_needs_quotes(name: str, written: str) -> None:
    assert added("containers: []\n", name) == f"imagePullSecrets:\n  - name: {written}\ncontainers: []\n"
    text = f"imagePullSecrets:\n- name: {written}\n"
    assert yaml.safe_load(text) == {"imagePullSecrets": [{"name": name}]}
    assert added(text, name) == text


def test_a_compact_list_item() -> None:
    """`- containers:`: the mapping's first key does not stand alone on its line."""
    assert render("pods:\n- containers:\n  - image: a:1\n  x: y\n") == (
        "pods:\n- containers:\n  - image: registry.spacetech.com:8083/appcircle/a:1\n"
        "  imagePullSecrets:\n  - name: containerregistry\n  x: y\n"
    )
    assert render("pods:\n-   containers:\n    - image: a:1\n") == (
        "pods:\n-   imagePullSecrets:\n    - name: containerregistry\n"
        "    containers:\n    - image: registry.spacetech.com:8083/appcircle/a:1\n"
    )


SHARED = "a: {containers: [image: a], imagePullSecrets: &s [name: o]}\n"
BASE = "a: &a\n  containers: &c\n  - image: quay.io/x/y:1\n"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        # A list that two pod specs share is extended once.
        (
            SHARED + "b: {containers: [image: b], imagePullSecrets: *s}\n",
            {"a": ["containerregistry", "o"], "b": ["containerregistry", "o"]},
        ),
        (
            "x: &s\n- name: o\nb:\n  containers: [{image: 'b:1'}]\n  imagePullSecrets: *s\n",
            {"b": ["containerregistry", "o"]},
        ),
        # A pod spec that is merged passes its secrets on, unless the other one has its own.
        (BASE + "b:\n  <<: *a\n", {"a": ["containerregistry"], "b": ["containerregistry"]}),
        (
            BASE + "b:\n  <<: *a\n  imagePullSecrets:\n  - name: o\n",
            {"a": ["containerregistry"], "b": ["containerregistry", "o"]},
        ),
        (BASE + "b: *a\n", {"a": ["containerregistry"], "b": ["containerregistry"]}),
        (BASE + "b:\n  containers: *c\n", {"a": ["containerregistry"], "b": ["containerregistry"]}),
        # What is merged and is no pod spec: its list is extended, its null is not.
        (
            "x: &x\n  imagePullSecrets: [{name: o}]\nb:\n  <<: *x\n  containers: [{image: 'b:1'}]\n",
            {"b": ["containerregistry", "o"]},
        ),
        ("x: &x\n  imagePullSecrets:\nb:\n  <<: *x\n  containers: [{image: 'b:1'}]\n", {"b": ["containerregistry"]}),
        (
            "b:\n  containers: [{image: 'b:1'}]\n  <<: {imagePullSecrets: }\n  x: y\n",
            {"b": ["containerregistry"]},
        ),
        (
            "b: {containers: [{image: 'b:1'}], <<: {imagePullSecrets: ''}, x: y}\n",
            {"b": ["containerregistry"]},
        ),
        ("x: &x {}\nb:\n  <<: [*x, *x]\n  containers: [{image: 'b:1'}]\n", {"b": ["containerregistry"]}),
    ],
)
def test_aliases_and_merge_keys(text: str, secrets: dict[str, list[str]]) -> None:
    (after,) = values(render(text))
    for name, names in secrets.items():
        assert [entry["name"] for entry in after[name]["imagePullSecrets"]] == names
    reported = summary(text)["pullSecrets"]
    assert sorted(entry["pointer"] for entry in reported) == sorted(f"/{name}" for name in secrets)


NO_LIST = "is not a list: correct it"
TIED = "is an alias, or has an anchor or a tag: fill it in"


@pytest.mark.parametrize(
    ("text", "place", "fault"),
    [
        ("spec:\n  imagePullSecrets: regcred\n  containers: [{image: 'a:1'}]\n", "/spec/imagePullSecrets", NO_LIST),
        ("spec:\n  imagePullSecrets: {name: o}\n  containers: [{image: 'a:1'}]\n", "/spec/imagePullSecrets", NO_LIST),
        (
            "spec:\n  imagePullSecrets: !!binary fg==\n  containers: [{image: 'a:1'}]\n",
            "/spec/imagePullSecrets",
            NO_LIST,
        ),
        ("a/b:\n- imagePullSecrets: 'null'\n  containers: [{image: 'a:1'}]\n", "/a~1b/0/imagePullSecrets", NO_LIST),
        ("b:\n  <<: {imagePullSecrets: regcred}\n  containers: [{image: 'a:1'}]\n", "/b/imagePullSecrets", NO_LIST),
        # There is no place to write to, or aliases would see the list.
        ("spec:\n  imagePullSecrets: &n\n  containers: [{image: 'a:1'}]\nx: *n\n", "/spec/imagePullSecrets", TIED),
        ("spec: {imagePullSecrets, containers: [{image: 'a:1'}]}\n", "/spec/imagePullSecrets", TIED),
        # What is merged behind a key replaces it, so that a list in front would not count.
        (
            "b:\n  containers: [{image: 'a:1'}]\n  <<: {imagePullSecrets: }\n",
            "/b/imagePullSecrets",
            "is empty in a mapping that `<<` merges behind all other keys: fill it in",
        ),
    ],
)
def test_a_field_that_takes_no_secrets(text: str, place: str, fault: str) -> None:
    with pytest.raises(AcregError) as caught:
        render(f"---\nkind: Pod\nmetadata:\n  name: web\n{text}")
    said = f"Pod web (document 1): `imagePullSecrets` at {place} {fault}, or run with --no-pull-secrets."
    assert (str(caught.value), caught.value.exit_code) == (said, 1)
    assert "imagePullSecrets" in render(text, pull_secrets=())


def test_no_secrets() -> None:
    text = "spec:\n  imagePullSecrets:\n  containers:\n  - image: a:1\n"
    assert render(text, pull_secrets=()) == text.replace("a:1", "registry.spacetech.com:8083/appcircle/a:1")


def test_only_pod_specs_with_private_images() -> None:
    text = "a:\n  containers:\n  - image: quay.io/x/y:1\nb:\n  containers:\n  - image: docker.io/x/y:1\n"
    assert render(text, keep=("quay.io",)) == (
        "a:\n  containers:\n  - image: quay.io/x/y:1\n"
        "b:\n  imagePullSecrets:\n  - name: containerregistry\n"
        "  containers:\n  - image: registry.spacetech.com:8083/appcircle/x/y:1\n"
    )


SERVICE_ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SERVICE_ACCOUNT, f"imagePullSecrets:\n  - name: containerregistry\n{SERVICE_ACCOUNT}"),
        (
            f"{SERVICE_ACCOUNT}imagePullSecrets:\n- name: o\n",
            f"{SERVICE_ACCOUNT}imagePullSecrets:\n- name: containerregistry\n- name: o\n",
        ),
        (
            "kind: List\nitems:\n- {kind: ServiceAccount}\n",
            'kind: List\nitems:\n- {"imagePullSecrets": [{"name": "containerregistry"}], kind: ServiceAccount}\n',
        ),
    ],
)
def test_service_accounts_only_when_asked_for(text: str, expected: str) -> None:
    assert render(text) == text
    assert render(text, service_accounts=True) == expected
