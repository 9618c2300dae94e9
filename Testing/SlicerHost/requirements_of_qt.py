"""Says in one sentence which Debian package is missing before Qt fails with a loader error nobody can read."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys

#: Shared library PySide6 links to -> the Debian package it is in.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}


def missing_package() -> str | None:
    """One sentence naming the Debian package Qt lacks here, or None when all is there."""
    if sys.platform != "linux":
        return None
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"Qt needs {library}: install the Debian package {package}."
    if shutil.which("fc-list") is None:
        return None
    listed = subprocess.run(["fc-list", "--format=%{family}\n"], capture_output=True, text=True, check=False).stdout
    return None if listed.strip() else "Qt finds no font here: install the Debian package fonts-dejavu-core."


def protect_constants() -> None:
    """Keep None, True and False alive under PySide6 6.12 on Python before 3.12.

    Its wheels return them without taking a reference, as 3.12 allows; on 3.10 and 3.11 a few hundred emitted signals
    end the process with "deallocating True or False". A reference count far out of reach makes up for it.
    """
    if sys.version_info < (3, 12):
        for constant in (None, True, False):
            ctypes.c_ssize_t.from_address(id(constant)).value += 1 << 40
