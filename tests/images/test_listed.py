from __future__ import annotations

import pytest

from postrenderer.errors import AcregError
from postrenderer.images.listed import references


def test_a_list() -> None:
    text = "\ufeffnginx:1 # the first\r\n\n# a comment\n  quay.io/acme/app@sha256:" + "a" * 64 + "\nnginx:1"
    assert references(text.encode()) == [(1, "nginx:1"), (4, "quay.io/acme/app@sha256:" + "a" * 64), (5, "nginx:1")]
    assert references(b"") == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            b"nginx\n\nnot an image\n",
            r"^Line 3 of the list, `not an image`, is not a valid reference: a repository path",
        ),
        ("nginx\n".encode("utf-16"), r"^The list is not UTF-8 text\. PowerShell's `>` writes UTF-16"),
    ],
)
def test_no_list(raw: bytes, said: str) -> None:
    with pytest.raises(AcregError, match=said):
        references(raw)
