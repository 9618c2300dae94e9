"""Which preset: filters, a list, what it does, who published it, its stages and its time."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

from slicer.i18n import tr as _

from ..core import preset_texts
from ..core.errors import InputError
from ..core.presets import Preset, find_preset, list_presets
from ..mrml.parameter_node import FIXED_VOLUME, MOVING_VOLUME
from .section import Section, fillComboBox, selectValue

_SHORT = {"ct", "mr", "pet", "us", "cbct"}


class PresetSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        self._shownFor: tuple[Any, ...] = ()
        presets = list_presets()
        fillComboBox(ui.modalityFilter, [(_("Any modality"), ""), *_words(p.modality for p in presets)])
        fillComboBox(ui.anatomyFilter, [(_("Any anatomy"), ""), *_words(p.anatomy for p in presets)])
        fillComboBox(ui.dimensionFilter, [(_("2D and 3D"), ""), (_("2D"), "2"), (_("3D"), "3")])
        self._list()
        for comboBox in (ui.modalityFilter, ui.anatomyFilter, ui.dimensionFilter):
            comboBox.connect("currentIndexChanged(int)", self._filterChanged)
        ui.presetSearchBox.connect("textChanged(QString)", self._filterChanged)
        ui.presetSelector.connect("currentIndexChanged(int)", self._presetChanged)

    def _show(self) -> None:
        self._list()
        settings = self.choices.settings
        selectValue(self.ui.presetSelector, settings.preset)
        self._describe()

    def _presetChanged(self, index: int) -> None:
        if self.isFree() and index >= 0:
            self.choices.set_settings(replace(self.choices.settings, preset=self.ui.presetSelector.itemData(index)))

    def _filterChanged(self, value: Any = None) -> None:
        self._showing, before = True, self._showing
        try:
            self._list()
        finally:
            self._showing = before
        if self.choices is not None:
            self.show(self.choices)

    def _list(self) -> None:
        """Presets that fit the filters, and the chosen one in any case: a filter does not change a choice."""
        ui = self.ui
        dimension = ui.dimensionFilter.itemData(ui.dimensionFilter.currentIndex)
        found = list_presets(
            ui.modalityFilter.itemData(ui.modalityFilter.currentIndex) or None,
            ui.anatomyFilter.itemData(ui.anatomyFilter.currentIndex) or None,
            int(dimension) if dimension else None,
            ui.presetSearchBox.text,
        )
        if self.choices is not None:
            chosen = self._chosen()
            if chosen is not None and chosen not in found:
                found = [chosen, *found]
        items = [(preset.title, preset.id) for preset in found]
        shown = [(ui.presetSelector.itemText(n), ui.presetSelector.itemData(n)) for n in range(ui.presetSelector.count)]
        if items != shown:
            fillComboBox(ui.presetSelector, items)
        text = _("How to register. {count} presets fit the filters above.")
        ui.presetSelector.toolTip = text.format(count=len(found))

    def _chosen(self) -> Preset | None:
        try:
            return find_preset(self.choices.settings.preset)
        except InputError:
            return None  # a scene of another version of this module

    def _describe(self) -> None:
        preset = self._chosen()
        if preset is None:
            self._shownFor = ()
            self.ui.presetDescriptionLabel.text = _("This scene asks for the preset {name}, which is not here.").format(
                name=html.escape(self.choices.settings.preset)
            )
            self.ui.presetStagesLabel.text = ""
            return
        voxels = sum(_voxelCount(self.choices.reference(role)) for role in (FIXED_VOLUME, MOVING_VOLUME))
        if self._shownFor == (preset, voxels):
            return
        self._shownFor = (preset, voxels)
        reference = html.escape(preset.reference)
        link = preset_texts.doi_link(preset.reference)
        if link:
            reference = f'<a href="{html.escape(link)}">{reference}</a>'
        self.ui.presetDescriptionLabel.text = f"{html.escape(preset.description)}<br><small>{reference}</small>"
        stages = preset.stages()
        lines = [f"{n}. {preset_texts.stage_text(stage)}" for n, stage in enumerate(stages, 1)]
        if voxels:
            duration = preset_texts.duration_text(preset_texts.expected_seconds(stages, voxels))
            lines.append(_("About {duration} for these two volumes.").format(duration=duration))
        self.ui.presetStagesLabel.text = "\n".join(lines)


def _words(groups: Any) -> list[tuple[str, str]]:
    """Every word of the groups once, in the order of their first use, without "any"."""
    found = dict.fromkeys(word for group in groups for word in group if word != "any")
    return [(word.upper() if word in _SHORT else word.capitalize(), word) for word in found]


def _voxelCount(node: Any) -> int:
    image = node.GetImageData() if node is not None else None
    return image.GetNumberOfPoints() if image is not None else 0
