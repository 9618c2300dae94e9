"""Lock an output folder for one run at a time. The lock ends with its process in any case."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..core.errors import InputError, file_error
from ..core.wording import said

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_log = logging.getLogger(__name__)

LOCK = ".lock"
#: Position of the locked byte on Windows, after the text that others read.
_FAR = 1 << 30


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock ``folder`` for this process. Raises InputError that names the other process if it is locked."""
    path = folder / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise file_error(
            error, said("The folder {folder} cannot be written to: {reason}.", folder=folder, reason=error.strerror)
        ) from error
    with open(descriptor, "r+", encoding="utf-8") as file:
        try:
            _take(file.fileno())
        except (BlockingIOError, PermissionError):
            raise InputError(
                said(
                    "Another run uses the folder {folder}{holder}; wait for it to finish, or choose another folder.",
                    folder=folder,
                    holder=_holder(file.read()),
                )
            ) from None
        except OSError as error:  # some network disks have no locks
            _log.warning(
                "The folder %s cannot be locked (%s): make sure that no other run uses it.", folder, error.strerror
            )
        file.seek(0)
        file.truncate()
        started = time.strftime("%Y-%m-%d %H:%M:%S")
        file.write(json.dumps({"process": os.getpid(), "computer": socket.gethostname(), "since": started}))
        file.flush()
        yield


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f" (process {holder['process']} on {holder['computer']}, since {holder['since']})"
    except (ValueError, KeyError, TypeError):
        return ""
