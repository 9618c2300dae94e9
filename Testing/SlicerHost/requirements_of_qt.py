"""Says in one sentence which Debian package is missing before Qt fails with a loader error nobody can read."""

from __future__ import annotations

import ctypes
import shutil
import subprocess

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
    for library, package in LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"Qt needs {library}: install the Debian package {package}."
    if shutil.which("fc-list") is None:
        return None
    listed = subprocess.run(["fc-list", "--format=%{family}\n"], capture_output=True, text=True, check=False).stdout
    return None if listed.strip() else "Qt finds no font here: install the Debian package fonts-dejavu-core."
