"""Work in steps in the event loop of the window, which responds in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import qt

from ..mrml.nodes.incremental import STEP_S


class StepLoop:
    """Runs one generator at a time.

    The generator yields None where the window may respond, or a number of ms to pause. ``onError`` is called with its
    exceptions; if that returns False, they are raised, and appear in the console.
    """

    def __init__(self, onError: Callable[[BaseException], bool]):
        self._onError = onError
        self._steps: Iterator[int | None] | None = None
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._turn)

    @property
    def isRunning(self) -> bool:
        return self._steps is not None

    def start(self, steps: Iterator[int | None]) -> None:
        self._steps = steps
        self.hurry()
        self._timer.start()

    def hurry(self) -> None:
        """Continue now, without the pause that the generator requested."""
        self._timer.setInterval(0)

    def stop(self) -> None:
        """Close the generator. The generator itself may call this."""
        self._timer.stop()
        steps, self._steps = self._steps, None
        if steps is not None and not steps.gi_running:
            steps.close()

    def _turn(self) -> None:
        """Run for about the time that a step may take."""
        steps = self._steps
        if steps is None:
            return
        try:
            pause = self._advance(steps)
        except BaseException as problem:
            self.stop()
            if not self._onError(problem):
                raise
            return
        if self._steps is steps:
            self._timer.setInterval(pause)

    def _advance(self, steps: Iterator[int | None]) -> int:
        """Advance the generator. Returns the ms until the next turn."""
        end = time.perf_counter() + STEP_S
        for pause in steps:
            if self._steps is not steps:  # stopped by the generator itself
                steps.close()
                return 0
            if pause is not None or time.perf_counter() >= end:
                return pause or 0
        if self._steps is steps:
            self.stop()
        return 0
