"""One log of all that Automatic runs, in the form of elastix's, so that whoever follows elastix follows this too."""

from __future__ import annotations

import sys
import time


class AutomaticLog:
    """``to_console``: lines of its own also go to the standard output, as they come; elastix sends its own there."""

    def __init__(self, to_console: bool = False):
        self._to_console = to_console
        self._texts: list[str] = []
        self._last = time.monotonic()

    @property
    def text(self) -> str:
        return "".join(self._texts)

    def add(self, text: str) -> None:
        """What elastix has logged."""
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
        # As elastix has it, the metric is what is minimized.
        self._line(f"{number}\t{-metric:.6f}\t{1000 * (now - self._last):.1f}")
        self._last = now

    def _line(self, text: str) -> None:
        self._texts.append(text + "\n")
        if self._to_console:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
