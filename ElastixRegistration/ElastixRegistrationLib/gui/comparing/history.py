"""The runs on the chosen pair: a table, views of each, and saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from ...mrml.comparing.history import (
    FIXED,
    OUTPUTS,
    RunSummary,
    add_run,
    forget_outputs,
    is_kept,
    keep_run,
    output_of,
    runs_of_pair,
)
from ...mrml.run.parameter_node import FIXED_VOLUME, MOVING_VOLUME
from ...mrml.run.scene_presets import scene_presets
from ..fold_notes import FoldNote
from ..messages import figureName, methodTitle, tell
from ..section import Section
from .tables import fillTable, setUpTable
from .viewer import RunViewer

_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "RunsSection.ui"
_NAMES = {"outputVolume": "{moving} registered to {fixed}", "outputTransform": "{moving} to {fixed}"}
_MAX_ROWS = 8  # visible without scrolling
# Number of runs whose results can be shown again; older ones only if they were saved.
_MAX_RESULTS = 20


class RunsSection(Section):
    """``layout`` and ``place``: position of its fold. ``search`` opens the windows of its two other buttons."""

    def __init__(self, layout: Any, place: int):
        self.widget = slicer.util.loadUI(str(_UI))
        super().__init__(slicer.util.childWidgetVariables(self.widget))
        layout.insertWidget(place, self.widget)
        self.viewer = RunViewer()
        self._note = FoldNote(self.widget)
        self._rows: list[tuple[Any, RunSummary]] = []
        self._results: dict[
            str, tuple[Any, Any, RunSummary]
        ] = {}  # by the id of the node of a run: job, result, summary
        setUpTable(self.ui.runsTable, [_("Preset"), _("After"), _("Folds"), _("Time")])
        self.ui.runsTable.connect("itemSelectionChanged()", self._enable)
        self.ui.runsTable.connect("cellClicked(int,int)", lambda row, column: self.showRun(self._rows[row][0]))
        self.ui.showRunButton.connect("clicked(bool)", self._showClicked)
        self.ui.keepRunButton.connect("clicked(bool)", lambda checked: self.keep(self._rows[self._selected()][0]))

    # --- calls from other parts ---

    def add(
        self, job: Any, result: Any, request: Any, comparison: Any, seconds: float | None, outputs: Any = None
    ) -> Any:
        """Add a finished run. ``outputs``: nodes by role with its result. Returns its node."""
        from ...mrml.comparing.comparison import without_volumes

        scene = job.fixed.node.GetScene()
        summary = RunSummary.of(request, comparison, seconds, scene_presets(scene))
        node = add_run(scene, summary, job.fixed.node, job.moving.node, outputs)
        self._results[node.GetID()] = (job, without_volumes(result), summary)
        while len(self._results) > _MAX_RESULTS:
            del self._results[next(iter(self._results))]
        if self.choices is not None:
            self.show(self.choices)
        return node

    def forgetOutputs(self, nodes: Any) -> None:
        """Record that these nodes no longer have the result of any run."""
        forget_outputs(slicer.mrmlScene, nodes)

    def sceneClosed(self) -> None:
        self.viewer.forget()
        self._results.clear()
        self._fill([])

    def nodeRemoved(self) -> None:
        self.viewer.nodeRemoved()
        for key, (job, _result, _summary) in list(self._results.items()):
            if job.fixed.node.GetScene() is None or job.moving.node.GetScene() is None:
                del self._results[key]
        self._enable()

    def cleanup(self) -> None:
        self.viewer.stop()

    # --- actions of the user ---

    def showRun(self, node: Any) -> None:
        """Show the result of a run in the slice views; does nothing if it is no longer available."""
        volume, fixed = output_of(node, OUTPUTS[0]), node.GetNodeReference(FIXED)
        with slicer.util.tryWithErrorDisplay(_("The result cannot be shown."), waitCursor=True):
            if node.GetID() in self._results:
                job, result, summary = self._results[node.GetID()]
                self.viewer.showResult(node.GetID(), job, result, summary.method)
            elif volume is not None and fixed is not None:
                self.viewer.showVolume(node.GetID(), fixed, volume)
        self._enable()

    def keep(self, node: Any) -> None:
        """Create nodes with the volume and the transform of a run, and record them on its node."""
        from ...mrml.nodes.incremental import run_to_completion
        from ...mrml.run.outputs import output_incrementally

        job, result, summary = self._results[node.GetID()]
        method = summary.method.replace("{", "{{").replace("}", "}}")
        names = {role: f"{name} ({method})" for role, name in _NAMES.items()}
        with slicer.util.tryWithErrorDisplay(_("The result cannot be kept."), waitCursor=True):
            keep_run(
                node, run_to_completion(output_incrementally(job, result, dict.fromkeys(OUTPUTS), names=names)).nodes
            )
        if self.choices is not None:
            self.show(self.choices)

    def hasResult(self, node: Any) -> bool:
        """Whether the result of a run is available, to be shown or kept."""
        return node.GetID() in self._results

    def summary(self) -> str:
        """The text for the header of the folded section."""
        count = len(self._rows)
        return _("none yet") if not count else _("1 run") if count == 1 else _("{count} runs").format(count=count)

    # --- helpers ---

    def _show(self) -> None:
        pair = [self.choices.reference(role) for role in (FIXED_VOLUME, MOVING_VOLUME)]
        found = [] if None in pair else runs_of_pair(slicer.mrmlScene, *pair)
        self._fill(found[::-1])
        self._note.setText(self.summary())

    def _fill(self, rows: list[tuple[Any, RunSummary]]) -> None:
        selected = self._rows[self._selected()][0] if self._selected() >= 0 else None
        self._rows = rows
        table = self.ui.runsTable
        texts = [self._texts(node, summary) for node, summary in rows]
        marked = [row for row, (node, _summary) in enumerate(rows) if is_kept(node)]
        tips = [f"{summary.finished}. {summary.text}" for _node, summary in rows]
        fillTable(table, texts, marked, tips, most=_MAX_ROWS)
        again = [row for row, (node, _summary) in enumerate(rows) if node is selected]
        if again:
            table.selectRow(again[0])
        self._enable()

    def _texts(self, node: Any, summary: RunSummary) -> list[str]:
        name = methodTitle(summary.method)
        if summary.effort not in ("", "normal"):
            name = f"{name} ({summary.effort})"
        after = "\N{EN DASH}"
        if summary.after is not None:
            after = f"{summary.after:.{summary.digits}f} {summary.unit}".rstrip()
        folded = "\N{EN DASH}" if summary.folded is None else str(summary.folded)
        seconds = "\N{EN DASH}" if summary.seconds is None else f"{summary.seconds:.1f} s"
        return [name, after, folded, seconds]

    def _selected(self) -> int:
        """The selected row, -1 for none."""
        return self.ui.runsTable.currentRow() if self._rows and self.ui.runsTable.selectedItems() else -1

    def _showClicked(self, checked: bool) -> None:
        if checked:
            self.showRun(self._rows[self._selected()][0])
        else:
            self.viewer.stop()
            self._enable()

    def _enable(self) -> None:
        ui, row = self.ui, self._selected()
        node, summary = self._rows[row] if row >= 0 else (None, None)
        inMemory = node is not None and node.GetID() in self._results
        canShow = inMemory or (node is not None and output_of(node, OUTPUTS[0]) is not None)
        ui.showRunButton.enabled = canShow
        ui.showRunButton.checked = canShow and self.viewer.shown == node.GetID()
        ui.keepRunButton.enabled = inMemory and not is_kept(node)
        message = ""
        if summary is not None:
            gone = "" if canShow else _("Its result is no longer available.")
            figure = f"{figureName(summary.figure)}: " if summary.figure else ""
            message = " ".join(filter(None, (figure + summary.text, gone)))
        tell(ui.runsMessageLabel, message)
