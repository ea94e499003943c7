from __future__ import annotations

import re

import pytest

from postrenderer.errors import AcregError
from postrenderer.text import stream
from postrenderer.text.reading import Identity, read

pytestmark = pytest.mark.usefixtures("loader")


def document(text: str, number: int = -1) -> stream.Document:
    return list(stream.documents(text.encode()))[number]


def identity(text: str) -> Identity:
    return read(document(text)).identities[0]


def test_two_documents_in_a_piece() -> None:
    """Old Macintosh line ends hide a marker from the cut, not from the parser."""
    reading = read(document("a: b\r---\rc: d\r"))
    found = [reading.text[root.start_mark.index : root.end_mark.index].strip() for root in reading.roots]
    assert found == ["a: b", "c: d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: &a {b: [c, 'd']}\n---\ny: *a\n", "---\ny: {b: [c, 'd']}\n"),
        ("x: &a 1\n---\nx: &a 2\n---\ny: *a # z\n", "---\ny: 2 # z\n"),
        ("x: &a 1\n---\nz: 3\n---\ny: [*a, *a]\n", "---\ny: [1, 1]\n"),
        ("x: &aa 1\n---\nx: &a 2\n---\nx: &aa 3\n---\ny: *a\n", "---\ny: 2\n"),
        ("x: '&a'\n# &a\n---\nx: &a 1\n---\nx: '&a'\n---\ny: *a\n", "---\ny: 1\n"),
        ("x: &a 0755\n---\ny:\n- *a\n- &b z\n- *b\n", "---\ny:\n- 0755\n- &b z\n- *b\n"),
        ("x: &a {<<: {k: v}}\n---\ny:\n  <<: *a\n", "---\ny:\n  <<: {<<: {k: v}}\n"),
        ("x: &a |\n  two\n  lines\n---\ny: *a\n", '---\ny: "two\\nlines\\n"\n'),
    ],
)
def test_an_alias_to_another_document_is_written_out(text: str, expected: str) -> None:
    reading = read(document(text))
    assert reading.whole(reading.text).decode() == expected


@pytest.mark.parametrize(
    "text", ["y: *a\nx: &a 1\n", "---\ny: *a\n---\nx: &a 1\n", "x: &ab 1\n---\ny: *a\n", "x: [&a\n---\ny: *a\n"]
)
def test_an_alias_to_nothing(text: str) -> None:
    found = next(found for found in stream.documents(text.encode()) if "*" in found.text())
    with pytest.raises(AcregError, match="is not valid YAML: found undefined alias a at line "):
        read(found)


def test_an_alias_that_multiplies_beyond_measure() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefg", "bcdefgh")]
    with pytest.raises(AcregError, match=r"^document 2, near line 10 of the stream, is nested too deep or repeats"):
        read(document("\n".join(lines) + "\n---\ny: *h\n"))


def test_nesting_without_end_is_read() -> None:
    reading = read(document("- " * 3000 + "x\n"))
    assert len(reading.roots) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "---\nx: 1\n---\n# Source: web/x.yaml\nkind: Pod\nmetadata:\n  labels: {}\n  name: web\nspec: [\n",
            r"^Pod web \(document 2, from web/x\.yaml\) is not valid YAML: .* at line 10 of the stream, column 1\. ",
        ),
        (
            "a:\n\tb: c\n",
            r"^document 1 is not valid YAML: .* at line 2 of the stream, column 1\. Correct the template ",
        ),
        ("kind: \"Pod\" # x\nmetadata:\n  name: 'web'\n b: c\n", r"^Pod web \(document 1\) is not valid YAML: "),
        ("---\nx: 1\n---\na: b\n\nb: \x01\n", r"^document 2 is not valid YAML: .* at line 6 of the stream\. "),
        ("---  a: b\n     c: d\n", "^document 1 is not valid YAML: .* at line 2 of the stream"),  # nor is it to Helm
        ("metadata:\n" + "      label: x\n" * 60 + "a: [\n", "^document 1 is not valid YAML: "),
    ],
)
def test_a_document_that_is_not_yaml(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=message) as caught:
        read(document(text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected", "said"),
    [
        (
            "---\n# Source: web/templates/x.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: n\n",
            (0, "v1", "Pod", "n", "web", "web/templates/x.yaml"),
            "Pod web (document 1, from web/templates/x.yaml)",
        ),
        (
            "kind: Pod\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'web/y.yaml'",
            (0, "", "Pod", "", "", "web/y.yaml"),
            "Pod (document 1, from web/y.yaml)",
        ),
        (
            '{"kind": "Pod", "metadata": {"generateName": "web-"}}',
            (0, "", "Pod", "", "web-", ""),
            "Pod web- (document 1)",
        ),
        ("a: b\n---\nc: d\n", (1, "", "", "", "", ""), "document 2"),
        ("? [a, b]\n: c\nkind: {d: e}\nmetadata: f\n", (0, "", "", "", "", ""), "document 1"),
        ("- a\n", (0, "", "", "", "", ""), "document 1"),
    ],
)
def test_identity(text: str, expected: tuple[object, ...], said: str) -> None:
    found = identity(text)
    assert found == expected
    assert str(found) == said


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nkind: Pod\nb: *nowhere\n", "found undefined alias nowhere at line 4 of the stream, column 4"),
        ("a: 1\n---\nkind: Pod\nx:\n" + "- " * 20_001 + "y\n", "is nested too deep"),
        ('a: 1\n---\nkind: Pod\nb: "\\U08000050"\n', "is not valid YAML: "),
    ],
    ids=["an undefined alias", "too deep", "an escape beyond Unicode"],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=re.escape(message)) as caught:
        read(document(text))
    assert "Pod (document 2)" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "before", "content", "behind"),
    [
        ("a: b\n", "", "a: b\n", ""),
        ("---\na: b\n", "---\n", "a: b\n", ""),
        ("---a: b\n", "---", "a: b\n", ""),
        ("---- a\n", "---", "- a\n", ""),
        ("--- {a: b}\n", "--- ", "{a: b}\n", ""),
        ("---\n\n  \na: b\n", "---\n\n  \n", "a: b\n", ""),
        ("--- ---\na: b\n", "--- ---\n", "a: b\n", ""),
        # Helm trims what Go calls white space, and byte order marks in front; YAML knows none of them.
        ("---\n\ufeffa: b\n", "---\n\ufeff", "a: b\n", ""),
        ("---\n\x0b\x0ca: b\n", "---\n\x0b\x0c", "a: b\n", ""),
        ("---\na: b\n\x0c\xa0", "---\n", "a: b\n", "\x0c\xa0"),
        ("a: b \r\n\n \t\n", "", "a: b \r\n\n ", "\t\n"),
        # The first line's indentation counts if all lines have it.
        ("---\n  a: b\n  c: d\n", "---\n", "  a: b\n  c: d\n", ""),
        ("---\n  a: b\nc: d\n", "---\n  ", "a: b\nc: d\n", ""),
        ("  a: b\n  c: d\n", "", "  a: b\n  c: d\n", ""),
        ("# c\n", "", "# c\n", ""),
    ],
)
def test_the_text_is_what_helm_reads(text: str, before: str, content: str, behind: str) -> None:
    (found,) = stream.documents(text.encode())
    reading = read(found)
    assert (reading.before, reading.text, reading.behind) == (before, content, behind)
    assert reading.whole(reading.text) == found.raw()
