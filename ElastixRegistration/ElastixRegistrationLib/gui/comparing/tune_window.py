"""A window that searches for better parameters for images like those in the scene or in a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...mrml.comparing.history import method_name
from ...mrml.run.parameter_node import FIXED_VOLUME, MOVING_VOLUME
from ...mrml.run.scene_presets import scene_presets
from ..messages import methodTitle, tell, translated
from ..section import fillComboBox
from .task_window import TaskWindow

#: Number of parts of a cross-validation.
_FOLDS = 3


class TuneWindow(TaskWindow):
    """``onPreset(id)`` is called for a new preset of the user."""

    file, prefix = "TuneWindow.ui", "tune"

    def __init__(self, logic: Any, onPreset: Callable[[str], None], ensureInstalled: Callable[[], None]):
        super().__init__(logic, ensureInstalled)
        self._onPreset = onPreset
        self._unchecked: set[str] = set()  # ids of parameter nodes
        self._started: dict[str, Any] = {}
        self._page: Path | None = None

    # --- the window ---

    def sceneClosed(self) -> None:
        """Does nothing, because everything that the search needs is in files."""

    def nodeRemoved(self) -> None:
        if self.choices is not None:
            self.show(self.choices)

    def _connect(self) -> None:
        ui = self.ui
        sources = [(_("Parameter sets of the scene"), "scene"), (_("A table (CSV)"), "table")]
        fillComboBox(ui.tuneSourceSelector, sources)
        judges = [(_("A quarter of the pairs, kept apart"), None), (_("Each third of the pairs in turn"), _FOLDS)]
        fillComboBox(ui.tuneJudgeSelector, judges)
        for comboBox in (ui.tuneSourceSelector, ui.tuneJudgeSelector):
            comboBox.connect("currentIndexChanged(int)", lambda index: self._enable())
        for edit in (ui.tuneTableEdit, ui.tuneFolderEdit):
            edit.connect("currentPathChanged(QString)", lambda path: self._enable())
        ui.tunePairList.connect("itemChanged(QListWidgetItem*)", self._itemChanged)
        ui.tunePageButton.connect("clicked(bool)", self.openPage)

    # --- choices ---

    def pairs(self) -> list[Any]:
        """The parameter nodes of the scene with landmarks, except those that the user unchecked."""
        from ...mrml.comparing.tuning import pairs_of_scene

        return [node for node in pairs_of_scene(slicer.mrmlScene) if node.GetID() not in self._unchecked]

    def _show(self) -> None:
        if self.window is None:
            return
        name = methodTitle(method_name(self.choices.settings, scene_presets(slicer.mrmlScene)))
        tell(self.ui.tuneStartLabel, _("The search starts from {preset}, the preset of the panel.").format(preset=name))
        self._list()
        self._enable()

    def _list(self) -> None:
        from ...mrml.comparing.tuning import pairs_of_scene

        widget = self.ui.tunePairList
        blocked = widget.blockSignals(True)
        widget.clear()
        arrow = "\N{RIGHTWARDS ARROW}"
        for node in pairs_of_scene(slicer.mrmlScene):
            names = [node.GetNodeReference(role).GetName() for role in (MOVING_VOLUME, FIXED_VOLUME)]
            item = qt.QListWidgetItem(f"{node.GetName()}: {names[0]} {arrow} {names[1]}")
            item.setData(qt.Qt.UserRole, node.GetID())
            item.setFlags(qt.Qt.ItemIsUserCheckable | qt.Qt.ItemIsEnabled)
            item.setCheckState(qt.Qt.Unchecked if node.GetID() in self._unchecked else qt.Qt.Checked)
            widget.addItem(item)
        widget.blockSignals(blocked)

    def _itemChanged(self, item: Any) -> None:
        nodeID = item.data(qt.Qt.UserRole)
        (self._unchecked.discard if item.checkState() == qt.Qt.Checked else self._unchecked.add)(nodeID)
        self._enable()

    def _source(self) -> str:
        selector = self.ui.tuneSourceSelector
        return str(selector.itemData(selector.currentIndex))

    def _folds(self) -> int | None:
        selector = self.ui.tuneJudgeSelector
        chosen = selector.itemData(selector.currentIndex)
        return None if chosen is None else int(chosen)

    def _missing(self) -> str:
        isScene = self._source() == "scene"
        count = len(self.pairs()) if isScene else 0
        checks = (
            (self.choices is None, _("Choose a parameter set")),
            (isScene and count < 2, _("Two pairs with landmarks are needed")),
            (isScene and self._folds() is not None and count < _FOLDS, _("Three pairs with landmarks are needed")),
            (not isScene and not os.path.isfile(self.ui.tuneTableEdit.currentPath), _("Choose a table")),
            (not self.ui.tuneFolderEdit.currentPath, _("Choose a folder for the results")),
        )
        return next((text for isMissing, text in checks if isMissing), "")

    # --- the run ---

    def nodes(self) -> Sequence[Any]:
        """No nodes, because everything is in files before the search runs."""
        return []

    def start(self) -> Any:
        """Steps that return the run."""
        yield
        return (yield from self._logic.tuningSteps(**self._started))

    def _begin(self) -> str:
        from ...mrml.comparing.tuning import TuningOptions

        ui, settings = self.ui, self.choices.settings
        options = TuningOptions(
            folder=ui.tuneFolderEdit.currentPath,
            minutes=ui.tuneMinutesSpinBox.value,
            title=ui.tuneTitleEdit.text,
            threads=settings.threads,
            folds=self._folds(),
        )
        self._started = {"request": settings.without_landmarks(), "options": options, "scene": slicer.mrmlScene}
        if self._source() == "scene":
            self._started["nodes"] = self.pairs()
        else:
            self._started["table"] = ui.tuneTableEdit.currentPath
        self._page = None
        return str(_("Measuring the start ..."))

    def onProgress(self, run: Any) -> None:
        if run.news is None:
            return
        if run.fraction == 1:
            text = _("Judging the best one on the pairs kept apart ...")
        elif run.news.best is None:
            text = _("{count} tried.").format(count=run.news.trials)
        else:
            text = _("{count} tried; the best has {share} % of the starting error, on the training pairs.")
            text = text.format(count=run.news.trials, share=round(100 * run.news.best))
        self._tellProgress(run.fraction, text)

    def onEnd(self, run: Any, outcome: Any, reason: str) -> None:
        """``outcome``: None if it was cancelled."""
        if outcome is None:
            text = reason or _("Canceled. Finished trials stay in the folder; the same pairs continue from there.")
        else:
            self._page = outcome.page
            kept = _("No preset was kept.")
            if outcome.preset is not None:
                kept = _("It is now your preset {name}.").format(name=outcome.preset.title)
                self._onPreset(outcome.preset.id)
            text = f"{translated(outcome.sentence)} {kept}"
        self._say(text)

    def _failure(self) -> str:
        return str(_("The search failed"))

    def openPage(self, checked: bool = False) -> None:
        """Open the history of the search in the web browser."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._page)))

    def _enable(self) -> None:
        if self.window is None:
            return
        ui, isRunning = self.ui, self.control.isRunning
        self._showButton(_("Tune"))
        isScene = self._source() == "scene"
        ui.tunePairList.visible = isScene
        ui.tuneTableEdit.visible = ui.tuneTableLabel.visible = not isScene
        ui.tuneSourceSelector.enabled = ui.tuneJudgeSelector.enabled = not isRunning
        for widget in (ui.tuneTableEdit, ui.tuneMinutesSpinBox, ui.tuneFolderEdit, ui.tuneTitleEdit, ui.tunePairList):
            widget.enabled = not isRunning
        ui.tunePageButton.enabled = self._page is not None and self._page.is_file()
