"""Where a registration runs, and what is kept beside its outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from ..section import Section, fillComboBox, selectValue


class AdvancedSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        fillComboBox(ui.logDetailSelector, [(_("Everything"), "all"), (_("Without the iterations"), "iterations")])
        ui.inBackgroundCheckBox.connect("toggled(bool)", self._inBackgroundChanged)
        ui.threadsSpinBox.connect("valueChanged(int)", self._settingsChanged)
        ui.seedSpinBox.connect("valueChanged(int)", self._settingsChanged)
        ui.logDetailSelector.connect("currentIndexChanged(int)", self._logDetailChanged)
        ui.saveFolderEdit.connect("currentPathChanged(QString)", self._folderChanged)

    def _show(self) -> None:
        settings = self.choices.settings
        self.ui.inBackgroundCheckBox.checked = self.choices.text("inBackground") == "1"
        self.ui.threadsSpinBox.value = settings.threads or 0
        self.ui.seedSpinBox.value = -1 if settings.seed is None else settings.seed
        selectValue(self.ui.logDetailSelector, self.choices.text("logDetail"))
        if self.ui.saveFolderEdit.currentPath != self.choices.text("saveFolder"):
            self.ui.saveFolderEdit.setCurrentPath(self.choices.text("saveFolder"))

    def _inBackgroundChanged(self, checked: bool) -> None:
        if self.isFree():
            self.choices.set_text("inBackground", "1" if checked else "0")

    def _settingsChanged(self, value: int) -> None:
        if self.isFree():
            threads, seed = self.ui.threadsSpinBox.value, self.ui.seedSpinBox.value
            self.choices.set_settings(
                replace(self.choices.settings, threads=threads or None, seed=None if seed < 0 else seed)
            )

    def _logDetailChanged(self, index: int) -> None:
        if self.isFree():
            self.choices.set_text("logDetail", self.ui.logDetailSelector.itemData(index))

    def _folderChanged(self, path: str) -> None:
        if self.isFree():
            self.choices.set_text("saveFolder", path)
