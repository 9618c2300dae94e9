"""Common edits, one control each, for all stages at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from ...core.presets import quick_edits as quick_edits
from ...core.presets.draft import PresetDraft
from ...core.presets.texts import metric_name
from ..messages import translated
from ..section import fillComboBox, selectValue


class QuickEdits:
    """``onEdit(change)`` is called for an edit by the user; ``change`` maps a draft to the changed one."""

    def __init__(self, ui: Any, onEdit: Callable[[Callable[[PresetDraft], PresetDraft]], None]):
        self._ui, self._onEdit = ui, onEdit
        self._showing = False
        titles = {
            "translation": _("Translation only"),
            "rigid": _("Rigid: translation and rotation"),
            "similarity": _("Similarity: rigid and one scale"),
            "affine": _("Affine: scale and shear too"),
            "B-spline": _("Deformable"),
        }
        fillComboBox(ui.motionSelector, [(titles[kind], kind) for kind in quick_edits.MOTIONS])
        fillComboBox(ui.metricSelector, [(translated(metric_name(name)), name) for name in quick_edits.IMAGE_METRICS])
        ui.motionSelector.connect("currentIndexChanged(int)", self._motion)
        ui.metricSelector.connect("currentIndexChanged(int)", self._metric)
        ui.iterationsSpinBox.connect("valueChanged(int)", self._iterations)
        ui.gridSpinBox.connect("valueChanged(double)", self._grid)
        ui.stiffnessSpinBox.connect("valueChanged(double)", self._stiffness)

    def show(self, draft: PresetDraft) -> None:
        ui = self._ui
        self._showing = True
        try:
            selectValue(ui.motionSelector, quick_edits.motion(draft) or "")
            selectValue(ui.metricSelector, quick_edits.metric(draft) or "")
            ui.metricSelector.enabled = quick_edits.metric(draft) is not None
            count = quick_edits.iterations(draft)
            ui.iterationsSpinBox.enabled = count is not None
            ui.iterationsSpinBox.value = count or 0
            spacing = quick_edits.grid_spacing(draft)
            ui.gridSpinBox.enabled = spacing is not None
            ui.gridSpinBox.suffix = " " + (_("voxels") if spacing and spacing.unit == "voxels" else _("mm"))
            if spacing is not None:
                ui.gridSpinBox.value = spacing.value
            weight = quick_edits.stiffness(draft)
            ui.stiffnessSpinBox.enabled = weight is not None
            ui.stiffnessSpinBox.value = weight or 0.0
        finally:
            self._showing = False

    def _motion(self, index: int) -> None:
        kind = self._ui.motionSelector.itemData(index)
        if kind:
            self._edit(lambda draft: quick_edits.with_motion(draft, kind))

    def _metric(self, index: int) -> None:
        name = self._ui.metricSelector.itemData(index)
        if name:
            self._edit(lambda draft: quick_edits.with_metric(draft, name))

    def _iterations(self, count: int) -> None:
        if count > 0:
            self._edit(lambda draft: quick_edits.with_iterations(draft, count))

    def _grid(self, value: float) -> None:
        self._edit(lambda draft: quick_edits.with_grid_spacing(draft, value))

    def _stiffness(self, weight: float) -> None:
        self._edit(lambda draft: quick_edits.with_stiffness(draft, weight))

    def _edit(self, change: Callable[[PresetDraft], PresetDraft]) -> None:
        if not self._showing:
            self._onEdit(change)
