"""The progress of a run: counts, rate, remaining time."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field

_WIDTH = 24
#: Number of recent cases for the rate, which follows a cluster that grows or shrinks.
_RECENT = 50


@dataclass
class CohortProgress:
    """Updated as cases end. ``dashboard``: address of Dask's dashboard, or None."""

    total: int
    dashboard: str | None = None
    workers: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def count(self, state: str) -> None:
        """Count a finished case: "done", "kept" or "failed"."""
        self.counts[state] += 1
        if state != "kept":
            self._ends.append(time.monotonic())

    @property
    def over(self) -> int:
        return sum(self.counts.values())

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def rate(self) -> float | None:
        """Cases per second, excluding kept ones; None before the first."""
        if not self._ends:
            return None
        full = len(self._ends) == _RECENT
        since = self._ends[0] if full else self.started
        return (len(self._ends) - full) / max(self._ends[-1] - since, 1e-6)

    def remaining_s(self) -> float | None:
        """Seconds left at the current rate; None before the first case is finished."""
        rate = self.rate()
        if rate is None:
            return None
        since_last = time.monotonic() - self._ends[-1]
        return max(0.0, (self.total - self.over) / rate - since_last)

    def line(self) -> str:
        """One line, without a line end."""
        done = int(_WIDTH * self.over / max(1, self.total))
        words = [f"{self.over} of {self.total}"]
        if self.counts["kept"]:
            words.append(f"{self.counts['kept']} kept")
        words.append(f"{self.counts['failed']} failed")
        words.append(f"{self.workers} worker{'s' * (self.workers != 1)}")
        rate, left = self.rate(), self.remaining_s()
        if rate is not None and left is not None:
            words += [f"{60 * rate:.3g}/min", f"{duration(left)} left"]
        return f"[{'#' * done}{'.' * (_WIDTH - done)}] {', '.join(words)}"


def duration(seconds: float) -> str:
    """4 s, 3 min 20 s, 5 h 10 min, 2 d 3 h."""
    whole = round(seconds)
    for size, name, part, part_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {name}" + (f" {rest} {part_name}" if rest else "")
    return f"{whole} s"
