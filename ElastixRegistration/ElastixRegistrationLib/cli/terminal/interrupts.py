"""Ctrl-C, remembered: C code that loads the modules of ITK clears a KeyboardInterrupt that comes meanwhile."""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Exit status after Ctrl-C, as of other programs: 128 and the number of the signal.
INTERRUPTED = 130
_came = threading.Event()


@contextmanager
def remembered_interrupts() -> Iterator[None]:
    """In the block ``check_interrupt`` knows of each Ctrl-C. Elsewhere than in the main thread nothing changes."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _came.clear()
    signal.signal(signal.SIGINT, _interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupted(_number: int, _frame: Any) -> None:
    _came.set()
    raise KeyboardInterrupt


def check_interrupt() -> None:
    """Raise KeyboardInterrupt when Ctrl-C was pressed, also where it was lost."""
    if _came.is_set():
        raise KeyboardInterrupt


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed in the block, so that any error may come of it."""
    return _came.is_set()


def interrupt_when_stdin_closes() -> None:
    """For a command that another program attends to: its end, or its wish, counts as Ctrl-C."""

    def watch() -> None:
        while os.read(descriptor, 4096):
            pass
        if os.name == "nt":
            _thread.interrupt_main()
        else:
            os.kill(os.getpid(), signal.SIGINT)  # a wait of the main thread ends at once

    # Ignored where a shell has started this in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    descriptor = os.dup(0)
    threading.Thread(target=watch, daemon=True).start()
