"""How much the tests try, and how long they wait."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = float(os.environ.get("ACREG_EFFORT") or 1)
"""The number of generated examples is multiplied by this; `scripts/fuzz --properties` asks for more than CI does."""
LONGEST = 300
"""Seconds after which something that a test waits for counts as hanging, on a machine that is as busy as can be."""


def examples(count: int) -> hypothesis.settings:
    """Return the settings of hypothesis for so many examples."""
    return hypothesis.settings(max_examples=max(1, round(count * TIMES)))


def until(condition: Callable[[], bool], failed: Callable[[], str] = str) -> None:
    """Wait until a condition holds.

    Args:
        condition: asked again and again.
        failed: what to say if the condition does not hold after LONGEST seconds.

    Raises:
        AssertionError: the condition did not come to hold.
    """
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, failed()
        time.sleep(0.05)
