from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
from pathlib import Path  # noqa: TC003  # pytest reads the annotations of fixtures

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postrenderer.errors import SettingsError
from postrenderer.settings import Rule, Settings, effective, load
from postrenderer.settings.options import BY_FIELD, OPTIONS

# One setting in each place that it has, from the highest to the lowest, each time with another value.
PLACES = {
    "registry": ("flag.example.com", "variable.example.com", "file.example.com", "values.example.com"),
    "repository_path": ("flag", "variable", "file", "values"),
    "pull_secrets": (("flag",), ("variable-1", "variable-2"), ("file",), ("values-1", "values-2")),
    "sources": (("flag.io",), ("variable.io", "variable.io/2"), ("file.io",)),
    "keep": (("flag.io",), ("variable.io", "variable.io/2"), ("file.io",)),
    "others": ("fail", "keep", "rewrite"),
    "keep_host": (True, False, True),
    "confidence": ("certain", "strong", "certain"),
    "strict": (True, False, True),
    "strict_secrets": (True, False, True),
    "service_accounts": (False, True, False),
    "secrets": (True, False, True),
    "lock": ("flag.lock", "variable.lock", "file.lock"),
    "report": ("flag.json", "variable.json", "file.json"),
}
LEVELS = ("flag", "variable", "file", "values")


def _as_yaml(value: object) -> str:
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value).lower()


def _everywhere(levels: tuple[str, ...], directory: Path) -> tuple[dict[str, object], dict[str, str]]:
    """Give every setting at these levels; return the flags and the environment."""
    flags: dict[str, object] = {}
    environ: dict[str, str] = {}
    in_file, in_values = [], []
    for field, values in PLACES.items():
        option = BY_FIELD[field]
        given_at = dict(zip(LEVELS, values))
        if "flag" in levels:
            flags[field] = given_at["flag"]
        if "variable" in levels:
            value = given_at["variable"]
            environ[option.variable] = ",".join(value) if isinstance(value, tuple) else str(value)
        if "file" in levels:
            in_file.append(f"{option.key}: {_as_yaml(given_at['file'])}")
        if "values" in levels and option.values_key:
            in_values.append(f"  {option.values_key}: {_as_yaml(given_at['values'])}")
    if in_file:
        (directory / "acreg.yaml").write_text("\n".join(in_file))
        flags["config"] = "acreg.yaml"
    if in_values:
        (directory / "values.yaml").write_text("\n".join(["global:", *in_values]))
        flags["values"] = ["values.yaml"]
    return flags, environ


def test_the_table_of_places_is_complete() -> None:
    fields = set(Settings._fields) - {"pins", "accounts"}  # which come from the lock and from the cluster
    assert (
        {*PLACES, "rules", "locations", "ignore", "before", "after"} == fields == {option.field for option in OPTIONS}
    )


@pytest.mark.parametrize(
    "levels", [levels for count in range(1, 5) for levels in itertools.combinations(LEVELS, count)], ids="+".join
)
def test_the_highest_place_wins(levels: tuple[str, ...], tmp_path: Path) -> None:
    flags, environ = _everywhere(levels, tmp_path)
    settings, places, *_ = effective(flags, {"ACREG_REGISTRY": "needed.example.com", **environ}, str(tmp_path))
    for field, values in PLACES.items():
        at = [level for level in levels if LEVELS.index(level) < len(values)]
        if at and not (field == "registry" and "flag" not in at and "variable" not in at):
            assert getattr(settings, field) == values[LEVELS.index(at[0])]
            option = BY_FIELD[field]
            assert {
                "flag": places[field] in {option.flag, option.negation},
                "variable": places[field] == option.variable,
                "file": places[field].startswith("acreg.yaml:"),
                "values": places[field].startswith("values.yaml:"),
            }[at[0]]
        elif not at:
            assert getattr(settings, field) == Settings._field_defaults[field]
            assert field not in places


def test_a_registry_is_enough() -> None:
    assert load({"registry": "r.example.com:8083"}, {}, "/nowhere") == Settings("r.example.com:8083")


def test_the_prefix() -> None:
    assert Settings("r.example.com").prefix == "r.example.com"
    assert Settings("r.example.com", "a/b").prefix == "r.example.com/a/b"


