"""Work on many images at once: some in parallel, each with several tries, and none where all would fail alike."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Callable, TypeVar

from postrenderer.registry.failures import DENIED, LASTING, LIMITED, OF_ALL, OF_HOST, STOPPED, RegistryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")

_LONGEST_WAIT = 900
"""Seconds; a registry that wants more is not waited for."""
_REFUSALS = 3
"""So many in a row, before anything else of a registry was seen, and it is asked no more: accounts get locked."""

_TICK = 1.0
"""Seconds for which this thread waits at most. A signal that arrives just before it waits does not end the wait."""

NOT_TRIED = "not tried: "
"""How the message of a step begins that was not done, as it would have failed like others."""


class Workers:
    """Threads that work on many images at once, and what they have learned of registries.

    Args:
        jobs: how many images are worked on at once.
        retries: how often a failing step is tried again.
        interrupt: ends what runs, when this thread is interrupted.
        notice: called, in any thread, with what a step failed of that is tried again, and when.
        pause: seconds before the second try; each further pause is twice as long.
    """

    def __init__(
        self,
        jobs: int,
        retries: int,
        interrupt: Callable[[], None],
        notice: Callable[[str], None] = lambda _: None,
        pause: float = 1.0,
    ) -> None:
        self._jobs = jobs
        self._retries = retries
        self._interrupt = interrupt
        self._notice = notice
        self._pause = pause
        self._stop = threading.Event()
        self._reason = ""
        self._given_up: dict[str, str] = {}
        self._refusals: Counter[str] = Counter()
        self._reached: set[str] = set()
        self._turns: dict[str, threading.Lock] = {}
        self._not_before: dict[str, float] = {}

    def probe(self, step: Callable[[], object], host: str) -> None:
        """Do a step that shows whether a registry can be used at all; if not, it is asked no more."""
        try:
            self.attempt(step, host)
        except RegistryError as error:
            self._given_up.setdefault(host, error.reason)

    def stop(self, reason: str) -> None:
        """Let no further step begin, and say why to those that wait for one."""
        self._reason = self._reason or reason
        self._stop.set()

    def attempt(self, step: Callable[[], _Done], *hosts: str) -> _Done:
        """Do a step, again and again if what made it fail may pass.

        Args:
            step: raises a RegistryError if it fails.
            hosts: the registries that it asks. What is wrong with one of them as a whole is not tried a second time.

        Raises:
            RegistryError: it failed for good, or would have.
        """
        for count in range(self._retries + 1):
            reasons = [self._reason] if self._stop.is_set() else [self._given_up.get(host, "") for host in hosts]
            if any(reasons):
                raise RegistryError(STOPPED, NOT_TRIED + next(filter(None, reasons)))
            try:
                with self._turn(hosts):
                    done = step()
            except RegistryError as error:
                if error.kind in LASTING or count == self._retries or error.wait > _LONGEST_WAIT:
                    self._learn(error)
                    raise
                pause = max(self._pause * 2**count, error.wait)
                if error.kind == LIMITED and error.host:
                    self._turns.setdefault(error.host, threading.Lock())
                    self._not_before[error.host] = time.monotonic() + pause
                self._notice(f"{error.reason}; the next try is in {pause:g} s")
            else:
                self._reached.update(hosts)
                return done
            self._stop.wait(pause)
        raise AssertionError

    @contextmanager
    def _turn(self, hosts: Sequence[str]) -> Iterator[None]:
        """Wait for the turn, where a registry has said that it is asked too often: one at a time, and not too soon."""
        with ExitStack() as turns:
            for host in sorted({host for host in hosts if host in self._turns}):
                turns.enter_context(self._turns[host])
                self._stop.wait(max(0.0, self._not_before[host] - time.monotonic()))
            yield

    def _learn(self, error: RegistryError) -> None:
        host = error.host
        if error.kind in OF_ALL:
            self.stop(error.reason)
        elif host and error.kind in OF_HOST:
            self._given_up[host] = error.reason
        elif host and error.kind == DENIED and host not in self._reached:
            self._refusals[host] += 1
            if self._refusals[host] >= _REFUSALS:
                self._given_up[host] = f"{host} refused {_REFUSALS} times, and more could lock the account"

    def each(
        self, items: Sequence[_Item], work: Callable[[_Item], _Done], finished: Callable[[_Done], None]
    ) -> list[_Done]:
        """Work on every item; on the first one alone, as it shows whether anything can be done at all.

        Args:
            items: what there is to do.
            work: called for each, in several threads; it raises nothing that the user can cause.
            finished: called in this thread with each result, as soon as it is there.

        Returns:
            The results, in the order of the items.
        """
        results: list[_Done] = []
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                for batch in (items[:1], items[1:]):
                    futures = [pool.submit(work, item) for item in batch]
                    for future in _as_they_end(futures):
                        finished(future.result())
                    results += [future.result() for future in futures]
            except BaseException:
                self.stop("interrupted")
                pool.shutdown(wait=False, cancel_futures=True)
                self._interrupt()
                raise
        return results


def _as_they_end(futures: Collection[Future[_Done]]) -> Iterator[Future[_Done]]:
    """Futures, each as soon as it has ended."""
    ended: SimpleQueue[Future[_Done]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(ended.put)
    left = len(futures)
    while left:
        with suppress(Empty):
            yield ended.get(timeout=_TICK)
            left -= 1
