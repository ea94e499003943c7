from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from postrenderer.errors import SettingsError
from postrenderer.images.reference import parse, parse_prefix
from postrenderer.images.relocation import Outcome, Relocation
from postrenderer.settings import Rule, Settings

REGISTRY = "registry.spacetech.com:8083"
PRIVATE = f"{REGISTRY}/appcircle"
SOURCE = "europe-west1-docker.pkg.dev/appcircle/docker-registry"
NEW = "europe-west1-docker.pkg.dev/appcircle/new"
DIGEST = "@sha256:" + "0" * 64


def relocation(*rules: tuple[str, str], **settings: Any) -> Relocation:  # noqa: ANN401  # any field of Settings
    values = {"registry": REGISTRY, "repository_path": "appcircle", **settings}
    return Relocation(Settings(rules=tuple(Rule(*rule) for rule in rules), **values))


@pytest.mark.parametrize(
    ("text", "target", "rule"),
    [
        (f"{SOURCE}/mongodb:v3.27.3", f"{PRIVATE}/mongodb:v3.27.3", "source"),
        (f"{SOURCE}/minio/miniob:v3.27.3", f"{PRIVATE}/minio/miniob:v3.27.3", "source"),
        (f"{SOURCE}/x:1{DIGEST}", f"{PRIVATE}/x:1{DIGEST}", "source"),
        (f"{SOURCE}/x{DIGEST}", f"{PRIVATE}/x{DIGEST}", "source"),
        (f"{SOURCE}-old/x:1", f"{PRIVATE}/appcircle/docker-registry-old/x:1", "others"),
        (
            f"registry.k8s.io/ingress-nginx/controller:v1{DIGEST}",
            f"{PRIVATE}/ingress-nginx/controller:v1{DIGEST}",
            "others",
        ),
        ("nginx", f"{PRIVATE}/nginx", "others"),
        ("library/nginx:1", f"{PRIVATE}/nginx:1", "others"),
        ("docker.io/nginx:1", f"{PRIVATE}/nginx:1", "others"),
        ("docker.io/library/nginx:1", f"{PRIVATE}/nginx:1", "others"),
        ("index.docker.io/library/nginx:1", f"{PRIVATE}/nginx:1", "others"),
        ("registry-1.docker.io/library/nginx:1", f"{PRIVATE}/nginx:1", "others"),
        ("registry-1.docker.io/bitnami/redis", f"{PRIVATE}/bitnami/redis", "others"),
        ("docker.io/library/nginx/nginx", f"{PRIVATE}/library/nginx/nginx", "others"),
        ("quay.io/library/nginx:1", f"{PRIVATE}/library/nginx:1", "others"),
        ("bitnami/redis", f"{PRIVATE}/bitnami/redis", "others"),
        ("hashicorp/vault:1.17", f"{PRIVATE}/hashicorp/vault:1.17", "others"),
        ("localhost:5000", f"{PRIVATE}/localhost:5000", "others"),
        ("[::2]:5000/x:1", f"{PRIVATE}/x:1", "others"),
        (f"{REGISTRY}/other/x:1", f"{PRIVATE}/other/x:1", "others"),
        (f"{REGISTRY}/appcirclex/y", f"{PRIVATE}/appcirclex/y", "others"),
        ("registry.spacetech.com/appcircle/y", f"{PRIVATE}/appcircle/y", "others"),
    ],
)
def test_default_settings_move(text: str, target: str, rule: str) -> None:
    outcome = relocation()(text)
    assert (outcome.status, outcome.target, outcome.rule) == ("moved", target, rule)


