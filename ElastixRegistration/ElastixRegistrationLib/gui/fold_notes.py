"""Summaries of folded sections, in gray at the right of their headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt

_GAP = 12  # between the title of a section, with its arrow, and the note


class FoldNote(qt.QWidget):
    """A label over the header of ``fold``, a ctkCollapsibleButton, that lets clicks through.

    Both share a cell of a grid, which replaces ``fold`` in its layout. ``fold`` is folded at first.
    """

    def __init__(self, fold: Any):
        qt.QWidget.__init__(self)
        self._fold, self._text = fold, ""
        self.setAttribute(qt.Qt.WA_TransparentForMouseEvents)
        self.setFocusPolicy(qt.Qt.NoFocus)
        layout = fold.parent().layout()
        place = layout.indexOf(fold)
        layout.removeWidget(fold)
        self._holder = qt.QWidget(fold.parent())  # in the same window, else it would be last in the tab order
        grid = qt.QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(fold, 0, 0)
        grid.addWidget(self, 0, 0, qt.Qt.AlignTop)
        layout.insertWidget(place, self._holder)
        self.setFixedHeight(fold.sizeHint.height())  # of the header while it is folded
        self.raise_()
        fold.connect("contentsCollapsed(bool)", lambda collapsed: self._showText())

    @property
    def text(self) -> str:
        return self._text

    def setText(self, text: str) -> None:
        self._text = text
        self._showText()

    def _showText(self) -> None:
        self.visible = bool(self._text) and self._fold.collapsed
        self.update()

    def paintEvent(self, event: Any) -> None:
        metrics = self.fontMetrics()
        left = metrics.boundingRect(self._fold.text).width() + 2 * metrics.height() + _GAP
        room = self.width - left - _GAP
        painter = qt.QPainter()
        painter.begin(self)
        painter.setPen(self.palette.color(qt.QPalette.PlaceholderText))
        place = qt.QRect(left, 0, room, self.height)
        text = metrics.elidedText(self._text, qt.Qt.ElideRight, room)
        painter.drawText(place, qt.Qt.AlignRight | qt.Qt.AlignVCenter, text)
        painter.end()


class FoldNotes:
    """``texts``: for each section, by the name of its ctkCollapsibleButton, the function that returns its note."""

    def __init__(self, ui: Any, texts: dict[str, Callable[[], str]]):
        self._texts = texts
        self.notes = {name: FoldNote(getattr(ui, name)) for name in texts}

    def show(self) -> None:
        for name, text in self._texts.items():
            self.notes[name].setText(text())
