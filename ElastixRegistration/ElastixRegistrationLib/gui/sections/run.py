"""Apply and Cancel, progress, live plot and log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ..metric_plot import MetricPlot
from ..run_control import progressText
from ..section import Section, reveal

# How lines begin that only "all" of the log shows: rows of the iteration table, and elastix' defaults, two lines each.
_DETAILS = (*"0123456789", "WARNING: The parameter ", "  The default value ")


class RunSection(Section):
    """One button: ``onApply()`` when nothing runs, ``onCancel()`` when something does."""

    def __init__(self, ui: Any, onApply: Callable[[], None], onCancel: Callable[[], None]):
        super().__init__(ui)
        self._onApply, self._onCancel = onApply, onCancel
        self._running = False
        self._missing = ""
        self._log = ""
        self.plot = MetricPlot()
        self.plot.toolTip = ui.plotFrame.toolTip
        ui.plotFrame.layout().addWidget(self.plot)
        ui.progressBar.visible = ui.plotFrame.visible = ui.progressLabel.visible = False
        ui.applyButton.connect("clicked(bool)", self._clicked)
        ui.copyLogButton.connect("clicked(bool)", self.copyLog)
        ui.saveLogButton.connect("clicked(bool)", self.saveLog)

    def _show(self) -> None:
        self._showButton()
        self.setLog(self._log)

    def setMissing(self, missing: str) -> None:
        """What the user has to do before Apply; "" for nothing."""
        self._missing = missing
        self._showButton()

    def begin(self) -> None:
        self._running = True
        inBackground = self.choices.text("inBackground") == "1"
        self.ui.progressBar.value = 0
        self.ui.progressBar.visible = self.ui.plotFrame.visible = self.ui.progressLabel.visible = True
        waits = _("Registering in this process: everything waits until it is done.")
        self.ui.progressLabel.text = _("Starting ...") if inBackground else waits
        self.plot.setIterations([])
        self.setLog("")
        self._showButton()
        reveal(self.ui.plotFrame)

    def progress(self, event: Any, iterations: Sequence[Any], log: str) -> None:
        self.ui.progressBar.value = round(1000 * event.fraction)
        self.ui.progressLabel.text = progressText(event)
        self.plot.setIterations(iterations)
        self._follow(log)

    def end(self, message: str, log: str, done: bool) -> None:
        """``done``: it came to its end; the plot stays in any case."""
        self._running = False
        if done:
            self.ui.progressBar.value = 1000
        self.ui.progressBar.visible = False
        self.ui.progressLabel.visible = True
        self.ui.progressLabel.text = message
        self.setLog(log)
        self._showButton()

    def _follow(self, log: str) -> None:
        """Append whole lines that have come since; a text that is set anew at each of them stalls the window."""
        end = log.rfind("\n") + 1
        if end > len(self._log):
            lines = self._shown(log[len(self._log) : end]).rstrip("\n")
            self._log = log[:end]
            if lines:
                self.ui.logText.appendPlainText(lines)
            self.ui.copyLogButton.enabled = self.ui.saveLogButton.enabled = True

    def setLog(self, log: str) -> None:
        self._log = log
        self.ui.logText.setPlainText(self._shown(log))
        self.ui.copyLogButton.enabled = self.ui.saveLogButton.enabled = bool(log)

    def copyLog(self, checked: bool = False) -> None:
        slicer.app.clipboard().setText(self._log)

    def saveLog(self, checked: bool = False) -> None:
        path = qt.QFileDialog.getSaveFileName(self.ui.saveLogButton, _("Save the log"), "elastix.log")
        if path:
            with slicer.util.tryWithErrorDisplay(_("The log could not be saved.")):
                Path(path).write_text(self._log, encoding="utf-8")

    def _shown(self, log: str) -> str:
        if self.choices is None or self.choices.text("logDetail") == "all":
            return log
        return "\n".join(line for line in log.splitlines() if not line.startswith(_DETAILS))

    def _clicked(self, checked: bool = False) -> None:
        if self._running:
            self._onCancel()
        elif not self._missing:
            self._onApply()

    def _showButton(self) -> None:
        button = self.ui.applyButton
        button.text = _("Cancel") if self._running else self._missing or _("Apply")
        button.enabled = self._running or not self._missing
