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
#: Seconds between two pictures.
_PAUSE = 0.1


#: Share of the bar that elastix has; the rest is for what follows.
_ELASTIX = 0.85


@contextmanager
def step(text: str, fraction: float, *, show_progress: bool) -> Iterator[None]:
    """Show what is done after elastix while the block runs, at ``fraction`` of the whole."""
    if not show_progress:
        yield
        return
    done = round(fraction * _WIDTH)
    line = f"[{'#' * done}{'.' * (_WIDTH - done)}] {fraction:4.0%}  {text}"
    try:
        _draw(line + "\r")  # what is said meanwhile begins at the left
        yield
    finally:
        _draw(" " * len(line) + "\r")


def wait_for(handle: RegistrationHandle, *, show_progress: bool) -> None:
    """Until ``handle`` is over, with a bar on stderr, which is gone afterwards."""
    shown = ""
    try:
        is_over = False
        while not is_over:
            is_over = handle.wait(_PAUSE)
            check_interrupt()
            if show_progress and handle.progress is not None:
                line = bar(handle.progress)
                before, shown = shown, line  # first, as Ctrl-C may come while it is drawn
                _draw(line.ljust(len(before)))
    finally:
        if shown:
            _draw(" " * len(shown) + "\r")


def _draw(line: str) -> None:
    sys.stderr.write("\r" + line)
    sys.stderr.flush()


def bar(event: ProgressEvent) -> str:
    """One line, without its end. Judging and writing the result follow, so that it does not end at 100 %."""
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
