"""Sequences, groups and cohorts: a tab for each, one button that starts and cancels, one status line.

It has its own .ui file. Preset, background, interpolation, threads and seed are those of the panel.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from ...core.presets.texts import duration_text
from ..installation import InstallationError
from ..messages import errorText, showError, tell
from ..section import Section, contentOf, reveal
from .cohort_part import CohortPart
from .control import ManyControl
from .group_part import GroupPart
from .part import ManyPart
from .sequence_part import SequencePart

_UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "ManyImagesSection.ui"
_KINDS = ("sequence", "group", "cohort")


class ManySection(Section):
    """``logic`` does the work. ``ensureInstalled(isCohort)`` raises InstallationError if packages are missing.

    ``page`` is the layout of the panel's tab.
    """

    def __init__(self, page: Any, logic: Any, ensureInstalled: Callable[[bool], None]):
        self.widget = slicer.util.loadUI(str(_UI))
        super().__init__(slicer.util.childWidgetVariables(self.widget))
        self._ensureInstalled = ensureInstalled
        self._began = 0.0
        self._running: ManyPart | None = None
        # The last message, and its choices; None: the choices after a scene or node was removed.
        self._told: dict[ManyPart, tuple[str, tuple[Any, ...] | None]] = {}
        ui = self.ui
        page.addWidget(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        self._cohort = CohortPart(ui, logic)
        self.parts: dict[str, ManyPart] = dict(
            zip(_KINDS, (SequencePart(ui, logic), GroupPart(ui, logic), self._cohort), strict=True)
        )
        self.control = ManyControl(self)
        ui.manyTabs.connect("currentChanged(int)", self._tabChanged)
        ui.manyRunButton.connect("clicked(bool)", self._clicked)
        ui.openPageButton.connect("clicked(bool)", self.openPage)
        ui.manyProgressBar.visible = False
        tell(ui.manyMessageLabel, "")

    def show(self, choices: Any) -> None:
        for part in self.parts.values():
            part.show(choices)
        super().show(choices)
        self._showButtons()
        self._showMessage()

    def hold(self, held: bool) -> None:
        super().hold(held)
        for part in self.parts.values():
            part.hold(held)

    def cleanup(self) -> None:
        self.control.drop()
        self.widget.setMRMLScene(None)

    def sceneClosed(self) -> None:
        """A cohort summarizes its folder; the others keep nothing."""
        reason = _("Canceled, because the scene was closed.")
        self._told.clear()
        self._showMessage()
        if self._running is self._cohort:
            self.control.cancel(reason)
        else:
            self.control.drop(reason)

    def nodeRemoved(self) -> None:
        missing = self.control.missingNode()
        if missing:
            self.control.drop(_("Canceled, because {name} was removed.").format(name=missing))

    def run(self) -> None:
        """Start the run of the current tab. Errors that the user can act on are shown in a dialog."""
        part = self._part()
        try:
            self._ensureInstalled(part is self._cohort)
        except InstallationError as problem:
            showError(errorText(problem), _("Elastix Registration"))
            return
        self._began, self._running = time.monotonic(), part
        part.begin()
        self.ui.manyProgressBar.value = 0
        self._say(_("Starting ..."))
        self.control.start(part)
        self._showButtons()
        reveal(self.ui.manyProgressBar)

    def openPage(self, checked: bool = False) -> None:
        page = self._cohort.page()
        if page is not None:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(page)))

    # --- calls from the control ---

    def onProgress(self, run: Any) -> None:
        self.ui.manyProgressBar.value = round(1000 * run.fraction)
        self._say(self._running.progressText(run))

    def onEnd(self, run: Any, outcome: Any, reason: str) -> None:
        """``outcome``: None without a result."""
        seconds = time.monotonic() - self._began
        wasCancelled = run is None or run.state == "cancelled"
        if outcome is None:
            self._say(reason or _("Canceled. The scene is as it was before."), whatever=bool(reason))
        else:
            sentence = self._running.done(run, outcome)
            before = reason or (_("Canceled.") if wasCancelled else "")
            after = "" if wasCancelled else _("It took {duration}.").format(duration=duration_text(seconds))
            self._say(" ".join(filter(None, (before, sentence, after))), whatever=bool(reason))
        self._showButtons()

    def onFailed(self, message: str, details: str) -> None:
        self._say(_("Failed. {message}").format(message=message) if message else "")
        self._showButtons()
        if message:
            showError(message, _("The registration failed"), details)

    # --- helpers ---

    def _show(self) -> None:
        index = _KINDS.index(self.choices.text("many.kind")) if self.choices.text("many.kind") in _KINDS else 0
        if self.ui.manyTabs.currentIndex != index:
            self.ui.manyTabs.setCurrentIndex(index)

    def _part(self) -> ManyPart:
        return self.parts[_KINDS[self.ui.manyTabs.currentIndex]]

    def _tabChanged(self, index: int) -> None:
        if self.isFree():
            self.choices.set("many.kind", _KINDS[index])
        self._showButtons()
        self._showMessage()

    def _clicked(self, checked: bool = False) -> None:
        if self.control.isRunning:
            self.control.cancel()
        elif self.choices is not None and not self._part().missing():
            self.run()

    def _showButtons(self) -> None:
        ui, isRunning = self.ui, self.control.isRunning
        missing = "" if isRunning else _("Choose a parameter set") if self.choices is None else self._part().missing()
        ui.manyRunButton.text = _("Cancel") if isRunning else missing or self._part().title
        ui.manyRunButton.enabled = isRunning or not missing
        ui.manyTabs.enabled = not isRunning
        ui.manyProgressBar.visible = isRunning
        isCohort = self._part() is self._cohort
        ui.openPageButton.visible = isCohort
        ui.openPageButton.enabled = isCohort and not isRunning and self._cohort.page() is not None

    def _say(self, message: str, whatever: bool = False) -> None:
        """Show a message about the run with its tab until a choice changes. ``whatever``: also after that, because
        the message is about that change."""
        part = self._running or self._part()
        isBound = not whatever and self.choices is not None and not self.control.isRunning
        self._told[part] = (message, contentOf(self.choices.node) if isBound else ())
        self._showMessage()

    def _showMessage(self) -> None:
        # Closing the scene removes the choice of the tab, but must not remove the message about it.
        isOfRun = self.control.isRunning or self._told.get(self._running, ("", None))[1] == ()
        part = self._running if isOfRun and self._running is not None else self._part()
        message, content = self._told.get(part, ("", ()))
        if content and (self.choices is None or _without(content) != _without(contentOf(self.choices.node))):
            message = ""
        tell(self.ui.manyMessageLabel, message)


def _without(content: tuple[Any, ...], name: str = "many.kind") -> list[Any]:
    """The choices without the current tab, which does not affect the run."""
    return [item for item in content if not (isinstance(item, tuple) and item[0] == name)]
