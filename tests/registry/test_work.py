from __future__ import annotations

import threading
import time
from typing import NoReturn

import pytest
from effort import LONGEST

from postrenderer.registry.failures import ABSENT, DENIED, STOPPED, RegistryError
from postrenderer.registry.work import Workers


class Step:
    """Fails by the kinds that are given, one after the other, and then succeeds."""

    def __init__(self, *kinds: str, host: str = "r") -> None:
        self.kinds = list(kinds)
        self.host = host
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.kinds:
            kind = self.kinds.pop(0)
            raise RegistryError(kind, f"{kind} failed", host=self.host)
        return "done"


def _workers(retries: int = 2) -> Workers:
    return Workers(2, retries, lambda: None, pause=0)


def _fail(workers: Workers, step: Step, *hosts: str) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        workers.attempt(step, *hosts)
    return caught.value


@pytest.mark.parametrize(
    ("kinds", "calls"),
    [(("unreachable",), 2), (("other", "unreachable"), 3), ((ABSENT,), 1), ((DENIED,), 1), (("other",) * 3, 3)],
)
def test_what_may_pass_is_tried_again(kinds: tuple[str, ...], calls: int) -> None:
    step = Step(*kinds)
    if len(kinds) == calls:
        assert _fail(_workers(), step, "r").kind == kinds[-1]
    else:
        assert _workers().attempt(step, "r") == "done"
    assert step.calls == calls


def test_it_says_why_it_waits() -> None:
    said: list[str] = []
    workers = Workers(1, 2, lambda: None, said.append, pause=0.01)
    assert _fail(workers, Step("unreachable", "other", "other"), "r").kind == "other"
    assert said == ["unreachable failed; the next try is in 0.01 s", "other failed; the next try is in 0.02 s"]


@pytest.mark.parametrize("kind", ["unreachable", "certificate", "http"])
def test_what_a_registry_has_is_found_once(kind: str) -> None:
    workers = _workers(retries=0)
    _fail(workers, Step(kind), "r", "other")
    step = Step()
    error = _fail(workers, step, "other", "r")
    assert (error.kind, str(error), step.calls) == (STOPPED, f"not tried: {kind} failed", 0)
    assert workers.attempt(step, "other") == "done"


@pytest.mark.parametrize("kind", ["full", "large", "old", "policy"])
def test_what_this_machine_has_stops_all(kind: str) -> None:
    workers = _workers()
    _fail(workers, Step(kind, host=""), "r")
    assert str(_fail(workers, Step())) == f"not tried: {kind} failed"


def test_credentials_that_are_refused_are_not_tried_until_the_account_is_locked() -> None:
    workers = _workers()
    for _ in range(3):
        assert _fail(workers, Step(DENIED), "r").kind == DENIED
    assert "r refused 3 times, and more could lock the account" in str(_fail(workers, Step(), "r"))


def test_credentials_that_served_once_may_be_refused_for_some_images() -> None:
    workers = _workers()
    workers.attempt(Step(), "r")
    for _ in range(9):
        assert _fail(workers, Step(DENIED), "r").kind == DENIED
    assert workers.attempt(Step(), "r") == "done"


def test_the_first_image_goes_alone_and_the_others_together() -> None:
    running: list[int] = []
    together: list[tuple[int, ...]] = []
    barrier = threading.Barrier(2, timeout=LONGEST)

    def work(item: int) -> int:
        running.append(item)
        together.append(tuple(running))
        if item:
            barrier.wait()
        running.remove(item)
        return item

    finished: list[int] = []
    assert _workers().each(range(3), work, finished.append) == [0, 1, 2]
    assert together[0] == (0,)
    assert all(0 not in items for items in together[1:])
    assert sorted(finished) == [0, 1, 2]
    assert _workers().each([], work, finished.append) == []


def test_an_interrupt_ends_what_runs() -> None:
    ended = threading.Event()
    workers = Workers(2, 0, ended.set)

    def interrupt(_: object) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workers.each(range(9), lambda item: item, interrupt)
    assert ended.is_set()
    assert str(_fail(workers, Step())) == "not tried: interrupted"


def test_a_probe_that_fails_ends_the_work_with_its_registry() -> None:
    workers = _workers()
    workers.probe(Step(DENIED, host="bad"), "bad")
    step = Step()
    assert (str(_fail(workers, step, "bad")), step.calls) == ("not tried: denied failed", 0)
    workers.probe(Step(), "good")
    assert workers.attempt(step, "good") == "done"


def test_a_registry_that_is_asked_too_often_is_asked_by_one_at_a_time_and_later() -> None:
    """Four workers; the first request is refused with Retry-After."""
    said: list[str] = []
    workers = Workers(4, 1, lambda: None, said.append, pause=0)
    at_once, most, times = [], [], []
    begun = time.monotonic()

    def refuse() -> None:
        if not said:
            raise RegistryError("limited", "slowly", host="r", wait=0.2)

    def step() -> None:
        times.append(time.monotonic() - begun)
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.01)
        at_once.pop()

    workers.attempt(refuse, "r")
    workers.each(range(8), lambda _: workers.attempt(step, "r"), lambda _: None)
    assert said == ["slowly; the next try is in 0.2 s"]
    assert (max(most), min(times) >= 0.2) == (1, True)
    assert workers.attempt(lambda: "done", "other") == "done"


def test_a_registry_that_wants_hours_is_not_waited_for() -> None:
    def step() -> None:
        raise RegistryError("limited", "tomorrow", host="r", wait=86400)

    with pytest.raises(RegistryError, match="tomorrow"):
        _workers().attempt(step, "r")
