"""The client for manifests, against real registries and, where Debian's has no such thing, a stand-in before one."""

from __future__ import annotations

import base64
import json
import ssl
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from postrenderer.registry import referrers
from postrenderer.registry.credentials import Login
from postrenderer.registry.failures import RegistryError
from postrenderer.registry.manifests import OCI_INDEX, Manifest, RegistryClient
from postrenderer.registry.origins import Origin, Wishes
from postrenderer.registry.places import SOURCE, TARGET, in_registry
from postrenderer.registry.plan import ImageCopy
from postrenderer.registry.transport import Transport
from registry import images
from registry.conftest import push
from registry.frontdoor import Asked, FrontDoor, Given
from registry.reaching import reach, remote
from registry.servers import PASSWORD, USERNAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from registry.servers import Registry

LOGIN = Login(USERNAME, PASSWORD)
OTHER = f"sha256:{'1' * 64}"
NOTHING = Manifest.of(b'{"schemaVersion": 2, "mediaType": "%s", "manifests": []}' % OCI_INDEX.encode(), OCI_INDEX)


@pytest.mark.parametrize("media", [images.OCI, images.DOCKER])
@pytest.mark.parametrize("architectures", [("amd64",), ("amd64", "arm64")])
def test_what_was_pushed_is_found(
    media: images.Media, architectures: tuple[str, ...], plain: Registry, tmp_path: Path
) -> None:
    digest = images.build(tmp_path / "image", "some", media, architectures)
    push(tmp_path / "image", f"{plain.host}/team/app:1")
    client = RegistryClient(reach(plain.host))
    tagged = in_registry(f"{plain.host}/team/app:1")
    assert client.digest(tagged, SOURCE) == client.digest(tagged.pinned(digest), SOURCE) == digest
    found = client.get(tagged, SOURCE)
    assert found is not None
    assert (found.digest, found.media_type) == (digest, media.manifest if len(architectures) == 1 else media.images)
    assert found.content == (tmp_path / "image" / "manifest.json").read_bytes()
    assert client.tags(tagged, SOURCE) == ["1"]
    client.put(tagged.tagged("2"), found, TARGET)
    assert client.digest(tagged.tagged("2"), SOURCE) == digest
    assert sorted(client.tags(tagged, SOURCE)) == ["1", "2"]
    client.close()


def test_what_is_not_there(plain: Registry) -> None:
    client = RegistryClient(reach(plain.host))
    nowhere = in_registry(f"{plain.host}/team/app:1")
    assert client.digest(nowhere, SOURCE) is None
    assert client.get(nowhere, SOURCE) is None
    assert client.tags(nowhere, SOURCE) == []
    assert client.referrers(nowhere.pinned(NOTHING.digest), SOURCE) is None


@pytest.mark.parametrize("is_own_folder", [True, False])
def test_tls_and_a_password(
    is_own_folder: bool,  # noqa: FBT001  # a parameter
    secured: Registry,
    authority: tuple[Path, object],
    tmp_path: Path,
) -> None:
    """The authority is in the folder that is named, or in the one where skopeo looks for it."""
    config = tmp_path / "config"
    certificates = config / "containers" / "certs.d" / secured.host
    certificates.mkdir(parents=True)
    (certificates / "ca.crt").write_bytes(authority[0].read_bytes())
    known: dict[str, Any] = (
        {"certificates": str(authority[0].parent)} if is_own_folder else {"environ": {"XDG_CONFIG_HOME": str(config)}}
    )
    place = in_registry(f"{secured.host}/team/app:1")
    client = RegistryClient(reach(logins={f"{secured.host}/team": LOGIN}, **known))
    client.put(place, NOTHING, TARGET)
    assert client.digest(place, TARGET) == NOTHING.digest
    client.probe(secured.host, TARGET)  # shows nothing: the login is for a path alone
    wrong = RegistryClient(reach(logins={secured.host: Login(USERNAME, "wrong")}, **known))
    asks: tuple[Callable[[], object], ...] = (
        lambda: wrong.digest(place, TARGET),
        lambda: wrong.probe(secured.host, TARGET),
    )
    for ask in asks:
        with pytest.raises(RegistryError, match=r"refuses the (?:credentials|user name)") as caught:
            ask()
        assert (caught.value.kind, caught.value.host, "wrong" in str(caught.value)) == ("denied", secured.host, False)


