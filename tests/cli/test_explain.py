from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from postrenderer import lastrun
from postrenderer.cli import explain, show

if TYPE_CHECKING:
    import pytest

    from cli.conftest import Ended

WEB, JOB = "quay.io/acme/web:1 of Deployment web (document 1)", "quay.io/acme/job:1 of Job job (document 2)"


def test_each_reason_is_said_once() -> None:
    entries = [f"{WEB}: others: keep", f"{JOB}: no field", f"{JOB}: others: keep", ""]
    assert explain.by_reason(entries) == {"others: keep": [WEB, JOB], "no field": [JOB]}


def test_it_fits_a_terminal(acreg: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch) -> None:
    run = lastrun.LastRun(code="0", command="upgrade app chart", summary="images: " + "1 moved, " * 12)
    run = run._replace(open=lastrun.BAR.join(f"{one}: others: keep" for one in (WEB, JOB)))
    monkeypatch.setattr(lastrun, "read", lambda _: run)
    monkeypatch.setattr(show, "is_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    lines = acreg("explain").out.splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[-3:] == ["others: keep:", f"  - {WEB}", f"  - {JOB}"]
