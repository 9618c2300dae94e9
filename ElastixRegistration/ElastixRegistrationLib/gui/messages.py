"""Sentences for the user: in labels, which they must not widen, and in dialogs."""

from __future__ import annotations

import re
from typing import Any

import slicer

#: Words longer than this are broken where they are too long for a label: names of files and nodes often have no space.
_LONGEST_WORD = 24
_BREAK = "\N{ZERO WIDTH SPACE}"


def breakable(text: str) -> str:
    """``text`` with places in its long words where a label may begin a new line."""
    return re.sub(rf"\S{{{_LONGEST_WORD},}}", lambda word: _broken(word.group()), text)


def tell(label: Any, text: str) -> None:
    """Show a sentence in a label that wraps; "" hides the label. Not for rich text."""
    label.text = breakable(text)
    label.visible = bool(text)


def showError(message: str, title: str, details: str = "") -> None:
    """A dialog, with ``details`` (a log) behind a button where there are any."""
    more = {"detailedText": details} if details else {}
    slicer.util.errorDisplay(message, windowTitle=title, **more)


def _broken(word: str) -> str:
    """After punctuation, and within what is still too long."""
    parts = re.findall(rf"[^\W_]{{1,{_LONGEST_WORD}}}[\W_]*|[\W_]+", word)
    return _BREAK.join(parts)
