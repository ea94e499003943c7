"""The tables hold the published cases of distribution/reference (its three files *_test.go) and some more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postrenderer.images.reference import InvalidReferenceError, Reference, is_host, parse, parse_prefix, prefixes

if TYPE_CHECKING:
    from typing import Callable

SHA256 = "sha256:" + "f" * 64
SHA512 = "sha512:" + "f" * 128
DEEP = "a/" * 127 + "a"
COMPONENT = st.from_regex(r"[a-z0-9]{1,4}((__|[._]|-{1,2})[a-z0-9]{1,3})?", fullmatch=True)
HOST = st.one_of(
    st.sampled_from(
        ["localhost", "quay.io", "docker.io", "index.docker.io", "[::1]:5000", "a-b:80", "Harbor", "x_y.z"]
    ),
    st.from_regex(r"[a-z]{1,3}\.[a-z]{1,3}(:[0-9]{1,4})?", fullmatch=True),
)
TAG = st.from_regex(r"\w[\w.-]{0,9}", fullmatch=True, alphabet=st.characters(max_codepoint=127))
REFERENCES = st.builds(
    lambda host, path, tag, digest: (
        (host and host + "/") + "/".join(path) + (tag and ":" + tag) + (digest and "@" + digest)
    ),
    st.just("") | HOST,
    st.lists(COMPONENT, min_size=1, max_size=4),
    st.just("") | TAG,
    st.sampled_from(["", SHA256, SHA512]),
)


@pytest.mark.parametrize(
    ("text", "reference", "repository"),
    [
        ("test_com", ("", "test_com", "", ""), "docker.io/library/test_com"),
        ("test.com:tag", ("", "test.com", "tag", ""), "docker.io/library/test.com"),
        ("test.com:5000", ("", "test.com", "5000", ""), "docker.io/library/test.com"),
        ("test.com/repo:tag", ("test.com", "repo", "tag", ""), "test.com/repo"),
        ("test:5000/repo", ("test:5000", "repo", "", ""), "test:5000/repo"),
        ("test:5000/repo:tag", ("test:5000", "repo", "tag", ""), "test:5000/repo"),
        (f"test:5000/repo@{SHA256}", ("test:5000", "repo", "", SHA256), "test:5000/repo"),
        (f"test:5000/repo:tag@{SHA256}", ("test:5000", "repo", "tag", SHA256), "test:5000/repo"),
        ("lowercase:Uppercase", ("", "lowercase", "Uppercase", ""), "docker.io/library/lowercase"),
        (f"{DEEP}:puts-this-over-max", ("", DEEP, "puts-this-over-max", ""), f"docker.io/{DEEP}"),
        (
            "sub-dom1.foo.com/bar/baz/quux",
            ("sub-dom1.foo.com", "bar/baz/quux", "", ""),
            "sub-dom1.foo.com/bar/baz/quux",
        ),
        (
            "sub-dom1.foo.com/bar:some-long-tag",
            ("sub-dom1.foo.com", "bar", "some-long-tag", ""),
            "sub-dom1.foo.com/bar",
        ),
        (
            "b.gcr.io/test.example.com/my-app:test.example.com",
            ("b.gcr.io", "test.example.com/my-app", "test.example.com", ""),
            "b.gcr.io/test.example.com/my-app",
        ),
        ("xn--n3h.com/myimage:xn--n3h.com", ("xn--n3h.com", "myimage", "xn--n3h.com", ""), "xn--n3h.com/myimage"),
        (
            f"xn--7o8h.com/myimage:xn--7o8h.com@{SHA512}",
            ("xn--7o8h.com", "myimage", "xn--7o8h.com", SHA512),
            "xn--7o8h.com/myimage",
        ),
        ("foo_bar.com:8080", ("", "foo_bar.com", "8080", ""), "docker.io/library/foo_bar.com"),
        ("foo/foo_bar.com:8080", ("", "foo/foo_bar.com", "8080", ""), "docker.io/foo/foo_bar.com"),
        ("foo_bar.com/app", ("foo_bar.com", "app", "", ""), "foo_bar.com/app"),
        ("192.168.1.1", ("", "192.168.1.1", "", ""), "docker.io/library/192.168.1.1"),
        ("192.168.1.1:5000", ("", "192.168.1.1", "5000", ""), "docker.io/library/192.168.1.1"),
        ("192.168.1.1/repo", ("192.168.1.1", "repo", "", ""), "192.168.1.1/repo"),
        ("192.168.1.1:5000/repo:5050", ("192.168.1.1:5000", "repo", "5050", ""), "192.168.1.1:5000/repo"),
        ("[2001:db8::1]/repo", ("[2001:db8::1]", "repo", "", ""), "[2001:db8::1]/repo"),
        (
            f"[2001:db8:1:2:3:4:5:6]:5000/repo:tag@{SHA256}",
            ("[2001:db8:1:2:3:4:5:6]:5000", "repo", "tag", SHA256),
            "[2001:db8:1:2:3:4:5:6]:5000/repo",
        ),
        ("[::1]:5000/repo", ("[::1]:5000", "repo", "", ""), "[::1]:5000/repo"),
        ("docker/docker", ("", "docker/docker", "", ""), "docker.io/docker/docker"),
        ("library/debian", ("", "library/debian", "", ""), "docker.io/library/debian"),
        ("docker.io/debian", ("docker.io", "debian", "", ""), "docker.io/library/debian"),
        ("docker.io/library/debian", ("docker.io", "library/debian", "", ""), "docker.io/library/debian"),
        ("index.docker.io/debian", ("index.docker.io", "debian", "", ""), "docker.io/library/debian"),
        ("index.docker.io/docker/docker", ("index.docker.io", "docker/docker", "", ""), "docker.io/docker/docker"),
        ("docker.io/library/foo/bar", ("docker.io", "library/foo/bar", "", ""), "docker.io/library/foo/bar"),
        ("127.0.0.1:5000/debian", ("127.0.0.1:5000", "debian", "", ""), "127.0.0.1:5000/debian"),
        ("localhost/app", ("localhost", "app", "", ""), "localhost/app"),
        ("localhost:8080/app", ("localhost:8080", "app", "", ""), "localhost:8080/app"),
        (f"localhost:8080@{SHA256}", ("", "localhost", "8080", SHA256), "docker.io/library/localhost"),
        ("localhosts/app", ("", "localhosts/app", "", ""), "docker.io/localhosts/app"),
        ("Docker/docker", ("Docker", "docker", "", ""), "Docker/docker"),
        ("Uppercase/lowercase:tag", ("Uppercase", "lowercase", "tag", ""), "Uppercase/lowercase"),
        ("docker---rules/docker", ("", "docker---rules/docker", "", ""), "docker.io/docker---rules/docker"),
        ("dock__er/docker", ("", "dock__er/docker", "", ""), "docker.io/dock__er/docker"),
        ("jess/t", ("", "jess/t", "", ""), "docker.io/jess/t"),
        ("registry.io/a--b.c---d/x", ("registry.io", "a--b.c---d/x", "", ""), "registry.io/a--b.c---d/x"),
        ("docker.io/" + "1a" * 32, ("docker.io", "1a" * 32, "", ""), "docker.io/library/" + "1a" * 32),
        ("1a" * 31 + "1", ("", "1a" * 31 + "1", "", ""), "docker.io/library/" + "1a" * 31 + "1"),
        ("1a" * 32 + ":tag", ("", "1a" * 32, "tag", ""), "docker.io/library/" + "1a" * 32),
        ("a:" + "t" * 128, ("", "a", "t" * 128, ""), "docker.io/library/a"),
        ("a@sha384:" + "0" * 96, ("", "a", "", "sha384:" + "0" * 96), "docker.io/library/a"),
        ("a@blake3:" + "0" * 64, ("", "a", "", "blake3:" + "0" * 64), "docker.io/library/a"),
        ("a.b/" + "x" * 255, ("a.b", "x" * 255, "", ""), "a.b/" + "x" * 255),
        ("x" * 247, ("", "x" * 247, "", ""), "docker.io/library/" + "x" * 247),
    ],
)
def test_valid(text: str, reference: tuple[str, str, str, str], repository: str) -> None:
    parsed = parse(text)
    assert parsed == Reference(*reference)
    assert parsed.repository == repository
    assert str(parsed) == text


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("", 0, "empty"),
        (":justtag", 0, "path"),
        (f"@{SHA256}", 0, "path"),
        ("repo@sha256:" + "f" * 34, 5, "digest"),
        ("repo@sha256:" + "F" * 64, 5, "digest"),
        ("repo@sha256:" + "f" * 65, 76, "digest"),
        ("validname@invaliddigest:" + "f" * 64, 10, "digest"),
        ("registry.com:8080/myapp@bad", 24, "digest"),
        (f"repo@{SHA256}@{SHA256}", 76, "digest"),
        ("Uppercase:tag", 0, "lower-case"),
        ("test:5000/Uppercase/lowercase:tag", 10, "lower-case"),
        ("docker/Docker", 7, "lower-case"),
        ("docker.io/docker/Docker", 17, "lower-case"),
        ("Foo/FarB", 4, "lower-case"),
        ("aa/asdf$$^/aa", 7, "path"),
        ("[2001:db8::1]", 0, "path"),
        ("[2001:db8::1]:5000", 0, "path"),
        ("[fe80::1%eth0]:5000/repo", 0, "host"),
        ("[2001:db8:3:4::192.0.2.33]:5000/debian", 0, "host"),
        ("[fd00:1:2::3]75050/x", 13, "host"),
        ("fc00::1:5000/debian", 4, "host"),
        ("bad_hostname.com:8080/myapp:tag", 3, "host"),
        ("foo.com:http/bar", 7, "host"),
        ("-docker.io/docker/docker", 0, "host"),
        ("docker./docker", 6, "host"),
        ("Foo_bar/x", 3, "host"),
        ("https://github.com/docker/docker", 5, "host"),
        ("-docker", 0, "path"),
        ("docker-/docker", 6, "path"),
        ("docker///docker", 7, "path"),
        ("docker/", 7, "path"),
        ("/docker", 0, "path"),
        ("____/____", 0, "path"),
        ("dock..er/docker", 4, "host"),
        ("a/dock..er", 6, "path"),
        ("dock_.er", 4, "path"),
        ("a/dock-.er", 6, "path"),
        ("registry.com:8080/myapp:invalid~tag", 31, "tag"),
        ("a:", 2, "tag"),
        ("a:-b", 2, "tag"),
        ("a:b/c", 1, "host"),
        ("a/b:c/d", 5, "tag"),
        ("a:" + "t" * 129, 130, "tag"),
        ("a:b\n", 3, "tag"),
        (" nginx", 0, "path"),
        ("nginx ", 5, "path"),
        ("1a" * 32, 0, "ID"),
        ("b.c/" + DEEP + "a:tag", 259, "255"),
        ("x" * 248, 247, "255"),
        ("a/" * 128 + "a:tag", 255, "255"),
    ],
)
def test_invalid(text: str, position: int, word: str) -> None:
    with pytest.raises(InvalidReferenceError) as caught:
        parse(text)
    assert (caught.value.position, word in caught.value.reason) == (position, True), caught.value.reason
    assert str(caught.value) == caught.value.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("1a" * 32, "64 hexadecimal digits are the ID of an image"),
        ("x" * 248, "a repository path has at most 255 characters"),
    ],
)
def test_what_is_wrong_with_the_whole_is_said_in_full(text: str, reason: str) -> None:
    with pytest.raises(InvalidReferenceError) as caught:
        parse(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "components"),
    [
        ("quay.io", ["quay.io"]),
        ("quay.io/", ["quay.io"]),
        ("registry.example.com:8083", ["registry.example.com:8083"]),
        ("redis:5000", ["redis:5000"]),
        ("localhost", ["localhost"]),
        ("[::1]:5000/x", ["[::1]:5000", "x"]),
        ("docker.io", ["docker.io"]),
        ("index.docker.io", ["docker.io"]),
        ("docker.io/library", ["docker.io", "library"]),
        ("docker.io/bitnami", ["docker.io", "bitnami"]),
        ("nginx", ["docker.io", "library", "nginx"]),
        ("bitnami/", ["docker.io", "bitnami"]),
        ("bitnami/redis", ["docker.io", "bitnami", "redis"]),
        ("bitnami/redis/", ["docker.io", "bitnami", "redis"]),
        ("gcr.io/a/b", ["gcr.io", "a", "b"]),
    ],
)
def test_prefix(text: str, components: list[str]) -> None:
    assert parse_prefix(text) == tuple(components)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("/", 0),
        ("a//", 2),
        ("quay.io//x", 8),
        ("quay.io//", 8),
        ("nginx:1.25", 7),
        ("quay.io/x:1", 9),
        (f"nginx@{SHA256}", 5),
        (f"quay.io/x@{SHA256}", 9),
        ("https://quay.io", 5),
        ("quay.io/X", 8),
    ],
)
def test_invalid_prefix(text: str, position: int) -> None:
    with pytest.raises(InvalidReferenceError) as caught:
        parse_prefix(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "version"),
    [("a", "latest"), ("a:1", "1"), (f"a@{SHA256}", SHA256), (f"a:1@{SHA256}", SHA256)],
)
def test_what_is_pulled(text: str, version: str) -> None:
    assert parse(text).version == version


def test_prefixes_of_an_official_image() -> None:
    assert list(prefixes(parse("nginx").components)) == [
        (("docker.io", "library", "nginx"), ()),
        (("docker.io", "nginx"), ()),
        (("docker.io", "library"), ("nginx",)),
        (("docker.io",), ("library", "nginx")),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("docker.io/library/ubuntu", "ubuntu"),
        ("docker.io/library/foo/bar", "library/foo/bar"),
        ("index.docker.io/fooo/bar", "fooo/bar"),
        ("example.com/library/ubuntu", "library/ubuntu"),
    ],
)
def test_familiar_path(text: str, path: str) -> None:
    assert "/".join(parse(text).familiar_path) == path


@given(REFERENCES)
def test_prints_what_was_parsed(text: str) -> None:
    reference = parse(text)
    assert str(reference) == text
    assert parse(str(reference)) == reference
    assert parse(reference.repository + reference.suffix).components == reference.components


@given(REFERENCES)
def test_the_repository_is_a_prefix_of_itself(text: str) -> None:
    reference = parse(text)
    normalised = parse_prefix(reference.repository)
    assert normalised == reference.components
    assert parse_prefix("/".join(normalised)) == normalised


@pytest.mark.parametrize("read", [parse, parse_prefix])
@given(
    text=st.text(alphabet="aA0.:/@-_[]f \né", max_size=30) | st.text() | REFERENCES.map(lambda text: text[:-1] + "~")
)
@example("localhost/")
@example("a" * 70_000 + "!")
@example("a-" * 70_000 + "!")
@example("A." * 70_000 + "/")
def test_any_text_can_be_read_or_has_a_fault(read: Callable[[str], object], text: str) -> None:
    try:
        read(text)
    except InvalidReferenceError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017  # either outcome is right


@given(REFERENCES, st.data())
def test_the_position_is_not_behind_the_fault(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    with pytest.raises(InvalidReferenceError) as caught:
        parse(text[:index] + "!" + text[index:])
    assert caught.value.position <= index


@given(HOST, COMPONENT)
def test_host_rule(host: str, component: str) -> None:
    assert is_host(host)
    assert parse(f"{host}/{component}").host == host
    assert is_host(component) == ("." in component or component == "localhost")
