from __future__ import annotations

from base64 import b64encode

import pytest
from rendering import PRIVATE, SOURCE, settings

from postrenderer import sites
from postrenderer.images.relocation import Relocation
from postrenderer.plan.decide import LEFT, MOVED, UNSURE, Decision, decide
from postrenderer.plan.decide import PRIVATE as IS_PRIVATE
from postrenderer.settings import Rule, Settings
from postrenderer.sites.site import STAYS
from postrenderer.text import composer
from postrenderer.text.scalars import apply


def decisions(text: str, values: Settings, first_line: int = 1) -> list[Decision]:
    relocation = Relocation(values)
    (root,) = composer.compose(text).roots
    return [decide(site, relocation, values, first_line) for site in sites.find(root, relocation.known).sites]


def decision(text: str, values: Settings) -> Decision:
    (made,) = decisions(text, values)
    return made


DEMO = "apiVersion: example.com/v1\nkind: Demo\nspec: "


@pytest.mark.parametrize(
    ("spec", "changes", "kind", "target", "reason"),
    [
        ("{image: 'a/b:1'}", {}, MOVED, f"{PRIVATE}/a/b:1", ""),
        ("{containers: [{image: a}]}", {"confidence": "certain"}, MOVED, f"{PRIVATE}/a", ""),
        (f"{{x: '{SOURCE}/a:1'}}", {"confidence": "certain"}, MOVED, f"{PRIVATE}/a:1", ""),
        (f"{{image: '{PRIVATE}/b:1'}}", {}, IS_PRIVATE, f"{PRIVATE}/b:1", ""),
        (f"{{image: '{PRIVATE}/b:1'}}", {"confidence": "certain"}, IS_PRIVATE, f"{PRIVATE}/b:1", ""),
        ("{image: 'a/b:1'}", {"keep": ("docker.io",)}, LEFT, "a/b:1", "under `keep` entry docker.io"),
        ("{image: 'a/b:1'}", {"others": "keep"}, LEFT, "a/b:1", "others: keep"),
        ("{image: 'a/b:1'}", {"others": "fail"}, LEFT, "a/b:1", "others: fail"),
        ("{containers: [{image: ':'}]}", {}, LEFT, ":", "not a valid reference: a repository path is"),
        (
            "{image: 'a/b:1'}",
            {"confidence": "certain"},
            LEFT,
            "a/b:1",
            "not certain to be an image (`image` names an image)",
        ),
        (
            "{registry: quay.io, repository: a/b, tag: '1'}",
            {"rules": (Rule("quay.io/a/b", "c"),)},
            LEFT,
            "quay.io/a/b:1",
            f"it would become {PRIVATE}/c:1, but another field holds its end, /a/b:1, and keeps it",
        ),
        ("{image: cpu}", {}, UNSURE, "cpu", "it may not be an image (`image` names an image)"),
        ("{image: cpu}", {"others": "fail"}, UNSURE, "cpu", "it may not be an image (`image` names an image)"),
        (
            "{image: 'localhost:5000/a:1'}",
            {},
            STAYS,
            "localhost:5000/a:1",
            "localhost:5000 is a registry of the cluster itself",
        ),
        ("{image: 'a.svc/b:1'}", {"others": "fail"}, STAYS, "a.svc/b:1", "a.svc is a registry of the cluster itself"),
        (
            "{image_hub: quay.io}",
            {},
            LEFT,
            "quay.io",
            "whether `image_hub` takes a registry with a path is not",
        ),
        ("{image_hub: quay.io}", {"keep": ("quay.io",)}, LEFT, "quay.io", "under `keep` entry quay.io"),
        ("{destination: 'quay.io/a/b:1'}", {}, STAYS, "quay.io/a/b:1", "`destination` names no image that nodes pull"),
        ("{hub: docker.io/istio, tag: '1'}", {}, MOVED, f"{PRIVATE}/istio", ""),
        ("{hub: docker.io/istio, tag: '1'}", {"keep": ("docker.io",)}, LEFT, "docker.io/istio", "under `keep` entry"),
        (
            "{hub: docker.io/istio, tag: '1'}",
            {"rules": (Rule("docker.io/istio/image", "c"),)},
            LEFT,
            "docker.io/istio",
            f"its images would not stay below one path: one would become {PRIVATE}/c",
        ),
    ],
)
def test_what_becomes_of_a_site(spec: str, changes: dict[str, object], kind: str, target: str, reason: str) -> None:
    finding, edit, _, _ = decision(DEMO + spec + "\n", settings(**changes))
    assert (finding.kind, finding.target) == (kind, target)
    assert finding.reason.startswith(reason)
    assert bool(finding.reason) is bool(reason)
    assert (edit is not None) is (kind == MOVED)
    assert finding.is_private is (kind in (MOVED, IS_PRIVATE))
    assert kind == MOVED or finding.source == target
    assert finding.is_prefix is ("hub" in spec)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"keep": ("docker.io",)}, True),
        ({"others": "keep"}, True),
        ({"others": "fail"}, False),
        ({"confidence": "certain"}, False),
        ({}, False),
    ],
)
def test_what_the_settings_keep(changes: dict[str, object], *, kept: bool) -> None:
    assert decision(f"{DEMO}{{image: 'a/b:1'}}\n", settings(**changes)).finding.kept is kept


