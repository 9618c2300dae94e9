"""Remember Ctrl-C, because C code that loads ITK's modules discards a KeyboardInterrupt."""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Exit status after Ctrl-C, by convention 128 plus the number of the signal.
INTERRUPTED = 130
_came = threading.Event()


@contextmanager
def remembered_interrupts() -> Iterator[None]:
    """Let ``check_interrupt`` know about every Ctrl-C within the block. Has no effect outside the main thread."""
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
    """Raise KeyboardInterrupt if Ctrl-C was pressed, even if the exception was lost."""
    if _came.is_set():
        raise KeyboardInterrupt


def was_interrupted() -> bool:
    """Return whether Ctrl-C was pressed in the block. It may have caused any error."""
    return _came.is_set()


def interrupt_when_stdin_closes() -> None:
    """Treat it as Ctrl-C when the calling program ends or closes stdin. Commands with --attended use this."""

    def watch() -> None:
        while os.read(descriptor, 4096):
            pass
        if os.name == "nt":
            _thread.interrupt_main()
        else:
            os.kill(os.getpid(), signal.SIGINT)  # wakes the main thread at once

    # A shell that starts a command in the background makes it ignore the signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    descriptor = os.dup(0)
    threading.Thread(target=watch, daemon=True).start()
