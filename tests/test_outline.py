from __future__ import annotations

import os
from itertools import chain
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rendering import render, settings

from postrenderer import candidates, composer, stream
from postrenderer.errors import AcregError
from postrenderer.outline import Outline, outline
from postrenderer.pipeline import post_render
from postrenderer.sites import keys

LONG = "some words that say nothing and are long enough to be cut out of a text"


def cut(text: str) -> Outline:
    """The outline of a text, in which the word `image` is the only hint."""
    raw = text.encode()
    return outline(raw, [at for at in range(len(raw)) if raw.startswith(b"image", at)])


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        (f"a:\n  b: {LONG}\nimage: x\n", "a:\nimage: x\n"),
        (f"image: x\na:\n  b: {LONG}\n", "image: x\na:\n"),
        (f"image: x\na:\n  b: {LONG}", "image: x\na:\n"),
        (f"a:\n- b: {LONG}\n- c\nimage: x\n", "a:\n-\nimage: x\n"),
        (f"a:\n  # why\n\n  - b: {LONG}\n  - c\nimage: x\n", "a:\n  # why\n\n  -\nimage: x\n"),
        (f"- a:\n    b: {LONG}\n  image: x\n", "- a:\n  image: x\n"),
        (f"- - a:\n    - {LONG}\n    image: x\n", "- - a:\n    -\n    image: x\n"),
        (f"a:\n  b: {LONG}\n# of c\n  c: d\nimage: x\n", "a:\nimage: x\n"),
        (f"image: x\na: |\n  {LONG}\n  {LONG}\nb: c\n", "image: x\na: |\nb: c\n"),
        (f"image: x\na:\n- >- # folded\n  {LONG}\n  {LONG}\n- image\n", "image: x\na:\n- >- # folded\n- image\n"),
        (f"image: x\n'a b': !!str |2\n    {LONG}\n\n   # {LONG}\nb: c\n", "image: x\n'a b': !!str |2\nb: c\n"),
    ],
)
def test_what_holds_no_hint_is_cut_out(whole: str, kept: str) -> None:
    part = cut(whole)
    assert part.text == kept
    assert part.whole([]) == whole


