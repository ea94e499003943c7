"""Twice the input takes at most 2.3 times the time, whatever the input is made of.

It is seen over three doublings, where what is linear takes 8 times the time, may take 12, and what is quadratic takes
64: a machine with other work to do cannot make one look like the other.
"""

from __future__ import annotations

import base64
import gc
import os
from typing import TYPE_CHECKING

import effort
import pytest
import yaml
from process import POD
from rendering import settings

from postrenderer import report
from postrenderer.errors import AcregError
from postrenderer.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 8
MOST = 2.3**3
ENOUGH = min(0.2, 0.025 * effort.TIMES)
"""Seconds of CPU from which a run can be told from noise; with more, what grows faster shows more of it."""
ROUNDS = 20
"""So often each size is run at most, as other work on the machine may make the larger one look too slow."""
HOPELESS = 4 * MOST
"""What is so much slower is not run again: no other work on the machine does that."""

GROWING: dict[str, Callable[[int], bytes]] = {
    "documents": lambda n: b"---\nimage: nginx:1\n" * n,
    "documents with anchors": lambda n: b"---\nx: &a {image: nginx:1}\n" + b"---\ny: *a\n" * n,
    "containers": lambda n: POD + b"".join(b"  - name: c%d\n    image: a/b:%d\n" % (i, i) for i in range(n)),
    "pods in a list": lambda n: (
        b"kind: List\nitems:\n" + b"- {kind: Pod, spec: {containers: [{image: 'a/b:1'}]}}\n" * n
    ),
    "variables": lambda n: (
        POD + b"    env:\n" + b"".join(b"    - {name: A%d_IMAGE, value: a:1}\n" % i for i in range(n))
    ),
    "flags": lambda n: POD + b"    args:\n" + b"".join(b"    - --a%d-image=quay.io/a/b:1\n" % i for i in range(n)),
    "keys": lambda n: b"image: a/b:1\n" * n,
    # At some thousands of levels libyaml itself shows that it asks each open bracket about every token.
    "levels of lists": lambda n: POD + b"x: " + b"[" * (n // 400) + b"]" * (n // 400) + b"\n" + b"# c\n" * n,
    "unclosed brackets": lambda n: POD + b"x: " + b"[a, " * 100 + b"b, " * n,  # libyaml asks each about every token
    "an unclosed quote": lambda n: POD + b'x: "' + b"image: a/b:1\n" * n,
    "comments": lambda n: POD + b"# image: a/b:1\n" * n,
    "blank lines": lambda n: POD + b"\n" * 20 * n + b"x: y\n",
    "spaces": lambda n: POD + b"x: y" + b" " * 20 * n + b"\n",
    "pull secrets": lambda n: POD.replace(
        b"spec:\n", b"spec:\n  imagePullSecrets:\n" + b"".join(b"  - name: s%d\n" % i for i in range(n))
    ),
    "aliases": lambda n: b"image: &i a/b:1\n" + b"".join(b"a%d: *i\n" % i for i in range(n)),
    "anchors": lambda n: b"image: a/b:1\n" + b"".join(b"a%d: &a%d {b: c}\n" % (i, i) for i in range(n)),
    "one anchor many times": lambda n: b"image: &i a/b:1\n" + b"x: &i {y: *i}\n" * n,
    "merged mappings": lambda n: b"x: &a {image: a/b:1}\ny:\n" + b"- {<<: *a, c: 1}\n" * n,
    "merge keys in one mapping": lambda n: b"x: &a {image: a/b:1}\ny:\n" + b"  <<: *a\n" * n,
    "a merged list": lambda n: (
        b"".join(b"x%d: &a%d {image: a/b:1, k%d: v}\n" % (i, i, i) for i in range(n))
        + b"y: {<<: [%s]}\n" % b", ".join(b"*a%d" % i for i in range(n))
    ),
    "a chain of merge keys": lambda n: (
        b"x0: &a0 {image: a/b:1}\n" + b"".join(b"x%d: &a%d {<<: *a%d}\n" % (i, i, i - 1) for i in range(1, n))
    ),
    "a chain of merge keys that adds keys": lambda n: (
        b"x0: &a0 {image: a/b:1}\n"
        + b"".join(b"x%d: &a%d {<<: *a%d, k%d: a/b:%d}\n" % (i, i, i - 1, i, i) for i in range(1, n))
    ),
    "a large mapping that is merged often": lambda n: (
        b"x: &a {image: a/b:1, " + b", ".join(b"k%d: v" % i for i in range(n)) + b"}\ny:\n" + b"- {<<: *a}\n" * n
    ),
    "containers that merge a large mapping": lambda n: (
        b"x: &a {" + b", ".join(b"k%d: v" % i for i in range(n)) + b"}\n" + POD + b"  - {image: a/b:1, <<: *a}\n" * n
    ),
    "lines of a script": lambda n: b"kind: X\nrun: |\n" + b"  docker run --image=quay.io/a/b:1 x\n" * n,
    "JSON in quotes": lambda n: b"kind: X\na: '[" + b'{"image":"a/b:1"},' * n + b"1]'\n",
    "a document in a ConfigMap": lambda n: b"kind: ConfigMap\ndata:\n  x: |\n    l:\n" + b"    - image: a/b:1\n" * n,
    "escapes": lambda n: b'kind: X\na: "' + b"image: quay.io/a/b:1\\n" * n + b'"\n',
    "Secrets": lambda n: b"kind: Secret\ndata:\n" + b"".join(b"  k%d: aW1hZ2U6IGEvYjoxCg==\n" % i for i in range(n)),
    "old line endings": lambda n: b"a: b\r" * n + b"image: a/b:1\r",
    "directives": lambda n: b"%YAML 1.1\n---\nimage: a/b:1\n...\n" * n,
    "what looks like directives": lambda n: b"---\na: |\n  x\n%TAG ! a\n" * n,
    "markers": lambda n: b"---\n" * n,
    "source comments": lambda n: b"---\n# Source: a/templates/b.yaml\nimage: a/b:1\n" * n,
    "a word that is image again and again": lambda n: b"kind: ConfigMap\ndata:\n  x: " + b"image" * n + b"\n",
    "a name that is image again and again": lambda n: b"kind: ConfigMap\ndata:\n  x: " + b"image_" * n + b"\n",
    "a name in camel case": lambda n: b"kind: ConfigMap\ndata:\n  x: " + b"xImage" * n + b"\n",
    "lines that look like directives": lambda n: b"image: a/b:1\n" + b"%YAML 1\n\n" * n + b"x: 1\n---\nimage: a/b:1\n",
    "aliases to earlier documents": lambda n: b"---\nz: &x 1\n" + b"---\n# &x\nimage: a/b:1\ny: *x\n" * n,
    "flags behind full stops": lambda n: b"kind: ConfigMap\ndata:\n  x: |\n    image: " + b".-a" * n + b"\n",
    "exclamation marks": lambda n: b"image: a/b:1\nx: a" + b"!" * n + b" b\n",
    "documents in one piece": lambda n: b"image: a/b:1\r---\r" * n,  # Helm cuts at line feeds alone
    "texts in one piece": lambda n: b"image: a/b:1\r---\r" + b"image\r---\r" * n,
    "pods on one line": lambda n: (
        b"{kind: List, items: [" + b"{kind: Pod, spec: {containers: [{image: 'a/b:1'}]}}, " * n + b"]}\n"
    ),
    "pull secrets on one line": lambda n: (
        b"{kind: List, items: ["
        + b"{kind: Pod, spec: {imagePullSecrets: [{name: s}], containers: [{image: 'a/b:1'}]}}, " * n
        + b"]}\n"
    ),
    "custom resources in a list": lambda n: (
        b"kind: List\nitems:\n"
        + b"- {apiVersion: monitoring.coreos.com/v1, kind: Prometheus, spec: {image: 'quay.io/a/b:1'}}\n" * n
    ),
    "repositories in one mapping": lambda n: (
        # Not more names than keys.py remembers, or from there on each would be taken apart again.
        b"image: a/b:1\nx:\n" + b"".join(b"  a%dRepository: quay.io/a/b\n" % (i % 6_000) for i in range(n))
    ),
    "a text in a Secret": lambda n: (
        b"kind: Secret\ndata:\n  k: " + base64.b64encode(b"docker run --image=quay.io/a/b:1 x\n" * n) + b"\n"
    ),
    "aliases of a text": lambda n: b"x: &t |\n" + b"  a line\n" * n + b"image: a/b:1\ny:\n" + b"- *t\n" * n,
    "aliases of a text as fields": lambda n: (
        b"x: &t |\n" + b"  a line\n" * n + b"image: a/b:1\n" + b"".join(b"k%d: *t\n" % i for i in range(n))
    ),
    "aliases of a large mapping": lambda n: (
        b"image: a/b:1\nx: &a {" + b", ".join(b"k%d: v" % i for i in range(n)) + b"}\ny:\n" + b"- *a\n" * n
    ),
    "aliases of a list of containers": lambda n: (
        b"x: &c [" + b"{image: a/b:1}, " * n + b"]\ny:\n" + b"- {containers: *c}\n" * n
    ),
    "aliases to a large node of another document": lambda n: (
        b"---\nx: &l [" + b"1, " * n + b"]\n---\nimage: a/b:1\ny:\n" + b"- *l\n" * n
    ),
    "names of files on one line": lambda n: (
        b"image: a/b:1\nx: [" + b"{postrenderer.helm.sh/postrender-filename: a/templates/b.yaml}, " * n + b"]\n"
    ),
}
REFUSED = {"unclosed brackets", "an unclosed quote", "lines that look like directives"}
"""What is no YAML."""
TOO_LARGE = {
    "merge keys in one mapping",
    "a merged list",
    "a chain of merge keys",
    "a chain of merge keys that adds keys",
    "a large mapping that is merged often",
    "containers that merge a large mapping",
    "aliases of a large mapping",
    "aliases of a list of containers",
    "aliases to a large node of another document",
}
"""What is refused beyond 1,000 entries that one mapping merges, or 100,000 that merge keys and aliases repeat."""


REPORTED = ("documents", "containers", "pods in a list", "aliases", "anchors", "merged mappings", "Secrets")


@pytest.mark.slow
@pytest.mark.effort
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the child starts no thread and takes no lock
@pytest.mark.parametrize(
    ("name", "reports"), [*((name, False) for name in GROWING), *((name, True) for name in REPORTED)]
)
def test_time_grows_no_faster_than_the_input(name: str, reports: bool) -> None:  # noqa: FBT001  # a row of the table
    """CPU; other work on the machine only ever adds to it, so the least of several runs of each size counts."""
    pytest.importorskip("resource")
    if name == "levels of lists" and not yaml.__with_libyaml__:
        pytest.skip("PyYAML's Python code asks every open bracket about each token")

    least: dict[int, float] = {}

    def seconds(size: int) -> float:
        """What a run takes beyond that of an empty stream, as the shortest runs so far say."""
        code, took = in_a_fork(GROWING[name](size), reports=reports)
        assert code in ((0, 1) if name in REFUSED | TOO_LARGE else (0,))
        least[size] = min(took, least.get(size, took))
        return least[size] - least.get(0, 0.0)

    seconds(0)
    size = 250 if name in TOO_LARGE else 100  # TIMES that is beyond the limits
    while seconds(size) < ENOUGH:
        size *= 2
        if size > 64_000:
            return  # tens of thousands of these cost next to nothing
    for _ in range(ROUNDS):
        seconds(0)
        small, large = seconds(size), seconds(TIMES * size)
        if large < MOST * small:
            return
        if large > HOPELESS * small:
            break
    pytest.fail(f"{size}: {small:.2f} s, {TIMES * size}: {large:.2f} s")


def in_a_fork(raw: bytes, *, reports: bool) -> tuple[int, float]:
    """Run the filter in a fork of this process, which need not start Python and remembers nothing of other runs.

    Returns:
        The exit code, and the seconds of CPU.
    """
    child = os.fork()
    if not child:
        gc.disable()  # as the filter's own process does
        code = 3
        try:
            report.as_json(rewrite(raw, settings(report="report.json"))) if reports else rewrite(raw, settings())
            code = 0
        except AcregError as error:
            code = error.exit_code
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
