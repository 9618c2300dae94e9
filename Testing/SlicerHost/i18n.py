"""slicer.i18n. Read in Slicer/Slicer:Base/Python/slicer/i18n.py.

The host has no translations: text comes back as it is, unless a test puts some into `translations`, by context.
"""

from __future__ import annotations

import inspect
from pathlib import Path

translations: dict[tuple[str, str], str] = {}


def translate(context: str, text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"translate takes text, got {text!r}")
    return translations.get((context, text), text)


def getContext(sourceFile: str) -> str:
    path = Path(sourceFile)
    package = (path.parent / "__init__.py").is_file()
    return f"{path.parent.name}.{path.stem}" if package else path.stem


def tr(text: str) -> str:
    frame = inspect.currentframe()
    caller = frame.f_back if frame is not None else None
    return translate(getContext(caller.f_code.co_filename if caller is not None else ""), text)
