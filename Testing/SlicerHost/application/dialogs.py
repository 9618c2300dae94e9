"""Answers modal dialogs as a user would, and keeps a record of them.

Dialogs are real: slicer.util.errorDisplay opens a real ctkMessageBox whose exec_ runs a real event loop. A timer looks
for a modal window and presses the button a test asked for. A dialog nobody expected is closed and remembered in
`unexpected`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QProgressDialog,
    QWidget,
)


@dataclass(frozen=True)
class Shown:
    """One dialog that was shown: its class, title and text, what it was answered with."""

    kind: str
    title: str
    text: str
    details: str
    answer: str


class Dialogs:
    """`expect("Cancel")` queues the answer for the next dialog; `shown` lists those that came."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.unexpected: list[Shown] = []
        self._answers: list[str | Callable[[QDialog], None]] = []
        self._timer: QTimer | None = None
        self._window: QWidget | None = None

    def start(self, window: QWidget) -> None:
        self._window = window
        self._timer = QTimer()
        self._timer.setInterval(10)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    def expect(self, answer: str | Callable[[QDialog], None]) -> None:
        """Answer of the next dialog: the text of a button (``OK``, ``Cancel``, ``Yes``), text to type into an input
        dialog, a path for a file dialog, or a function that gets the PySide6 dialog."""
        self._answers.append(answer)

    def clear(self) -> None:
        self.shown.clear()
        self.unexpected.clear()
        self._answers.clear()

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or isinstance(dialog, QProgressDialog) or not dialog.isVisible():
            return
        answer = self._answers.pop(0) if self._answers else None
        record = self._record(dialog, answer)
        self.shown.append(record)
        if answer is None:
            self.unexpected.append(record)
            dialog.reject()
        elif callable(answer):
            answer(dialog)
        elif isinstance(dialog, QInputDialog):
            dialog.setTextValue(answer)
            dialog.accept()
        elif isinstance(dialog, QFileDialog):
            # selectFile leaves the name empty while the folder is still being listed, in a thread.
            dialog.findChild(QLineEdit, "fileNameEdit").setText(answer)
            dialog.accept()
        else:
            self._press(dialog, answer)

    @staticmethod
    def _record(dialog: QDialog, answer: Any) -> Shown:
        box = isinstance(dialog, QMessageBox)
        text = dialog.text() if box else dialog.labelText() if isinstance(dialog, QInputDialog) else ""
        details = dialog.detailedText() if box else ""
        name = answer if isinstance(answer, str) else "" if answer is None else "function"
        return Shown(type(dialog).__name__, dialog.windowTitle(), text, details, name)

    @staticmethod
    def _press(dialog: QDialog, label: str) -> None:
        from PySide6.QtWidgets import QAbstractButton

        buttons = [b for b in dialog.findChildren(QAbstractButton) if b.isVisible()]
        for button in buttons:
            if button.text().replace("&", "") == label:
                button.click()
                return
        names = ", ".join(b.text().replace("&", "") for b in buttons)
        dialog.reject()
        raise LookupError(f"the dialog '{dialog.windowTitle()}' has no button '{label}', only {names}")
