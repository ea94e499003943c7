from __future__ import annotations

import codecs

import pytest

from postrenderer.errors import AcregError
from postrenderer.text import stream

pytestmark = pytest.mark.usefixtures("loader")


def pieces(text: str) -> list[tuple[int, int, str]]:
    data = text.encode()
    return [(d.position, d.line, data[d.start : d.end].decode()) for d in stream.documents(data)]


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


@pytest.mark.parametrize("raw", [b"\xff\xfe#\0\x05\n---\na: bc\n", b"\xfe\xff\0a\0:\0 \r\n"])
def test_utf_16_that_helm_would_cut(raw: bytes) -> None:
    assert raw.decode("utf-16")
    with pytest.raises(AcregError, match="Helm would find line breaks of UTF-8 in them"):
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
        # To Helm directives are a piece of their own, or the end of the one before.
        ("%YAML 1.1\n---\na: b\n", [(0, 1, "%YAML 1.1\n"), (0, 2, "---\na: b\n")]),
        ("# x\n%YAML 1.1\n# y\n---\na: b\n", [(0, 1, "# x\n%YAML 1.1\n# y\n"), (0, 4, "---\na: b\n")]),
        ("---\na: b\n...\n%TAG ! x\n---\nc: d\n", [(0, 1, "---\na: b\n...\n%TAG ! x\n"), (1, 5, "---\nc: d\n")]),
        ("a: 'x\n%YAML'\n---\nc: d\n", [(0, 1, "a: 'x\n%YAML'\n"), (1, 3, "---\nc: d\n")]),
        ("%YAML 1.1\n", [(0, 1, "%YAML 1.1\n")]),
    ],
)
def test_documents(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert pieces(text) == expected


def test_a_document_that_is_not_utf_8() -> None:
    with pytest.raises(AcregError) as caught:
        list(stream.documents(b"---\na: b\n---\nc:\n  d: \xe4\n"))[1].text()
    assert str(caught.value).startswith(
        "The manifests are not UTF-8: byte 0xe4 at line 5 of the stream, in document 2. Save the template "
    )


def test_lines_are_counted_in_any_order() -> None:
    found = list(stream.documents(b"---\na: 1\n---\nb: 2\n---\nc: 3\n"))
    assert [document.line for document in reversed(found)] == [5, 3, 1]


@pytest.mark.parametrize("text", ["a: b\n", "---\na: b\n---x\n--- \nc\n", "a\n---\n\n---", "\n---"])
def test_the_document_around_a_position(text: str) -> None:
    data = text.encode()
    for document in stream.documents(data):
        for position in range(document.start, document.end):
            assert stream.around(data, position) == (document.start, document.end)
