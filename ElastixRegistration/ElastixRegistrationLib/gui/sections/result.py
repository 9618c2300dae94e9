"""The result of a registration: its verdict, views, and what to do next (report, apply to other nodes, revert)."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...core.quality.figures import with_mean_overlap
from ..comparing.confidence import ConfidencePart
from ..comparison_views import MODES, ComparisonViews
from ..messages import tell, translated
from ..section import Section, pairOf, reveal

_ROW_HEIGHT = 24
_GOOD, _BAD = "#2e7d32", "#c62828"


class ResultSection(Section):
    """Shows the last RegistrationRun while its pair is chosen, until it is reverted or the scene is closed.

    ``onReverted(nodes)`` is called with output nodes that have their former content again.
    """

    def __init__(self, ui: Any, logic: Any, onReverted: Callable[[Iterable[Any]], None]):
        super().__init__(ui)
        self.confidence = ConfidencePart(ui.resultContents.layout(), logic)
        self._onReverted = onReverted
        self._last: Any = None
        self._run: Any = None  # the last run, if its pair is chosen
        self._pair: tuple[Any, ...] = ()
        self._reported: Any = None  # the confidence map in the last report
        self.views = ComparisonViews()
        self._buttons = {mode: getattr(ui, f"{mode}Button") for mode in MODES}
        table = ui.resultTable
        table.setColumnCount(3)
        table.setHorizontalHeaderLabels([_("Measure"), _("Before"), _("After")])
        table.verticalHeader().setVisible(False)
        table.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
        for column in (1, 2):  # numbers are short; the names get the space
            table.horizontalHeader().setSectionResizeMode(column, qt.QHeaderView.ResizeToContents)
        table.setWordWrap(False)
        table.setEditTriggers(qt.QAbstractItemView.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(qt.Qt.ScrollBarAlwaysOff)
        self._rowHeight = max(_ROW_HEIGHT, table.fontMetrics().height() + 8)
        table.verticalHeader().setDefaultSectionSize(self._rowHeight)
        table.horizontalHeader().setFixedHeight(self._rowHeight)
        for mode, button in self._buttons.items():
            button.connect("clicked(bool)", lambda checked, mode=mode: self._viewClicked(mode, checked))
        ui.fadeFrame.visible = False
        ui.fadeSlider.connect("valueChanged(double)", self.views.setFade)
        ui.applyToButton.connect("clicked(bool)", self.applyToChecked)
        ui.reportButton.connect("clicked(bool)", self.openReport)
        ui.revertButton.connect("clicked(bool)", self.revert)
        self.setRun(None)

    def _show(self) -> None:
        run = self._last if self._last is not None and pairOf(self.choices) == self._pair else None
        if run is not self._run:
            self._showRun(run)
        self._enable()

    def cleanup(self) -> None:
        self.views.stop()
        self.confidence.cleanup()

    def setRun(self, run: Any) -> None:
        """Show a run; None means that there is no result."""
        self._last = run
        self._pair = run.pair if run is not None else ()
        self._showRun(run if run is None or self.choices is None or pairOf(self.choices) == self._pair else None)
        if self._run is not None:
            self.ui.resultCollapsibleButton.collapsed = False
            reveal(self.ui.viewsFrame)

    def _showRun(self, run: Any) -> None:
        self._say("")
        self.views.stop()
        self._run = run
        self.confidence.setRun(run)
        self._fillTable(None if run is None else run.comparison)
        if run is None:
            verdict = (
                _("Nothing has been registered yet.")
                if self._last is None
                else _("This pair has not been registered yet.")
            )
        elif run.comparison is not None:
            verdict = run.comparison.verdict.text
        else:
            verdict = _("The result could not be judged; see the message above.")
        tell(self.ui.verdictLabel, verdict)
        tell(self.ui.notesLabel, "" if run is None else "\n".join(map(translated, run.notes)))
        self._enable()

    def sceneClosed(self) -> None:
        self.views.forget()
        self.confidence.sceneClosed()
        self.setRun(None)

    def applyToChecked(self, checked: bool = False) -> None:
        """Put the checked nodes under the output transform."""
        nodes = [node for node in self.ui.applyToSelector.checkedNodes() if node is not None]
        applied, fixed = self._run.applied, self._run.job.fixed.node
        transform = applied.nodes["outputTransform"]
        kept = [fixed, *applied.nodes.values()]
        moved = [node for node in nodes if not any(node is one for one in kept)]
        elsewhere = applied.put_under_transform(moved)
        for node in nodes:
            self.ui.applyToSelector.setCheckState(node, qt.Qt.Unchecked)
        sentences = (
            (_("Now under {transform}: {nodes}."), [node for node in moved if node not in elsewhere]),
            (_("Left in place, as the fixed volume or an output: {nodes}."), [n for n in nodes if n not in moved]),
            (_("Left under another transform, which the moving volume did not have: {nodes}."), elsewhere),
        )
        texts = [
            text.format(transform=transform.GetName(), nodes=", ".join(node.GetName() for node in group))
            for text, group in sentences
            if group
        ]
        self._say(" ".join(texts) or _("First check the nodes to move in the list."))

    def openReport(self, checked: bool = False) -> None:
        """Open the page with pictures and figures in the web browser; it is created at the first request."""
        from ...mrml.run.report import write_run_report

        run, confidence = self._run, self.confidence.confidenceOf(self._run)
        if not run.report or confidence is not self._reported:
            folder = tempfile.mkdtemp(prefix="report-", dir=slicer.app.temporaryPath)
            with slicer.util.tryWithErrorDisplay(_("The report could not be created."), waitCursor=True):
                page = write_run_report(folder, run.job, run.handle.result, run.settings, confidence)
                run.report, self._reported = str(page), confidence
        if run.report:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(run.report))

    def summary(self) -> str:
        """The pair of the result, for the header of the folded section."""
        if self._run is None:
            return _("none yet")
        return f"{self._run.job.moving.node.GetName()} \N{RIGHTWARDS ARROW} {self._run.job.fixed.node.GetName()}"

    def _say(self, message: str) -> None:
        tell(self.ui.applyToMessageLabel, message)

    def revert(self, checked: bool = False) -> None:
        run = self._run
        self.setRun(None)
        nodes = list(run.applied.nodes.values())
        run.applied.revert()
        self._onReverted(nodes)
        tell(self.ui.verdictLabel, _("Reverted. The outputs are as they were before the registration."))

    def nodeRemoved(self) -> None:
        """A node was removed from the scene: disable the controls that need it."""
        self.confidence.nodeRemoved()
        if self._run is not None:
            self._enable()

    def _node(self, role: str) -> Any:
        node = self._run.applied.nodes.get(role) if self._run is not None else None
        return node if node is not None and node.GetScene() is not None else None

    def _enable(self) -> None:
        fixed = self._run.job.fixed.node if self._run is not None else None
        canShow = self._node("outputVolume") is not None and fixed is not None and fixed.GetScene() is not None
        if not canShow and self.views.mode:
            self.views.stop()
        for mode, button in self._buttons.items():
            button.enabled = canShow
            button.checked = self.views.mode == mode
        self.ui.fadeFrame.visible = canShow and self.views.mode == "fade"
        hasTransform = self._node("outputTransform") is not None
        self.ui.applyToSelector.enabled = self.ui.applyToButton.enabled = hasTransform
        self.ui.revertButton.enabled = self._run is not None
        self.ui.reportButton.enabled = self._run is not None and self._run.comparison is not None

    def _viewClicked(self, mode: str, checked: bool) -> None:
        if checked:
            with slicer.util.tryWithErrorDisplay(_("The volumes cannot be compared."), waitCursor=True):
                self.views.show(mode, self._run.job.fixed.node, self._node("outputVolume"))
        else:
            self.views.stop()
        self._enable()

    def _fillTable(self, comparison: Any) -> None:
        table = self.ui.resultTable
        figures = [] if comparison is None else with_mean_overlap(comparison.figures)
        sampling = "" if comparison is None else translated(comparison.sampling)
        table.setRowCount(len(figures))
        for row, figure in enumerate(figures):
            name = translated(figure.name) + (f" ({figure.unit})" if figure.unit else "")
            texts = (name, _number(figure.before, figure.digits), _number(figure.after, figure.digits))
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                # A narrow panel shortens names.
                item.setToolTip("\n".join(filter(None, [text if column == 0 else "", sampling])))
                if column == 2 and figure.improved is not None:
                    item.setForeground(qt.QBrush(qt.QColor(_GOOD if figure.improved else _BAD)))
                table.setItem(row, column, item)
        table.setFixedHeight(self._rowHeight * (len(figures) + 1) + 2 * table.frameWidth)
        table.visible = len(figures) > 0


def _number(value: float | None, digits: int) -> str:
    if value is None or not math.isfinite(value):
        return "\N{EN DASH}"
    return f"{value:.{digits}f}"
