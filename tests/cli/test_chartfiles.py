from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from postrenderer.cli import chart, chartfiles
from postrenderer.errors import AcregError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _archive(size: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("app/Chart.yaml")
        member.size = size
        archive.addfile(member, io.BytesIO(b"n" * size))
    return packed.getvalue()


WHOLE = _archive(40_000)


@pytest.mark.parametrize(
    "made",
    [
        lambda: b"",
        lambda: b"text",
        lambda: gzip.compress(b"text"),
        lambda: WHOLE[:-20],
        lambda: WHOLE[:40] + b"\xff" * 40 + WHOLE[80:],
        lambda: _archive((100 << 20) + 1),
    ],
    ids=["empty", "text", "no tar", "cut", "damaged", "huge"],
)
def test_what_is_no_archive_of_a_chart(made: Callable[[], bytes], tmp_path: Path) -> None:
    """Read for its hooks, or unpacked to be rendered often."""
    data = made()
    file = tmp_path / "app.tgz"
    file.write_bytes(data)
    (tmp_path / "target").mkdir()
    with pytest.raises(AcregError, match="The chart app"):
        chartfiles.unpack(data, "app")
    with pytest.raises(AcregError, match=r"The chart .*app\.tgz"):
        chart._copy(file, tmp_path / "target")  # noqa: SLF001  # what `fetch` does without a Helm
    assert list((tmp_path / "target").iterdir()) == []
