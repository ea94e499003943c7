from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postrenderer.images import reference
from postrenderer.settings import checks

BARE = "must be a host in lower case, with or without a port, and nothing else: write "


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("registry.spacetech.com:8083", "registry.spacetech.com:8083"),
        ("registry.example.com", "registry.example.com"),
        ("localhost", "localhost"),
        ("localhost:5000", "localhost:5000"),
        ("registry:5000", "registry:5000"),
        ("10.0.0.1:443", "10.0.0.1:443"),
        ("[::1]", "[::1]"),
        ("[::1]:5000", "[::1]:5000"),
        ("registry.example.com:65535", "registry.example.com:65535"),
        ("index.docker.io", "docker.io"),
    ],
)
def test_a_registry(text: str, normal: str) -> None:
    assert checks.registry(text) == normal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: write a host with an optional port, such as `registry.example.com:8083`"),
        ("/", "is empty: "),
        ("https://", "is empty: "),
        ("https://r.example.com:8083", BARE + "`r.example.com:8083`"),
        ("https://R.example.com/team/x/", BARE + "`r.example.com`, and `team/x` as the repository path"),
        ("r.example.com/team", BARE + "`r.example.com`, and `team` as the repository path"),
        ("r.example.com/", BARE + "`r.example.com`"),
        ("R.example.com", BARE + "`r.example.com`"),
        ("r.example.com:", "must have a port from 1 to 65535, not ``"),
        ("r.example.com:0", "must have a port from 1 to 65535, not `0`"),
        ("r.example.com:65536", "must have a port from 1 to 65535, not `65536`"),
        ("r.example.com:https", "must have a port from 1 to 65535, not `https`"),
        ("r.example.com:\N{ARABIC-INDIC DIGIT EIGHT}", "must have a port from 1 to 65535, not `"),
        ("[::1]:x", "must have a port from 1 to 65535, not `x`"),
        ("registry", "would be taken for a path on Docker Hub, as `registry` has neither a dot nor a port: "),
        ("r example.com", "cannot be `r example.com`: "),
        ("-r.example.com", "cannot be `-r.example.com`: "),
        ("r..example.com", "cannot be `r..example.com`: "),
        ("[::1", "cannot be `[::1`: "),
        ("régistry.example.com", "cannot be `régistry.example.com`: "),
    ],
)
def test_not_a_registry(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the text is compared in full
        checks.registry(text)
    assert str(raised.value).startswith(message)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(ValueError, match=r"write `r\.example\.com`$") as raised:
        checks.registry("robot:geheim@r.example.com")
    assert "geheim" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "appcircle", "team/mirror", "a.b/c_d/e__f/g--h", "2024"])