@pytest.mark.parametrize("environ", [{}, {"ACREG_REGISTRY": ""}, {"ACREG_REGISTRY": " "}, {"ACREG_VALUES": ""}])
def test_a_missing_registry(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as raised:
        load({}, environ, "/nowhere")
    message = str(raised.value)
    assert message.startswith("The private registry is not set: ")
    for way in ("--registry", "ACREG_REGISTRY", "`registry: ", "--values"):
        assert way in message


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("ACREG_PULL_SECRETS", "", "pull_secrets", ()),
        ("ACREG_PULL_SECRETS", " a , b,,a ", "pull_secrets", ("a", "b")),
        ("ACREG_SOURCES", "", "sources", ()),
        ("ACREG_SOURCES", "nginx,quay.io", "sources", ("docker.io/library/nginx", "quay.io")),
        ("ACREG_KEEP", "", "keep", ()),
        ("ACREG_REPOSITORY_PATH", "", "repository_path", ""),
        ("ACREG_REPORT", "", "report", ""),
        ("ACREG_OTHERS", "", "others", "keep"),
        ("ACREG_STRICT", "", "strict", True),
        ("ACREG_STRICT", "OFF", "strict", False),
        ("ACREG_SECRETS", "0", "secrets", False),
    ],
)
def test_a_variable(variable: str, text: str, field: str, value: object, tmp_path: Path) -> None:
    (tmp_path / "acreg.yaml").write_text(
        "{registry: r.example.com, repositoryPath: a, pullSecrets: [x], sources: [x.io], keep: [x.io], report: x,"
        " others: keep, strict: true}"
    )
    assert getattr(load({"config": "acreg.yaml"}, {variable: text}, str(tmp_path)), field) == value


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"ACREG_REGISTRY": "https://r.example.com"}, "ACREG_REGISTRY must be a host in lower case"),
        ({"ACREG_REPOSITORY_PATH": "/a"}, "ACREG_REPOSITORY_PATH must be in lower case, without a slash"),
        ({"ACREG_PULL_SECRETS": "a,B"}, "ACREG_PULL_SECRETS must be the name of a Secret, not `B`"),
        ({"ACREG_SOURCES": "a:1"}, "ACREG_SOURCES must have no tag: write `a`"),
        ({"ACREG_OTHERS": "no"}, "ACREG_OTHERS must be rewrite, keep or fail, not `no`"),
        ({"ACREG_CONFIDENCE": "weak"}, "ACREG_CONFIDENCE must be certain or strong, not `weak`"),
        ({"ACREG_STRICT": "maybe"}, "ACREG_STRICT must be true or false (or yes, no, on, off, 1, 0), not `maybe`"),
    ],
)
def test_a_wrong_variable(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({}, {"ACREG_REGISTRY": "r.example.com", **environ}, "/nowhere")
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"registry": ""}, "--registry is empty"),
        ({"repository_path": "A"}, "--repository-path must be in lower case"),
        ({"pull_secrets": ["a", ""]}, "--pull-secret must be the name of a Secret, not ``"),
        ({"keep": ["a b"]}, "--keep cannot be `a b`: "),
        ({"others": "x"}, "--others must be rewrite, keep or fail, not `x`"),
    ],
)
def test_a_wrong_flag(flags: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load({"registry": "r.example.com", **flags}, {}, "/nowhere")
    assert str(raised.value).startswith(message)


def test_of_what_is_overruled_only_the_own_file_is_checked(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("global: {imageRegistry: https://x}")
    flags = {"registry": "r.example.com", "values": ["values.yaml"]}
    environ = {"ACREG_REGISTRY": "https://x"}
    assert load(flags, environ, str(tmp_path)).registry == "r.example.com"
    (tmp_path / "acreg.yaml").write_text("registry: https://x")
    with pytest.raises(SettingsError, match=r"^acreg\.yaml:1:11: registry must be a host"):
        load(flags, environ, str(tmp_path))


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "acreg.yaml").write_text("strict: 3\nothers: 4\n")
    with pytest.raises(SettingsError) as raised:
        load({"keep": ["a b"]}, {"ACREG_CONFIDENCE": "x"}, str(tmp_path))
    first, *lines = str(raised.value).splitlines()
    assert first == "5 settings are wrong:"
    assert [line.split()[0] for line in lines] == [
        "--keep",
        "ACREG_CONFIDENCE",
        "The",
        "acreg.yaml:1:9:",
        "acreg.yaml:2:9:",
    ]


@pytest.mark.parametrize(
    ("registry", "path"),
    [
        ("europe-west1-docker.pkg.dev", "appcircle/docker-registry"),
        ("europe-west1-docker.pkg.dev", "appcircle"),
        ("europe-west1-docker.pkg.dev", ""),
    ],
)
def test_a_private_path_that_holds_a_source_would_move_nothing(registry: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(f"global:\n  imageRegistry: {registry}\n  imageRepositoryPath: {path}\n")
    flags: dict[str, object] = {"values": ["values.yaml"]}
    with pytest.raises(SettingsError, match=r"^values\.yaml:2:18: global\.imageRegistry makes `.* none would move"):
        load(flags, {}, str(tmp_path))
    assert load(flags, {"ACREG_SOURCES": ""}, str(tmp_path)).sources == ()


@pytest.mark.parametrize("path", ["appcircle/docker-registry/mirror", "appcircle/docker-registry-2", "other"])
def test_a_private_path_below_or_beside_a_source_is_fine(path: str) -> None:
    assert load({"registry": "europe-west1-docker.pkg.dev", "repository_path": path}, {}, "/nowhere")


def test_which_files_are_read(tmp_path: Path) -> None:
    for name in ("acreg", "flag", "variable"):
        (tmp_path / f"{name}.yaml").write_text(f"registry: {name}.example.com")
    (tmp_path / "v1.yaml").write_text("global: {imageRepositoryPath: one, imagePullSecrets: [one]}")
    (tmp_path / "v2.yaml").write_text("global: {imageRepositoryPath: two}")
    here = str(tmp_path)
    assert load({}, {}, here).registry == "acreg.example.com"
    assert load({}, {"ACREG_CONFIG": "variable.yaml"}, here).registry == "variable.example.com"
    assert load({"config": f"{here}/flag.yaml"}, {"ACREG_CONFIG": "variable.yaml"}, "/").registry == "flag.example.com"
    both = os.pathsep.join(["", "v1.yaml", "v2.yaml"])
    assert load({}, {"ACREG_VALUES": both}, here)[1:3] == ("two", ("one",))
    assert load({"values": ["v2.yaml", "v1.yaml"]}, {}, here)[1:3] == ("one", ("one",))
    assert load({"values": ["v1.yaml"]}, {"ACREG_VALUES": "v2.yaml"}, here)[1:3] == ("one", ("one",))


def test_rules(tmp_path: Path) -> None:
    (tmp_path / "acreg.yaml").write_text(
        "registry: r.example.com\nrules:\n- from: nginx\n  to: web/nginx\n- {to: q.example.com, from: quay.io/}\n"
    )
    assert load({}, {}, str(tmp_path)).rules == (
        Rule("docker.io/library/nginx", "web/nginx"),
        Rule("quay.io", "q.example.com"),
    )


@given(st.dictionaries(st.sampled_from([o.variable for o in OPTIONS if o.variable]), st.text()))
def test_any_environment_gives_settings_or_says_what_is_wrong(environ: dict[str, str]) -> None:
    with contextlib.suppress(SettingsError):
        assert load({"registry": "r.example.com"}, environ, "/nowhere").registry == "r.example.com"


def test_settings_from_the_environment_and_files_need_no_slow_module(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("global: {imageRegistry: r.example.com}")
    program = (
        "import sys; before = set(sys.modules)\n"
        "from postrenderer.settings import load\n"
        "load({}, {'ACREG_VALUES': 'values.yaml', 'ACREG_STRICT': 'yes'}, sys.argv[1])\n"
        "print(*set(sys.modules) - before)"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path], check=True, capture_output=True, text=True)
    slow = {"argparse", "dataclasses", "difflib", "inspect", "jsonpatch", "logging", "pathlib", "subprocess"}
    assert slow.intersection(ran.stdout.split()) == set()