@pytest.mark.parametrize(
    ("rules", "settings", "text", "target"),
    [
        # The longest `from` of whole components wins.
        ([("quay.io", "q"), ("quay.io/a", "qa")], {}, "quay.io/a/b:1", f"{PRIVATE}/qa/b:1"),
        ([("quay.io", "q"), ("quay.io/a", "qa")], {}, "quay.io/ab/c", f"{PRIVATE}/q/ab/c"),
        ([("a.b/foo", "q")], {}, "a.b/foobar", f"{PRIVATE}/foobar"),
        ([("a.b", "q")], {}, "a.b:80/x", f"{PRIVATE}/x"),
        # Names are compared after normalising.
        ([("nginx", "web")], {}, "docker.io/library/nginx:1", f"{PRIVATE}/web:1"),
        ([("docker.io/library/nginx", "web")], {}, "nginx:1", f"{PRIVATE}/web:1"),
        ([("docker.io/nginx", "web")], {}, "nginx:1", f"{PRIVATE}/web:1"),
        ([("nginx", "web")], {}, "nginx/nginx-ingress", f"{PRIVATE}/nginx/nginx-ingress"),
        ([("docker.io/bitnami", "b")], {}, "bitnami/redis", f"{PRIVATE}/b/redis"),
        ([("bitnami/", "b")], {}, "bitnami/redis", f"{PRIVATE}/b/redis"),
        ([("docker.io", "hub")], {}, "nginx", f"{PRIVATE}/hub/library/nginx"),
        ([("docker.io/library", "hub")], {}, "nginx", f"{PRIVATE}/hub/nginx"),
        ([("index.docker.io", "hub")], {}, "a/b", f"{PRIVATE}/hub/a/b"),
        ([("registry-1.docker.io", "hub")], {}, "a/b", f"{PRIVATE}/hub/a/b"),
        # `to` is absolute if it begins with a host.
        ([("quay.io", "mirror.io/quay")], {}, "quay.io/a/b:1", "mirror.io/quay/a/b:1"),
        ([("quay.io/a", "mirror.io")], {}, "quay.io/a:1", "mirror.io/a:1"),
        ([("quay.io/a/b", "mirror.io")], {}, "quay.io/a/b:1", "mirror.io/b:1"),
        ([("quay.io/a", "mirror.io/b")], {}, f"quay.io/a:1{DIGEST}", f"mirror.io/b:1{DIGEST}"),
        ([("quay.io/a", "localhost/b")], {}, "quay.io/a/c", "localhost/b/c"),
        # A rule comes before a source, and a source before `others`.
        ([("quay.io", "q")], {"sources": ("quay.io/a",)}, "quay.io/a/b", f"{PRIVATE}/q/a/b"),
        ([], {"sources": ("quay.io", "quay.io/a"), "others": "fail"}, "quay.io/a/b", f"{PRIVATE}/b"),
        ([], {"sources": ("quay.io",), "others": "fail"}, "quay.io/a/b", f"{PRIVATE}/a/b"),
        ([], {"sources": ("quay.io/a/b",), "others": "fail"}, "quay.io/a/b:1", f"{PRIVATE}/b:1"),
        ([], {"sources": ("docker.io",), "others": "fail"}, "docker.io/library/nginx", f"{PRIVATE}/nginx"),
        ([], {"sources": ("docker.io/library",), "others": "fail"}, "nginx", f"{PRIVATE}/nginx"),
        ([], {"sources": ("docker.io/nginx",), "others": "fail"}, "nginx", f"{PRIVATE}/nginx"),
        # Whose host is kept.
        ([], {"keep_host": True}, "nginx", f"{PRIVATE}/docker.io/library/nginx"),
        ([], {"keep_host": True}, f"registry-1.docker.io/a/b{DIGEST}", f"{PRIVATE}/docker.io/a/b{DIGEST}"),
        ([], {"keep_host": True}, "quay.io/team/app:1", f"{PRIVATE}/quay.io/team/app:1"),
        ([], {"keep_host": True}, "Localhost:5000/a:1", f"{PRIVATE}/localhost_5000/a:1"),
        ([], {"keep_host": True}, f"{SOURCE}/x:1", f"{PRIVATE}/x:1"),
        ([("quay.io", "q")], {"keep_host": True}, "quay.io/a:1", f"{PRIVATE}/q/a:1"),
        # The private path may be any place.
        ([], {"repository_path": ""}, "quay.io/a/b", f"{REGISTRY}/a/b"),
        ([], {"registry": "docker.io", "repository_path": "me"}, "nginx", "docker.io/me/nginx"),
        ([], {"registry": "ghcr.io", "repository_path": "me/mirror"}, "ghcr.io/a/b", "ghcr.io/me/mirror/a/b"),
        (
            [],
            {"registry": "europe-west1-docker.pkg.dev", "repository_path": "appcircle/new"},
            f"{SOURCE}/x",
            f"{NEW}/x",
        ),
    ],
)
def test_moved(rules: list[tuple[str, str]], settings: dict[str, Any], text: str, target: str) -> None:
    relocate = relocation(*rules, **settings)
    assert relocate(text).target == target
    assert relocate(target).status == "private"


