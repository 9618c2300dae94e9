"""A private folder for elastix's log and point lists, gone afterwards, also when a process was killed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":  # which does not delete a folder with a file that a living process has open
    import fcntl

_PREFIX = "elastix-registration-"
_LOCK = ".in-use"


@contextmanager
def scratch_folder() -> Iterator[str]:
    """A temporary folder that only this user can read. Removes what killed processes of this user left behind."""
    remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, open(Path(folder, _LOCK), "wb") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def remove_left_behind() -> None:
    """Remove scratch folders that no living process holds.

    The lock of a process ends with it, however it ends, and is seen from other containers too, as a process number
    would not be.
    """
    if sys.platform != "win32":
        for lock_file in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
            try:
                with open(lock_file, "rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(lock_file.parent, ignore_errors=True)
            except OSError:
                continue  # in use, another user's, or just removed by another process
