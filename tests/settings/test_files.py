from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from postrenderer.errors import SettingsError
from postrenderer.settings import Settings, load
from postrenderer.text import composer

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["CBaseLoader", "BaseLoader"], autouse=True)
def _both_parsers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(yaml, request.param):
        pytest.skip("this PyYAML has no C parser")
    monkeypatch.setattr(composer, "Loader", getattr(yaml, request.param))


def _load(directory: Path, text: str | bytes) -> Settings:
    (directory / "acreg.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load({"registry": "r.example.com", "config": "acreg.yaml"}, {}, str(directory))


def _error(directory: Path, text: str | bytes) -> str:
    with pytest.raises(SettingsError) as raised:
        _load(directory, text)
    assert raised.value.exit_code == 2
    return str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing but a comment\n",
        "---\nothers: keep\n...\n",
        "\ufeffothers: keep\r\nstrict: yes\r\n",
        '{"others": "keep", "strict": false}',
        "strict: 'true'\npullSecrets: [123]\nrepositoryPath: 2024\n",
        "keep: &k [quay.io]\nsources: *k\n",
    ],
)
def test_a_good_file(text: str, tmp_path: Path) -> None:
    assert _load(tmp_path, text).others == ("keep" if "others" in text else "rewrite")


def test_values_stay_as_they_are_written(tmp_path: Path) -> None:
    found = _load(tmp_path, "pullSecrets: [1.0, 2024-01-01]\nrepositoryPath: 0644\nreport: 22:22\n")
    assert (found.pull_secrets, found.repository_path, found.report) == (("1.0", "2024-01-01"), "0644", "22:22")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b", "acreg.yaml:1:1: `a` is unknown here"),
        ("strict: true\nregistri: x", "acreg.yaml:2:1: `registri` is unknown here: did you mean `registry`?"),
        ("repository_path: x", "acreg.yaml:1:1: `repository_path` is unknown here: did you mean `repositoryPath`?"),
        ("config: x", "acreg.yaml:1:1: `config` is unknown here"),
        ("<<: {others: keep}", "acreg.yaml:1:1: `<<` is unknown here"),
        ("[a, b]: c", "acreg.yaml:1:1: a list cannot be the name of a setting"),
        ("true: c", "acreg.yaml:1:1: true or false cannot be the name of a setting"),
        ("strict: true\nothers: keep\nstrict: true", "acreg.yaml:3:1: `strict` is there twice, first in line 1"),
        ("registry:", "acreg.yaml:1:10: registry has no value: write one, or remove the key"),
        ("pullSecrets: ~", "acreg.yaml:1:14: pullSecrets has no value: write one, or remove the key"),
        ("- a", "acreg.yaml:1:1: must be a mapping, not a list"),
        ("hello", "acreg.yaml:1:1: must be a mapping, not a text"),
        ("---\n", "acreg.yaml:2:1: must be a mapping, not nothing"),
        ("registry: [a.b]", "acreg.yaml:1:11: registry must be a text, not a list"),
        ("registry: {a: b}", "acreg.yaml:1:11: registry must be a text, not a mapping"),
        ("registry: ''", "acreg.yaml:1:11: registry is empty"),
        ("report: true", "acreg.yaml:1:9: report must be a text, not true or false"),
        ("others: kep", "acreg.yaml:1:9: others must be rewrite, keep or fail, not `kep`: did you mean `keep`?"),
        ("confidence: weak", "acreg.yaml:1:13: confidence must be certain or strong, not `weak`"),
        ("strict: maybe", "acreg.yaml:1:9: strict must be true or false"),
        ("strict: [true]", "acreg.yaml:1:9: strict must be true or false, not a list"),
        ("pullSecrets: a", "acreg.yaml:1:14: pullSecrets must be a list, not a text"),
        ("pullSecrets:\n  - a\n  - name: b", "acreg.yaml:3:5: pullSecrets[1] must be a text, not a mapping"),
        ("pullSecrets: [a, B]", "acreg.yaml:1:18: pullSecrets[1] must be the name of a Secret, not `B`"),
        ("sources: [quay.io/x:1]", "acreg.yaml:1:11: sources[0] cannot be `quay.io/x:1`: "),
        ("keep: [nginx@sha256:0]", "acreg.yaml:1:8: keep[0] "),
        ("rules: {from: a, to: b}", "acreg.yaml:1:8: rules must be a list, not a mapping"),
        ("rules: [a]", "acreg.yaml:1:9: rules[0] must be a mapping, not a text"),
        ("rules: [{}]", "2 settings are wrong:\n  acreg.yaml:1:9: rules[0] must have `from`"),
        ("rules: [{from: a}]", "acreg.yaml:1:9: rules[0] must have `to`"),
        ("rules: [{from: a, to: ~}]", "acreg.yaml:1:23: rules[0].to has no value"),
        ("rules: [{from: a, to: b, too: c}]", "acreg.yaml:1:26: `too` is unknown here: did you mean `to`?"),
        ("rules: [{from: 'a b', to: b}]", "acreg.yaml:1:16: rules[0].from cannot be `a b`: "),
        ("rules: [{from: a, to: /b}]", "acreg.yaml:1:23: rules[0].to must be in lower case, without a slash"),
        (
            "rules:\n- {from: nginx, to: b}\n- {from: docker.io/library/nginx, to: c}",
            "acreg.yaml:3:10: rules[1].from is `docker.io/library/nginx`, which line 2 moves already",
        ),
        (
            "rules:\n- {from: quay.io, to: b}\n- {from: quay.io/, to: b}",
            "acreg.yaml:3:10: rules[1].from is `quay.io`, which line 2 moves already",
        ),
        ("&a {rules: [*a]}", "3 settings are wrong:\n  acreg.yaml:1:1: rules[0] must have `from`"),
        ("others: keep\nstrict: 'tr", "acreg.yaml:2:12: this is not valid YAML: while scanning a quoted scalar, "),
        ("others: keep: b", "acreg.yaml:1:13: this is not valid YAML: mapping values are not allowed "),
        ("keep:\n\t- a", "acreg.yaml:2:1: this is not valid YAML: while scanning for the next token, "),
        (
            "strict: true\n---\nothers: keep",
            "acreg.yaml:3:1: begins a second document: put all settings into the first one",
        ),
        ("keep: *k", "acreg.yaml:1:7: this is not valid YAML: found undefined alias"),
        ("others: \x07", "acreg.yaml:1:9: YAML does not allow this control character"),
        (b"others: keep\nreport: gr\xfc\xdf\n", "acreg.yaml:2:11: this is not UTF-8: save the file in that encoding"),
        ("others: keep".encode("utf-16"), "acreg.yaml:1:1: this is not UTF-8: "),
    ],
)
def test_a_wrong_file(text: str | bytes, message: str, tmp_path: Path) -> None:
    assert _error(tmp_path, text).startswith(message)


