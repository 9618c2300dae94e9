"""The text of a stage, synchronized with its parameters in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt

_TYPING_MS = 400


class StageText:
    """``onTyped(text)`` is called when the user pauses."""

    def __init__(self, edit: Any, onTyped: Callable[[str], None]):
        self._edit, self._onTyped = edit, onTyped
        self._showing = False
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.connect("timeout()", self._typed)
        edit.setFont(qt.QFontDatabase.systemFont(qt.QFontDatabase.FixedFont))
        edit.connect("textChanged()", self._changed)

    def show(self, text: str) -> None:
        """Show the text. If it differs from the current one, the cursor stays at about the same position."""
        edit = self._edit
        if edit.plainText == text:
            return
        place, scrolled = edit.textCursor().position(), edit.verticalScrollBar().value
        self._showing = True
        try:
            edit.setPlainText(text)
            cursor = edit.textCursor()
            cursor.setPosition(min(place, len(edit.plainText)))
            edit.setTextCursor(cursor)
            edit.verticalScrollBar().setValue(scrolled)
        finally:
            self._showing = False

    def goTo(self, line: int) -> None:
        """Select a line, counted from 1."""
        cursor = self._edit.textCursor()
        cursor.movePosition(qt.QTextCursor.Start)
        cursor.movePosition(qt.QTextCursor.NextBlock, qt.QTextCursor.MoveAnchor, line - 1)
        cursor.movePosition(qt.QTextCursor.EndOfBlock, qt.QTextCursor.KeepAnchor)
        self._edit.setTextCursor(cursor)
        self._edit.ensureCursorVisible()

    def flush(self) -> None:
        """Apply what was typed, before anything else is done."""
        if self._timer.active:
            self._timer.stop()
            self._typed()

    def cleanup(self) -> None:
        self._timer.stop()

    def _changed(self) -> None:
        if not self._showing:
            self._timer.start()

    def _typed(self) -> None:
        self._onTyped(self._edit.plainText)
