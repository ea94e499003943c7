from __future__ import annotations

import codecs
import re

import pytest

from postrenderer.errors import AcregError
from postrenderer.text import stream

pytestmark = pytest.mark.usefixtures("loader")


def pieces(text: str) -> list[tuple[int, int, str]]:
    data = text.encode()
    return [(d.position, d.line, data[d.start : d.end].decode()) for d in stream.documents(data)]


def document(text: str, number: int = -1) -> stream.Document:
    return list(stream.documents(text.encode()))[number]


def identity(text: str) -> stream.Identity:
    found = document(text)
    reading = stream.read(found)
    return stream.identify(found, reading.text, reading.roots[0])


@pytest.mark.parametrize(
    ("raw", "data", "encoding"),
    [
        (b"a: b\n", b"a: b\n", "utf-8"),
        (b"", b"", "utf-8"),
        (codecs.BOM_UTF8 + b"a: b\n", b"a: b\n", "utf-8"),
        (codecs.BOM_UTF8 * 2 + b"a: b\n", b"a: b\n", "utf-8"),
        (codecs.BOM_UTF16_LE + "ä: 😀\n".encode("utf-16-le"), "ä: 😀\n".encode(), "utf-16-le"),
        (codecs.BOM_UTF16_BE + "ä: 😀\n".encode("utf-16-be"), "ä: 😀\n".encode(), "utf-16-be"),
        (b"a: \xff\n", b"a: \xff\n", "utf-8"),
    ],
)
def test_decode_and_restore(raw: bytes, data: bytes, encoding: str) -> None:
    encoded = stream.decode(raw)
    assert (encoded.data, encoded.encoding) == (data, encoding)
    assert b"".join(encoded.restore([data])) == raw


