"""Outputs of a registration: each is unwanted, created on Apply, or written into an existing node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import qt
from slicer.i18n import tr as _

from ...core.request import AUTO, KEEP
from ...mrml.run.parameter_node import MOVING_VOLUME, OUTPUTS
from ..messages import tell
from ..section import Section, fillComboBox, selectValue

#: Delay, ms, after the last change before the background is estimated, so that switching volumes stays fast.
_DELAY = 250


class OutputsSection(Section):
    """``estimate(node)`` returns the sentence about the background of a volume; it may take a while."""

    def __init__(self, ui: Any, estimate: Callable[[Any], str]):
        super().__init__(ui)
        self._estimate = estimate
        self._estimated: tuple[Any, ...] = ()
        self._estimateText = ""
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY)
        self._timer.connect("timeout()", self._showEstimate)
        fillComboBox(ui.fieldKindSelector, [(_("Grid transform"), "transform"), (_("Vector volume"), "volume")])
        fillComboBox(
            ui.interpolationSelector,
            [(_("Linear"), "linear"), (_("Cubic B-spline"), "bspline"), (_("Nearest neighbor"), "nearest")],
        )
        fillComboBox(
            ui.backgroundSelector,
            [(_("Auto"), AUTO), (_("Keep padding"), KEEP), (_("Value:"), "value")],
        )
        ui.interpolationSelector.connect("currentIndexChanged(int)", self._interpolationChanged)
        ui.backgroundSelector.connect("currentIndexChanged(int)", self._backgroundChanged)
        ui.backgroundSpinBox.connect("valueChanged(double)", self._backgroundChanged)

    def cleanup(self) -> None:
        self._timer.stop()

    def _show(self) -> None:
        for output in OUTPUTS:
            getattr(self.ui, f"{output}Selector").enabled = self.choices.wants(output)
        self.ui.fieldKindLabel.visible = self.ui.fieldKindSelector.visible = self.choices.wants("outputField")
        self.ui.dicomFolderEdit.enabled = self.choices.flag("dicomRegistration")
        settings = self.choices.settings
        selectValue(self.ui.interpolationSelector, settings.interpolation)
        isValue = not isinstance(settings.background, str)
        selectValue(self.ui.backgroundSelector, "value" if isValue else settings.background)
        self.ui.backgroundSpinBox.visible = isValue
        if isValue and self.ui.backgroundSpinBox.value != settings.background:
            self.ui.backgroundSpinBox.setValue(settings.background)
        self._askForEstimate()

    def summary(self) -> str:
        """The text for the header of the folded section."""
        names = {
            "outputVolume": _("volume"),
            "outputTransform": _("transform"),
            "outputField": _("deformation field"),
            "outputJacobian": _("Jacobian"),
            "outputInverse": _("inverse"),
        }
        wanted = [name for role, name in names.items() if self.choices.wants(role)]
        if self.choices.flag("dicomRegistration"):
            wanted.append(_("DICOM"))
        return ", ".join(wanted) or _("none")

    def _interpolationChanged(self, index: int) -> None:
        if self.isFree():
            interpolation = self.ui.interpolationSelector.itemData(index)
            self.choices.set_settings(replace(self.choices.settings, interpolation=interpolation))

    def _backgroundChanged(self, value: Any = None) -> None:
        if self.isFree():
            background = self.ui.backgroundSelector.itemData(self.ui.backgroundSelector.currentIndex)
            if background == "value":
                background = float(self.ui.backgroundSpinBox.value)
            self.choices.set_settings(replace(self.choices.settings, background=background))

    def _askForEstimate(self) -> None:
        node = self.choices.reference(MOVING_VOLUME)
        message = self.ui.backgroundMessageLabel
        isShown = self.choices.settings.background == AUTO and node is not None
        image = node.GetImageData() if node is not None else None
        state = (node.GetID(), image.GetMTime()) if image is not None else ()
        if not isShown:
            tell(message, "")
        elif state != self._estimated:
            self._estimateText = ""
            tell(message, _("Looking for the background and padding of the moving volume ..."))
            self._timer.start()
        else:
            tell(message, self._estimateText)

    def _showEstimate(self) -> None:
        node = self.choices.reference(MOVING_VOLUME) if self.choices is not None else None
        image = node.GetImageData() if node is not None else None
        if image is None:
            tell(self.ui.backgroundMessageLabel, "")
            return
        self._estimated = (node.GetID(), image.GetMTime())
        self._estimateText = self._estimate(node)
        self._askForEstimate()