@pytest.mark.parametrize(
    ("insecure", "scheme", "kind"),
    [(False, "http", "http"), (False, "https", "certificate"), (True, "http", ""), (True, "https", "denied")],
)
def test_who_must_prove_who_he_is(
    insecure: bool,  # noqa: FBT001  # a parameter
    scheme: str,
    kind: str,
    plain: Registry,
    secured: Registry,
) -> None:
    host = plain.host if scheme == "http" else secured.host
    client = RegistryClient(reach(*([host] if insecure else [])))
    place = in_registry(f"{host}/x:1")
    if kind:
        with pytest.raises(RegistryError) as caught:
            client.digest(place, SOURCE)
        assert (caught.value.kind, caught.value.host) == (kind, host)
    else:
        assert client.digest(place, SOURCE) is None


@pytest.mark.parametrize(
    ("login", "shown"),
    [
        (None, ""),
        (LOGIN, f"Basic {LOGIN.auth}"),
        (Login("", "", "identity"), "refresh_token=identity"),
    ],
)
def test_a_token_is_asked_for_with_what_is_known(login: Login | None, shown: str, plain: Registry) -> None:
    realm = ""

    def answer(asked: Asked) -> Given | None:
        if asked.path.startswith("/token"):
            return Given(200, {}, json.dumps({"access_token": "the-token"}).encode())
        if asked.headers.get("authorization") == "Bearer the-token":
            return None
        scope = "repository:x:pull" + (",push" if asked.method == "PUT" else "")
        challenge = f'Bearer realm="{realm}",service="a, b",scope="{scope}"'
        return Given(401, {"WWW-Authenticate": challenge})

    with FrontDoor(answer, plain.host) as door:
        realm = f"http://{door.host}/token?own=1"
        client = RegistryClient(reach(door.host, logins={door.host: login} if login else None))
        place = in_registry(f"{door.host}/x:1")
        assert client.digest(place, TARGET) is None
        assert client.digest(place, TARGET) is None
        client.put(place, NOTHING, TARGET)
        assert client.digest(place, TARGET) == NOTHING.digest
        client.close()
    tokens = [asked for asked in door.asked if asked.path.startswith("/token")]
    assert len(tokens) == 2, "one to read and one to write"
    for asked, scope in zip(tokens, ("repository:x:pull", "repository:x:pull,push")):
        query = parse_qs(urlsplit(asked.path).query + "&" + asked.body.decode())
        assert (query["own"], query["service"], query["scope"]) == (["1"], ["a, b"], [scope])
        assert shown in asked.headers.get("authorization", "") + asked.body.decode()
        assert bool(asked.headers.get("authorization")) == (login == LOGIN)


def test_no_password_goes_where_the_registry_sends_us(plain: Registry, tmp_path: Path) -> None:
    digest = images.build(tmp_path / "image", "some")
    push(tmp_path / "image", f"{plain.host}/x:1")

    def elsewhere(asked: Asked) -> Given | None:
        return Given(401, {"WWW-Authenticate": "Basic"}) if asked.path.endswith(":secret") else None

    with FrontDoor(elsewhere, plain.host) as there:

        def answer(asked: Asked) -> Given | None:
            if "authorization" not in asked.headers:
                return Given(401, {"WWW-Authenticate": "Basic realm=here"})
            return Given(307, {"Location": f"http://{there.host}{asked.path}"})

        with FrontDoor(answer) as door:
            client = RegistryClient(reach(door.host, logins={door.host: LOGIN}))
            assert client.digest(in_registry(f"{door.host}/x:1"), SOURCE) == digest
            client.close()
    assert there.asked
    assert not [asked for asked in there.asked if "authorization" in asked.headers]


def test_no_password_is_sent_without_tls_by_a_registry_with_it(authority: tuple[Path, tuple[Path, Path]]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority[1])

    def answer(_: Asked) -> Given:
        return Given(401, {"WWW-Authenticate": 'Bearer realm="http://127.0.0.1:1/token"'})

    with FrontDoor(answer, context=context) as door:
        client = RegistryClient(reach(logins={door.host: LOGIN}, certificates=str(authority[0].parent)))
        with pytest.raises(RegistryError, match=r"without TLS, to http://127\.0\.0\.1:1/token"):
            client.digest(in_registry(f"{door.host}/x:1"), SOURCE)
        client.close()


