"""One log of all stages of Automatic in the form of elastix's log, so that the same parsers follow it."""

from __future__ import annotations

import sys
import time


class AutomaticLog:
    """``to_console``: its own lines also go to standard output immediately, like those of elastix."""

    def __init__(self, to_console: bool = False):
        self._to_console = to_console
        self._texts: list[str] = []
        self._last = time.monotonic()

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def add(self, text: str) -> None:
        """Add the log of elastix."""
        if text:
            self._texts.append(text if text.endswith("\n") else text + "\n")

    def begin_dense(self, resolution: int) -> None:
        if resolution == 0:
            self._line("Preparation of the image pyramids took: 0 ms.")
        self._line(f"Resolution: {resolution}")
        self._line("1:ItNr\t2:Metric\tTime[ms]")
        self._last = time.monotonic()

    def iteration(self, number: int, metric: float) -> None:
        now = time.monotonic()
        # As in elastix, the metric is minimized.
        self._line(f"{number}\t{-metric:.6f}\t{1000 * (now - self._last):.1f}")
        self._last = now

    def _line(self, text: str) -> None:
        self._texts.append(text + "\n")
        if self._to_console:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
