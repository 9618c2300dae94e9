"""Where a registration runs, and what is saved besides its outputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from ..section import Section


class AdvancedSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        ui.threadsSpinBox.connect("valueChanged(int)", self._settingsChanged)
        ui.seedSpinBox.connect("valueChanged(int)", self._settingsChanged)

    def _show(self) -> None:
        settings = self.choices.settings
        self.ui.threadsSpinBox.value = settings.threads or 0
        self.ui.seedSpinBox.value = -1 if settings.seed is None else settings.seed

    def summary(self) -> str:
        """Choices that differ from the defaults, for the header of the folded section."""
        settings, choices = self.choices.settings, self.choices
        parts = (
            _("not in the background") if not choices.flag("inBackground") else "",
            (_("1 thread") if settings.threads == 1 else _("{count} threads").format(count=settings.threads))
            if settings.threads
            else "",
            _("seed {seed}").format(seed=settings.seed) if settings.seed is not None else "",
            _("saved to a folder") if choices.text("saveFolder") else "",
        )
        return ", ".join(filter(None, parts))

    def _settingsChanged(self, value: int) -> None:
        if self.isFree():
            threads, seed = self.ui.threadsSpinBox.value, self.ui.seedSpinBox.value
            self.choices.set_settings(
                replace(self.choices.settings, threads=threads or None, seed=None if seed < 0 else seed)
            )
