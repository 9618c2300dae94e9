"""Limits that the system enforces on a worker while elastix holds Python's interpreter lock and no Python code can
run."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import select
import signal
import sys
from collections.abc import Iterator

if sys.platform != "win32":
    import fcntl
    import resource


_MADV_DONTNEED = 4


@contextlib.contextmanager
def ending_with_the_client(descriptor: int, timeout_s: float | None) -> Iterator[None]:
    """End this process at once when the other end of the pipe ``descriptor`` is closed, for example because its owner
    died, and after ``timeout_s``. Nothing may be written to the pipe within the block.

    The kernel sends SIGIO when a pipe changes. On Windows, the client's job object does all this.
    """
    if sys.platform == "win32":
        yield
    else:
        _die_of(signal.SIGIO)
        _die_of(signal.SIGALRM)
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
        try:
            if timeout_s:
                signal.setitimer(signal.ITIMER_REAL, timeout_s)
            # It may already have been closed.
            if select.select([descriptor], [], [], 0)[0]:
                os._exit(0)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)


def _die_of(number: int) -> None:
    """A Python handler would wait for the lock. By default, SIGIO ends a process on Linux, but not on macOS."""
    if sys.platform == "darwin" and number == signal.SIGIO:
        library = ctypes.CDLL(None)
        library.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
        library.signal.restype = ctypes.c_void_p
        library.signal(number, ctypes.cast(library._exit, ctypes.c_void_p))
    else:
        signal.signal(number, signal.SIG_DFL)


def no_core_dumps() -> None:
    """Keep patient images out of crash files."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no dialogs that wait for a click, either
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def limit_memory(limit_bytes: int | None) -> None:
    """Make allocations beyond ``limit_bytes`` of written memory fail; None lifts the limit.

    Linux only: on Windows, the client's job object does it; macOS does not enforce limits.
    """
    if sys.platform == "linux":
        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = most if limit_bytes is None else int(limit_bytes)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most) if limit_bytes is not None else most
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def give_back_memory() -> None:
    """Return freed memory, and pages that can be mapped again, such as library code, to the system."""
    gc.collect()
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        with contextlib.suppress(OSError, AttributeError):  # other C libraries do it automatically
            library.malloc_trim(0)
        with contextlib.suppress(OSError, ValueError):
            for start, length in _unchanged_file_mappings():
                library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(length), _MADV_DONTNEED)


def _unchanged_file_mappings() -> Iterator[tuple[int, int]]:
    """(address, bytes) of read-only memory that is mapped from files."""
    start = length = 0
    with open("/proc/self/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            name, _, rest = line.partition(" ")
            if not name.endswith(":"):
                # address range, permissions, offset, device, inode, path
                permissions, _, _, inode, *_ = rest.split()
                first, last = (int(text, 16) for text in name.split("-"))
                is_candidate = permissions in ("r--p", "r-xp") and inode != "0"
                start, length = first, last - first if is_candidate else 0
            elif name == "Anonymous:" and length and rest.split()[0] == "0":
                # It was not changed, for example by the dynamic linker.
                yield start, length


def flush_c_streams() -> None:
    """Flush elastix's console lines before anything is written past the C library."""
    library = ctypes.CDLL("ucrtbase") if sys.platform == "win32" else ctypes.CDLL(None)
    library.fflush(None)


def resident_bytes() -> float | None:
    """Private memory of this process;

    None if the system has no cheap figure. Pages of files, such as the 120 MB of ITK's libraries, do not count, because
    they are shared and released under memory pressure.
    """
    if sys.platform == "win32":
        return None
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            resident, of_files = map(int, file.read().split()[1:3])
            return float(resident - of_files) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return None
