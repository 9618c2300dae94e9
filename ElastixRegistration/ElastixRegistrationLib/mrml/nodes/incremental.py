"""Long computations in steps, between which a window can move."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
#: Yields after every step, and returns its result.
Steps = Generator[None, None, T]

#: How long a step should take, s.
STEP_S = 0.02


def run_to_completion(steps: Steps[T]) -> T:
    """All steps at once, where nothing waits."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


class Pace:
    """How many items to take on at a time, so that a step takes about ``STEP_S``: call ``next`` after each step."""

    def __init__(self, count: int):
        self.count = count
        self._start = time.perf_counter()

    def next(self) -> int:
        now = time.perf_counter()
        factor = STEP_S / max(now - self._start, 1e-6)
        # Grows slowly: points inside of a warp take ten times as long as those outside.
        self.count = max(1, math.ceil(self.count * min(factor, 1.5)))
        return self.count

    def begin(self) -> None:
        """The step begins here; time of the window in between does not count."""
        self._start = time.perf_counter()
