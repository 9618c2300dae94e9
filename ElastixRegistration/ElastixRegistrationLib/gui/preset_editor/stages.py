"""The stages of a preset as a list: choose, switch off, add, remove, reorder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qt
from slicer.i18n import tr as _

from ...core.presets.draft import STAGE_KINDS, PresetDraft
from ...core.presets.texts import stage_text
from ..messages import translated
from .table import GRAY, RED


class StageList:
    """``onChosen(number)`` is called when the user selects a stage. ``onEdit(change, number)`` is called for a change:
    ``change`` maps a draft to the changed one, ``number`` is the stage to select afterwards."""

    def __init__(
        self,
        ui: Any,
        onChosen: Callable[[int], None],
        onEdit: Callable[[Callable[[PresetDraft], PresetDraft], int], None],
    ):
        self._ui, self._onChosen, self._onEdit = ui, onChosen, onEdit
        self._showing = False
        self._count = 0
        ui.stageList.wordWrap = True
        self._menu = qt.QMenu(ui.addStageButton)
        names = {
            "translation": _("translation"),
            "rigid": _("rigid"),
            "similarity": _("similarity"),
            "affine": _("affine"),
            "B-spline": _("B-spline"),
        }
        for kind in STAGE_KINDS:
            action = self._menu.addAction(names[kind])
            action.connect("triggered(bool)", lambda checked, kind=kind: self.add(kind))
        ui.addStageButton.setMenu(self._menu)
        ui.stageList.connect("currentRowChanged(int)", self._chosen)
        ui.stageList.connect("itemChanged(QListWidgetItem*)", self._ticked)
        ui.removeStageButton.connect("clicked(bool)", self._remove)
        ui.stageUpButton.connect("clicked(bool)", lambda checked: self._move(-1))
        ui.stageDownButton.connect("clicked(bool)", lambda checked: self._move(1))

    def show(self, draft: PresetDraft, current: int, wrong: set[int]) -> None:
        """``wrong``: numbers of stages with errors."""
        shown = self._ui.stageList
        self._showing, self._count = True, len(draft.stages)
        try:
            while shown.count > self._count:
                shown.takeItem(shown.count - 1)
            while shown.count < self._count:
                shown.addItem(qt.QListWidgetItem())
            for number, (stage, parameters) in enumerate(zip(draft.stages, draft.maps, strict=True)):
                item = shown.item(number)
                text = translated(stage_text(parameters)) if parameters is not None else _("cannot be read")
                item.setText(f"{number + 1}. {text}")
                item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable | qt.Qt.ItemIsUserCheckable)
                item.setCheckState(qt.Qt.Checked if stage.enabled else qt.Qt.Unchecked)
                color = GRAY if not stage.enabled else RED if number in wrong else None
                item.setForeground(qt.QBrush(qt.QColor(color)) if color else qt.QBrush())
            if shown.currentRow != current:
                shown.setCurrentRow(current)
            self._ui.removeStageButton.enabled = self._count > 0
            self._ui.stageUpButton.enabled = current > 0
            self._ui.stageDownButton.enabled = current < self._count - 1
        finally:
            self._showing = False

    def add(self, kind: str) -> None:
        """Add a stage of one of STAGE_KINDS at the end."""
        self._onEdit(lambda draft: draft.with_stage(kind), self._count)

    def _chosen(self, number: int) -> None:
        if not self._showing and number >= 0:
            self._onChosen(number)

    def _ticked(self, item: Any) -> None:
        if not self._showing:
            number, on = self._ui.stageList.row(item), item.checkState() == qt.Qt.Checked
            self._onEdit(lambda draft: draft.switched(number, on), number)

    def _remove(self, checked: bool = False) -> None:
        number = self._ui.stageList.currentRow
        if number >= 0:
            self._onEdit(lambda draft: draft.without_stage(number), number)

    def _move(self, by: int) -> None:
        number = self._ui.stageList.currentRow
        self._onEdit(lambda draft: draft.moved(number, number + by), number + by)
