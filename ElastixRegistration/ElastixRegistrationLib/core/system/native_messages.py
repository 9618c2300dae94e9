"""Messages that C and C++ libraries print while a file is read. They would add pages to our one-sentence errors.

ITK's warnings can be switched off, but MetaIO, libpng, TIFF and HDF5 write to the file descriptor anyway.
"""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Python forms of the exceptions of ITK and C++. Damaged files can raise any of them.
NATIVE_ERRORS = (RuntimeError, IndexError, OverflowError, UnicodeDecodeError, SystemError, MemoryError)
_STDERR = 2
#: The descriptor belongs to the process, not to a thread. ITK holds Python's lock while it reads, so this lock adds no
#: wait.
_lock = threading.RLock()


@contextmanager
def native_messages_of_success(*, shown: bool = True) -> Iterator[None]:
    """Hold back what is written to the standard error of the process. It is shown when the block ends well, such as
    ITK's remarks, unless it is known to be noise; after an exception it is dropped, as that says what is wrong."""
    with _lock:
        try:
            ours = os.dup(_STDERR)
        except OSError:  # a program without a console may have none
            yield
            return
        try:
            with tempfile.TemporaryFile() as held:
                _flush()
                os.dup2(held.fileno(), _STDERR)
                try:
                    yield
                    _flush()
                finally:
                    os.dup2(ours, _STDERR)
                held.seek(0)
                if shown:
                    _write(held.read())
        finally:
            os.close(ours)


def silence_hdf5_at_exit() -> None:
    """HDF5 keeps parts of a damaged file open and reports that when the process ends."""
    atexit.unregister(_lead_stderr_nowhere)
    atexit.register(_lead_stderr_nowhere)


def _lead_stderr_nowhere() -> None:
    _flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    os.close(nowhere)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _write(text: bytes) -> None:
    while text:
        text = text[os.write(_STDERR, text) :]
