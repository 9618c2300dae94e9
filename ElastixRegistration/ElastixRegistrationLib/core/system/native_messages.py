"""What C and C++ libraries print while a file is read. Errors here are one sentence; theirs are pages before it.

ITK's own warnings could be switched off; MetaIO, libpng, TIFF and HDF5 write to the file descriptor all the same.
"""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: What ITK's exceptions, and those of C++ itself, become in Python. Of damaged files any of them may come.
NATIVE_ERRORS = (RuntimeError, IndexError, OverflowError, UnicodeDecodeError, SystemError, MemoryError)
_STDERR = 2
#: The descriptor belongs to the process, not to a thread. ITK holds Python's lock while it reads: nobody waits.
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
    """Of a damaged file HDF5 keeps parts open, and says so after everything else, when the process ends."""
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
