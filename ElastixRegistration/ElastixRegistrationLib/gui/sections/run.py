"""Apply and Cancel, progress, live plot, and the button for the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import qt
from slicer.i18n import tr as _

from ..log_window import LogWindow
from ..messages import tell
from ..metric_plot import MetricPlot
from ..run_control import progressText
from ..section import Section, contentOf, pairOf, reveal

#: Shortest interval between two updates of the plot, s, because updates at each point would take much of a core.
_PLOT_PERIOD = 0.25


class RunSection(Section):
    """One button calls ``onApply()`` if nothing runs, otherwise ``onCancel()``.

    The plot is shown during the run, and later in the window of the log. The message about a run is shown while its
    pair is chosen; if the run did not start or failed, only until a choice changes.
    """

    def __init__(self, ui: Any, onApply: Callable[[], None], onCancel: Callable[[], None]):
        super().__init__(ui)
        self._onApply, self._onCancel = onApply, onCancel
        self._running = False
        self._missing = ""
        self._log = ""
        self._iterations: Sequence[Any] = ()
        self._drawn = 0.0  # time of the last update of the plot
        self._message = ""
        self._pair: tuple[Any, ...] = ()
        self._content: tuple[Any, ...] | None = None  # the choices to which the message applies; None: all of the pair
        self.log = LogWindow()
        self.plot = MetricPlot()
        self.plot.toolTip = ui.plotFrame.toolTip
        ui.plotFrame.layout().addWidget(self.plot)
        ui.progressBar.visible = False
        ui.applyButton.connect("clicked(bool)", self._clicked)
        ui.showLogButton.connect("clicked(bool)", self.log.open)
        self.forget()

    def show(self, choices: Any) -> None:
        self.log.show(choices)
        super().show(choices)

    def cleanup(self) -> None:
        self.log.cleanup()

    def _show(self) -> None:
        self._showButton()
        self._showRun()

    def setMissing(self, missing: str) -> None:
        """What the user has to do before Apply; "" if nothing."""
        self._missing = missing
        self._showButton()

    def begin(self) -> None:
        self._running = True
        self._pair, self._content = pairOf(self.choices), None
        inBackground = self.choices.flag("inBackground")
        self.ui.progressBar.value = 0
        waits = _("Registering in this process. Everything waits until it is done.")
        self._message = _("Starting ...") if inBackground else waits
        self._log, self._iterations = "", ()
        self.plot.setIterations(())
        self.log.setLog("")
        self._showButton()
        self._showRun()
        reveal(self.ui.progressLabel)

    def progress(self, event: Any, iterations: Sequence[Any], log: str) -> None:
        self.ui.progressBar.value = round(1000 * event.fraction)
        self._message = progressText(event)
        tell(self.ui.progressLabel, self._message)
        self.ui.progressFrame.visible = True
        self._iterations = iterations
        now = time.perf_counter()
        if now >= self._drawn + _PLOT_PERIOD:
            self._drawn = now
            self.plot.setIterations(iterations)
            self.ui.plotFrame.visible = self.plot.curve is not None
        self._log = log
        self.log.follow(log)
        self.ui.showLogButton.visible = bool(log)

    def end(self, message: str, log: str, done: bool, whatever: bool = False) -> None:
        """End a run. ``done``: it finished, and the message applies to the pair. ``whatever``: it did not finish,
        and the message applies to any choices, because these are just changing."""
        self._running = False
        self._message, self._log = message, log
        if done:
            self.ui.progressBar.value = 1000
        elif whatever or self.choices is None:
            self._content = ()
            qt.QTimer.singleShot(0, self._settle)
        else:
            self._content = contentOf(self.choices.node)
        self._showButton()
        self._showRun()

    def _settle(self) -> None:
        """The event that ended the run, such as the removal of an input, is over; further changes come from the
        user."""
        if self._content == () and self.choices is not None and self.choices.node.GetScene() is not None:
            self._pair, self._content = pairOf(self.choices), contentOf(self.choices.node)

    def forget(self) -> None:
        """Forget all runs, because there is another scene."""
        self._message = self._log = ""
        self._iterations = ()
        self.plot.setIterations(())
        self._showRun()

    def _showRun(self) -> None:
        """Show message, plot and log of the chosen pair."""
        ui = self.ui
        isOfPair = self._running or self._content == () or (self.choices and pairOf(self.choices) == self._pair)
        isSaid = isOfPair and (self._running or not self._content or contentOf(self.choices.node) == self._content)
        tell(ui.progressLabel, self._message if isSaid else "")
        ui.progressBar.visible = self._running
        ui.plotFrame.visible = self._running and self.plot.curve is not None
        log = self._log if isOfPair else ""
        if self._running:
            self.log.follow(log)
        else:
            self.log.setLog(log, self._iterations if isOfPair else ())
        ui.showLogButton.visible = bool(log)
        ui.progressFrame.visible = bool(log or (self._message and isSaid))

    def _clicked(self, checked: bool = False) -> None:
        if self._running:
            self._onCancel()
        elif not self._missing:
            self._onApply()

    def _showButton(self) -> None:
        button = self.ui.applyButton
        button.text = _("Cancel") if self._running else self._missing or _("Apply")
        button.enabled = self._running or not self._missing
