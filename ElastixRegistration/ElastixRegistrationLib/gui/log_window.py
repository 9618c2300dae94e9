"""A window with elastix's log and the curve of the metric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from .metric_plot import MetricPlot
from .section import Section, fillComboBox, selectValue

_UI = Path(__file__).resolve().parents[2] / "Resources" / "UI" / "LogWindow.ui"
# Beginnings of lines that only "all" of the log shows: rows of the iteration table, and elastix's defaults, two lines
# each.
_DETAILS = (*"0123456789", "WARNING: The parameter ", "  The default value ")


class LogWindow(Section):
    """A window that is created when it is first opened; ``window`` and ``ui`` are None before."""

    def __init__(self) -> None:
        super().__init__(None)
        self.window: Any = None
        self._log = ""
        self._iterations: Sequence[Any] = ()

    def open(self, checked: bool = False) -> None:
        if self.window is None:
            self._build()
        self.window.show()
        self.window.raise_()

    @property
    def text(self) -> str:
        """The displayed part of the log."""
        if self.choices is None or self.choices.text("logDetail") == "all":
            return self._log
        return _shortened(self._log)

    def setLog(self, log: str, iterations: Sequence[Any] = ()) -> None:
        isNew = log != self._log
        self._log, self._iterations = log, iterations
        if self.window is not None:
            self._showPlot()
            if isNew:
                self._showText()

    def follow(self, log: str) -> None:
        """Append new whole lines, because setting the whole text each time would block the window."""
        before, end = len(self._log), log.rfind("\n") + 1
        if end <= before:
            return
        self._log = log[:end]
        if self.window is not None:
            new = log[before:end]
            lines = (new if self.choices.text("logDetail") == "all" else _shortened(new)).rstrip("\n")
            if lines:
                self.ui.logText.appendPlainText(lines)
            self._enable()

    def copy(self, checked: bool = False) -> None:
        slicer.app.clipboard().setText(self._log)

    def save(self, checked: bool = False) -> None:
        path = qt.QFileDialog.getSaveFileName(self.window, _("Save the log"), "elastix.log")
        if path:
            with slicer.util.tryWithErrorDisplay(_("The log could not be saved.")):
                Path(path).write_text(self._log, encoding="utf-8")

    def cleanup(self) -> None:
        if self.window is not None:
            self.window.hide()
            self.window.deleteLater()
            self.window = None

    def _build(self) -> None:
        self.window = slicer.util.loadUI(str(_UI))
        self.window.setParent(slicer.util.mainWindow(), qt.Qt.Dialog)
        self.ui = ui = slicer.util.childWidgetVariables(self.window)
        self.plot = MetricPlot()
        ui.logPlotFrame.layout().addWidget(self.plot)
        fillComboBox(ui.logDetailSelector, [(_("Everything"), "all"), (_("Without the iterations"), "iterations")])
        ui.logDetailSelector.connect("currentIndexChanged(int)", self._detailChanged)
        ui.copyLogButton.connect("clicked(bool)", self.copy)
        ui.saveLogButton.connect("clicked(bool)", self.save)
        ui.closeLogButton.connect("clicked(bool)", lambda checked: self.window.hide())
        self.show(self.choices)
        self._showPlot()
        self._showText()

    def _show(self) -> None:
        if self.window is not None:
            selectValue(self.ui.logDetailSelector, self.choices.text("logDetail"))

    def _detailChanged(self, index: int) -> None:
        if self.isFree():
            self.choices.set("logDetail", self.ui.logDetailSelector.itemData(index))
            self._showText()

    def _showPlot(self) -> None:
        self.plot.setIterations(self._iterations)
        self.ui.logPlotFrame.visible = self.plot.curve is not None

    def _showText(self) -> None:
        self.ui.logText.setPlainText(self.text)
        self._enable()

    def _enable(self) -> None:
        self.ui.copyLogButton.enabled = self.ui.saveLogButton.enabled = bool(self._log)


def _shortened(log: str) -> str:
    return "\n".join(line for line in log.splitlines() if not line.startswith(_DETAILS))