def test_a_file_is_nested_too_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer, "_DEEPEST", 500)  # to reach the real limit takes libyaml seconds
    text = "a: " + "[" * 600 + "]" * 600
    assert _error(tmp_path, text) == "acreg.yaml is nested deeper than any settings are"


def test_a_tab_is_called_a_tab(tmp_path: Path) -> None:
    assert _error(tmp_path, "keep:\n\t- a").endswith("(a tab, but YAML is indented with spaces)")


def test_deep_nesting_ends_in_an_error(tmp_path: Path) -> None:
    assert _error(tmp_path, "keep:\n" + "- " * 2_000).startswith("acreg.yaml")


@pytest.mark.parametrize("kind", ["config", "values"])
def test_a_file_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    def message(name: str) -> str:
        with pytest.raises(SettingsError) as raised:
            load({kind: name if kind == "config" else [name]}, {}, str(tmp_path))
        return str(raised.value)

    (tmp_path / "folder").mkdir()
    (tmp_path / "closed.yaml").touch(mode=0)
    assert message("missing.yaml") == "missing.yaml cannot be read: No such file or directory"
    assert message("folder") == "folder cannot be read: Is a directory"
    if os.geteuid():
        assert message("closed.yaml") == "closed.yaml cannot be read: Permission denied"


LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 20))
WIDE = "".join(f"w{i}: &w{i} [{', '.join([f'*w{i - 1}' if i else 'x'] * 300)}]\n" for i in range(3))


@pytest.mark.parametrize("text", [WIDE, f"{WIDE}rules: *w2\n"])
def test_aliases_that_make_more_than_settings_are(text: str, tmp_path: Path) -> None:
    assert re.match(r"acreg\.yaml:1:1: more than 100000 values, which aliases repeat", _error(tmp_path, text))


@pytest.mark.parametrize(
    "text", [LAUGHS, f"{LAUGHS}? *a19\n: x\n", f"{LAUGHS}keep: [{{? *a19 : x}}]\n", f"{LAUGHS}sources: *a19\n"]
)
def test_aliases_that_nobody_writes_out(text: str, tmp_path: Path) -> None:
    assert "settings are wrong" in _error(tmp_path, text)


@pytest.mark.parametrize("text", [LAUGHS, f"{LAUGHS}? *a19\n: x\n", f"? {{? &s [*s] : *s}}\n: x\n{LAUGHS}"])
@pytest.mark.parametrize("place", ["imageRegistry", "imagePullSecrets"])
def test_values_files_with_such_aliases(place: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(f"{text}global: {{x: *a19, {place}: *a19}}\n")
    with pytest.raises(SettingsError, match=rf"values\.yaml:\d+:\d+: global\.{place}"):
        load({"values": ["values.yaml"]}, {"ACREG_REPOSITORY_PATH": ""}, str(tmp_path))


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="there is none")  # noqa: PTH110
def test_a_device_that_nobody_named_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "acreg.yaml").symlink_to("/dev/zero")
    with pytest.raises(SettingsError, match=r"^acreg\.yaml is not a regular file, and nobody named it"):
        load({"registry": "r.example.com"}, {}, str(tmp_path))


def test_an_acreg_yaml_that_is_there_but_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "acreg.yaml").symlink_to("nowhere")
    with pytest.raises(SettingsError, match=r"^acreg\.yaml cannot be read: No such file"):
        load({"registry": "r.example.com"}, {}, str(tmp_path))


VALUES = """\
# An umbrella chart's values, with what YAML and Helm allow.
defaults: &defaults
  imageRepositoryPath: merged
  imagePullSecrets: [merged]
1: a key that is no text
? [a, list]
: {another: one}
service:
  image: {registry: elsewhere.example.com}
  global: {imageRegistry: not-here.example.com}
  when: 2024-01-01
  tagged: !custom {x: 1}
global:
  imageRegistry: overwritten.example.com
global:
  <<: *defaults
  imageRegistry: r.example.com:8083
  imageTag: v3.30.0
"""


def _values(directory: Path, *texts: str) -> Settings:
    names = []
    for number, text in enumerate(texts):
        names.append(f"values-{number}.yaml")
        (directory / names[-1]).write_text(text)
    return load({"values": names}, {}, str(directory))


def test_a_values_file_is_read_as_helm_reads_it(tmp_path: Path) -> None:
    assert _values(tmp_path, VALUES) == Settings("r.example.com:8083", "merged", ("merged",))


def test_values_that_merge_without_end(tmp_path: Path) -> None:
    many = ", ".join(["*m"] * 2_000)
    with pytest.raises(SettingsError, match=r"^values-0\.yaml: `<<` merges more than any values do"):
        _values(tmp_path, f"m: &m {{imageRegistry: r.example.com}}\nglobal: {{<<: [{many}]}}\n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{imagePullSecrets: [a, {name: b}]}", {"pull_secrets": ("a", "b")}),
        ("{imagePullSecrets: []}", {"pull_secrets": ()}),
        ("{imagePullSecrets: }", {}),
        ("{imageRepositoryPath: ''}", {}),
        ("{imageRepositoryPath: 2024}", {"repository_path": "2024"}),
        ("{imageRepositoryPath: ~}", {}),
        ('{"\\x69mageRepositoryPath": escaped}', {"repository_path": "escaped"}),
        ("{<<: [{imageRepositoryPath: first}, {imageRepositoryPath: second}]}", {"repository_path": "first"}),
        ("{<<: {imageRepositoryPath: merged}, imageRepositoryPath: own}", {"repository_path": "own"}),
        ("{imageRepositoryPath: own, <<: {imageRepositoryPath: merged}}", {"repository_path": "merged"}),
        ("{<<: {imageRepositoryPath: merged}, imageRepositoryPath: ~}", {}),
        ("&g {<<: *g}", {}),
        ("{a: &twice 1, b: &twice 2, imageRepositoryPath: *twice}", {"repository_path": "2"}),
        ("{'<<': {imageRepositoryPath: quoted}}", {}),
        ("nothing", {}),
        ("[imageRepositoryPath, x]", {}),
    ],
)
def test_values(text: str, found: dict[str, Any], tmp_path: Path) -> None:
    base = "global: {imageRegistry: r.example.com}"
    assert _values(tmp_path, base, f"global: {text}") == Settings("r.example.com")._replace(**found)