def test_tags_and_referrers_come_in_pages() -> None:
    descriptor = {"digest": NOTHING.digest}

    def answer(asked: Asked) -> Given:
        kind, page = asked.path.rpartition("/")[0].rpartition("/")[2], "last" in asked.path
        what: dict[str, object] = {"tags": ["b" if page else "a"]} if kind == "tags" else {"manifests": [descriptor]}
        link = {} if page else {"Link": f'<{asked.path.partition("?")[0]}?last=a>; rel="next"'}
        return Given(200, link, json.dumps(what).encode())

    with FrontDoor(answer) as door:
        client = RegistryClient(reach(door.host))
        place = in_registry(f"{door.host}/x:1")
        assert client.tags(place, SOURCE) == ["a", "b"]
        assert client.referrers(place.pinned(NOTHING.digest), SOURCE) == [descriptor, descriptor]
        client.close()


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (429, {"Retry-After": "7"}, "limited", 7),
        (429, {"Retry-After": "\xb2"}, "limited", 0),  # a digit, but no number
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "limited", 0),
        (503, {}, "busy", 0),
        (413, {}, "upload", 0),
        (403, {}, "denied", 0),
        (418, {}, "other", 0),
        (301, {}, "other", 0),
        (307, {"Location": "/v2/"}, "redirect", 0),
        (307, {"Location": "ftp://elsewhere.invalid/x"}, "other", 0),
    ],
)
def test_each_refusal_has_its_kind(status: int, headers: dict[str, str], kind: str, wait: float) -> None:
    with FrontDoor(lambda _: Given(status, headers)) as door:
        client = RegistryClient(reach(door.host))
        client._roots[door.host] = f"http://{door.host}"  # noqa: SLF001  # no probe for TLS, which is not the point
        with pytest.raises(RegistryError) as caught:
            client.digest(in_registry(f"{door.host}/x:1"), SOURCE)
        client.close()
    assert (caught.value.kind, caught.value.wait, caught.value.host) == (kind, wait, door.host)


def test_a_manifest_that_is_not_taken() -> None:
    with FrontDoor(lambda asked: Given(403 if asked.method == "PUT" else 200, {})) as door:
        client = RegistryClient(reach(door.host))
        with pytest.raises(RegistryError) as caught:
            client.put(in_registry(f"{door.host}/x:1"), NOTHING, TARGET)
        client.close()
    assert caught.value.kind == "denied"


@pytest.mark.parametrize(("status", "kind"), [(418, ""), (403, "denied"), (503, "busy")])
def test_a_registry_without_the_api_of_referrers_is_asked_once(status: int, kind: str) -> None:
    """What is no answer to that question is no refusal, and a refusal is none."""
    with FrontDoor(lambda asked: Given(status if "referrers" in asked.path else 200, {})) as door:
        client = RegistryClient(reach(door.host))
        place = in_registry(f"{door.host}/x@{NOTHING.digest}")
        for _ in range(2):
            if kind:
                with pytest.raises(RegistryError) as caught:
                    client.referrers(place, SOURCE)
                assert caught.value.kind == kind
            else:
                assert client.referrers(place, SOURCE) is None
        client.close()
    assert sum("referrers" in asked.path for asked in door.asked) == (2 if kind else 1)


def test_a_login_that_cannot_be_used_is_said_of_its_registry() -> None:
    with FrontDoor(lambda _: Given(401, {"WWW-Authenticate": "Basic"})) as door:
        way = reach(door.host)
        config = {"credHelpers": {door.host: "nowhere"}}
        client = RegistryClient(way._replace(configs={SOURCE: config, TARGET: config}))
        with pytest.raises(RegistryError, match="docker-credential-nowhere") as caught:
            client.digest(in_registry(f"{door.host}/x:1"), SOURCE)
        client.close()
    assert (caught.value.kind, caught.value.host) == ("helper", door.host)


