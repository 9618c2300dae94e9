"""Try an action in a copy of this process first, because some C libraries crash on damaged files."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable

from .native_messages import NATIVE_ERRORS

_MAX_S = 30.0
_MAX_WORK_S = 5
_MAX_TEXT = 4000  # bytes, less than a pipe holds


def failure_reason(action: Callable[[], object], most_bytes: int) -> str | None:
    """Why ``action`` fails in a forked copy of this process; None when it does not.

    That is the text of its exception, or "" where it ends the process or takes longer than 5 s of work or 30 s in all.
    It may take ``most_bytes`` beyond what is in use. None without a try where a process cannot be copied safely: not on
    Linux, or several threads of Python run.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    answer, told = os.pipe()
    with warnings.catch_warnings():
        # Python warns of any thread; those of ITK's pool hold no lock while they wait.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _act(action, most_bytes, told)
    os.close(told)
    try:
        status = _status_of(child)
        return os.read(answer, _MAX_TEXT).decode(errors="replace") if status else None
    finally:
        os.close(answer)


def _act(action: Callable[[], object], most_bytes: int, told: int) -> None:
    """Runs in the copy and does not return."""
    status = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        _limit(most_bytes)
        action()
        status = 0
    except NATIVE_ERRORS as error:
        os.write(told, str(error).encode(errors="replace")[:_MAX_TEXT])
    finally:
        os._exit(status)


def _limit(most_bytes: int) -> None:
    import resource  # not on Windows

    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_allowed(_MAX_WORK_S, hard), hard))
    with open("/proc/self/statm", encoding="ascii") as file:
        in_use = int(file.read().split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_allowed(in_use + most_bytes, hard), hard))


def _allowed(most: int, hard: int) -> int:
    """``most``, or the limit of the system where that is less; -1 is none."""
    return most if hard < 0 else min(most, hard)


def _status_of(child: int) -> int | None:
    """How the process ended; it is ended where it takes too long. None where nobody is told of the end of processes."""
    end = time.monotonic() + _MAX_S
    pause = 0.0005
    try:
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return status
            time.sleep(pause)
            pause = min(2 * pause, 0.02)
        os.kill(child, signal.SIGKILL)
        return os.waitpid(child, 0)[1]
    except ChildProcessError:  # who started this program has it ignore SIGCHLD
        return None
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
