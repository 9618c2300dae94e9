"""slicer.i18n. Read in Slicer/Slicer:Base/Python/slicer/i18n.py."""

from __future__ import annotations

import inspect
from pathlib import Path

from PySide6.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"translate takes text, got {text!r}")
    return QCoreApplication.translate(context, text)


def getContext(sourceFile: str) -> str:
    path = Path(sourceFile)
    package = (path.parent / "__init__.py").is_file()
    return f"{path.parent.name}.{path.stem}" if package else path.stem


def tr(text: str) -> str:
    frame = inspect.currentframe()
    caller = frame.f_back if frame is not None else None
    return translate(getContext(caller.f_code.co_filename if caller is not None else ""), text)