@pytest.mark.parametrize(
    "text",
    [
        f"image:\n  a:\n    b: {LONG}\n",  # what is below the name of an image
        f"a:\n  b: {LONG}\n  image: x\n",
        f"a: |\n  {LONG}\n  {LONG}\n  image\n",
        f"a: |\n  image\n  b:\n    {LONG}\n",  # not the lines of a block scalar
        f"image: x\na: |-\n  {LONG.replace(' ', '-')}\n",  # as may be a tag, or a reference behind a flag
        f"image: x\nappVersion: |\n  {LONG}\n",
        f"image: x\na:\n  # why\n  {LONG}\n",
        f"kind:\n  image: x\n  apiVersion:\n    a: {LONG}\n",
        f"image: # of more\n  a:\n  - {LONG}\n",
        f'"image":\n  a:\n  - {LONG}\n',
        f'image: x\na:\n  b: {{"c":*d}}\n  e: {LONG}\n',
        f"image: x\na:\n  b:\t*d\n  e: {LONG}\n",
        f"{{image: x,\n  a:\n    {LONG}}}\n",
        f"image: x\na: [b, # ]\n  c:\n    {LONG}]\n",
        f"image: &a x\nb:\n  c: *a\n  d: {LONG}\n",
        f"image: x\n? a:\n    - {LONG}\n: b\n",
        f'image: x\na: "b\n  c:\n    d: {LONG}\n  e"\n',
        f"image: x\na: 'b\n  c:\n    d: {LONG}\n  e'\n",
        f"image: x\na: [b,\n  c:\n    {LONG}]\n",
        f"image: x\na: {{b:\n  c,\n  d:\n    {LONG}}}\n",
        f"image: x\na:\n\tb: {LONG}\n",
        f"image: x\r\na:\r\n  b: {LONG}\r\n",
        f"image: x\na:\n  b: {LONG}\u2028\n",
        f"image: x\na:\n  b: {LONG}\n...\nc: d\n",
        f"%YAML 1.1\n---\nimage: x\na:\n  b: {LONG}\n",
        f"--- |\n  image\n  a:\n    {LONG}\n    {LONG}\n",
        f"image: x\na: b |\n  c:\n    {LONG}\n",
    ],
)
def test_nothing_is_cut_out_where_lines_may_be_something_else(text: str) -> None:
    assert cut(text) == Outline(text, [])


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        (
            (
                f"spec:\n  replicas: 1\n  selector:\n    a: {LONG}\n"
                f"  template:\n    metadata:\n      b: {LONG}\n    spec:\n"
                f"      serviceAccountName: x\n      dnsPolicy: None\n      securityContext:\n        c: {LONG}\n"
                '      containers:\n      - image: a/b:1\n        imagePullPolicy: "Always"\n'
                f"        env:\n        - {LONG}\n"
            ),
            "spec:\n  template:\n    spec:\n      containers:\n      - image: a/b:1\n",
        ),
        (
            f"spec:\n  - imagePullPolicy: Always\n    env:\n    - {LONG}\n    image: a/b:1\n",
            "spec:\n  - imagePullPolicy: Always\n    image: a/b:1\n",
        ),
        (
            f"spec:\n  image: a/b:1\n  hostname: x\n  env:\n  - {LONG}\n",
            "spec:\n  image: a/b:1\n  hostname: x\n",
        ),
        (
            f"template:\n  metadata:\n    a: {LONG}\n  spec:\n    image: a/b:1\n",
            "template:\n  metadata:\n  spec:\n    image: a/b:1\n",
        ),
        (
            f"spec:\n  image: a/b:1\n  env:\n  - {LONG}\n  x:\n    dnsPolicy: A\n  replicas: 1\n  args:\n  - {LONG}\n",
            "spec:\n  image: a/b:1\n",
        ),
        (
            f"spec:\n  image: a/b:1\n  env:\n  - {LONG}\n  version: {LONG}\n",
            f"spec:\n  image: a/b:1\n  version: {LONG}\n",
        ),
    ],
)
def test_keys_of_workloads_go_with_their_values_and_idle_lines(whole: str, kept: str) -> None:
    head = "apiVersion: apps/v1\nkind: Deployment\n"
    raw = (head + whole).encode()
    part = outline(raw, candidates.hints(raw) or [])
    assert part.text == head + kept
    assert part.whole([]) == head + whole
    same(head + whole)


def test_keys_of_other_objects_stay() -> None:
    text = f"apiVersion: acme.dev/v1\nspec:\n  image: a/b:1\n  replicas: 1\n  env:\n  - {LONG}\n"
    part = outline(text.encode(), candidates.hints(text.encode()) or [])
    assert part.text == "apiVersion: acme.dev/v1\nspec:\n  image: a/b:1\n  replicas: 1\n  env:\n  -\n"


def test_edits_of_the_outline_go_where_they_belong_in_the_whole() -> None:
    whole = f"a:\n  b: {LONG}\nimage: x\nc:\n- {LONG}\nimages: y\n"
    part = cut(whole)
    at = part.text.index("image: x")
    edits = [
        part.cuts[0]._replace(start=at, end=at, text="new: 1\n"),
        part.cuts[0]._replace(start=at + 7, end=at + 8, text="z"),
    ]
    expected = whole.replace("image: x", "new: 1\nimage: z")
    assert part.whole(edits) == expected


