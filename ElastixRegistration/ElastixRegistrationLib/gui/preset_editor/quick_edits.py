"""Common wishes, one control each, for all stages at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

from ...core.presets import quick_edits as preset_wishes
from ...core.presets.draft import PresetDraft
from ...core.presets.texts import metric_name
from ..section import fillComboBox, selectValue


class QuickEdits:
    """``onWish(change)`` is called for a wish of the user; ``change`` makes a draft of a draft."""

    def __init__(self, ui: Any, onWish: Callable[[Callable[[PresetDraft], PresetDraft]], None]):
        self._ui, self._onWish = ui, onWish
        self._showing = False
        titles = {
            "translation": _("Translation only"),
            "rigid": _("Rigid: translation and rotation"),
            "similarity": _("Similarity: rigid and one scale"),
            "affine": _("Affine: scale and shear too"),
            "B-spline": _("Deformable"),
        }
        fillComboBox(ui.motionSelector, [(titles[kind], kind) for kind in preset_wishes.MOTIONS])
        fillComboBox(ui.metricSelector, [(metric_name(name), name) for name in preset_wishes.IMAGE_METRICS])
        ui.motionSelector.connect("currentIndexChanged(int)", self._motion)
        ui.metricSelector.connect("currentIndexChanged(int)", self._metric)
        ui.iterationsSpinBox.connect("valueChanged(int)", self._iterations)
        ui.gridSpinBox.connect("valueChanged(double)", self._grid)
        ui.stiffnessSpinBox.connect("valueChanged(double)", self._stiffness)

    def show(self, draft: PresetDraft) -> None:
        ui = self._ui
        self._showing = True
        try:
            selectValue(ui.motionSelector, preset_wishes.motion(draft) or "")
            selectValue(ui.metricSelector, preset_wishes.metric(draft) or "")
            ui.metricSelector.enabled = preset_wishes.metric(draft) is not None
            count = preset_wishes.iterations(draft)
            ui.iterationsSpinBox.enabled = count is not None
            ui.iterationsSpinBox.value = count or 0
            spacing = preset_wishes.grid_spacing(draft)
            ui.gridSpinBox.enabled = spacing is not None
            ui.gridSpinBox.suffix = " " + (_("voxels") if spacing and spacing.unit == "voxels" else _("mm"))
            if spacing is not None:
                ui.gridSpinBox.value = spacing.value
            weight = preset_wishes.stiffness(draft)
            ui.stiffnessSpinBox.enabled = weight is not None
            ui.stiffnessSpinBox.value = weight or 0.0
        finally:
            self._showing = False

    def _motion(self, index: int) -> None:
        kind = self._ui.motionSelector.itemData(index)
        if kind:
            self._wish(lambda draft: preset_wishes.with_motion(draft, kind))

    def _metric(self, index: int) -> None:
        name = self._ui.metricSelector.itemData(index)
        if name:
            self._wish(lambda draft: preset_wishes.with_metric(draft, name))

    def _iterations(self, count: int) -> None:
        if count > 0:
            self._wish(lambda draft: preset_wishes.with_iterations(draft, count))

    def _grid(self, value: float) -> None:
        self._wish(lambda draft: preset_wishes.with_grid_spacing(draft, value))

    def _stiffness(self, weight: float) -> None:
        self._wish(lambda draft: preset_wishes.with_stiffness(draft, weight))

    def _wish(self, change: Callable[[PresetDraft], PresetDraft]) -> None:
        if not self._showing:
            self._onWish(change)
