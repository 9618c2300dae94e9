"""A table of values by resolution: a row for each parameter, a column for each resolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from ...core.parameters.maps import ParameterMap
from ...core.presets.rows import resolution_table, row
from .table import meaningText


class ResolutionTable:
    """``onCell(name, resolution, text)`` and ``onCount(count)`` are called for changes by the user."""

    def __init__(self, ui: Any, onCell: Callable[[str, int, str], None], onCount: Callable[[int], None]):
        self._table, self._spinBox = ui.resolutionTable, ui.resolutionsSpinBox
        self._onCell, self._onCount = onCell, onCount
        self._names: tuple[str, ...] = ()
        self._cells: tuple[tuple[str, ...], ...] = ()
        self._showing = False
        self._table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        self._table.connect("cellChanged(int,int)", self._cellChanged)
        self._spinBox.connect("valueChanged(int)", self._countChanged)

    def show(self, stage: ParameterMap | None, dimension: int) -> None:
        """Show the values; the table is empty if the stage cannot be read."""
        shown = resolution_table(stage, dimension) if stage is not None else None
        self._showing = True
        try:
            self._spinBox.enabled = shown is not None
            if shown is None:
                self._names, self._cells = (), ()
                self._table.setRowCount(0)
                return
            self._spinBox.value = shown.resolutions
            self._names, self._cells = shown.names, shown.cells
            self._fill(shown.resolutions, stage)
        finally:
            self._showing = False

    def _fill(self, resolutions: int, stage: ParameterMap) -> None:
        table = self._table
        table.setRowCount(len(self._names))
        table.setColumnCount(resolutions)
        ends = {0: _("1 (coarse)"), resolutions - 1: _("{number} (fine)").format(number=resolutions)}
        table.setHorizontalHeaderLabels([ends.get(n, str(n + 1)) for n in range(resolutions)])
        table.setVerticalHeaderLabels(list(self._names))
        for line, cells in enumerate(self._cells):
            toolTip = meaningText(row(self._names[line], stage[self._names[line]]))
            for column, text in enumerate(cells):
                item = table.item(line, column)
                if item is None:
                    item = qt.QTableWidgetItem()
                    table.setItem(line, column, item)
                if item.text() != text:
                    item.setText(text)
                item.setToolTip(toolTip)

    def _cellChanged(self, line: int, column: int) -> None:
        if not self._showing and line < len(self._names):
            self._onCell(self._names[line], column, self._table.item(line, column).text())

    def _countChanged(self, count: int) -> None:
        if not self._showing:
            self._onCount(count)
