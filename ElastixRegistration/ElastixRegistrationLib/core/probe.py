"""Try something in a copy of this process first: some C libraries do not survive every damaged file."""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable

_LONGEST_S = 20.0


def would_crash(action: Callable[[], object]) -> bool:
    """Whether ``action`` ends a forked copy of this process, or takes longer than 20 s. Exceptions do not count.

    False without a try where a process cannot be copied safely: not on Linux, or several threads of Python run.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    with warnings.catch_warnings():
        # Python warns of any thread; those of ITK's pool hold no lock while they wait.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            action()
        finally:
            os._exit(0)
    end = time.monotonic() + _LONGEST_S
    pause = 0.0005
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.WIFSIGNALED(status)
        time.sleep(pause)
        pause = min(2 * pause, 0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return True
