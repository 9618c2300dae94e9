"""What tests ask the host afterwards: errors PythonQt would only print, threads started, gaps of the event loop."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt, QTimer

#: Exceptions that came out of slots, overrides and module methods. PythonQt prints and drops them; so does the host.
swallowed: list[BaseException] = []

_SCHEDSTAT = Path("/proc/thread-self/schedstat")

#: Names of Python threads started while the host was installed: in Slicer they starve while Qt's event loop idles.
threads: list[str] = []


def report_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print and remember an exception nobody can catch (MeVisLab/pythonqt:src/PythonQt.cpp, handleError)."""
    swallowed.append(error)
    sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))


class ThreadWatch:
    """Notes every Python thread that is started between `start` and `stop`."""

    def __init__(self) -> None:
        self._original: Any = None

    def start(self) -> None:
        original = self._original = threading.Thread.start

        def started(thread: threading.Thread) -> None:
            threads.append(thread.name)
            original(thread)

        threading.Thread.start = started  # type: ignore[method-assign]

    def stop(self) -> None:
        if self._original is not None:
            threading.Thread.start = self._original  # type: ignore[method-assign]
            self._original = None


class GapMeter:
    """Longest time (ms) the event loop went without serving a 10 ms timer: ``with host.measureGaps() as gaps``.

    ``longest`` is by the clock. ``longestOwn`` leaves out the time in which this thread was ready to run while other
    processes had the processor; that is known on Linux, elsewhere it is the same as ``longest``.
    """

    INTERVAL = 10

    def __init__(self) -> None:
        self.longest = self.longestOwn = 0.0
        self.ticks = 0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(self.INTERVAL)
        self._timer.timeout.connect(self._tick)
        self._last = self._waitedBefore = 0.0

    def _tick(self) -> None:
        self._note()
        self.ticks += 1

    def _note(self) -> None:
        now, waited = time.perf_counter(), _waited_ms()
        gap = (now - self._last) * 1000
        self.longest = max(self.longest, gap)
        self.longestOwn = max(self.longestOwn, gap - (waited - self._waitedBefore))
        self._last, self._waitedBefore = now, waited

    def __enter__(self) -> GapMeter:
        self._last, self._waitedBefore = time.perf_counter(), _waited_ms()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._note()
        self._timer.stop()


def _waited_ms() -> float:
    """How long this thread has stood in the queue for a processor so far; 0 where the system does not say."""
    try:
        return int(_SCHEDSTAT.read_text().split()[1]) / 1e6
    except (OSError, IndexError, ValueError):
        return 0.0
