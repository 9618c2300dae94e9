"""A window that registers the panel's pair with several presets and ranks them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...core.comparison.ranking import MEASURE_WORDS
from ...core.errors import ElastixRegistrationError
from ...core.parameters.component_rules import POINTS_METRIC
from ...core.presets.catalog import list_presets
from ...core.presets.preset import Preset
from ...core.request import EFFORTS, RegistrationRequest
from ...core.wording import joined
from ...mrml.run.parameter_node import (
    FIXED_MASK,
    FIXED_POINTS,
    FIXED_VOLUME,
    INPUTS,
    MOVING_MASK,
    MOVING_POINTS,
    MOVING_VOLUME,
    registration_arguments,
)
from ...mrml.run.scene_presets import scene_presets
from ..messages import presetDescription, presetTitle, tell, translated
from ..section import dimensionOf
from .history import RunsSection
from .tables import fillTable, setUpTable
from .task_window import TaskWindow


class CompareWindow(TaskWindow):
    """Results are added to ``runs``."""

    file, prefix = "CompareWindow.ui", "compare"

    def __init__(self, logic: Any, runs: RunsSection, ensureInstalled: Callable[[], None]):
        super().__init__(logic, ensureInstalled)
        self._runs = runs
        self._started: Any = None
        self._outcome: Any = None
        self._nodes: list[Any] = []  # nodes of the runs, by the row of the table; None for failed ones
        self._checked: set[str] = set()
        self._listed: list[Preset] | None = None

    # --- the window ---

    def open(self, checked: bool = False) -> None:
        if not self._checked and self.choices is not None:
            self._checked, self._listed = {self.choices.settings.preset} - {""}, None
        super().open()

    def sceneClosed(self) -> None:
        self._outcome, self._nodes = None, []
        self.control.drop(_("Canceled, because the scene was closed."))
        if self.window is not None:
            self._fill()

    def nodeRemoved(self) -> None:
        missing = self.control.missingNode()
        if missing:
            self.control.drop(_("Canceled, because {name} was removed.").format(name=missing))
        self._enable()

    def _connect(self) -> None:
        ui = self.ui
        self._efforts = dict(
            zip(EFFORTS, (ui.compareFastCheckBox, ui.compareNormalCheckBox, ui.compareThoroughCheckBox), strict=True)
        )
        setUpTable(ui.compareTable, [_("Preset"), "", _("Worst"), _("From the best"), _("Folded, %"), _("Seconds")])
        ui.compareSearchBox.connect("textChanged(QString)", self._searched)
        ui.comparePresetList.connect("itemChanged(QListWidgetItem*)", self._itemChanged)
        for box in self._efforts.values():
            box.connect("toggled(bool)", lambda checked: self._enable())
        ui.compareTable.connect("cellClicked(int,int)", lambda row, column: self._showRow(row))
        ui.compareTable.connect("itemSelectionChanged()", self._enable)
        ui.compareKeepButton.connect("clicked(bool)", self.keep)
        ui.comparePageButton.connect("clicked(bool)", self.openPage)
        ui.compareTable.visible = False

    # --- choices ---

    def _show(self) -> None:
        if self.window is None:
            return
        fixed, moving = (self.choices.reference(role) for role in (FIXED_VOLUME, MOVING_VOLUME))
        if fixed is None or moving is None:
            text = _("Choose a fixed and a moving volume in the panel.")
        else:
            arrow = "\N{RIGHTWARDS ARROW}"
            text = f"{moving.GetName()} {arrow} {fixed.GetName()}. {self._judge()}"
        tell(self.ui.comparePairLabel, text)
        self._list()
        self._enable()

    def _judge(self) -> str:
        """The reference for judging the results."""
        from ...mrml.nodes.points import landmark_pairs

        points = [self.choices.reference(role) for role in (FIXED_POINTS, MOVING_POINTS)]
        masks = [self.choices.reference(role) for role in (FIXED_MASK, MOVING_MASK)]
        try:
            count = (
                0 if None in points else len(landmark_pairs(points[0], points[1], self.choices.text("pairing")).fixed)
            )
        except ElastixRegistrationError:  # none placed yet, or none that correspond
            count = 0
        if count:
            return _("Judged by {count} pairs of landmarks.").format(count=count)
        if None not in masks:
            return _("Judged by the overlap of the masks.")
        return _("Ranking needs landmarks, or masks of both volumes.")

    def _presets(self) -> list[Preset]:
        """Presets that match the search, and all checked ones."""
        others = scene_presets(slicer.mrmlScene)
        dimension = None if self.choices is None else dimensionOf(self.choices.reference(FIXED_VOLUME))
        everything = list_presets(dimension=dimension, others=others)
        words = self.ui.compareSearchBox.text
        found = {preset.id for preset in list_presets(search=words, others=others)}
        return [preset for preset in everything if preset.id in found or preset.id in self._checked]

    def _list(self) -> None:
        presets, widget = self._presets(), self.ui.comparePresetList
        if presets == self._listed:
            return
        self._listed = presets
        blocked = widget.blockSignals(True)
        widget.clear()
        for preset in presets:
            item = qt.QListWidgetItem(presetTitle(preset))
            item.setData(qt.Qt.UserRole, preset.id)
            item.setToolTip(presetDescription(preset))
            guided = any(POINTS_METRIC in stage.get("Metric", ()) for stage in _stagesOf(preset))
            if guided:
                item.setFlags(qt.Qt.ItemIsSelectable)
                item.setToolTip(_("The landmarks guide this preset, so they cannot judge it."))
            else:
                item.setFlags(qt.Qt.ItemIsUserCheckable | qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
                item.setCheckState(qt.Qt.Checked if preset.id in self._checked else qt.Qt.Unchecked)
            widget.addItem(item)
        widget.blockSignals(blocked)

    def _searched(self, text: str = "") -> None:
        self._list()

    def _itemChanged(self, item: Any) -> None:
        presetID = item.data(qt.Qt.UserRole)
        (self._checked.add if item.checkState() == qt.Qt.Checked else self._checked.discard)(presetID)
        self._enable()

    def requests(self) -> list[RegistrationRequest]:
        """The checked presets with the panel's other settings; adaptive presets once for each effort."""
        presets = scene_presets(slicer.mrmlScene)
        base = replace(self.choices.settings, parameter_files=(), parameter_changes=(), landmark_weight=None)
        efforts = [effort for effort, box in self._efforts.items() if box.checked] or ["normal"]
        found = []
        dimension = dimensionOf(self.choices.reference(FIXED_VOLUME))
        for preset in list_presets(dimension=dimension, others=presets):
            if preset.id in self._checked:
                for effort in efforts if preset.adapts else ["normal"]:
                    found.append(replace(base, preset=preset.id, effort=effort))
        return found

    def _missing(self) -> str:
        if self.choices is None:
            return _("Choose a parameter set")
        pair = [self.choices.reference(role) for role in (FIXED_VOLUME, MOVING_VOLUME)]
        if None in pair or pair[0] is pair[1]:
            return _("Choose a fixed and a moving volume")
        return _("Check two presets or more") if len(self.requests()) < 2 else ""

    # --- the run ---

    def nodes(self) -> Sequence[Any]:
        """Nodes that the comparison needs."""
        return [node for node in map(self._started.reference, INPUTS) if node is not None]

    def start(self) -> Any:
        """Steps that return the run."""
        yield
        arguments = registration_arguments(self._started)
        return (yield from self._logic.comparisonSteps(arguments, self.requests()))

    def _begin(self) -> str:
        self._started, self._outcome, self._nodes = self.choices, None, []
        self._fill()
        return str(_("Starting ..."))

    def onProgress(self, run: Any) -> None:
        text = _("{done} of {total} done; now {name}.")
        self._tellProgress(run.fraction, text.format(done=run.done, total=run.total, name=run.current))

    def onEnd(self, run: Any, outcome: Any, reason: str) -> None:
        """``outcome``: None without a result."""
        self._outcome = outcome
        if outcome is not None:
            for one in outcome.runs.values():
                if one.result is not None:
                    one = (one.name, self._runs.add(one.job, one.result, one.request, one.comparison, one.seconds))
                    self._nodes.append(one)
        if self.window is not None:
            self._fill()
        if outcome is None:
            self._say(reason or _("Canceled. Nothing was finished."))
        else:
            wasCancelled = run is not None and run.state == "cancelled"
            before = [_("Canceled. Only what was finished is ranked.")] if wasCancelled else []
            self._say(joined(*before, outcome.ranking.sentence, *outcome.ranking.notes))

    def _failure(self) -> str:
        return str(_("The comparison failed"))

    # --- the table ---

    def _fill(self) -> None:
        table = self.ui.compareTable
        ranking = None if self._outcome is None else self._outcome.ranking
        head = ""
        if ranking is not None and ranking.measure is not None:
            words = translated(MEASURE_WORDS[ranking.measure])
            head = words[:1].upper() + words[1:]
        unit = f" ({ranking.unit})" if ranking is not None and ranking.unit else ""
        table.setHorizontalHeaderItem(1, qt.QTableWidgetItem(head + unit))
        rows = [] if ranking is None else [self._texts(row) for row in ranking.rows]
        tips = [] if ranking is None else [self._tip(row.name) for row in ranking.rows]
        fillTable(table, rows, [0] if ranking is not None and ranking.measure is not None else [], tips)
        table.visible = ranking is not None
        for column in (1, 2, 3):
            table.setColumnHidden(column, ranking is None or ranking.measure is None)

    def _texts(self, row: Any) -> list[str]:
        ranking = self._outcome.ranking
        if row.failed:
            return [row.name, "", "", _("failed"), "", ""]
        worst = "" if row.worst is None else f"{row.worst:.{ranking.digits}f} ({row.worst_at})"
        mean = "" if row.mean is None else f"{row.mean:.{ranking.digits}f}"
        folded = "" if row.folded_percent is None else f"{row.folded_percent:.3f}"
        seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
        return [row.name, mean, worst, translated(ranking.verdict(row)), folded, seconds]

    def _tip(self, name: str) -> str:
        run = self._outcome.runs[name]
        return translated(run.error) or (translated(run.comparison.verdict.text) if run.comparison is not None else "")

    def _node(self, row: int) -> Any:
        """The node of the run in a row of the table, or None."""
        if self._outcome is None or not 0 <= row < len(self._outcome.ranking.rows):
            return None
        node = dict(self._nodes).get(self._outcome.ranking.rows[row].name)
        return node if node is not None and node.GetScene() is not None else None

    def _selected(self) -> int:
        table = self.ui.compareTable
        return table.currentRow() if table.selectedItems() else -1

    def _showRow(self, row: int) -> None:
        node = self._node(row)
        if node is not None:
            self._runs.showRun(node)

    def keep(self, checked: bool = False) -> None:
        """Add the result to the scene, and choose its preset in the panel."""
        row = self._selected()
        run = self._outcome.runs[self._outcome.ranking.rows[row].name]
        self._runs.keep(self._node(row))
        if self.choices is not None:
            chosen = replace(self.choices.settings, preset=run.request.preset, effort=run.request.effort)
            self.choices.set_settings(replace(chosen, parameter_files=()))
        self._enable()

    def openPage(self, checked: bool = False) -> None:
        """Open the ranking with pictures in the web browser."""
        from ...mrml.comparing.comparison import write_page

        folder = tempfile.mkdtemp(prefix="comparison-", dir=slicer.app.temporaryPath)
        page = None
        with slicer.util.tryWithErrorDisplay(_("The page could not be created."), waitCursor=True):
            page = write_page(folder, self._outcome)
        if page is not None:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(page)))

    def _enable(self) -> None:
        if self.window is None:
            return
        ui, isRunning = self.ui, self.control.isRunning
        self._showButton(_("Compare"))
        ui.comparePresetList.enabled = ui.compareSearchBox.enabled = not isRunning
        for box in self._efforts.values():
            box.enabled = not isRunning
        node = self._node(self._selected())
        ui.compareKeepButton.enabled = node is not None and self._runs.hasResult(node)
        ui.comparePageButton.enabled = self._outcome is not None and not isRunning


def _stagesOf(preset: Preset) -> list[Any]:
    try:
        return preset.stages()
    except ElastixRegistrationError:
        return []