@pytest.mark.parametrize(
    ("rules", "settings", "text", "outcome"),
    [
        ([], {}, f"{PRIVATE}/x:1", ("private", f"already under {PRIVATE}", "private")),
        ([], {"keep": (PRIVATE,)}, f"{PRIVATE}/x:1", ("private", f"already under {PRIVATE}", "private")),
        ([("quay.io", "m.io/a")], {}, "m.io/a/b", ("private", "already under m.io/a", "private")),
        ([("quay.io", "docker.io/a")], {}, "docker.io/a", ("private", "already under docker.io/a", "private")),
        ([], {"registry": SOURCE[:27], "repository_path": SOURCE[28:]}, f"{SOURCE}/x", ("private", None, "private")),
        ([], {"keep": ("quay.io/x",)}, "quay.io/x/y:1", ("kept", "under `keep` entry quay.io/x", "keep")),
        ([], {"keep": ("docker.io/busybox",)}, "busybox:1", ("kept", "under `keep` entry docker.io/busybox", "keep")),
        ([], {"keep": (REGISTRY,)}, f"{REGISTRY}/other/x", ("kept", f"under `keep` entry {REGISTRY}", "keep")),
        ([("quay.io/x", "q")], {"keep": ("quay.io",)}, "quay.io/x/y", ("kept", "under `keep` entry quay.io", "keep")),
        ([], {"keep": (SOURCE,)}, f"{SOURCE}/x", ("kept", f"under `keep` entry {SOURCE}", "keep")),
        ([], {"others": "keep"}, "quay.io/x", ("kept", "others: keep", "others")),
        ([], {"others": "fail"}, "quay.io/x", ("refused", "others: fail", "others")),
        ([], {}, "docker.io/" + "x" * 247, ("refused", None, "others")),
        ([], {"keep_host": True}, "[fe80::1]:5000/x:1", ("refused", None, "others")),
        ([("a.b", "long" * 10)], {}, "a.b/" + "x" * 220, ("refused", None, "rule")),
        ([], {}, "*", ("invalid", None, "")),
        ([], {}, "", ("invalid", "not a valid reference: it is empty", "")),
        ([], {}, "1a" * 32, ("invalid", None, "")),
        ([], {}, "Nginx:1", ("invalid", None, "")),
    ],
)
def test_not_moved(
    rules: list[tuple[str, str]], settings: dict[str, Any], text: str, outcome: tuple[str, str | None, str]
) -> None:
    status, reason, rule = outcome
    got = relocation(*rules, **settings)(text)
    assert got == Outcome(status, text, reason if reason is not None else got.reason, rule)
    assert got.reason


def test_a_reference_that_would_be_too_long_says_so() -> None:
    outcome = relocation()("quay.io/" + "x" * 250)
    assert outcome.reason == f"would become {PRIVATE}/{'x' * 250}, but a repository path has at most 255 characters"


@pytest.mark.parametrize(
    ("rules", "source"),
    [
        ([("a.b", "b.c"), ("b.c/x", "c.d")], "b.c/x"),
        ([("a.b/x", "a.b")], "a.b/x"),
        ([("a.b", "a.b")], "a.b"),
        ([(f"{PRIVATE}/x", "y")], f"{PRIVATE}/x"),
        ([(PRIVATE, "y")], PRIVATE),
        ([("quay.io", "docker.io"), ("nginx", "web")], "nginx"),
    ],
)
def test_a_rule_for_what_is_private_is_a_settings_error(rules: list[tuple[str, str]], source: str) -> None:
    with pytest.raises(SettingsError, match=f"`from: {source}` can never apply"):
        relocation(*rules)


def test_a_settings_error_names_what_covers_the_rule_and_every_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        relocation(("a.b/x", "a.b"))
    assert str(caught.value) == (
        "rules: the entry with `from: a.b/x` can never apply: what lies at or below a.b is private and stays."
        " Remove the entry, or the one whose `to` covers it. A `to` that looks like a host, such as `quay.io`, is a"
        " registry of its own and no path below the private one; `keepHost: true` puts each host into the private path."
    )