BLOCKS = (
    "labels:\n  app: x\n  more: {0}\n",
    "list:\n- {0}\n- b: c\n  d: e\n",
    "list:\n  - {0}\n  - image: a/b:1\n    other:\n      x: {0}\n",
    "script: |\n  if x:\n    {0}\n\n  {0} {0}\n",
    "script: |-\n  image: a/b:1\n  other:\n    deep: {0}\n",
    "folded: >\n  {0}\n  {0}\n# a comment\n",
    'quoted: "{0}\n  key:\n    {0}\n"\n',
    "quoted: 'it''s {0}\n  key:\n    {0}'\n",
    'flow: {{a: {0},\n  b: [image, "}}",\n  key:\n    {0}]}}\n',
    "plain: {0}\n  more {0}\n  and image\n",
    "image: a/b:1\n",
    "images: # all\n  more:\n  - ghcr.io/a/b\n  - {0}\n",
    "tag:\n  # {0}\n  1.2\n",
    "version: >-\n  {0}\n",
    "registry: quay.io\nrepository: a/b\n",
    "env:\n- value: |\n    x=ghcr.io/a/b\n    {0}\n  name: X_IMAGES\n",
    "command:\n- crane\n- {0}\nargs: [--image=a/b:1]\n",
    "imagePullSecrets: null\ntolerations:\n    # {0}\n    - {0}\n",
    "anchored: &x\n  y: {0}\nalias: *x\n",
    "? explicit:\n    {0}\n: image\n",
    "'quoted key':\n  x: {0}\n",
    "# only: a comment\n\n",
    "containers:\n- name: x\n  image: a/b:1\n  env:\n  - name: a\n    value: {0}\n  args: [\"--a\", '{{b}}']\n",
    "spec:\n  containers:\n  - image: a/b:1\n    resources:\n      limits:\n        x: {0}\n  volumes:\n  - a: {0}\n",
)
LINES = st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=6)


@given(LINES, st.integers(0, 3), st.booleans())
def test_an_outline_reads_as_the_whole_does(blocks: list[str], depth: int, listed: bool) -> None:  # noqa: FBT001  # hypothesis
    text = "".join(block.format(LONG) for block in blocks)
    for level in range(depth):
        prefix, rest = ("- ", "  ") if listed and level == 0 else (f"key{level}:\n  ", "  ")
        text = (
            prefix + "".join(rest + line if line.strip() else line for line in text.splitlines(keepends=True)).lstrip()
        )
    check(text.encode())
    same(text)


