"""Folders, as ``ElastixLib.utils`` has them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import slicer


def getTempDirectoryBase() -> str:
    """The folder Elastix among Slicer's temporary files, made if it is missing."""
    return createDirectory(os.path.join(slicer.app.temporaryPath, "Elastix"))


def createTempDirectory() -> str:
    """A new folder, named by the time, in ``getTempDirectoryBase``."""
    return tempfile.mkdtemp(prefix=time.strftime("%Y%m%d_%H%M%S_"), dir=getTempDirectoryBase())


def createDirectory(path: str) -> str:
    """Make ``path`` and what is missing above it. Returns it."""
    Path(path).mkdir(parents=True, exist_ok=True)
    return path


def showFolder(path: str) -> None:
    """Open a folder in the file manager of the computer."""
    import qt

    qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(path))


def getContentSuffixes(content: str, presets: Iterable) -> list[int]:
    """The numbers that presets of this content have behind it, as "brain 2"."""
    endings = (
        preset.getContent()[len(content) :].strip() for preset in presets if preset.getContent().startswith(content)
    )
    return [int(ending) for ending in endings if ending.isdigit()]
