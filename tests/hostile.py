"""Workloads whose images are hidden from a reader that skips documents, or that reads YAML otherwise than Go does.

Each stream is made at random from many small disguises. Some streams are not YAML any more, and some have no image: a
real Helm says which images are read. The images in the open are private, so that a hidden one decides alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disguise import Fields, Writer
from rendering import PRIVATE

if TYPE_CHECKING:
    from random import Random

    from disguise import Tree

OPEN = f"{PRIVATE}/ok:1"
"""An image that may be seen."""
HIDDEN = (
    "evil.io/x:1",
    "nginx",
    "myapp",
    "docker.io/library/redis:7",
    "quay.io/a/b@sha256:" + "0" * 64,
    f"{PRIVATE}.evil.io/x",
    "2001-01-01",
)
KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("v1", "Pod", ("spec",)),
    ("v1", "PodTemplate", ("template", "spec")),
    ("apps/v1", "Deployment", ("spec", "template", "spec")),
    ("batch/v1", "CronJob", ("spec", "jobTemplate", "spec", "template", "spec")),
)
CONDITIONS = (
    ("constraints.gatekeeper.sh/v1beta1", "Allowed"),
    ("policies.kyverno.io/v1", "ImageValidatingPolicy"),
    ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("kyverno.io/v1", "ClusterPolicy"),
    ("argoproj.io/v1alpha1", "Workflow"),
)
"""Objects in which images are no images that are pulled."""
SCHEMA = "kind: CustomResourceDefinition"
PREFIXES = (
    f'x: "\n{SCHEMA}\n"\n',
    f"x: '\n\n{SCHEMA}\n\n'\n",
    f"x: [a,\n{SCHEMA}\n]\n",
    f"x: {{a: b,\n{SCHEMA}\n}}\n",
    f"{SCHEMA}\nmetadata: {{}}\n",
    f"\n{SCHEMA}\n",
    f"# c\n{SCHEMA}\nspec: {{}}\n",
    f"apiVersion: apiextensions.k8s.io/v1\n{SCHEMA}\nmetadata:\n  name: x\nspec:\n  versions: []\nstatus: {{}}\n",
    f"x: |\n  {SCHEMA}\n",
    f"# {SCHEMA}\n",
    f"x: y\n#\r{SCHEMA}\n",
)
"""What may stand before the fields of a workload, and looks like a schema."""
PIECES = (
    f"apiVersion: apiextensions.k8s.io/v1\n{SCHEMA}\nmetadata:\n  name: x\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n",
    "x: |\n  text\n",
    "# nothing\n",
    "a: &i image\nb: &v nginx\n",
    "",
)
"""Documents before the workload."""
MARKERS = (
    "---\n",
    "---\n",
    "---",
    "--- ",
    "---\t",
    "--- # c\n",
    "---#\n",
    "---\r",
    "---\xa0",
    "---\x0b",
    "---\ufeff",
    "---\n\ufeff",
    "---\n---\n",
    "...\n---\n",
    "---\n--- ",
    "\r---\n",
    "---\x85",
    "---\n%YAML 1.1\n---\n",
    "%TAG !b! tag:yaml.org,2002:\n--- # c\n",
    "\ufeff---\n",
    "--- &a\n",
    "--- !!map\n",
)
FIRST_LINES = ("  x: # c\n", "\xa0 # c\n", "\xa0---\t# c\n", "\ufeff  x: 1\n", "  x: 1\n")
"""Lines of which Helm takes off what is in front, so that they belong to the document, or to none."""
SIGNS = ("#", "#", "'", '"', "x", "- ", "\ufeff", " ")
BUFFER = 512
"""Bytes that go-yaml reads at once."""
BREAKS = ("\r\n", "\r\n", "\r", "\x85", "\u2028", "\u2029")


def stream(rnd: Random) -> str:
    """Write a stream of one to three documents, of which the last is a workload.

    Args:
        rnd: decides.

    Returns:
        Text that may hold surrogates for bytes that are not UTF-8, as the error handler `surrogateescape` makes them.
    """
    text = _document(rnd)
    if rnd.random() < 0.05:
        text = _in_utf_16(rnd, text)
    if rnd.random() < 0.06:  # a marker behind a line break that is none for Helm
        line_break = rnd.choice(BREAKS[2:])
        handle, prefix = rnd.choice((("!b!", "tag:yaml.org,2002:"), ("!", "tag:yaml.org,2002:"), ("!!", "tag:x.org:")))
        text = f"%TAG {handle} {prefix}{line_break}---{line_break}" + text.replace("!!", handle)
    if rnd.random() < 0.05:
        text = rnd.choice(FIRST_LINES) + text
        if rnd.random() < 0.3:  # line breaks of YAML, which Helm's splitter does not know
            text = text.replace("\n", rnd.choice(BREAKS[2:]))
    if rnd.random() < 0.05:
        text = _behind_a_mark(rnd, text)
    for _ in range(rnd.choice((0, 0, 1, 1, 2))):
        marker = rnd.choice(MARKERS[:1] if rnd.random() < 0.3 else MARKERS)
        text = rnd.choice(PIECES) + marker + text
    if rnd.random() < 0.2:
        text = rnd.choice(("---\n", "\ufeff", "\n\n", "# c\n", " \n", "---")) + text
    if rnd.random() < 0.25:
        wanted = rnd.choice(BREAKS)
        some = wanted if rnd.random() < 0.7 else rnd.choice(BREAKS)
        text = (
            text.replace("\n", wanted) if rnd.random() < 0.6 else re.sub("\n", lambda _: rnd.choice(("\n", some)), text)
        )
    if rnd.random() < 0.15:
        text += rnd.choice(("...\n", "...\nkind: ConfigMap\n", "...\n{", "# end", "---\n", "\x85", "\ufeff"))
    return text


def _in_utf_16(rnd: Random, text: str) -> str:
    """A text in UTF-16 behind its byte order mark, or behind what is a comment in UTF-16, and ends with a marker."""
    if rnd.random() < 0.4:
        text = f"\udcff\udcfe#\0\x05\n---\n{text}"
        return text + "\n" * (len(text.encode("utf-8", "surrogateescape")) % 2)
    encoding, mark = rnd.choice((("utf-16-le", "\udcff\udcfe"), ("utf-16-be", "\udcfe\udcff")))
    return mark + text.encode(encoding, "replace").decode("utf-8", "surrogateescape")


def _behind_a_mark(rnd: Random, text: str) -> str:
    """A text with a byte order mark before it that may stand at the start of go-yaml's buffer.

    If it does, go-yaml skips the first sign of each line that is not indented.
    """
    before = "p" * (BUFFER * rnd.randint(1, 2) - rnd.randint(3, 6))
    return f"#{before}\n#\ufeff\n" + re.sub(r"(?m)^(?=\S)", rnd.choice(SIGNS), text)


def _document(rnd: Random) -> str:
    tree = _workload(rnd)
    writer = Writer(rnd)
    if rnd.random() < 0.15:
        body = writer.flow(tree)
        if rnd.random() < 0.3:
            body = "{" + f'x: "\n{SCHEMA}\n",\n' + body[1:]
        text = body + rnd.choice(("\n", "", "\n...\n", " # c\n"))
        return text if not writer.anchored else "{" + ", ".join(writer.anchored) + ", " + text[1:]
    body = writer.block(tree, "")
    if rnd.random() < 0.2:
        body = rnd.choice(PREFIXES) + body
    elif rnd.random() < 0.1:
        body = "".join(f" {line}" for line in body.splitlines(keepends=True))
        return "".join(f" {line}\n" for line in writer.anchored) + body
    return "".join(f"{line}\n" for line in writer.anchored) + body


def _workload(rnd: Random) -> Tree:
    version, kind, steps = rnd.choice(KINDS)
    tree = _pod(rnd)
    for depth, step in enumerate(reversed(steps)):
        pairs: list[tuple[str, Tree]] = [(step, tree)]
        if rnd.random() < 0.05:
            pairs.insert(0, (step, Fields([("containers", [])])))
        if rnd.random() < 0.06:
            pairs = [(step, Fields([("containers", [Fields([("image", OPEN)])])])), ("<<", _merged(rnd, pairs))]
        if depth < len(steps) - 1 and rnd.random() < 0.06:
            pairs = _posing(rnd) + pairs
        tree = Fields(pairs)
    pairs = [("apiVersion", version), ("kind", kind), ("metadata", Fields([("name", "x")])), *tree.pairs]
    if rnd.random() < 0.1:
        pairs = [("kind", rnd.choice(("CustomResourceDefinition", "ConfigMap", "Secret"))), *pairs]
    if rnd.random() < 0.06:
        pairs = [*_posing(rnd), *pairs[2:], ("<<", _merged(rnd, pairs[:2]))]
    if rnd.random() < 0.06:
        rnd.shuffle(pairs)
    if rnd.random() < 0.1:
        head = _posing(rnd) if rnd.random() < 0.4 else [("apiVersion", "v1"), ("kind", "List")]
        return Fields([*head, ("items", [Fields(pairs)])])
    return Fields(pairs)


def _posing(rnd: Random) -> list[tuple[str, Tree]]:
    """What makes a mapping look like an object of another kind."""
    version, kind = rnd.choice(CONDITIONS)
    return [("apiVersion", version), ("kind", kind)]


def _pod(rnd: Random) -> Fields:
    image = rnd.choice(HIDDEN)
    if rnd.random() < 0.15:
        volume = Fields([("name", "m"), ("image", Fields([("reference", image)]))])
        return Fields([("containers", [Fields([("name", "a"), ("image", OPEN)])]), ("volumes", [volume])])
    pairs: list[tuple[str, Tree]] = [("name", "a"), ("image", image)]
    style = rnd.random()
    if style < 0.15:
        pairs.insert(rnd.randrange(2), ("image", OPEN))
    elif style < 0.4:
        pairs = [("name", "a"), ("image", OPEN), ("<<", _merged(rnd, [("image", image)]))]
        if rnd.random() < 0.2:
            rnd.shuffle(pairs)
    elif style < 0.5:
        pairs = [("name", "a"), ("<<", Fields([("image", OPEN)])), ("<<", _merged(rnd, [("image", image)]))]
    elif style < 0.55:
        pairs = [*_posing(rnd), *pairs]
    elif style < 0.6:
        pairs = [("name", "a"), ("args", ["skopeo", "copy", image]), ("image", image)]
    key = rnd.choice(("containers", "containers", "containers", "initContainers", "ephemeralContainers"))
    fields: list[tuple[str, Tree]] = [(key, [Fields(pairs)])]
    if rnd.random() < 0.1:
        fields.insert(0, (key, [Fields([("image", OPEN)])]))
    if rnd.random() < 0.08:
        fields = [*_posing(rnd), *fields]
    return Fields(fields)


def _merged(rnd: Random, pairs: list[tuple[str, Tree]]) -> Tree:
    """What a merge key may lead to so that these pairs are merged."""
    style = rnd.random()
    if style < 0.2:
        return [Fields([("x", "y")]), Fields(pairs)]
    if style < 0.3:
        return Fields(
            [(key, OPEN) if key == "image" else (key, value) for key, value in pairs] + [("<<", Fields(pairs))]
        )
    if style < 0.4:
        return Fields([("<<", _merged(rnd, pairs))])
    if style < 0.43:
        return [*(Fields([("x", "y")]) for _ in range(120)), Fields(pairs)]
    if style < 0.46:
        return Fields([*((f"k{index}", "v") for index in range(1100)), *pairs])
    return Fields(pairs)
