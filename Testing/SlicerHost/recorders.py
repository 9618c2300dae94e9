"""What tests ask the host afterwards: errors PythonQt would only print, threads started, gaps of the event loop."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import Qt, QTimer

#: Exceptions that came out of slots, overrides and module methods. PythonQt prints and drops them; so does the host.
swallowed: list[BaseException] = []

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
    """Longest time (ms) the event loop went without serving a 10 ms timer: ``with host.measureGaps() as gaps``."""

    INTERVAL = 10

    def __init__(self) -> None:
        self.longest = 0.0
        self.ticks = 0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(self.INTERVAL)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0

    def _tick(self) -> None:
        self._note()
        self.ticks += 1

    def _note(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now

    def __enter__(self) -> GapMeter:
        self._last = time.perf_counter()
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._note()
        self._timer.stop()
