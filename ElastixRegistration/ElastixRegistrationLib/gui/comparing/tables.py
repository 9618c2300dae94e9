"""Tables of runs: read-only, with selection of rows, as high as their content."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import qt

_ROW_HEIGHT = 24


def setUpTable(table: Any, heads: Sequence[str]) -> None:
    """Set up the table; the first column gets the remaining width."""
    table.setColumnCount(len(heads))
    table.setHorizontalHeaderLabels(list(heads))
    table.verticalHeader().setVisible(False)
    table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
    table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
    table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
    table.setSelectionMode(qt.QAbstractItemView.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)


def fillTable(
    table: Any, rows: Sequence[Sequence[str]], bold: Collection[int] = (), tips: Sequence[str] = (), most: int = 0
) -> None:
    """Fill in the texts of ``rows``, with the rows ``bold`` in bold, and tool tips.

    ``most``: maximum number of visible rows, which sets the height; 0 leaves the height to the layout."""
    blocked = table.blockSignals(True)
    table.clearSelection()
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            if row < len(tips):
                item.setToolTip(tips[row])
            if row in bold:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            table.setItem(row, column, item)
    table.blockSignals(blocked)
    if most:
        height = max(_ROW_HEIGHT, table.fontMetrics().height() + 8)
        table.verticalHeader().setDefaultSectionSize(height)
        table.horizontalHeader().setFixedHeight(height)
        table.setFixedHeight(height * (min(len(rows), most) + 1) + 2 * table.frameWidth)
        table.visible = len(rows) > 0