def test_each_text_is_worked_out_once() -> None:
    relocate = relocation()
    assert relocate("nginx") is relocate("nginx")
    assert relocate("nginx") is not relocate("redis")


def test_hosts() -> None:
    relocate = relocation(("quay.io/a", "q"), ("quay.io/b", "mirror.io/b"), ("nginx", "n"))
    assert relocate.hosts == {REGISTRY, "mirror.io", "quay.io", "docker.io", SOURCE.partition("/")[0]}


def test_the_reason_names_the_source() -> None:
    assert relocation()(f"{SOURCE}/x").reason == f"under source {SOURCE}"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (f"{SOURCE}/x:1", True),
        (f"{SOURCE}/x", True),
        (f"{SOURCE}:1", True),
        (SOURCE, False),
        (f"{PRIVATE}/x:1", True),
        (PRIVATE, False),
        (f"{REGISTRY}/other/x", False),
        ("quay.io/a/b", True),
        ("quay.io/a", True),
        ("quay.io/ab", False),
        ("docker.io/nginx", True),
        ("nginx", False),
        ("debug", False),
        ("ghcr.io/a/b:1", False),
        ("not a reference", False),
    ],
)
def test_known_in_free_text(text: str, known: bool) -> None:  # noqa: FBT001  # the expectation
    assert relocation(("quay.io/a", "q"), sources=(SOURCE, "docker.io")).known(text) is known


@pytest.mark.parametrize(
    ("rules", "settings", "text", "outcome"),
    [
        ([], {}, "docker.io/istio", ("moved", f"{PRIVATE}/istio", "others: rewrite", "others")),
        ([], {}, "quay.io", ("moved", PRIVATE, "others: rewrite", "others")),
        ([], {}, SOURCE, ("moved", PRIVATE, f"under source {SOURCE}", "source")),
        ([("quay.io/a", "q")], {}, "quay.io/a", ("moved", f"{PRIVATE}/q", "under `rules` entry quay.io/a", "rule")),
        ([], {}, PRIVATE, ("private", PRIVATE, f"already under {PRIVATE}", "private")),
        ([], {"keep": ("quay.io",)}, "quay.io/a", ("kept", "quay.io/a", "under `keep` entry quay.io", "keep")),
        ([], {"others": "fail"}, "quay.io/a", ("refused", "quay.io/a", "others: fail", "others")),
        ([], {"keep_host": True}, "quay.io/a", ("moved", f"{PRIVATE}/quay.io/a", "others: rewrite", "others")),
        ([], {"keep_host": True}, "docker.io/a", ("moved", f"{PRIVATE}/docker.io/a", "others: rewrite", "others")),
        (
            [],
            {"keep_host": True},
            "docker.io",
            (
                "refused",
                "docker.io",
                "not all images below it move alike: Docker Hub's official ones have `library` in their path",
                "others",
            ),
        ),
        # A rule for one name below it is no rule for the others.
        (
            [("quay.io/a/image", "q")],
            {},
            "quay.io/a",
            ("refused", "quay.io/a", f"its images would not stay below one path: one would become {PRIVATE}/q", "rule"),
        ),
    ],
)
def test_prefixes(
    rules: list[tuple[str, str]], settings: dict[str, Any], text: str, outcome: tuple[str, str, str, str]
) -> None:
    assert relocation(*rules, **settings).of_prefix(text) == Outcome(*outcome)


@pytest.mark.parametrize("text", ["", ":", "quay.io//a", "A/B"])
def test_what_is_no_prefix(text: str) -> None:
    outcome = relocation().of_prefix(text)
    assert (outcome.status, outcome.target) == ("invalid", text)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        (f"{PRIVATE}/a:1", True, True),
        (f"{REGISTRY}/other/a:1", False, True),
        ("nginx", False, True),
        ("localhost:5000/a", False, False),
        (":", False, False),
        ("", False, False),
    ],
)
def test_is_private(text: str, before: bool, after: bool) -> None:  # noqa: FBT001  # a table
    relocate = relocation()
    assert (relocate.is_private(text), relocate(text).is_private) == (before, after)


