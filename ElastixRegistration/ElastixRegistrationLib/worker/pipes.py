"""Non-blocking pipes, which differ between POSIX and Windows and have no common interface in Python."""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from collections.abc import Sequence

#: Large pipes mean fewer context switches: 1 MiB transfers 1.5 GB/s, the usual 64 KiB 0.2 GB/s.
PIPE_BYTES = 1 << 20
_CHUNK = 1 << 20

if sys.platform == "win32":
    import _winapi
    import msvcrt


def new_pipe() -> tuple[int, int]:
    """File descriptors (read end, write end), not inherited, as large as the system grants."""
    if sys.platform == "win32":
        read, write = _winapi.CreatePipe(None, PIPE_BYTES)
        return msvcrt.open_osfhandle(read, os.O_RDONLY), msvcrt.open_osfhandle(write, 0)
    read, write = os.pipe()
    if sys.platform == "linux":
        import fcntl

        # 1031 is F_SETPIPE_SZ, which Python 3.10 does not name. It is refused for users who already have many large
        # pipes.
        with contextlib.suppress(OSError):
            fcntl.fcntl(write, 1031, PIPE_BYTES)
    return read, write


class PipeReader:
    """The read end of a pipe. Owns the descriptor."""

    def __init__(self, descriptor: int):
        self._file = io.FileIO(descriptor, "rb")
        if sys.platform != "win32":
            os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._file.fileno()

    def read_into(self, target: memoryview) -> int | None:
        """Number of bytes read into ``target``; None if there are none at the moment, 0 at the end of the pipe."""
        target = target[:_CHUNK]
        if sys.platform == "win32":
            try:
                available = _winapi.PeekNamedPipe(msvcrt.get_osfhandle(self.fileno()), 0)[0]
            except OSError:
                return 0
            if not available:
                return None
            target = target[: int(available)]
        return self._file.readinto(target)

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed


class PipeWriter:
    """The write end of a pipe. Owns the descriptor."""

    def __init__(self, descriptor: int):
        self._file = io.FileIO(descriptor, "wb")
        if sys.platform == "win32":
            _winapi.SetNamedPipeHandleState(msvcrt.get_osfhandle(descriptor), 1, None, None)  # PIPE_NOWAIT
        else:
            os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: memoryview) -> int:
        """Number of bytes written, 0 if the pipe is full. Raises OSError if it has no reader."""
        if sys.platform == "win32":
            # Windows writes all or nothing to a non-blocking pipe.
            for size in (_CHUNK // 4, 1 << 15, 1 << 12, 1):
                written, _ = _winapi.WriteFile(msvcrt.get_osfhandle(self.fileno()), data[:size])
                if written:
                    return written
            return 0
        else:
            return self._file.write(data[:_CHUNK]) or 0

    def close(self) -> None:
        self._file.close()

    @property
    def closed(self) -> bool:
        return self._file.closed


def wait_for_any(readers: Sequence[PipeReader], writers: Sequence[PipeWriter], timeout: float) -> None:
    """Return when a pipe is ready, or after ``timeout`` seconds."""
    if sys.platform == "win32":
        import time

        time.sleep(min(timeout, 0.002))  # Windows waits for sockets only
        return
    poll = select.poll()
    for reader in readers:
        poll.register(reader.fileno(), select.POLLIN)
    for writer in writers:
        poll.register(writer.fileno(), select.POLLOUT)
    poll.poll(max(timeout, 0.0) * 1000)