def test_a_registry_that_names_no_digest_and_closes_each_connection() -> None:
    def answer(_: Asked) -> Given:
        return Given(200, {"Connection": "close"}, NOTHING.content)

    with FrontDoor(answer) as door:
        client = RegistryClient(reach(door.host))
        place = in_registry(f"{door.host}/x:1")
        assert client.digest(place, SOURCE) == NOTHING.digest
        digest = client.digest(place.pinned("sha512:" + "a" * 128), SOURCE)
        assert digest == Manifest.of(NOTHING.content, "", "sha512").digest
        client.close()


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Docker-Content-Digest": "sha256:../../other/manifests/1"}, NOTHING.content),
        ({"Docker-Content-Digest": "no digest"}, b"[" * 100_000),
        ({"Link": '<http://[>; rel="next"'}, b'{"tags": 3, "manifests": {"a": 1}}'),
        ({"Link": '</v2/x/tags/list?n=1000>; rel="next"'}, b'{"tags": [1], "manifests": [2, {"digest": "../x"}]}'),
        ({"Link": '<https://elsewhere.invalid/v2/>; rel="next"'}, b'{"tags": null, "manifests": null}'),
        ({"Content-Type": "no type"}, b"\xff"),
    ],
    ids=["another place", "no digest", "no lists", "a circle", "elsewhere", "no text"],
)
def test_strange_answers_do_no_harm(headers: dict[str, str], body: bytes) -> None:
    def answer(asked: Asked) -> Given:
        return Given(404, {}) if "/manifests/sha256-" in asked.path else Given(200, headers, body)

    with FrontDoor(answer) as door:
        place = in_registry(f"{door.host}/x:1")
        client = RegistryClient(reach(door.host))
        if body == NOTHING.content:
            assert client.digest(place, SOURCE) == NOTHING.digest
            assert client.get(place, SOURCE) == NOTHING
        else:
            for ask in (client.digest, client.get):
                with pytest.raises(RegistryError, match="where a manifest belongs"):
                    ask(place, SOURCE)
        assert [tag for tag in client.tags(place, SOURCE) if tag != "1"] == []
        digests = [item["digest"] for item in client.referrers(place.pinned(NOTHING.digest), SOURCE) or []]
        assert referrers.find(remote(door.host), place, SOURCE, [NOTHING.digest]) == [], digests
        client.close()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (307, {"Location": "http://["}, b""),
        (307, {"Location": "http://host:port/"}, b""),
        (307, {"Location": "/with space"}, b""),
        (401, {"WWW-Authenticate": 'Bearer realm="http://["'}, b""),
        (401, {"WWW-Authenticate": 'Bearer realm="%s"'}, b'{"token": "two\\nlines"}'),
        (401, {"WWW-Authenticate": 'Bearer realm="%s"'}, b"[" * 100_000),
        (401, {"WWW-Authenticate": "Bearer"}, b""),
        (500, {}, b'{"errors": [3]}'),
        (500, {}, b"[" * 100_000),
    ],
    ids=range(9),
)
def test_strange_refusals_are_refusals(status: int, headers: dict[str, str], body: bytes) -> None:
    where = ""

    def answer(asked: Asked) -> Given:
        if asked.path.startswith("/token"):
            return Given(200, {}, body)
        return Given(status, {name: value.replace("%s", where) for name, value in headers.items()}, body)

    with FrontDoor(answer) as door:
        where = f"http://{door.host}/token"
        client = RegistryClient(reach(door.host))
        client._roots[door.host] = f"http://{door.host}"  # noqa: SLF001  # no probe for TLS, which is not the point
        with pytest.raises(RegistryError):
            client.get(in_registry(f"{door.host}/x:1"), SOURCE)
        client.close()


def test_stopped_it_asks_nobody(plain: Registry) -> None:
    client = RegistryClient(reach(plain.host))
    place = in_registry(f"{plain.host}/x:1")
    assert client.digest(place, SOURCE) is None
    client.stop()
    with pytest.raises(RegistryError, match="stopped"):
        client.digest(place, SOURCE)


