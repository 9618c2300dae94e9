"""The window to edit a preset. It shows a PresetDraft of the core and passes changes on to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...core.errors import ElastixRegistrationError
from ...core.parameters.schema import find_parameter
from ...core.parameters.validation import Problem
from ...core.presets.catalog import built_in_presets, list_presets
from ...core.presets.draft import PresetDraft
from ...core.presets.preset import SCENE, USER, Preset, checked_title, free_title
from ...core.presets.rows import addable, first_values, rows, with_cell, with_resolutions
from ...core.presets.user_presets import user_presets
from ...mrml.run.scene_presets import free_scene_id, save_in_scene, scene_presets
from ..messages import errorText
from .problems import ProblemList, RegistrationContext
from .quick_edits import QuickEdits
from .resolutions import ResolutionTable
from .stages import StageList
from .table import ParameterTable, meaningText
from .text import StageText

_MAX_STEPS = 200


class PresetEditor:
    """A window that is created when first opened. ``onSaved(preset)`` is called with each saved preset."""

    def __init__(self, uiPath: str, onSaved: Callable[[Preset], None]):
        self._uiPath, self._onSaved = uiPath, onSaved
        self.window: Any = None
        self.ui: Any = None
        self._steps: list[PresetDraft] = []
        self._step = 0
        self._stage = 0
        self._given = RegistrationContext()

    @property
    def draft(self) -> PresetDraft:
        return self._steps[self._step]

    def open(self, preset: Preset, given: RegistrationContext) -> None:
        """Show ``preset``, or its draft from before the window was closed. Raises ParameterError for a preset whose
        files cannot be read."""
        if self.window is None:
            self._build()
        if not self._steps or self._steps[0].preset != preset:
            draft = PresetDraft.of(preset)
            if not self._mayDrop():
                return
            self._begin(draft)
        self.setGiven(given)
        self.window.show()
        self.window.raise_()

    def setGiven(self, given: RegistrationContext) -> None:
        """Update after other volumes, masks or points were chosen."""
        changed, self._given = given != self._given, given
        if changed and self.window is not None and self._steps:
            self._show()

    def edit(self, change: Callable[[PresetDraft], PresetDraft], stage: int | None = None) -> None:
        """Make a change that can be undone, and go to ``stage``. If the change is refused, the reason is shown and
        nothing changes."""
        self.text.flush()
        try:
            draft = change(self.draft)
        except ElastixRegistrationError as problem:
            slicer.util.errorDisplay(errorText(problem), windowTitle=_("Preset editor"))
        else:
            self._stage = self._stage if stage is None else stage
            self._add(draft)
        self._show()

    def goTo(self, stage: int) -> None:
        self.text.flush()
        self._stage = stage
        self._show()

    def cleanup(self) -> None:
        if self.window is not None:
            self.text.cleanup()
            self.table.cleanup()
            self.window.hide()
            self.window.deleteLater()
            self.window = None

    def _build(self) -> None:
        self.window = slicer.util.loadUI(self._uiPath)
        self.window.setParent(slicer.util.mainWindow(), qt.Qt.Dialog)
        self.ui = ui = slicer.util.childWidgetVariables(self.window)
        self.quickEdits = QuickEdits(ui, self.edit)
        self.stages = StageList(ui, self.goTo, self.edit)
        self.table = ParameterTable(ui.parameterTable, self._valuesEdited, self._parameterChosen)
        self.resolutions = ResolutionTable(ui, self._cellEdited, self._resolutionsEdited)
        self.text = StageText(ui.stageText, self._typed)
        self.problems = ProblemList(ui, self._problemChosen)
        ui.editorSplitter.setSizes([190, 650, 340])
        ui.addParameterSelector.lineEdit().placeholderText = _("Parameter to add")
        ui.parameterSearchBox.connect("textChanged(QString)", lambda text: self._show())
        ui.addParameterButton.connect("clicked(bool)", self._addParameter)
        ui.removeParameterButton.connect("clicked(bool)", self._removeParameter)
        ui.undoButton.connect("clicked(bool)", lambda checked: self._undo(-1))
        ui.redoButton.connect("clicked(bool)", lambda checked: self._undo(1))
        ui.saveInSceneButton.connect("clicked(bool)", self.saveInScene)
        ui.saveMineButton.connect("clicked(bool)", self.saveMine)
        ui.closeButton.connect("clicked(bool)", self._closeClicked)

    # --- the draft and its history ---

    def _begin(self, draft: PresetDraft) -> None:
        self._steps, self._step, self._stage = [draft], 0, len(draft.stages) - 1
        title = draft.preset.title
        if draft.is_read_only:
            taken = list_presets(others=scene_presets(slicer.mrmlScene))
            title = free_title(_("{title} (edited)").format(title=title), taken)
        self.ui.titleEdit.text = title
        origins = {USER: _("one of your presets"), SCENE: _("from this scene")}
        note = origins.get(draft.preset.origin, _("built-in; saved under another name"))
        if draft.preset.adapts:
            note += "; " + _("adapted to each pair until you change it")
        self.ui.originLabel.text = note
        self._show()

    def _add(self, draft: PresetDraft) -> None:
        if draft.stages != self.draft.stages:
            # The first step is the opened preset, to detect changes.
            self._steps = [self._steps[0], *[*self._steps[1 : self._step + 1], draft][-_MAX_STEPS:]]
            self._step = len(self._steps) - 1

    def _undo(self, by: int) -> None:
        self.text.flush()
        self._step = max(0, min(self._step + by, len(self._steps) - 1))
        self._show()

    def _show(self) -> None:
        draft, ui = self.draft, self.ui
        self._stage = max(0, min(self._stage, len(draft.stages) - 1))
        stage = draft.maps[self._stage] if draft.stages else None
        dimension = self._given.dimensionFor(draft)
        problems = self._given.problems(draft)
        marked: dict[str, str] = {}
        for problem in reversed(problems):  # errors come first, so they overwrite warnings
            if problem.stage == self._stage and problem.parameter:
                marked[problem.parameter] = problem.severity
        self.quickEdits.show(draft)
        self.stages.show(draft, self._stage, {p.stage for p in problems if p.severity == "error"})
        self.text.show(draft.stages[self._stage].text if draft.stages else "")
        words = ui.parameterSearchBox.text.lower().split()
        self.table.show(rows(stage) if stage is not None else [], words, marked)
        self._showAddable(sorted(parameter.name for parameter in addable(stage)) if stage is not None else [])
        self.resolutions.show(stage, dimension)
        self.problems.show(problems, dimension, self._given.fixedMask or self._given.movingMask)
        ui.stageTabs.enabled = stage is not None
        ui.stageText.enabled = bool(draft.stages)
        ui.undoButton.enabled = self._step > 0
        ui.redoButton.enabled = self._step < len(self._steps) - 1
        self._showMeaning()

    def _showAddable(self, names: Sequence[str]) -> None:
        selector = self.ui.addParameterSelector
        if [selector.itemText(n) for n in range(selector.count)] != list(names):
            selector.clear()
            for name in names:
                selector.addItem(name)
            selector.setCurrentIndex(-1)

    def _showMeaning(self) -> None:
        chosen = self.table.chosen()
        text = meaningText(chosen) if chosen is not None else _("Choose a parameter to read its description.")
        self.ui.meaningLabel.text = text
        self.ui.removeParameterButton.enabled = chosen is not None

    # --- actions of the user ---

    def _valuesEdited(self, name: str, values: Sequence[str]) -> None:
        if values:
            self.edit(lambda draft: draft.with_values(self._stage, name, values))
        else:
            self._show()  # an empty line is no value; Remove deletes a parameter

    def _cellEdited(self, name: str, resolution: int, text: str) -> None:
        dimension = self._given.dimensionFor(self.draft)
        self.edit(lambda draft: with_cell(draft, self._stage, name, resolution, text, dimension))

    def _resolutionsEdited(self, count: int) -> None:
        dimension = self._given.dimensionFor(self.draft)
        self.edit(lambda draft: with_resolutions(draft, self._stage, count, dimension))

    def _addParameter(self, checked: bool = False) -> None:
        name = self.ui.addParameterSelector.currentText.strip()
        if not name:
            return
        stage = self.draft.maps[self._stage]
        known = find_parameter(name)
        values = stage.get(name) or (first_values(known, stage) if known is not None else ("?",))
        self.ui.parameterSearchBox.text = ""
        self.edit(lambda draft: draft.with_values(self._stage, name, values))
        self.table.choose(name)

    def _removeParameter(self, checked: bool = False) -> None:
        chosen = self.table.chosen()
        if chosen is not None:
            self.edit(lambda draft: draft.with_values(self._stage, chosen.name, ()))

    def _parameterChosen(self, name: str) -> None:
        self._showMeaning()
        line = self.draft.line(self._stage, name)
        if line is not None:
            self.text.goTo(line)

    def _problemChosen(self, problem: Problem) -> None:
        if problem.stage is not None:
            self.goTo(problem.stage)
        if problem.parameter:
            self.ui.parameterSearchBox.text = ""
            self.table.choose(problem.parameter)
        if problem.line is not None:
            self.text.goTo(problem.line)

    def _typed(self, text: str) -> None:
        if self.draft.stages:
            self._add(self.draft.with_text(self._stage, text))
            self._show()

    # --- saving ---

    def saveMine(self, checked: bool = False) -> None:
        """Save to the user's presets; this replaces the edited one if it is one of them and kept its name."""
        self._save(USER)

    def saveInScene(self, checked: bool = False) -> None:
        """Save to the scene; this replaces the edited one if it is in the scene and kept its name."""
        self._save(SCENE)

    def _save(self, origin: str) -> None:
        self.text.flush()
        preset, title = self.draft.preset, self.ui.titleEdit.text.strip()
        if not title:
            self.ui.titleEdit.setFocus()
            slicer.util.errorDisplay(_("Give the preset a name."), windowTitle=_("Preset editor"))
            return
        same = preset.origin == origin and title == preset.title
        mine, scene, stage = user_presets(), slicer.mrmlScene, self._stage
        try:
            if not same:
                there = scene_presets(scene) if origin == SCENE else mine.presets()
                checked_title(title, [*built_in_presets().values(), *there])
            if origin == SCENE:
                presetID = preset.id if same else free_scene_id(scene, title, mine)
                saved = save_in_scene(scene, self.draft.to_preset(presetID, title, SCENE))
            else:
                presetID = preset.id if same else mine.free_id(title, tuple(built_in_presets()))
                saved = mine.save(self.draft.to_preset(presetID, title, USER), overwrite=same)
        except ElastixRegistrationError as problem:
            slicer.util.errorDisplay(errorText(problem), windowTitle=_("The preset was not saved"))
            return
        self._begin(PresetDraft.of(saved))
        self.goTo(stage)
        self._onSaved(saved)

    def _closeClicked(self, checked: bool = False) -> None:
        self.text.flush()
        if self._mayDrop():
            self._steps = []
            self.window.hide()

    def _mayDrop(self) -> bool:
        """Whether unsaved changes may be discarded; asks the user if there are any."""
        if not self._steps or self.draft.stages == self._steps[0].stages:
            return True
        question = _("The changes to {title} are not saved. Discard them?").format(title=self.ui.titleEdit.text)
        return slicer.util.confirmOkCancelDisplay(question, windowTitle=_("Preset editor"))