@pytest.mark.parametrize("raw", [b"\xff\xfea", b"\xfe\xff\xd8\x00\x00a", b"\xff\xfe\x00\xdc"])
def test_an_announced_encoding_that_the_stream_has_not(raw: bytes) -> None:
    with pytest.raises(AcregError, match=r"^The manifests start with a byte order mark of utf-16-[lb]e, but byte \d"):
        stream.decode(raw)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a: b", [(0, 1, "a: b")]),
        ("---\na: b\n---\nc: d\n", [(0, 1, "---\na: b\n"), (1, 3, "---\nc: d\n")]),
        ("a: b\n---\nc: d\n", [(0, 1, "a: b\n"), (1, 2, "---\nc: d\n")]),
        # What stands before the first marker counts only if it says something.
        ("\n# hello\n---\na: b\n", [(0, 1, "\n# hello\n"), (0, 3, "---\na: b\n")]),
        ("---\n---\n---\na: b\n", [(0, 1, "---\n"), (1, 2, "---\n"), (2, 3, "---\na: b\n")]),
        ("---\n# nothing\n---\na: b\n", [(0, 1, "---\n# nothing\n"), (1, 3, "---\na: b\n")]),
        # Markers with something behind them, and what only looks like one.
        (
            "--- {a: b}\n---\tc\n--- # d\n---",
            [(0, 1, "--- {a: b}\n"), (1, 2, "---\tc\n"), (2, 3, "--- # d\n"), (3, 4, "---")],
        ),
        ("---\r\na: b\r\n---\r\nc: d\r\n", [(0, 1, "---\r\na: b\r\n"), (1, 3, "---\r\nc: d\r\n")]),
        ("a: |\n  ---\n  b\n ---\n", [(0, 1, "a: |\n  ---\n  b\n ---\n")]),
        (
            "a: |\n  -----BEGIN-----\n----\n---x\n",
            [(0, 1, "a: |\n  -----BEGIN-----\n"), (1, 3, "----\n"), (2, 4, "---x\n")],
        ),
        ("a: |\n  b\n---\nc: d\n", [(0, 1, "a: |\n  b\n"), (1, 3, "---\nc: d\n")]),
        ("a: b\n...\n# c\n---\n", [(0, 1, "a: b\n...\n# c\n"), (1, 4, "---\n")]),
        # Directives stay with the document that they speak of.
        ("%YAML 1.1\n---\na: b\n---\nc: d\n", [(0, 1, "%YAML 1.1\n---\na: b\n"), (1, 4, "---\nc: d\n")]),
        ("# x\n%YAML 1.1\n# y\n---\na: b\n", [(0, 1, "# x\n%YAML 1.1\n# y\n---\na: b\n")]),
        (
            "---\na: b\n...\n%YAML 1.1\n%TAG ! x\n\n# y\r\n---\nc: d\n",
            [(0, 1, "---\na: b\n...\n"), (1, 4, "%YAML 1.1\n%TAG ! x\n\n# y\r\n---\nc: d\n")],
        ),
        ("a: 'x\n%YAML'\n---\nc: d\n", [(0, 1, "a: 'x\n%YAML'\n"), (1, 3, "---\nc: d\n")]),
        ("%YAML 1.1\n", [(0, 1, "%YAML 1.1\n")]),
    ],
)
def test_documents(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert pieces(text) == expected


def test_two_documents_in_a_piece() -> None:
    """Old Macintosh line ends hide a marker from the cut, not from the parser."""
    reading = stream.read(document("a: b\r---\rc: d\r"))
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
    reading = stream.read(document(text))
    assert reading.whole(reading.text).decode() == expected


@pytest.mark.parametrize(
    "text", ["y: *a\nx: &a 1\n", "---\ny: *a\n---\nx: &a 1\n", "x: &ab 1\n---\ny: *a\n", "x: [&a\n---\ny: *a\n"]
)
def test_an_alias_to_nothing(text: str) -> None:
    found = next(found for found in stream.documents(text.encode()) if "*" in found.text())
    with pytest.raises(AcregError, match="is not valid YAML: found undefined alias a at line "):
        stream.read(found)


def test_an_alias_that_multiplies_beyond_measure() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdefg", "bcdefgh")]
    with pytest.raises(AcregError, match=r"^document 2 is nested too deep or repeats itself too often"):
        stream.read(document("\n".join(lines) + "\n---\ny: *h\n"))


@pytest.mark.slow
def test_nesting_without_end_is_read() -> None:
    reading = stream.read(document("a: " + "[" * 3000 + "]" * 3000 + "\n"))
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
        ("metadata:\n" + "      label: x\n" * 60 + "a: [\n", "^document 1 is not valid YAML: "),
    ],
)
def test_a_document_that_is_not_yaml(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=message) as caught:
        stream.read(document(text))
    assert "\n" not in str(caught.value)


def test_a_document_that_is_not_utf_8() -> None:
    with pytest.raises(AcregError) as caught:
        list(stream.documents(b"---\na: b\n---\nc:\n  d: \xe4\n"))[1].text()
    assert str(caught.value).startswith(
        "The manifests are not UTF-8: byte 0xe4 at line 5 of the stream, in document 2. Save the template "
    )


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


def test_lines_are_counted_in_any_order() -> None:
    found = list(stream.documents(b"---\na: 1\n---\nb: 2\n---\nc: 3\n"))
    assert [document.line for document in reversed(found)] == [5, 3, 1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n---\nkind: Pod\nb: *nowhere\n", "found undefined alias nowhere at line 4 of the stream, column 4"),
        pytest.param(
            "a: 1\n---\nkind: Pod\n" + "x: [\n" + "[" * 20_001 + "]" * 20_002,
            "is nested too deep",
            marks=pytest.mark.slow,
        ),
        ('a: 1\n---\nkind: Pod\nb: "\\U08000050"\n', "is not valid YAML: "),
    ],
    ids=["an undefined alias", "too deep", "an escape beyond Unicode"],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(AcregError, match=re.escape(message)) as caught:
        stream.read(document(text))
    assert "Pod (document 2)" in str(caught.value)
