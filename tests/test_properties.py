"""What holds for every stream, whoever wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import effort
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st
from rendering import PRIVATE, REGISTRY, SECRET, SOURCE, patched, render, run, settings, summary, values, without_added
from styles import Stream, stream

from postrenderer.errors import AcregError, InternalError
from postrenderer.images.relocation import Rule
from postrenderer.rewrite import rewrite
from postrenderer.sites import hints

if TYPE_CHECKING:
    from random import Random

pytestmark = [pytest.mark.usefixtures("loader"), pytest.mark.slow]

examples = effort.examples(15)

PIECES = (
    "image: ", "image", "containers:\n", "- image: nginx:1\n", "containers: [{image: 'a:1'}]",
    "imagePullSecrets:", "imagePullSecrets: []", "name: ", "spec:\n  ", "kind: List\n",
    "kind: CustomResourceDefinition\n", "items:", "env:", "kind: Secret\n", "data:", "kind: ServiceAccount\n",
    "args:", "value: ", "a/b:1", f"{SOURCE}/x:1", f"{PRIVATE}/z:1", "bmdpbng6MQ==", "{{ .x }}", "0644", "null",
    "~", "é", "😀", "\n", "\r\n", "\r", "\n  ", "\n- ", "\n  - ", " ", "- ", "[", "]", "{", "}", ", ", ": ",
    "? ", "&a ", "*a", "&a\n", "<<: ", "<<: *a\n", "!!str ", "!x ", "|", "|+2\n", ">-\n  ", "'", '"', "\\",
    "\\n", "\\x6e", "\\u0061", "# c", " # c\n", "---\n", "\n---\n", "...\n", "%YAML 1.1\n", "\t", "\x85",
    "\u2028", "\ufeff", "\xa0", "\0",
)  # fmt: skip

texts = st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
streams = st.randoms(use_true_random=False)
damages = st.tuples(st.floats(0, 1), st.integers(0, 5), st.sampled_from(PIECES))


def strings(value: Any) -> list[str]:  # noqa: ANN401  # what YAML can hold
    """All scalars of a document that are no keys."""
    if isinstance(value, (dict, list)):
        items = value.values() if isinstance(value, dict) else value
        return [found for item in items for found in strings(item)]
    return [str(value)]


def check(text: str) -> None:
    """Post-render any text; it is refused in plain words, or comes out as its report says."""
    try:
        output = render(text, service_accounts=True)
    except InternalError:
        raise
    except AcregError as error:
        assert "\n" not in str(error)  # noqa: PT017  # any that is raised
        return
    if SECRET not in output and PRIVATE not in output and "*" not in text:
        assert output == text


@examples
@given(texts)
@example(">\n\xa0{")
@example("image: a:1\nx: &a [*a]\n")
@example("\ufeff\ufeffimage: a/b:1")
def test_any_text(text: str) -> None:
    check(text)


@examples
@given(
    st.binary(max_size=60) | texts.map(lambda text: text.encode("utf-16")) | texts.map(lambda text: text.encode()[:-1])
)
def test_any_bytes(raw: bytes) -> None:
    try:
        result = run(raw)
    except InternalError:
        raise
    except AcregError:
        return
    output = b"".join(result.output)
    assert b"".join(run(output).output) == output


@examples
@given(
    streams, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5), st.sampled_from(PIECES)), min_size=1, max_size=3)
)
def test_any_text_that_was_once_a_stream(rnd: Random, damage: list[tuple[float, int, str]]) -> None:
    text = stream(rnd).text
    for share, length, piece in damage:
        at = int(len(text) * share)
        text = text[:at] + piece + text[at + length :]
    check(text)


@examples
@given(streams)
def test_every_reference_moves_whatever_the_style(rnd: Random) -> None:
    made = stream(rnd)
    output, reported = values(render(made.text)), summary(made.text)
    found = strings(output)
    assert not [reference for reference in made.references if reference in found]
    assert sum(text.startswith(f"{PRIVATE}/") for text in found) >= len(made.references) - made.embedded
    assert not [reference for reference in made.references if any(stands_in(reference, text) for text in found)]
    assert {image["from"] for image in reported["images"]} == set(made.references)
    assert reported["left"] == []
    withheld = {change["document"]["index"] for change in reported["documents"] if "withheld" in change}
    assert len(withheld) <= made.embedded
    told = zip(output, patched(made.text, reported))
    assert all(new == by_patch for index, (new, by_patch) in enumerate(told) if index not in withheld)
    assert len(pod_secrets(output)) >= made.pods
    assert all(names.count(SECRET) == 1 for names in pod_secrets(output))


def stands_in(reference: str, text: str) -> bool:
    """Tell whether a text has a reference as a whole, not in a comment about it."""
    return "\n" in text and bool(re.search(rf"(?<![\w./:@-]){re.escape(reference)}(?![\w./:@-])", text))


def pod_secrets(value: Any) -> list[list[str]]:  # noqa: ANN401  # what YAML can hold
    """The names of the pull secrets of each pod spec."""
    if not isinstance(value, (dict, list)):
        return []
    found = [names for item in (value.values() if isinstance(value, dict) else value) for names in pod_secrets(item)]
    if isinstance(value, dict) and "containers" in value:
        found.append([secret["name"] for secret in value["imagePullSecrets"]])
    return found


@examples
@given(streams)
def test_nothing_but_references_and_secrets_changes(rnd: Random) -> None:
    made = stream(rnd, nulls=False)
    assume(SECRET not in made.text)
    before = unreferenced(made.text, made)
    assert unreferenced(render(made.text, pull_secrets=()), made) == before
    assert without_added(unreferenced(render(made.text), made)) == without_added(before)


def unreferenced(text: str, made: Stream) -> str:
    """A text without its references, moved or not, however they are escaped."""
    references = {image[end] for image in summary(made.text)["images"] for end in ("to", "from")}
    for reference in sorted(references, key=len, reverse=True):  # one may stand within another
        text = re.sub("".join(rf"(?:{re.escape(c)}|\\[uU]0*{ord(c):x})" for c in reference), "IMAGE", text)
    return text


HOSTS = ("docker.io", "quay.io", "localhost:5000", "10.0.0.1:5000", "[::1]:5000", REGISTRY)
PATHS = ("", "/library", "/library/nginx", "/a", "/a/b", "/appcircle", "/bitnami")
prefixes = st.builds("{}{}".format, st.sampled_from(HOSTS), st.sampled_from(PATHS))
wishes = st.fixed_dictionaries(
    {},
    optional={
        "registry": st.sampled_from(HOSTS),
        "repository_path": st.sampled_from([path.strip("/") for path in PATHS]),
        "pull_secrets": st.sampled_from([(), ("regcred",), ("b", "a")]),
        "sources": st.lists(prefixes, max_size=2).map(tuple),
        "rules": st.lists(st.builds(Rule, prefixes, prefixes | st.just("hub")), max_size=2).map(tuple),
        "keep": st.lists(prefixes, max_size=2).map(tuple),
        "others": st.sampled_from(["rewrite", "keep", "fail"]),
        "keep_host": st.booleans(),
        "strict": st.booleans(),
        "service_accounts": st.booleans(),
        "confidence": st.sampled_from(["certain", "strong"]),
        "secrets": st.booleans(),
    },
)


@examples
@given(streams, wishes)
def test_a_second_pass_changes_nothing_whatever_is_asked_for(rnd: Random, changes: dict[str, Any]) -> None:
    try:
        wanted = settings(**changes)
        output = b"".join(rewrite(stream(rnd).text.encode(), wanted).output)
    except InternalError:
        raise
    except AcregError:
        return
    assert b"".join(rewrite(output, wanted).output) == output


KEYS = (
    "image", "img", "Image", "IMAGE_TAG", "proxyImage", "containers", "initContainers", "name", "value",
    "repository", "repo", "registry", "hub", "tag", "version", "env", "args", "command", "data", "kind", "url",
    "spec",
)  # fmt: skip
VALUES = (
    "nginx", "nginx:1", "a/b", "a/b:1", "quay.io/c/d", "quay.io/c/d:1", f"{SOURCE}/x:1", f"see {SOURCE}/y",
    f"{PRIVATE}/z", "v1.2", "registry:5000/e", "localhost/f", "Secret", "ConfigMap", "bmdpbng6MQ==",
    "--image=a/b:1", "@sha256:" + "0" * 64, "image: a/b:1\nx: y\n", '{"image": "a/b:1"}', "", "grün",
)  # fmt: skip
nested = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


forms = st.fixed_dictionaries(
    {
        "default_style": st.sampled_from([None, '"', "'", "|"]),
        "default_flow_style": st.booleans(),
        "width": st.sampled_from([20, 1000]),
    }
)


@examples
@given(nested, forms)
def test_a_document_that_is_passed_over_comes_out_as_if_it_were_read(value: object, form: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, **form)
    outcome = rendered_or_refused(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hints, "hints", lambda *_: hints.EVERYWHERE)
        assert rendered_or_refused(text) == outcome


def rendered_or_refused(text: str) -> bytes | str:
    try:
        return b"".join(rewrite(text.encode(), settings(strict=True)).output)
    except AcregError as error:
        return str(error)
