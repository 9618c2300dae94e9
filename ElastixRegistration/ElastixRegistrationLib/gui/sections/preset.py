"""The choice of the preset: a searchable list, description, accuracy and time; stages and source in a fold."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import qt
import slicer
from slicer.i18n import tr as _

from ...core.errors import InputError
from ...core.images.geometry import Geometry
from ...core.parameters.maps import ParameterMap
from ...core.parameters.rules import uses_points
from ...core.presets import texts as preset_texts
from ...core.presets.catalog import find_preset, known_words, list_presets
from ...core.presets.draft import PresetDraft
from ...core.presets.preset import SCENE, USER, Preset
from ...core.registration.memory import WORTH_TELLING, run_bytes
from ...mrml.run.parameter_node import FIXED_MASK, FIXED_POINTS, FIXED_VOLUME, MOVING_MASK, MOVING_VOLUME
from ...mrml.run.scene_presets import scene_presets
from ..messages import presetAccuracy, presetDescription, presetTitle, tell, translated
from ..preset_editor.manager import PresetManager
from ..preset_editor.problems import RegistrationContext, problemColor, problemText
from ..preset_editor.table import ORANGE, RED
from ..section import Section, dimensionOf, fillComboBox, selectValue

#: The preset in which landmarks guide the registration.
_GUIDED = "landmarks"
_SHORT = {"ct", "mr", "pet", "us", "cbct"}
# Almost every parameter file requests files from elastix that are never written here.
_NOT_WORTH_TELLING = ("WriteResultImage", "WriteTransformParametersEachResolution", "WriteITKCompositeTransform")


class PresetSection(Section):
    def __init__(self, ui: Any):
        super().__init__(ui)
        self._shownFor: tuple[Any, ...] = ()
        self._lacksLandmarks = False
        self._otherDimension: int | None = None  # dimension of the images, if the preset is not for it
        self.manager = PresetManager(ui, self._chosen, self._given, self.presetsChanged)
        self._fillFilters()
        fillComboBox(ui.dimensionFilter, [(_("2D and 3D"), ""), (_("2D"), "2"), (_("3D"), "3")])
        self._list()
        ui.presetAccuracyLabel.setForegroundRole(qt.QPalette.PlaceholderText)
        ui.presetFindFrame.visible = False
        ui.findPresetButton.connect("toggled(bool)", self._find)
        for comboBox in (ui.modalityFilter, ui.anatomyFilter, ui.dimensionFilter):
            comboBox.connect("currentIndexChanged(int)", self._filterChanged)
        ui.presetSearchBox.connect("textChanged(QString)", self._filterChanged)
        ui.presetSelector.connect("currentIndexChanged(int)", self._presetChanged)

    def _show(self) -> None:
        self._list()
        settings = self.choices.settings
        selectValue(self.ui.presetSelector, settings.preset)
        self._describe()
        self.manager.show()

    def summary(self) -> str:
        """The number of stages, for the header of the folded section."""
        count = len(self.ui.presetStagesLabel.text.splitlines())
        return _("1 stage") if count == 1 else _("{count} stages").format(count=count) if count else ""

    def missing(self) -> str:
        """What the preset needs and lacks, as a text for the button; "" if nothing."""
        if self._otherDimension is not None:
            return _("Choose a preset for {dimension}D images").format(dimension=self._otherDimension)
        return _("Choose the landmarks that the preset needs") if self._lacksLandmarks else ""

    def _find(self, shown: bool) -> None:
        """Show or hide the filters; hidden filters do not hide presets."""
        ui = self.ui
        ui.presetFindFrame.visible = shown
        if shown:
            ui.presetSearchBox.setFocus()
            return
        for comboBox in (ui.modalityFilter, ui.anatomyFilter, ui.dimensionFilter):
            comboBox.setCurrentIndex(0)
        ui.presetSearchBox.text = ""

    def cleanup(self) -> None:
        self.manager.cleanup()

    def _fillFilters(self) -> None:
        ui, presets = self.ui, list_presets(others=scene_presets(slicer.mrmlScene))
        for comboBox, everything, words in (
            (ui.modalityFilter, _("Any modality"), known_words(presets, "modality")),
            (ui.anatomyFilter, _("Any region"), known_words(presets, "anatomy")),
        ):
            chosen = comboBox.itemData(comboBox.currentIndex)
            fillComboBox(comboBox, [(everything, ""), *((_shownWord(word), word) for word in words)])
            selectValue(comboBox, chosen or "")

    def presetsChanged(self, presetID: str) -> None:
        """Presets were created, renamed or deleted; the given one is chosen now."""
        self._fillFilters()
        self._shownFor = ()
        if self.choices is not None:
            self.choices.set_settings(replace(self.choices.settings, preset=presetID, parameter_files=()))
            self.show(self.choices)

    def _given(self) -> RegistrationContext:
        if self.choices is None:
            return RegistrationContext()
        return RegistrationContext(
            dimension=dimensionOf(self.choices.reference(FIXED_VOLUME)),
            fixedMask=self.choices.reference(FIXED_MASK) is not None,
            movingMask=self.choices.reference(MOVING_MASK) is not None,
            points=self.choices.reference(FIXED_POINTS) is not None,
        )

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
        """List the presets that match the filters, and always the chosen one, because a filter does not change the
        choice."""
        ui = self.ui
        dimension = ui.dimensionFilter.itemData(ui.dimensionFilter.currentIndex)
        found = list_presets(
            ui.modalityFilter.itemData(ui.modalityFilter.currentIndex) or None,
            ui.anatomyFilter.itemData(ui.anatomyFilter.currentIndex) or None,
            int(dimension) if dimension else None,
            ui.presetSearchBox.text,
            others=scene_presets(slicer.mrmlScene),
            more_text=lambda preset: f"{presetTitle(preset)} {presetDescription(preset)}",
        )
        if self.choices is not None:
            chosen = self._chosen()
            if chosen is not None and chosen not in found:
                found = [chosen, *found]
        items = [(_titleOf(preset), preset.id) for preset in found]
        shown = [(ui.presetSelector.itemText(n), ui.presetSelector.itemData(n)) for n in range(ui.presetSelector.count)]
        if items != shown:
            fillComboBox(ui.presetSelector, items)
        chosen = self._chosen()
        text = _("How to register: {title}. The list has {count} presets.")
        title = _titleOf(chosen) if chosen is not None else ""
        ui.presetSelector.toolTip = text.format(title=title, count=len(found))

    def _chosen(self) -> Preset | None:
        if self.choices is None:
            return None
        try:
            return find_preset(self.choices.settings.preset, scene_presets(self.choices.node.GetScene()))
        except InputError:
            return None  # from another version of this module or another user

    def _describe(self) -> None:
        preset = self._chosen()
        if preset is None:
            self._shownFor, self._lacksLandmarks, self._otherDimension = (), False, None
            text = _("This scene uses the preset {name}, which is not available here.")
            self._tell(text.format(name=self.choices.settings.preset))
            return
        grids = [_gridOf(self.choices.reference(role)) for role in (FIXED_VOLUME, MOVING_VOLUME)]
        given = self._given()
        self._otherDimension = self._dimensionBeside(preset)
        settings, start = self.choices.settings, self.choices.text("start")
        shown = (preset, grids, given, settings.effort, settings.full_resolution, settings.landmark_weight, start)
        if self._shownFor == shown:
            return
        self._shownFor = shown
        try:
            stages = preset.stages()
        except InputError as problem:
            self._lacksLandmarks = False
            self._tell(presetDescription(preset), problems=html.escape(str(problem)))
            return
        sentences = (_accuracyText(preset), _costText(preset, stages, grids, settings))
        lines = [f"{n}. {translated(preset_texts.stage_text(stage))}" for n, stage in enumerate(stages, 1)]
        self._tell(
            presetDescription(preset),
            " ".join(filter(None, sentences)),
            "\n".join(lines),
            _referenceText(preset),
            self._problemsText(preset, stages, given),
        )
        self.ui.presetAccuracyLabel.toolTip = "; ".join(presetAccuracy(preset))

    def _dimensionBeside(self, preset: Preset) -> int | None:
        """The dimension of both images, if the preset is not for it."""
        first, second = (dimensionOf(self.choices.reference(role)) for role in (FIXED_VOLUME, MOVING_VOLUME))
        isChosen = not self.choices.settings.parameter_files
        return first if isChosen and first is not None and first == second and first not in preset.dimension else None

    def _tell(
        self, description: str, accuracy: str = "", stages: str = "", reference: str = "", problems: str = ""
    ) -> None:
        ui = self.ui
        tell(ui.presetDescriptionLabel, description)
        tell(ui.presetAccuracyLabel, accuracy)
        tell(ui.presetStagesLabel, stages)
        for label, text in ((ui.presetReferenceLabel, reference), (ui.presetProblemsLabel, problems)):
            label.text = text
            label.visible = bool(text)

    def _problemsText(self, preset: Preset, stages: Sequence[ParameterMap], given: RegistrationContext) -> str:
        """What would stop elastix with the current choices, and what it would ignore. Problems with landmarks are
        described in words of the panel, because a choice is missing and not a parameter."""
        usesLandmarks = any(map(uses_points, stages))
        self._lacksLandmarks = usesLandmarks and not given.points
        if self._otherDimension is not None:
            kinds = " / ".join(f"{axes}D" for axes in preset.dimension)
            text = _("This preset is for {kinds} images. Choose another one.").format(kinds=kinds)
            return f'<span style="color: {RED}">{html.escape(text)}</span>'
        lines = [
            (problemColor(problem), problemText(problem))
            for problem in replace(given, points=usesLandmarks).problems(PresetDraft.of(preset))
            if problem.parameter not in _NOT_WORTH_TELLING
        ]
        hasOtherUse = self.choices.settings.landmark_weight is not None or self.choices.text("start") == "landmarks"
        if self._lacksLandmarks:
            lines.insert(0, (RED, _("This preset needs landmarks. Choose them under Masks and landmarks.")))
        elif given.points and not usesLandmarks and not hasOtherUse:
            text = _("This preset does not use the landmarks. Give them a weight, or choose {preset}.")
            lines.append((ORANGE, text.format(preset=presetTitle(find_preset(_GUIDED)))))
        return "<br>".join(f'<span style="color: {color}">{html.escape(text)}</span>' for color, text in lines)


def _accuracyText(preset: Preset) -> str:
    """The first measured accuracy, or a text that nothing was measured."""
    if not preset.validated:
        return _("Not validated.")
    first, *more = presetAccuracy(preset)
    return (_("Measured, for example: {figures}.") if more else _("Measured: {figures}.")).format(figures=first)


def _referenceText(preset: Preset) -> str:
    """The publication, with its link, and all measured accuracies."""
    reference = html.escape(preset.reference)
    link = preset_texts.doi_link(preset.reference)
    if link:
        reference = f'<a href="{html.escape(link)}">{reference}</a>'
    measured = _("Measured: {figures}.").format(figures=html.escape("; ".join(presetAccuracy(preset))))
    return "<br>".join(filter(None, (reference, measured if preset.validated else _("Not validated."))))


def _shownWord(word: str) -> str:
    return word.upper() if word in _SHORT else word.capitalize()


def _gridOf(node: Any) -> tuple[Geometry, int] | None:
    """A grid with size and spacing of a volume, and the bytes of its voxels; None without a volume."""
    image = node.GetImageData() if node is not None else None
    if image is None or image.GetNumberOfPoints() == 0:
        return None
    directions = tuple(map(tuple, np.eye(3).tolist()))
    grid = Geometry(image.GetDimensions(), node.GetSpacing(), (0.0, 0.0, 0.0), directions)
    return grid, image.GetScalarSize() * image.GetNumberOfScalarComponents()


def _costText(preset: Preset, stages: Sequence[ParameterMap], grids: Sequence[Any], settings: Any) -> str:
    """The approximate time, and the memory if it is large."""
    known = [grid for grid in grids if grid is not None]
    if not known:
        return ""
    voxels = sum(int(np.prod(grid.size)) for grid, _bytes in known)
    seconds = preset_texts.expected_seconds(stages, voxels, settings.effort, preset.adapts)
    duration = preset_texts.duration_text(seconds)
    if len(known) == 2:
        (fixed, ofFixed), (moving, ofMoving) = known
        memory = run_bytes(
            fixed,
            moving,
            stages,
            (ofFixed, ofMoving),
            full_resolution=settings.full_resolution,
            adapts=preset.adapts,
            effort=settings.effort,
        )
        if memory >= WORTH_TELLING:
            text = _("About {duration} and {memory} of memory for these two volumes.")
            return text.format(duration=duration, memory=preset_texts.memory_text(memory))
    return _("About {duration} for these two volumes.").format(duration=duration)


def _titleOf(preset: Preset) -> str:
    notes = {USER: _("yours"), SCENE: _("scene")}
    return f"{preset.title} ({notes[preset.origin]})" if preset.origin in notes else presetTitle(preset)