def test_a_condition_stays_whatever_the_settings_say() -> None:
    text = f"apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec: {{validate: {{image: '{SOURCE}/a:1'}}}}\n"
    finding, edit, _, _ = decision(text, settings(strict=True, others="fail"))
    assert (finding.kind, finding.reason) == (STAYS, "a condition of a policy, which pulls nothing")
    assert edit is None


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{image: 'a/b:1'}", f"{PRIVATE}/a/b:1"),
        ("{registry: quay.io, repository: a/b, tag: '1'}", PRIVATE),
        ("{repository: quay.io/a/b, tag: '1'}", f"{PRIVATE}/a/b"),
        ("{registry: docker.io, repository: library/busybox, tag: '1'}", PRIVATE),
        ("{hub: docker.io/istio, tag: '1'}", f"{PRIVATE}/istio"),
    ],
)
def test_only_what_the_scalar_holds_is_exchanged(spec: str, expected: str) -> None:
    finding, edit, _, _ = decision(DEMO + spec + "\n", settings())
    assert edit is not None
    assert apply(finding.site.node.value, [edit]) == expected


BROKEN = 'containers:\n- image: "quay.io/a/\\\n    b:1"\n'


@pytest.mark.parametrize(
    "text",
    [
        "kind: ConfigMap\ndata:\n  x: |\n" + "".join(f"    {line}\n" for line in BROKEN.splitlines()),
        f"apiVersion: v1\nkind: Secret\ndata: {{x: {b64encode(BROKEN.encode()).decode()}}}\n",
    ],
)
def test_a_reference_that_is_broken_over_lines_inside_a_text(text: str) -> None:
    finding, edit, _, _ = decision(text, settings())
    assert (finding.kind, finding.source) == (LEFT, "quay.io/a/b:1")
    assert finding.reason == "it is broken over several lines inside a text; write it on one line"
    assert edit is None


def test_lines_are_those_of_the_stream() -> None:
    found = decisions("image: a/b:1\nx: y\ninitImage: a/c:1\n", settings(), first_line=10)
    assert [made.finding.line for made in found] == [10, 12]


@pytest.mark.parametrize(("text", "is_open"), [("image: 'a/b:{{ .tag }}'\n", True), ("image: a/b:1\n", False)])
def test_a_reference_is_open_if_its_tag_comes_later(text: str, is_open: bool) -> None:  # noqa: FBT001  # a table
    assert decision(text, settings()).finding.is_open is is_open