def test_the_cost_does_not_grow_with_the_rules() -> None:
    def calls(count: int) -> int:
        relocate = relocation(*((f"quay.io/org{index}", f"q{index}") for index in range(count)))
        relocate("nginx")  # compiles the patterns
        seen = 0

        def count_call(*_: object) -> None:
            nonlocal seen
            seen += 1

        sys.setprofile(count_call)
        try:
            outcome = relocate(f"quay.io/org0/a/b:{count}")  # another one each time, as `parse` remembers
        finally:
            sys.setprofile(None)
        assert outcome.target == f"{PRIVATE}/q0/a/b:{count}"
        return seen

    assert calls(1) == calls(10_000)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:5000",
        "127.0.0.1",
        "127.1.2.3:5000",
        "[::1]:5000",
        "registry.demo.svc",
        "image-registry.openshift-image-registry.svc:5000",
        "registry.demo.svc.cluster.local:80",
    ],
)
@pytest.mark.parametrize("others", ["rewrite", "keep", "fail"])
def test_a_registry_of_the_cluster_itself_stays_unless_the_settings_name_it(host: str, others: str) -> None:
    text = f"{host}/a/b:1"
    assert relocation(others=others)(text) == Outcome(
        "stays", text, f"{host} is a registry of the cluster itself", "cluster"
    )
    assert relocation(keep=(host,))(text).rule == "keep"
    assert relocation((host, "to"))(text).target == f"{PRIVATE}/to/a/b:1"
    assert relocation(sources=(host,), others=others)(text).target == f"{PRIVATE}/a/b:1"
    for named in (
        relocation(registry=host),
        relocation((f"{host}/other", "to")),
        relocation(("quay.io", f"{host}/other")),
        relocation(sources=(f"{host}/other",)),
    ):
        assert named(text).rule == "others"


@pytest.mark.parametrize(
    "host",
    ["localhost.example.com", "128.0.0.1", "127.0.0.1.nip.io", "10.0.0.1:5000", "svc:80", "a.svc.acme.com", "a.local"],
)
def test_what_only_resembles_a_registry_of_the_cluster_moves(host: str) -> None:
    assert relocation()(f"{host}/a/b:1").target == f"{PRIVATE}/a/b:1"


# Few names, so that random prefixes and references meet often.
HOSTS = st.sampled_from(["docker.io", "index.docker.io", "a.b", "a.b:80", "localhost", "H"])
PATHS = st.lists(st.sampled_from(["x", "y", "library"]), min_size=1, max_size=3).map("/".join)
PREFIXES = st.one_of(HOSTS, PATHS, PATHS.map("{}/".format), st.tuples(HOSTS, PATHS).map("/".join))
SUFFIXES = st.sampled_from(["", ":1", DIGEST, ":1" + DIGEST])
REFERENCES = st.tuples(st.just("") | HOSTS.map("{}/".format), PATHS, SUFFIXES).map("".join)


@st.composite
def settings(draw: st.DrawFn) -> Settings:
    sources = draw(st.lists(PREFIXES, max_size=4, unique_by=parse_prefix))
    return Settings(
        registry=draw(HOSTS),
        repository_path=draw(st.just("") | PATHS),
        sources=tuple(draw(st.lists(PREFIXES, max_size=2))),
        rules=tuple(Rule(source, draw(PREFIXES).rstrip("/")) for source in sources),
        keep=tuple(draw(st.lists(PREFIXES, max_size=1))),
        others=draw(st.sampled_from(["rewrite", "keep", "fail"])),
        keep_host=draw(st.booleans()),
    )


def build(values: Settings) -> Relocation:
    try:
        return Relocation(values)
    except SettingsError:
        assume(False)  # not a setting that anybody can use
        raise


@given(settings(), REFERENCES)
def test_a_second_pass_changes_nothing(values: Settings, text: str) -> None:
    relocate = build(values)
    outcome = relocate(text)
    again = relocate(outcome.target)
    assert again.target == outcome.target
    assert (outcome.status == "moved") == (outcome.target != text)
    assert again.status == ("private" if outcome.status == "moved" else outcome.status)


@given(settings(), REFERENCES)
def test_tag_and_digest_survive(values: Settings, text: str) -> None:
    outcome = build(values)(text)
    assert parse(outcome.target)[2:] == parse(text)[2:]


