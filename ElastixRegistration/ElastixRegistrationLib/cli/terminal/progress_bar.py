"""Show a progress bar on a terminal for a registration in the background."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...core.elastix.progress import ProgressEvent
from .display import RedrawnLine
from .interrupts import check_interrupt

if TYPE_CHECKING:
    from ...worker.client import RegistrationHandle

#: Characters of the bar. It has fewer if the terminal is too narrow for the text beside it.
_WIDTH, _MIN_WIDTH = 30, 4
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
    line = RedrawnLine()
    try:
        # Messages during the step start at the left.
        line.draw(_bar(fraction, text), is_left=True)
        yield
    finally:
        line.clear()


def wait_for(handle: RegistrationHandle, *, show_progress: bool) -> None:
    """Wait for ``handle`` with a bar on stderr, which is removed at the end."""
    line = RedrawnLine()
    try:
        is_over = False
        while not is_over:
            is_over = handle.wait(_PAUSE)
            check_interrupt()
            if show_progress and handle.progress is not None:
                line.draw(bar(handle.progress))
    finally:
        line.clear()


def bar(event: ProgressEvent) -> str:
    """Return one line, without a line end. It ends below 100 %, because judging and writing the result follow."""
    words = [f"stage {event.stage + 1} of {event.stages}"]
    if event.resolution is not None:
        words.append(f"resolution {event.resolution + 1} of {event.resolutions}")
    if event.iteration is not None:
        words.append(f"iteration {event.iteration + 1}")
    if event.remaining_s is not None:
        words.append(f"{event.remaining_s:.0f} s left")
    return _bar(_ELASTIX * event.fraction, ", ".join(words))


def _bar(fraction: float, text: str) -> str:
    beside = f"[] {fraction:4.0%}  {text}"
    width = max(_MIN_WIDTH, min(_WIDTH, shutil.get_terminal_size().columns - 1 - len(beside)))
    done = round(fraction * width)
    return f"[{'#' * done}{'.' * (width - done)}{beside[1:]}"
