"""The judges of the second fuzzer see what is wrong, and let pass what must differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from helm.harness import LATEST, tool
from panel import Filtered, Judge, by_ruamel, differences, judged, judges, wrong
from rendering import PRIVATE, SECRET

if TYPE_CHECKING:
    from pathlib import Path

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1\n    name: a\n"
MOVED = POD.replace("nginx:1", f"{PRIVATE}/nginx:1")
RIGHT = MOVED.replace("spec:", f"spec:\n  imagePullSecrets:\n  - name: {SECRET}")


def _moved(text: str) -> str:
    return text.replace("nginx:1", f"{PRIVATE}/nginx:1") if PRIVATE not in text else text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nginx:1", f"{PRIVATE}/nginx:1"),
        (None, [{"name": SECRET}]),
        ({"a": [1, None]}, {"a": [1, None], "imagePullSecrets": [{"name": SECRET}]}),
        ([{"name": "own"}], [{"name": SECRET}, {"name": "own"}]),
        ({"repository": "nginx"}, {"repository": "nginx", "registry": PRIVATE}),
        ('image = "nginx:1"\nsecrets = ["own"]', f'image = "{PRIVATE}/nginx:1"\nsecrets = ["{SECRET}", "own"]'),
        ("docker.io", PRIVATE),
        (
            "a: {b: c}\n" + "- {name: own}\nimage: nginx:1\n" * 2,
            "a: {b: c}\n" + f"- name: {SECRET}\n- {{name: own}}\nimage: {PRIVATE}/nginx:1\n" * 2,
        ),
        ('a: "x\\n b"', f'a: "x\\n imagePullSecrets:\\n - name: {SECRET}\\n b"'),
        ('"image: nginx\\x3a1 # c"', f'"image: {PRIVATE}/nginx:1 # c"'),
        ("image: nginx:1\nsecrets: ~", f"image: {PRIVATE}/nginx:1\nsecrets:\n- name: {SECRET}"),
        ("image: nginx:1\nsecrets: '' # c", f"image: {PRIVATE}/nginx:1\nsecrets: [{SECRET}] # c"),
        (1, f"{PRIVATE}/1"),
    ],
)
def test_references_and_pull_secrets_may_differ(before: Any, after: Any) -> None:  # noqa: ANN401  # JSON
    assert differences(before, after, _moved) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x", "y"),
        ("a b", "a"),
        (1, "1"),
        (True, 1),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ({"a": 1}, {}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ("a nginx:1 a", f"a {PRIVATE}/nginx:1"),
        ("a", f"a b {PRIVATE}/nginx:1"),
        ("a ~ b nginx:1", f"a b {PRIVATE}/nginx:1"),
        ("key: nginx:1", f"other: {PRIVATE}/nginx:1"),
        ([{"name": "own"}], [{"name": SECRET}]),
    ],
)
def test_nothing_else_may(before: Any, after: Any) -> None:  # noqa: ANN401  # likewise
    assert differences(before, after, _moved) != []


WRONG = {
    "a key that is lost": (RIGHT.replace("    name: a\n", ""), "something else at /spec/containers/0/name"),
    "a document that is lost": ("", "cuts other documents"),
    "a document that cannot be read": (f"{RIGHT}{{", "something else at "),
    "another image": (RIGHT.replace("nginx:1", "nginx:2"), "nginx:2, which is not what the image there becomes"),
    "an image that stays": (POD, "nginx:1, which was neither moved nor reported"),
    "a pod without the secret": (MOVED, f"no pull secret for {PRIVATE}/nginx:1"),
}


def filtered(after: str) -> Filtered:
    return Filtered(POD, after, {"nginx:1": f"{PRIVATE}/nginx:1"}, frozenset())


@pytest.mark.helm
@pytest.mark.slow
def test_each_judge_sees_what_is_wrong(tmp_path: Path) -> None:
    count = 0

    def folder() -> Path:
        nonlocal count
        count += 1
        (tmp_path / str(count)).mkdir()
        return tmp_path / str(count)

    panel: list[Judge] = [
        one._replace(step=1) for one in judges(folder, *(tool(f"helm-{version}") for version in LATEST))
    ]
    assert judged([filtered(RIGHT)], panel) == ({one.name: 1 for one in panel}, [])
    for after, reason in WRONG.values():
        read, faults = judged([filtered(after)], panel)
        assert set(read) in ({one.name for one in panel}, set())
        assert faults
        assert all(fault.text == POD and reason in fault.reason for fault in faults)


@pytest.mark.parametrize("told", ["nginx:1", "  nginx:1\n"])
def test_what_the_filter_tells_is_right(told: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "nginx:1"}]}}
    assert wrong(filtered(POD), pod, pod)
    assert not wrong(filtered(POD)._replace(told=frozenset([told.strip()])), pod, pod)


def test_of_two_keys_of_a_name_the_last_one_counts_for_ruamel_too() -> None:
    last, broken, empty = by_ruamel(["a: 1\na: 2\n", "a: {", ""])
    assert (last, list(broken), empty) == ({"a": 2}, ["Error"], None)


@pytest.mark.helm
def test_what_helm_cannot_read_is_not_judged(tmp_path: Path) -> None:
    merged = "a: &a [{name: own}]\n<<: *a\n"
    helm, _, ruamel = (one._replace(step=1) for one in judges(lambda: tmp_path, *[tool(f"helm-{LATEST[0]}")] * 2))
    one = Filtered(merged, merged.replace("own", "other"), {}, frozenset())
    assert judged([one], [helm, ruamel]) == ({}, [])
    assert judged([one], [ruamel._replace(installs=True)]).faults