@pytest.mark.parametrize(
    ("no_proxy", "is_asked"), [("", True), ("other,.invalid", False), ("*", False), ("r.example.invalid", False)]
)
def test_a_proxy(no_proxy: str, is_asked: bool) -> None:  # noqa: FBT001  # a parameter
    """Another stand-in: it refuses every tunnel."""
    environ = {"NO_PROXY": no_proxy}
    with FrontDoor(lambda _: Given(403, {})) as door:
        environ["https_proxy"] = f"http://user:p%40ss@{door.host}"
        client = RegistryClient(reach(environ=environ))
        with pytest.raises(RegistryError) as caught:
            client.digest(in_registry("r.example.invalid/x:1"), SOURCE)
        client.close()
    assert ("proxy" in str(caught.value)) == is_asked
    assert "p@ss" not in str(caught.value)
    basic = base64.b64encode(b"user:p@ss").decode()
    assert [asked.headers.get("proxy-authorization") for asked in door.asked] == [f"Basic {basic}"] * is_asked


@pytest.mark.parametrize(
    ("host", "no_proxy", "proxy"),
    [
        ("r.example.com", "10.0.0.0/8", "http://proxy"),
        ("10.1.2.3:5000", "10.0.0.0/8", ""),
        ("10.1.2.3:5000", "192.0.2.0/24, 10.1.2.9/24", ""),
        ("[fd00::1]:5000", "10.0.0.0/8,fd00::/8", ""),
        ("192.0.2.1", "10.0.0.0/8", "http://proxy"),
        ("192.0.2.1", "", "http://proxy"),
        ("192.0.2.1", "192.0.2.0/99", "http://proxy"),  # no network
        ("127.0.0.1:5000", "", ""),
        ("[::1]:5000", "", ""),
        ("localhost:5000", "", ""),
    ],
)
def test_networks_without_a_proxy(host: str, no_proxy: str, proxy: str) -> None:
    transport = Transport(frozenset(), "", {"https_proxy": "http://proxy", "no_proxy": no_proxy})
    assert transport._proxy("https", host) == proxy  # noqa: SLF001  # who asked it could wait for a network


@pytest.mark.parametrize("kind", ["https", "socks5"])
def test_no_password_of_a_proxy_is_sent_without_tls(kind: str) -> None:
    with FrontDoor(lambda _: Given(403, {})) as door:
        client = RegistryClient(reach(environ={"https_proxy": f"{kind}://user:p@{door.host}"}))
        with pytest.raises(RegistryError, match=f"one for {kind}, and acreg would send it the password without TLS"):
            client.digest(in_registry("r.example.invalid/x:1"), SOURCE)
        client.close()
    assert door.asked == []


def test_lists_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page names another one, and each thing that goes with an image has another one that goes with it."""
    for name in ("manifests._MOST_PAGES", "referrers._MOST"):
        monkeypatch.setattr(f"postrenderer.registry.{name}", 20)

    def answer(asked: Asked) -> Given:
        if "/referrers/" in asked.path:
            digest = Manifest.of(asked.path.encode(), "").digest
            return Given(200, {}, json.dumps({"manifests": [{"digest": digest}]}).encode())
        if "/endless/" in asked.path:
            return Given(200, {"Link": f'<{asked.path}x>; rel="next"'}, b'{"tags": ["1"]}')
        return Given(200, {}, b'{"tags": ["1"]}')

    with FrontDoor(answer) as door:
        client = RegistryClient(reach(door.host))
        with pytest.raises(RegistryError, match=r"its list tags/list\?n=1000 has no end"):
            client.tags(in_registry(f"{door.host}/endless/x:1"), SOURCE)
        client.close()
        with pytest.raises(RegistryError, match="what goes with x has no end"):
            referrers.find(remote(door.host), in_registry(f"{door.host}/x:1"), SOURCE, [NOTHING.digest])
    assert len(door.asked) < 100


@pytest.mark.parametrize("platforms", [(), ("linux/amd64",)])
def test_a_source_that_has_another_image_under_a_digest_is_refused(platforms: tuple[str, ...]) -> None:
    image = Manifest.of(b'{"schemaVersion": 2}', "")
    with FrontDoor(lambda _: Given(200, {"Docker-Content-Digest": image.digest}, image.content)) as door:
        origin = Origin(remote(door.host), Wishes(platforms))
        for reference, is_refused in ((f"{door.host}/x@{image.digest}", False), (f"{door.host}/x@{OTHER}", True)):
            ask = origin.manifest if platforms else origin.digest
            with pytest.raises(RegistryError, match="another image") if is_refused else nullcontext():
                ask(ImageCopy(reference, reference))
