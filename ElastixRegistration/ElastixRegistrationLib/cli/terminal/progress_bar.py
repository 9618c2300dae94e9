"""A progress bar on a terminal for a registration in the background."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...core.elastix.progress import ProgressEvent
from .interrupts import check_interrupt

if TYPE_CHECKING:
    from ...worker.client import RegistrationHandle

_WIDTH = 30
#: Seconds between two updates.
_PAUSE = 0.1


#: Share of the bar for elastix; the rest is for later steps.
_ELASTIX = 0.85


@contextmanager
def step(text: str, fraction: float, *, show_progress: bool) -> Iterator[None]:
    """Show a step after elastix, at ``fraction`` of the bar, while the block runs."""
    if not show_progress:
        yield
        return
    done = round(fraction * _WIDTH)
    line = f"[{'#' * done}{'.' * (_WIDTH - done)}] {fraction:4.0%}  {text}"
    try:
        _draw(line + "\r")  # messages in between start at the left
        yield
    finally:
        _draw(" " * len(line) + "\r")


def wait_for(handle: RegistrationHandle, *, show_progress: bool) -> None:
    """Wait for ``handle`` with a bar on stderr, which is removed afterwards."""
    shown = ""
    try:
        is_over = False
        while not is_over:
            is_over = handle.wait(_PAUSE)
            check_interrupt()
            if show_progress and handle.progress is not None:
                line = bar(handle.progress)
                before, shown = shown, line  # first, because Ctrl-C may arrive while it is drawn
                _draw(line.ljust(len(before)))
    finally:
        if shown:
            _draw(" " * len(shown) + "\r")


def _draw(line: str) -> None:
    sys.stderr.write("\r" + line)
    sys.stderr.flush()


def bar(event: ProgressEvent) -> str:
    """One line, without a line end. It ends below 100 %, because judging and writing the result follow."""
    fraction = _ELASTIX * event.fraction
    done = round(fraction * _WIDTH)
    words = [f"stage {event.stage + 1} of {event.stages}"]
    if event.resolution is not None:
        words.append(f"resolution {event.resolution + 1} of {event.resolutions}")
    if event.iteration is not None:
        words.append(f"iteration {event.iteration + 1}")
    if event.remaining_s is not None:
        words.append(f"{event.remaining_s:.0f} s left")
    return f"[{'#' * done}{'.' * (_WIDTH - done)}] {fraction:4.0%}  {', '.join(words)}"
