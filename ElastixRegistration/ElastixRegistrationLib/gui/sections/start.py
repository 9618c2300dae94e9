"""The start of a registration."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from ..section import Section, fillComboBox, selectValue

#: The value of each start in RegistrationRequest; the last two give an initial transform instead.
_INITIALIZATION = {"preset": None, "none": "none", "geometry": "geometry", "mass": "mass", "search": "search"}


class StartSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        fillComboBox(
            ui.startSelector,
            [
                (_("As in the preset"), "preset"),
                (_("As loaded"), "none"),
                (_("Centers of the volumes"), "geometry"),
                (_("Centers of mass"), "mass"),
                (_("Search for the best match"), "search"),
                (_("Landmarks"), "landmarks"),
                (_("A transform"), "transform"),
            ],
        )
        ui.startSelector.connect("currentIndexChanged(int)", self._startChanged)

    def _show(self) -> None:
        start = self.choices.text("start")
        selectValue(self.ui.startSelector, start)
        self.ui.initialTransformSelector.visible = self.ui.initialTransformLabel.visible = start == "transform"

    def summary(self) -> str:
        """The text for the header of the folded section."""
        return self.ui.startSelector.currentText

    def _startChanged(self, index: int) -> None:
        if not self.isFree():
            return
        start = self.ui.startSelector.itemData(index)
        modified = self.choices.node.StartModify()
        try:
            self.choices.set("start", start)
            settings = self.choices.settings
            self.choices.set_settings(replace(settings, initialization=_INITIALIZATION.get(start)))
        finally:
            self.choices.node.EndModify(modified)
