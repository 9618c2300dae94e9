"""Show the progress of a command with many registrations: a line on a terminal, or lines of JSON for a calling
program."""

from __future__ import annotations

import logging
import shutil
import sys
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

_log = logging.getLogger(__name__)

#: Seconds between two lines of the log, and between two lines of JSON.
_LOG_EVERY_S, _JSON_EVERY_S = 30.0, 0.5

P = TypeVar("P")


class News(Protocol):
    """A message that is a line of JSON."""

    def line(self) -> str: ...


class RedrawnLine:
    """A line on stderr that is drawn over and removed at the end. It needs a terminal."""

    def __init__(self) -> None:
        self._shown = ""

    def draw(self, text: str, *, is_left: bool = False) -> None:
        """Draw ``text``. ``is_left`` leaves the cursor at the left, where the next message draws over the line."""
        text = text[: shutil.get_terminal_size().columns - 1]
        # The text is kept before it is drawn, because Ctrl-C may arrive meanwhile.
        before, self._shown = self._shown, text
        _write("\r" + text.ljust(len(before)) + "\r" * is_left)

    def clear(self) -> None:
        if self._shown:
            _write("\r" + " " * len(self._shown) + "\r")
            self._shown = ""


class LineDisplay(Generic[P]):
    """Show the text that ``line`` makes of the progress. A terminal redraws it; otherwise it is logged every 30 s.

    ``heading`` makes a line of the first progress that stays. ``is_complete`` says whether a progress is the last one,
    which is always logged. If ``on`` is False, nothing is shown. ``latest`` is the last progress, None before the
    first.
    """

    def __init__(
        self,
        line: Callable[[P], str],
        *,
        on: bool,
        heading: Callable[[P], str] | None = None,
        is_complete: Callable[[P], bool] = lambda _progress: False,
    ):
        self._of, self._heading, self._is_complete, self._on = line, heading, is_complete, on
        self._line, self._is_terminal = RedrawnLine(), sys.stderr.isatty()
        self._next = 0.0
        self.latest: P | None = None

    def show(self, progress: P) -> None:
        is_first, self.latest = self.latest is None, progress
        if not self._on:
            return
        if is_first and self._heading is not None:
            self._log(self._heading(progress))
        if self._is_terminal:
            self._line.draw(self._of(progress))
        elif time.monotonic() >= self._next or self._is_complete(progress):
            self._log(self._of(progress))

    def end(self) -> None:
        """Remove the line."""
        self._line.clear()

    def _log(self, text: str) -> None:
        self._next = time.monotonic() + _LOG_EVERY_S
        _log.info("%s", text)


class JsonDisplay(Generic[P]):
    """Write the ``news`` of the progress to stderr, at most every half second, and the last one at the end.

    ``latest`` is the last progress, None before the first.
    """

    def __init__(self, news: Callable[[P], News]):
        self._of = news
        self._next, self._is_written = 0.0, True
        self.latest: P | None = None

    def show(self, progress: P) -> None:
        self.latest, self._is_written = progress, False
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _JSON_EVERY_S
            self._put(progress)

    def end(self) -> None:
        """Write the last progress, unless it has been written."""
        if self.latest is not None and not self._is_written:
            self._put(self.latest)

    def _put(self, progress: P) -> None:
        self._is_written = True
        _write(self._of(progress).line() + "\n")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