@pytest.mark.parametrize(
    "text", ["", "# a comment", "hello", "- a", "global:", "a: b\n---\nglobal: {imageRegistry: x.y}"]
)
def test_values_that_say_nothing(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^The private registry is not set"):
        _values(tmp_path, text)


def test_a_later_values_file_takes_a_value_back(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^The private registry is not set"):
        _values(tmp_path, "global: {imageRegistry: r.example.com}", "global: {imageRegistry: ''}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("imageRegistry: [x]", "values-0.yaml:2:18: global.imageRegistry must be a text, not a list"),
        (
            "imageRegistry: r.example.com/mirror",
            "values-0.yaml:2:18: global.imageRegistry must be a host in lower case",
        ),
        ("imagePullSecrets: x", "values-0.yaml:2:21: global.imagePullSecrets must be a list, not a text"),
        (
            "imagePullSecrets: [{nam: x}]",
            "values-0.yaml:2:22: global.imagePullSecrets[0] must be a text, not a mapping",
        ),
        ("imagePullSecrets: [{name: X}]", "values-0.yaml:2:29: global.imagePullSecrets[0].name must be the name of a"),
        ("imageRegistry: 'x", "values-0.yaml:2:20: this is not valid YAML: "),
    ],
)
def test_wrong_values(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        _values(tmp_path, f"global:\n  {text}")
    lines = [line for line in str(raised.value).splitlines() if "values-0.yaml" in line]
    assert [line.strip().startswith(message) for line in lines] == [True]


ANYTHING = (
    st.binary()
    | st.text().map(str.encode)
    | st.text(alphabet="{}[]:,-&*<!?|>'\"#% \n\tabglobal").map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["global", "imageRegistry", "imagePullSecrets", "name", "rules", "from", "to", "keep", "strict"]
                )
                | st.text(),
                inner,
            )
        ),
    ).map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))
)


@given(data=ANYTHING)
@example(data=b"&a {<<: [*a, *a], imageRegistry: *a, keep: *a}")
@example(data=b"a: &a [*a]\nglobal: *a\nimageRegistry: *a")
def test_any_file_gives_settings_or_says_what_is_wrong(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_bytes(data)
    with contextlib.suppress(SettingsError):
        assert load({"registry": "r.example.com", "config": "file.yaml"}, {}, str(tmp_path))
    with contextlib.suppress(SettingsError):
        assert load({"registry": "r.example.com", "values": ["file.yaml"]}, {}, str(tmp_path))


def test_keys_that_differ_in_upper_and_lower_case_are_told(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("global:\n  imageregistry: r.example.com\n", encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load({"values": ["values.yaml"], "registry": "r.example.com"}, {}, str(tmp_path))
    assert str(raised.value) == "values.yaml:2:3: global.imageregistry is read by no chart: write `imageRegistry`"


@pytest.mark.parametrize("name", ["acreg.yml", ".acreg.yaml"])
def test_a_settings_file_of_another_name_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("registry: r.example.com\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=f"{name} is not read: name it acreg.yaml, or say --config {name}"):
        load({"registry": "r.example.com"}, {}, str(tmp_path))
    assert load({"config": name}, {}, str(tmp_path)).registry == "r.example.com"
