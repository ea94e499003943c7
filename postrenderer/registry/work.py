"""Work on many images at once: some in parallel, each with several tries, all stopped together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Callable, TypeVar

from postrenderer.registry.failures import LASTING, STOPPED, RegistryError

if TYPE_CHECKING:
    from collections.abc import Sequence

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")


class Crew:
    """The workers.

    Args:
        jobs: how many images are worked on at once.
        retries: how often a failing step is tried again.
        interrupt: ends what runs, when this thread is interrupted.
        pause: seconds before the second try; each further pause is twice as long.
    """

    def __init__(self, jobs: int, retries: int, interrupt: Callable[[], None], pause: float = 1.0) -> None:
        self._jobs = jobs
        self._retries = retries
        self._interrupt = interrupt
        self._pause = pause
        self._stop = threading.Event()
        self._reason = ""

    def stop(self, reason: str) -> None:
        """Let no further step begin, and say why to those that wait for one."""
        self._reason = self._reason or reason
        self._stop.set()

    def attempt(self, step: Callable[[], _Done]) -> _Done:
        """Do a step, again and again if what made it fail may pass.

        Raises:
            RegistryError: it failed for good, or the work was stopped.
        """
        for count in range(self._retries + 1):
            if self._stop.is_set():
                raise RegistryError(STOPPED, f"not tried: {self._reason}")
            try:
                return step()
            except RegistryError as error:
                if error.kind in LASTING or count == self._retries:
                    raise
            self._stop.wait(self._pause * 2**count)
        raise AssertionError

    def each(
        self, items: Sequence[_Item], work: Callable[[_Item], _Done], finished: Callable[[_Done], None]
    ) -> list[_Done]:
        """Work on every item.

        Args:
            items: what there is to do.
            work: called for each, in several threads; it raises nothing that the user can cause.
            finished: called in this thread with each result, as soon as it is there.

        Returns:
            The results, in the order of the items.
        """
        with ThreadPoolExecutor(self._jobs) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                for future in as_completed(futures):
                    finished(future.result())
            except BaseException:
                self.stop("interrupted")
                pool.shutdown(wait=False, cancel_futures=True)
                self._interrupt()
                raise
        return [future.result() for future in futures]
