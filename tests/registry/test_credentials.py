from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from postrenderer.errors import AcregError, SettingsError
from postrenderer.registry.credentials import Login, default_files, find, gather, password, read, unlocked, with_login

if TYPE_CHECKING:
    from pathlib import Path

LOGIN = Login("robot", "p:&ss")
ENTRY = {"auth": base64.b64encode(b"robot:p:&ss").decode()}


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("r.example.com:8083", "r.example.com:8083"),
        ("https://r.example.com", "r.example.com"),
        ("https://r.example.com/v2/", "r.example.com"),
        ("https://index.docker.io/v1/", "docker.io"),
    ],
)
def test_an_entry_is_found_under_every_form_of_its_name(key: str, registry: str) -> None:
    assert find({"auths": {key: ENTRY}}, registry) == LOGIN


@pytest.mark.parametrize("key", ["r.example.com", "r.example.com:80831", "r.example.com:8083/other"])
def test_an_entry_of_another_registry_is_not_found(key: str) -> None:
    assert find({"auths": {key: ENTRY}}, "r.example.com:8083") is None


def test_a_username_in_the_clear_is_read() -> None:
    assert find({"auths": {"r": {"username": "robot", "password": "p:&ss"}}}, "r") == LOGIN


HALF = "\ud800"
"""Half of a surrogate pair: JSON can hold it, no file can."""


@pytest.mark.parametrize("auth", ["no base64!", "bm9jb2xvbg==", "é", HALF, 7777, ["hidden"]])
def test_a_damaged_entry_is_refused_without_showing_it(auth: object) -> None:
    with pytest.raises(AcregError, match="damaged") as caught:
        find({"auths": {"r": {"auth": auth}}}, "r")
    assert str(auth) not in str(caught.value)


@pytest.mark.parametrize("key", ["username", "identitytoken"])
def test_a_name_that_no_file_can_hold_is_refused(key: str) -> None:
    with pytest.raises(AcregError, match="damaged"):
        find({"auths": {"r": {key: HALF}}}, "r")


@pytest.mark.parametrize("config", [{"credHelpers": {"r": "test"}}, {"credsStore": "test"}])
def test_a_credential_helper_is_asked(config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker-credential-test"
    program.write_text(
        '#!/bin/sh\nread registry\necho "{\\"Username\\":\\"robot\\",\\"Secret\\":\\"of $registry\\"}"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find(config, "r") == Login("robot", "of r")


def test_a_credential_store_is_asked_for_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker-credential-test"
    program.write_text(
        '#!/bin/sh\nread r\n[ "$r" = r ] && echo "{\\"Username\\":\\"robot\\",\\"Secret\\":\\"p:&ss\\"}"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert unlocked({"credsStore": "test"}, ["r", "other"])["auths"] == {"r": ENTRY}
    assert unlocked({"credsStore": "nosuchthing"}, ["r"]) == {"credsStore": "nosuchthing"}


@pytest.mark.parametrize(
    "answer",
    [
        *("[]", '"x"', "null", "1", "[" * 100_000, "no JSON", ""),
        *('{"Username": "\\ud800", "Secret": "x"}', '{"Username": "x", "Secret": null}', '{"Username": ["x"]}'),
    ],
    ids=lambda answer: answer[:30],
)
def test_a_credential_helper_that_answers_anything_is_named(
    answer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answer").write_text(answer)
    program = tmp_path / "docker-credential-test"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/answer\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(AcregError, match="docker-credential-test, which does not work here"):
        find({"credsStore": "test"}, "r")


def test_a_missing_credential_helper_is_named() -> None:
    with pytest.raises(AcregError, match="docker-credential-nosuchthing"):
        find({"credsStore": "nosuchthing"}, "r")


def test_a_login_replaces_what_counted_for_its_registry_alone() -> None:
    config = {"auths": {"https://r": {"auth": "b2xkOm9sZA=="}, "other": ENTRY}, "credHelpers": {"r": "x", "o": "y"}}
    merged = with_login(config, ["r"], LOGIN)
    assert merged == {"auths": {"other": ENTRY, "r": ENTRY}, "credHelpers": {"o": "y"}}
    assert find(merged, "r") == LOGIN


def test_default_files_win_in_the_order_of_containers_auth(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    for file, names in (("run/containers/auth.json", "ab"), (".docker/config.json", "bc")):
        path = tmp_path / file
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"auths": {name: {"auth": file} for name in names}}))
    auths = gather("", environ)["auths"]
    assert {name: entry["auth"].partition("/")[0] for name, entry in auths.items()} == {
        "a": "run",
        "b": "run",
        "c": ".docker",
    }
    assert gather(str(tmp_path / ".docker/config.json"), environ)["auths"].keys() == {"b", "c"}


@pytest.mark.parametrize("text", ["", "[]", '{"auths": []}', "password", "[" * 100_000], ids=lambda text: text[:30])
def test_a_file_that_holds_no_credentials_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "auth.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"auth\.json is not a file with credentials"):
        read(path)


def test_a_password_does_not_show() -> None:
    assert LOGIN.password not in repr(LOGIN)
    assert LOGIN.password not in f"{[LOGIN]}"


def test_default_files_are_where_the_tools_keep_them(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    own = [tmp_path / ".config" / "containers" / "auth.json", tmp_path / ".docker" / "config.json"]
    assert default_files(home) == own
    runtime = {**home, "XDG_RUNTIME_DIR": "/run/user/1"}
    assert [str(path) for path in default_files(runtime)] == ["/run/user/1/containers/auth.json", *map(str, own)]
    moved = {**home, "XDG_CONFIG_HOME": "/c", "DOCKER_CONFIG": "/d"}
    assert [str(path) for path in default_files(moved)] == ["/c/containers/auth.json", "/d/config.json"]
    assert [str(path) for path in default_files({**home, "REGISTRY_AUTH_FILE": "/a.json"})] == ["/a.json"]


def test_a_store_is_kept_and_the_first_file_wins(tmp_path: Path) -> None:
    for folder, content in ((".config/containers/auth.json", {"auths": {"r": ENTRY}}), (".docker/config.json", {})):
        path = tmp_path / folder
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"auths": {"r": {"auth": "other"}}, "credsStore": "test", **content}), "utf-8")
    assert gather("", {"HOME": str(tmp_path)}) == {"auths": {"r": ENTRY}, "credHelpers": {}, "credsStore": "test"}


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"credentials .*missing\.json cannot be read: No such file or directory\."):
        gather(str(tmp_path / "missing.json"), {})


def test_an_entry_for_a_path_counts_for_what_is_below_it() -> None:
    other = Login("other", "word")
    config = {"auths": {"r:1": ENTRY, "r:1/team": other.entry}}
    found = {path: find(config, "r:1", path) for path in ("", "x", "team", "team/app", "teams")}
    assert found == {"": LOGIN, "x": LOGIN, "team": other, "team/app": other, "teams": LOGIN}
    assert find(with_login(config, ["r:1"], LOGIN), "r:1", "team/app") == LOGIN


def test_identity_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker-credential-test"
    program.write_text('#!/bin/sh\necho "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"identity\\"}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    token = Login("", "", "identity")
    for config in ({"auths": {"r": token.entry}}, {"credHelpers": {"r": "test"}}):
        assert (find(config, "r"), password(config, "r")) == (token, None)
    assert unlocked({"credsStore": "test"}, ["r"])["auths"] == {"r": token.entry}
    assert "identity" not in repr(token)