FIELDS = st.sampled_from(
    (
        *(f"{field}: x" for field in ("imagePullPolicy", "replicas", "dnsPolicy", "serviceAccountName", "name")),
        *("image: a/b:1", "tag: 1", f"args:\n- {LONG}", f"volumes:\n  - {LONG}\n  - b: c", f"labels:\n  a: {LONG}"),
    )
).map(str.splitlines)
MAPPINGS = st.recursive(
    FIELDS,
    lambda inner: st.builds(
        lambda key, mark, lines: [f"{key}:", *(("  ", mark)[not at] + line for at, line in enumerate(chain(*lines)))],
        st.sampled_from(("spec", "template", "metadata", "containers", "env", "affinity")),
        st.sampled_from(("  ", "  ", "- ")),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=20,
)


@given(st.lists(MAPPINGS, min_size=1, max_size=3))
def test_the_outline_of_a_workload_reads_as_the_whole_does(mappings: list[list[str]]) -> None:
    lines = ["apiVersion: apps/v1", "kind: Deployment", *chain(*mappings)]
    same("".join(line + "\n" for line in lines))


@pytest.mark.skipif("ACREG_CORPUS" not in os.environ, reason="ACREG_CORPUS names no folder with real renders")
def test_outlines_of_real_renders_read_as_the_whole_does() -> None:
    cuts = 0
    for file in Path(os.environ["ACREG_CORPUS"]).glob("rendered/*.yaml"):
        for document in stream.documents(file.read_bytes()):
            if candidates.may_hold_images(document.raw()):
                cuts += check(document.raw())
    assert cuts > 2500


def check(raw: bytes) -> int:
    """See that the outline of a document differs from the whole only in what was cut; return how often it was cut."""
    hints = candidates.hints(raw)
    if hints is None:
        return 0
    part = outline(raw, hints)
    assert part.whole([]).encode() == raw
    try:
        whole = composer.compose(raw.decode()).roots
    except yaml.YAMLError:
        return 0  # what is broken may look right when the broken part is cut out
    pairs = list(zip(composer.compose(part.text).roots, whole))
    assert len(pairs) == len(whole)
    while pairs:
        mine, theirs = pairs.pop()
        if isinstance(mine, yaml.ScalarNode) and not mine.value:
            continue  # it was empty or is now
        assert type(mine) is type(theirs)
        if isinstance(mine, yaml.ScalarNode):
            assert mine.value == theirs.value
        elif isinstance(mine, yaml.SequenceNode):
            emptied = len(mine.value) == 1 and not mine.value[0].value
            assert emptied or len(mine.value) == len(theirs.value)
            pairs += [] if emptied else zip(mine.value, theirs.value)
        else:
            kept = list(mine.value)
            for key, value in theirs.value:
                if kept and (kept[0][0].value == key.value or not isinstance(key, yaml.ScalarNode)):
                    pairs.append((kept.pop(0)[1], value))
                else:
                    words = set(keys.words(key.value))
                    idle = key.value in {"imagePullPolicy", "serviceAccountName"}
                    assert idle or {"name", "value", "tag", "image", "kind"}.isdisjoint(words)
            assert not kept
            assert mine.value or not theirs.value
    return len(part.cuts)


@pytest.mark.parametrize(
    "text",
    [
        f"env:\n- name: X_IMAGES\n  value: |\n    1=ghcr.io/a/b\n    {LONG}\n",
        f"registry: quay.io\nrepository: a/b\nversion: |\n  {LONG}\n",
        f"args:\n- --image # why\n- |\n  {LONG}\n- --repository=a/b\n- --tag=1\n",
        f"args:\n- --registry=quay.io\n- --repository=a/b\n- --version\n# why\n- |\n  {LONG}\n",
        f"command:\n- skopeo\n- {LONG}\nargs:\n- --image=quay.io/a/b:1\n",
        'kind: "\\x53ecret"\nimage: a/b\ndata:\n  a: aW1hZ2U6IGEvYjoxCg==\n  b: aW1hZ2U6IHF1YXkuaW8vYWNtZS9hcHA6MQo=\n',
        f"kind: Pod\ntolerations:\n    !!seq\n    - {LONG}\ncontainers:\n- image: a/b:1\n",
        f"image: a/b:1\nlabels:\n  x:\t*x\n  more: {LONG}\n",
        f"apiVersion: v1\nspec:\n- containers:\n  - image: a/b:1\n  dnsPolicy: None\n  volumes:\n  - {LONG}\n",
        f"apiVersion: v1\nspec:\n- containers:\n  - image: a/b:1\n  volumes:\n  - {LONG}\n",
    ],
)
def test_what_stands_beside_an_image_counts(text: str) -> None:
    same(text)


def same(text: str) -> None:
    assert outcome(text, listed=False) == outcome(text, listed=True)


def outcome(text: str, *, listed: bool) -> bytes | str:
    try:
        return b"".join(post_render(text.encode(), settings(), listed=listed).output)
    except AcregError as error:
        return str(error)


@pytest.mark.parametrize(
    "broken",
    [
        "image: a/b:1\nlabels:\n  x: [\n",
        f"image: a/b:1\nlabels:\n  a: {LONG}\n b: c\n",
        'containers:\n- image: a/b:1\nlabels:\n  x: "\n',
    ],
)
def test_what_cannot_be_read_by_its_outline_is_explained_by_the_whole(broken: str) -> None:
    with pytest.raises(Exception, match="is not valid YAML"):
        post_render(broken.encode(), settings(), listed=False)


def test_pull_secrets_are_indented_as_the_lists_that_were_cut_out() -> None:
    text = dedent(
        f"""\
        apiVersion: monitoring.coreos.com/v1
        kind: Prometheus
        spec:
          image: quay.io/a/b:1
          list:
          - {LONG}
        """
    )
    same(text)
    assert "\n  - name: containerregistry\n" in render(text)