@given(settings(), REFERENCES, REFERENCES)
def test_one_repository_has_one_target(values: Settings, one: str, other: str) -> None:
    relocate = build(values)
    first, second = relocate(one), relocate(parse(one).repository + parse(other).suffix)
    assert first.status == second.status
    if first.status == "moved":
        assert parse(first.target)[:2] == parse(second.target)[:2]


def naive(prefixes: list[str], text: str) -> str:
    """The longest prefix, by comparing texts, of each one in turn; `docker.io/NAME` is next to the whole name."""
    repository = parse(text).repository
    longest, size = "", 0.0
    for entry in prefixes:
        prefix = "/".join(parse_prefix(entry))
        if prefix.count("/") == 1 and repository == prefix.replace("docker.io/", "docker.io/library/"):
            found = 2.5
        else:
            found = prefix.count("/") + 1 if f"{repository}/".startswith(f"{prefix}/") else 0
        if found > size:
            longest, size = entry, found
    return longest


@given(st.lists(PREFIXES, max_size=6, unique_by=parse_prefix), REFERENCES)
def test_the_longest_prefix_wins(prefixes: list[str], text: str) -> None:
    rules = tuple(Rule(prefix, f"rule{index}") for index, prefix in enumerate(prefixes))
    outcome = Relocation(Settings(registry="private.example", rules=rules, sources=(), others="fail"))(text)
    longest = naive(prefixes, text)
    assert outcome.rule == "rule" if longest else outcome.rule in ("others", "cluster")
    if longest:
        assert outcome.reason == f"under `rules` entry {longest}"
        assert outcome.target.startswith(f"private.example/rule{prefixes.index(longest)}")


@given(st.text() | REFERENCES.map("{}!".format))
def test_any_text_may_be_asked_for(text: str) -> None:
    relocate = relocation()
    assert relocate(text).reason
    assert relocate.known(text) in {True, False}


@pytest.mark.parametrize(
    ("private", "origin"),
    [
        ("r.io/p/team/a:1", "quay.io/acme/team/a:1"),
        ("r.io/p/hub/library/nginx:1", "docker.io/library/nginx:1"),
        ("r.io/p/one@sha256:" + "0" * 64, "ghcr.io/x/one@sha256:" + "0" * 64),
        ("r.io/elsewhere/b:1", ""),
        ("other.io/there/b:1", "gcr.io/b:1"),
        ("r.io/p", ""),
    ],
)
def test_a_private_reference_stands_for_a_public_one(private: str, origin: str) -> None:
    rules = (Rule("docker.io", "hub"), Rule("ghcr.io/x/one", "one"), Rule("gcr.io", "other.io/there"))
    assert Relocation(Settings("r.io", "p", sources=("quay.io/acme",), rules=rules)).origin(private) == origin


@pytest.mark.parametrize(
    ("private", "origin"),
    [
        ("r.io/p/quay.io/acme/app:1", "quay.io/acme/app:1"),
        ("r.io/p/quay.io_8443/acme/app@sha256:" + "a" * 64, "quay.io:8443/acme/app@sha256:" + "a" * 64),
        ("r.io/p/docker.io/library/nginx:1", "docker.io/library/nginx:1"),
        ("r.io/p/app:1", "ghcr.io/own/app:1"),
        ("r.io/p/localhost_5000/app:1", "ghcr.io/own/localhost_5000/app:1"),
        ("r.io/p", ""),
    ],
)
def test_a_kept_host_tells_where_an_image_comes_from(private: str, origin: str) -> None:
    """Below a source may be such a path, too, but hardly."""
    settings = Settings("r.io", "p", sources=("ghcr.io/own",), keep_host=True)
    assert Relocation(settings).origin(private) == origin


def test_of_several_public_references_none_is_chosen() -> None:
    assert not Relocation(Settings("r.io", "p", sources=("quay.io/a", "quay.io/b"))).origin("r.io/p/x:1")
    # `ab` is not below `a`, so the rule says nothing about it.
    rules = (Rule("quay.io/a", "a"),)
    assert not Relocation(Settings("r.io", "", sources=("quay.io", "ghcr.io"), rules=rules)).origin("r.io/ab:1")
