"""The parameters of a stage, each with a control for its kind."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from ...core.parameters.schema import find_parameter
from ...core.presets.rows import KNOWN, OBSOLETE, Row, split_values

_LARGEST = 2**31 - 1
_ROW_HEIGHT = 26
#: Readable on light and dark backgrounds.
RED, ORANGE, GRAY = "#d64545", "#c77f0a", "#8a8a8a"


class ParameterTable:
    """Fills a QTableWidget. ``onEdited(name, values)`` is called when the user changes a value, ``onChosen(name)`` when
    the user selects a row."""

    def __init__(self, table: Any, onEdited: Callable[[str, Sequence[str]], None], onChosen: Callable[[str], None]):
        self._table, self._onEdited, self._onChosen = table, onEdited, onChosen
        self._rows: list[Row] = []
        self._lines: dict[str, int] = {}
        self._controls: dict[str, tuple[str, Any]] = {}
        self._structure: tuple[Any, ...] = ()
        self._wanted: tuple[list[Row], dict[str, str]] = ([], {})
        self._showing = False
        self._noWheel = _NoWheel()
        # A control must not be deleted while its own signal is handled.
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", self._rebuild)
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Parameter"), _("Value"), _("Unit")])
        table.verticalHeader().setVisible(False)
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(1, qt.QHeaderView.Stretch)
        table.horizontalHeader().setSectionResizeMode(2, qt.QHeaderView.ResizeToContents)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setSelectionBehavior(qt.QAbstractItemView.SelectRows)
        table.setSelectionMode(qt.QAbstractItemView.SingleSelection)
        table.connect("currentCellChanged(int,int,int,int)", self._cellChosen)

    def show(self, rows: Iterable[Row], words: Sequence[str], marked: dict[str, str]) -> None:
        """Show the rows that have all ``words`` in name or meaning. ``marked``: "error" or "warning" by parameter."""
        found = [row for row in rows if all(word in f"{row.name} {row.meaning}".lower() for word in words)]
        self._wanted = (found, marked)
        structure = tuple((row.name, row.control, row.choices, row.group) for row in found)
        if structure != self._structure:
            self._timer.start()
            return
        self._rows = found
        self._fill(marked)

    def chosen(self) -> Row | None:
        name = next((name for name, line in self._lines.items() if line == self._table.currentRow()), None)
        return next((row for row in self._rows if row.name == name), None)

    def choose(self, name: str) -> None:
        """Select a parameter; does nothing if it is not shown."""
        if self._timer.active:
            self._timer.stop()
            self._rebuild()
        if name in self._lines:
            self._table.setCurrentCell(self._lines[name], 0)
            self._table.scrollToItem(self._table.item(self._lines[name], 0))

    def control(self, name: str) -> Any:
        """The widget to edit a parameter; None if it is not shown."""
        return self._controls[name][1] if name in self._controls else None

    def cleanup(self) -> None:
        self._timer.stop()

    def _rebuild(self) -> None:
        rows, marked = self._wanted
        chosen = self.chosen()
        self._showing = True
        try:
            self._table.setRowCount(0)
            self._rows, self._lines, self._controls = rows, {}, {}
            self._structure = tuple((row.name, row.control, row.choices, row.group) for row in rows)
            group = None
            for row in rows:
                if row.group != group:
                    group = row.group
                    self._addHeading(group)
                self._addRow(row)
        finally:
            self._showing = False
        self._fill(marked)
        if chosen is not None:
            self.choose(chosen.name)

    def _addHeading(self, text: str) -> None:
        line = self._table.rowCount
        self._table.insertRow(line)
        item = qt.QTableWidgetItem(_headings()[text])
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        item.setFlags(qt.Qt.ItemIsEnabled)
        self._table.setItem(line, 0, item)
        self._table.setSpan(line, 0, 1, 3)

    def _addRow(self, row: Row) -> None:
        line = self._table.rowCount
        self._table.insertRow(line)
        self._lines[row.name] = line
        for column, text in ((0, row.name), (2, row.unit)):
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            self._table.setItem(line, column, item)
        control = self._makeControl(row)
        control.installEventFilter(self._noWheel)
        self._table.setCellWidget(line, 1, control)
        self._controls[row.name] = (row.control, control)

    def _makeControl(self, row: Row) -> Any:
        if row.control in ("choice", "boolean"):
            control = qt.QComboBox()
            for choice in row.choices:
                control.addItem(choice)
            control.connect("currentIndexChanged(int)", lambda index, name=row.name: self._edited(name))
        elif row.control == "integer":
            control = qt.QSpinBox()
            known = find_parameter(row.name)
            control.setRange(*_whole_range(known))
            control.keyboardTracking = False
            control.connect("valueChanged(int)", lambda value, name=row.name: self._edited(name))
        else:
            control = qt.QLineEdit()
            control.connect("editingFinished()", lambda name=row.name: self._edited(name))
        control.focusPolicy = qt.Qt.StrongFocus
        control.toolTip = meaningText(row)
        return control

    def _fill(self, marked: dict[str, str]) -> None:
        """Fill in values and marks of the existing rows."""
        self._showing = True
        try:
            for row in self._rows:
                kind, control = self._controls[row.name]
                if kind in ("choice", "boolean"):
                    index = control.findText(row.values[0])
                    if control.currentIndex != index:
                        control.setCurrentIndex(index)
                elif kind == "integer":
                    control.value = int(float(row.values[0]))
                elif control.text != row.text:
                    control.text = row.text
                self._mark(row, marked.get(row.name, ""))
        finally:
            self._showing = False

    def _mark(self, row: Row, severity: str) -> None:
        item = self._table.item(self._lines[row.name], 0)
        color = RED if severity == "error" else ORANGE if severity or row.state != KNOWN else None
        item.setForeground(qt.QBrush(qt.QColor(color)) if color else qt.QBrush())
        note = {KNOWN: "", OBSOLETE: _("obsolete")}.get(row.state, _("unknown"))
        item.setText(f"{row.name} ({note})" if note else row.name)
        item.setToolTip(meaningText(row))

    def _edited(self, name: str) -> None:
        if self._showing:
            return
        row = next(row for row in self._rows if row.name == name)
        kind, control = self._controls[name]
        if kind in ("choice", "boolean"):
            values: tuple[str, ...] = (control.currentText,)
        elif kind == "integer":
            values = (str(control.value),)
        else:
            values = split_values(control.text)
        if values != row.values:
            self._onEdited(name, values)

    def _cellChosen(self, line: int, column: int, lineBefore: int, columnBefore: int) -> None:
        row = self.chosen()
        if row is not None and not self._showing:
            self._onChosen(row.name)


class _NoWheel(qt.QObject):
    """Scrolling through the table must not change values under the pointer."""

    def eventFilter(self, watched: Any, event: Any) -> bool:
        if event.type() == qt.QEvent.Wheel:
            event.ignore()
            return True
        return False


def _headings() -> dict[str, str]:
    """The displayed names of the groups in the schema of parameters."""
    return {
        "Components": _("Components"),
        "Images": _("Images"),
        "Resolutions": _("Resolutions"),
        "Start": _("Start"),
        "Transform": _("Transform"),
        "Metric": _("Metric"),
        "Weights and penalties": _("Weights and penalties"),
        "Sampling": _("Sampling"),
        "Interpolation": _("Interpolation"),
        "Optimizer": _("Optimizer"),
        "Output": _("Output"),
        "Obsolete": _("Obsolete"),
        "Others": _("Others"),
    }


def meaningText(row: Row) -> str:
    """The purpose of a parameter and its possible values, as rich text."""
    if row.state not in (KNOWN, OBSOLETE):
        return _("<b>{name}</b> is not an elastix parameter. It is kept, and elastix ignores it.").format(
            name=html.escape(row.name)
        )
    parts = [f"<b>{html.escape(row.name)}</b>: {html.escape(row.meaning)}"]
    if row.expected:
        parts.append(html.escape(row.expected[0].upper() + row.expected[1:]) + ".")
    if row.default:
        parts.append(_("Default: {value}.").format(value=html.escape(row.default)))
    if row.unit:
        parts.append(_("In {unit}.").format(unit=html.escape(row.unit)))
    return " ".join(parts)


def _whole_range(parameter: Any) -> tuple[int, int]:
    low = -_LARGEST if parameter.minimum is None else int(parameter.minimum) + (1 if parameter.above_minimum else 0)
    high = _LARGEST if parameter.maximum is None else int(parameter.maximum) - (1 if parameter.below_maximum else 0)
    return max(low, -_LARGEST), min(high, _LARGEST)  # RandomSeed exceeds the range of a spin box
