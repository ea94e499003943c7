from __future__ import annotations

import pytest

from postrenderer.cli.hookdocuments import positions


@pytest.mark.parametrize(
    ("annotation", "is_hook"),
    [
        ("helm.sh/hook: pre-install", True),
        ('"helm.sh/hook": test', True),
        ("helm.sh/hook-weight: '1'", False),
        ("note: 'helm.sh/hook: x'", False),
    ],
)
def test_hooks(annotation: str, is_hook: bool) -> None:  # noqa: FBT001  # a table's column
    text = f"kind: A\n---\nkind: B\nmetadata:\n  annotations:\n    {annotation}\n"
    assert positions(text.encode()) == ({1} if is_hook else set())
