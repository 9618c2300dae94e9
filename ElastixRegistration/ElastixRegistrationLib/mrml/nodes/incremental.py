"""Long computations in steps, so that a window can respond in between."""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
#: A generator that yields after each step and returns the result.
Steps = Generator[None, None, T]

#: Target duration of a step, s.
STEP_S = 0.02


def run_to_completion(steps: Steps[T]) -> T:
    """Run all steps without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


class Pace:
    """The number of items for each step, so that it takes about ``STEP_S``: call ``next`` after each step."""

    def __init__(self, count: int):
        self.count = count
        self._start = time.perf_counter()

    def next(self) -> int:
        now = time.perf_counter()
        factor = STEP_S / max(now - self._start, 1e-6)
        # Grows slowly, because points inside a warp take ten times as long as those outside.
        self.count = max(1, math.ceil(self.count * min(factor, 1.5)))
        return self.count

    def begin(self) -> None:
        """Start timing a step, so that time spent in the window does not count."""
        self._start = time.perf_counter()