def test_a_repository_path(text: str) -> None:
    assert checks.repository_path(text) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/appcircle", "must be in lower case, without a slash at its ends: write `appcircle`"),
        ("appcircle/", "must be in lower case, without a slash at its ends: write `appcircle`"),
        ("Appcircle", "must be in lower case, without a slash at its ends: write `appcircle`"),
        ("/", "must be in lower case, without a slash at its ends: write ``"),
        ("a//b", "cannot be `a//b`: "),
        ("a:1", "cannot be `a:1`: "),
        ("a@sha256", "cannot be `a@sha256`: "),
        ("a b", "cannot be `a b`: "),
        ("a/../b", "cannot be `a/../b`: "),
        ("https://a", "cannot be `https://a`: "),
    ],
)
def test_not_a_repository_path(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the text is compared in full
        checks.repository_path(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("quay.io", "quay.io"),
        ("quay.io/", "quay.io"),
        ("quay.io/keycloak", "quay.io/keycloak"),
        ("nginx", "docker.io/library/nginx"),
        ("bitnami/", "docker.io/bitnami"),
        ("docker.io/bitnami", "docker.io/bitnami"),
        ("index.docker.io/bitnami/redis", "docker.io/bitnami/redis"),
        ("localhost:5000/a", "localhost:5000/a"),
        ("localhost:5000", "localhost:5000"),
        ("redis:5000/", "redis:5000"),
        ("[::1]:5000", "[::1]:5000"),
    ],
)
def test_a_prefix(text: str, normal: str) -> None:
    assert checks.prefix(text) == normal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be ``: "),
        ("https://quay.io/x", "must not begin with `https://`: write `quay.io/x`"),
        ("quay.io/x:1", "cannot be `quay.io/x:1`: "),
        ("quay.io/x@sha256:" + "0" * 64, "cannot be `quay.io/x@sha256:"),
        ("redis:7", "must have no tag: write `redis`, or, if a registry with a port is meant, `redis:7/`"),
        ("quay.io/X", "cannot be `quay.io/X`: "),
        ("a b", "cannot be `a b`: "),
    ],
)
def test_not_a_prefix(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the text is compared in full
        checks.prefix(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("mirror/nginx", "mirror/nginx"),
        ("nginx", "nginx"),
        ("other.example.com", "other.example.com"),
        ("other.example.com:5000/x/", "other.example.com:5000/x"),
    ],
)
def test_a_target(text: str, normal: str) -> None:
    assert checks.target(text) == normal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: to keep the path and change the registry alone, list the prefix under `sources`"),
        ("/mirror", "must be in lower case, without a slash at its ends: write `mirror`"),
        ("mirror:1", "must have no tag: write `mirror`, or"),
        ("https://other.example.com", "must not begin with `https://`: write `other.example.com`"),
    ],
)
def test_not_a_target(text: str, message: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the text is compared in full
        checks.target(text)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("text", ["containerregistry", "reg-cred", "a.b", "1", "a" * 253])
def test_a_secret_name(text: str) -> None:
    assert checks.secret_name(text) == text


@pytest.mark.parametrize(
    "text", ["", "Reg", "a_b", "-a", "a-", "a..b", ".a", "a.", "a b", "é", "a\n", "a.-b", "a" * 254]
)
def test_not_a_secret_name(text: str) -> None:
    with pytest.raises(ValueError, match="must be the name of a Secret, not `"):
        checks.secret_name(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [*((word, True) for word in ("true", "YES", "on", "1")), *((word, False) for word in ("False", "no", "off", "0"))],
)
def test_a_switch(text: str, value: bool) -> None:  # noqa: FBT001  # an expectation
    assert checks.switch(text) is value


@pytest.mark.parametrize("text", ["", "2", "y", "wahr"])
def test_not_a_switch(text: str) -> None:
    with pytest.raises(ValueError, match="must be true or false"):
        checks.switch(text)


def test_one_of() -> None:
    check = checks.one_of("rewrite", "keep", "fail")
    assert check("keep") == "keep"
    with pytest.raises(ValueError, match=r"^must be rewrite, keep or fail, not `kep`: did you mean `keep`\?$"):
        check("kep")
    with pytest.raises(ValueError, match=r"^must be rewrite, keep or fail, not `zzz`$"):
        check("zzz")


def test_a_file_name() -> None:
    assert checks.file_name("out/report.json") == "out/report.json"
    with pytest.raises(ValueError, match="null character"):
        checks.file_name("a\0b")


@given(st.text() | st.from_regex(r"[a-z0-9.:/@_-]{0,20}", fullmatch=True))
def test_what_a_registry_check_accepts_is_a_host_for_every_reader_of_references(text: str) -> None:
    try:
        host = checks.registry(text)
    except ValueError:
        return
    assert checks.registry(host) == host
    assert reference.parse(f"{host}/image").host == host


@given(st.text() | st.from_regex(r"[a-z0-9.:/@_-]{0,20}", fullmatch=True))
def test_what_the_other_checks_accept_is_in_normal_form(text: str) -> None:
    for check in (checks.repository_path, checks.prefix, checks.target, checks.secret_name):
        try:
            normal = check(text)
        except ValueError:
            continue
        if "/" in normal:  # the host `redis:5000/` loses what told it from an image with a tag
            assert check(normal) == normal
