"""The panel as a whole: its sections, the parameter set they show, and what happens in the scene around them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..core.errors import InputError
from ..core.request import RegistrationRequest
from ..mrml.run.parameter_node import MANY_ROLES, ROLES, ParameterSet, add_parameter_node, parameter_nodes
from .installation import InstallationError, ensureRequirements
from .multi_image.section import ManySection
from .readiness import whatIsMissing
from .run_control import Run, RunControl
from .sections.advanced import AdvancedSection
from .sections.inputs import InputsSection, chooseDefaults
from .sections.masks import MasksSection
from .sections.options import OptionsSection
from .sections.outputs import OutputsSection
from .sections.parameter_set import ParameterSetSection
from .sections.preset import PresetSection
from .sections.result import ResultSection
from .sections.run import RunSection
from .sections.start import StartSection
from .sections.transform import TransformSection

_log = logging.getLogger(__name__)
#: So long after the panel is shown a process is started that the next Apply finds ready.
_WARM_UP_MS = 1500


class RegistrationPanel(VTKObservationMixin):
    """``logic`` prepares, runs and estimates; ``requirements`` is the file of packages that the first Apply needs."""

    def __init__(self, ui: Any, logic: Any, requirements: str):
        VTKObservationMixin.__init__(self)
        self.ui, self._logic, self._requirements = ui, logic, requirements
        self._choices: ParameterSet | None = None
        self._isEntered = False
        self._untouched: tuple[Any, ...] = ()  # content of a set that only this panel has written
        self.parameterSets = ParameterSetSection(ui, self.setParameterNode)
        self.result = ResultSection(ui)
        self.run = RunSection(ui, self.apply, self.cancel)
        self.presets = PresetSection(ui)
        self.transform = TransformSection(ui.resultCollapsibleButton, logic, self._ensureInstalled)
        self.many = ManySection(self.transform.widget, logic, self._ensureInstalled)
        self.sections = (
            InputsSection(ui),
            self.presets,
            MasksSection(ui),
            StartSection(ui),
            OutputsSection(ui, logic.describeBackground),
            AdvancedSection(ui),
            OptionsSection(ui),
            self.run,
            self.result,
            self.many,
        )
        self.control = RunControl(logic, self)
        self._warmUpTimer = qt.QTimer()
        self._warmUpTimer.setSingleShot(True)
        self._warmUpTimer.setInterval(_WARM_UP_MS)
        self._warmUpTimer.connect("timeout()", logic.warmUp)
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._onStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self._onEndClose)
        self.addObserver(scene, scene.EndImportEvent, self._onEndImport)
        self.addObserver(scene, scene.EndBatchProcessEvent, self._refresh)
        # Before and after the selectors.
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved, priority=10.0)
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved, priority=-10.0)
        nodes = parameter_nodes(scene)
        self.setParameterNode(nodes[0] if nodes else None)

    # --- the parameter set ---

    @property
    def choices(self) -> ParameterSet | None:
        return self._choices

    def enter(self) -> None:
        """The user comes to the module: there is a parameter set, and inputs are chosen where there are any."""
        self._isEntered = True
        self._takeParameterNode()
        self._warmUpTimer.start()

    def exit(self) -> None:
        self._isEntered = False
        self._warmUpTimer.stop()

    def cleanup(self) -> None:
        """Module reloaded, or Slicer quits. A run that is going on is dropped."""
        self._warmUpTimer.stop()
        self.control.cleanup()
        for section in self.sections:
            section.show(None)
            section.cleanup()
        self.transform.cleanup()
        self.removeObservers()

    def setParameterNode(self, node: Any) -> None:
        """Show the choices of this parameter node; None shows that there is none."""
        old = self._choices.node if self._choices is not None else None
        if old is not None and old is not node:
            self.removeObserver(old, vtk.vtkCommand.ModifiedEvent, self._refresh)
        if node is not None and old is not node:
            node.UndoEnabledOn()
            if not node.GetParameterNames():  # just made by the selector
                chooseDefaults(ParameterSet(node))
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._refresh)
        self._choices = ParameterSet(node) if node is not None else None
        self._refresh()

    def _takeParameterNode(self) -> None:
        """The current one if it is still there, else one of the scene, else a new one."""
        nodes = parameter_nodes(slicer.mrmlScene)
        current = self._choices.node if self._choices is not None else None
        if not any(node is current for node in nodes):
            current = nodes[0] if nodes else None
        if current is None:
            current = add_parameter_node(slicer.mrmlScene, _("Registration"))
            chooseDefaults(ParameterSet(current))
            self._untouched = _content(current)
        elif self._isUntouched(current):
            chooseDefaults(ParameterSet(current))
            self._untouched = _content(current)
        self.setParameterNode(current)

    def _isUntouched(self, node: Any) -> bool:
        return self._untouched == _content(node)

    def _refresh(self, caller: Any = None, event: Any = None) -> None:
        """Everything as the parameter set has it."""
        if slicer.mrmlScene.IsBatchProcessing():
            return  # the end of it refreshes
        node = self._choices.node if self._choices is not None else None
        if node is not None and node.GetScene() is None:
            self.setParameterNode(None)
            return
        self.parameterSets.show(node)
        if node is not None and not self._isReadable(node):
            return  # it has changed, so this has been called again
        for section in self.sections:
            section.show(self._choices)
        self.run.setMissing(whatIsMissing(self._choices))

    def _isReadable(self, node: Any) -> bool:
        """Settings that nothing can be made of, from a scene that was edited, become the defaults."""
        try:
            return self._choices.settings is not None
        except InputError as problem:
            _log.warning("The parameter set %s cannot be read and gets the defaults: %s", node.GetName(), problem)
            self._choices.set_settings(RegistrationRequest())
            return False

    # --- a registration ---

    def apply(self) -> None:
        """Start with what is chosen. Errors that the user can act on come in a dialog."""
        try:
            ensureRequirements(self._requirements)
        except InstallationError as problem:
            slicer.util.errorDisplay(str(problem), windowTitle=_("Elastix Registration"))
            return
        self.run.begin()
        self.result.setRun(None)
        self.control.start(self._choices)

    def _ensureInstalled(self, isCohort: bool = False) -> None:
        """Raises InstallationError where the user does not want what is missing."""
        ensureRequirements(self._requirements)
        if isCohort:
            ensureRequirements(Path(self._requirements).with_name("requirements-batch.txt"), "dask")

    def cancel(self) -> None:
        self.control.cancel()

    def onNotStarted(self, message: str, details: str) -> None:
        self.run.end(_("Not started."), details, False)
        if message:
            slicer.util.errorDisplay(message, windowTitle=_("Elastix Registration"))

    def onProgress(self, event: Any, iterations: Sequence[Any], log: str) -> None:
        self.run.progress(event, iterations, log)

    def onApplied(self, run: Run) -> None:
        volume = run.applied.nodes.get("outputVolume")
        if volume is not None:
            slicer.util.setSliceViewerLayers(background=run.job.fixed.node, foreground=volume, foregroundOpacity=0.5)

    def onDone(self, run: Run) -> None:
        seconds = run.handle.progress.elapsed_s if run.handle.progress is not None else 0
        message = _("Done in {seconds} s.").format(seconds=f"{seconds:.1f}")
        if run.savedTo:
            message += " " + _("Saved in {folder}.").format(folder=run.savedTo)
        if run.problem:
            message += " " + _("Failed: {message}").format(message=run.problem)
        if run.handle.progress is not None:
            self.run.progress(run.handle.progress, run.handle.iterations, run.handle.log)
        self.run.end(message, run.handle.log, True)
        self.result.setRun(run)
        if run.problem:
            self._showError(run.problem, run.handle.log)

    def onFailed(self, message: str, details: str) -> None:
        self.run.end(_("Failed: {message}").format(message=message), details, False)
        self._showError(message, details)

    def _showError(self, message: str, details: str) -> None:
        slicer.util.errorDisplay(message, windowTitle=_("The registration failed"), detailedText=details)

    def onCancelled(self, reason: str, details: str) -> None:
        self.run.end(reason or _("Cancelled. The scene is as it was."), details, False)

    # --- what happens in the scene ---

    def _onNodeAboutToBeRemoved(self, caller: Any, event: Any) -> None:
        for section in self.sections:
            section.hold(True)

    def _onNodeRemoved(self, caller: Any, event: Any) -> None:
        for section in self.sections:
            section.hold(False)
        missing = self.control.missingNode()
        if missing:
            self.control.cancel(_("Cancelled: {name} was removed.").format(name=missing))
        self.result.nodeRemoved()
        self.many.nodeRemoved()
        self.transform.enable()
        if not slicer.mrmlScene.IsBatchProcessing():
            self._refresh()

    def _onStartClose(self, caller: Any, event: Any) -> None:
        self.control.cancel(_("Cancelled: the scene was closed."))
        self.result.sceneClosed()
        self.transform.sceneClosed()
        self.many.sceneClosed()
        self.setParameterNode(None)

    def _onEndClose(self, caller: Any, event: Any) -> None:
        if self._isShown():
            self._takeParameterNode()

    def _onEndImport(self, caller: Any, event: Any) -> None:
        """A scene was loaded: its parameter set takes the place of one that nobody has used."""
        nodes = parameter_nodes(slicer.mrmlScene)
        mine = [node for node in nodes if self._isUntouched(node)]
        if mine and len(nodes) > 1:
            self.setParameterNode(next(node for node in nodes if node is not mine[0]))
            slicer.mrmlScene.RemoveNode(mine[0])
        elif self._isShown():
            self._takeParameterNode()

    def _isShown(self) -> bool:
        """A reloaded module is shown without having been entered."""
        return self._isEntered or self.ui.applyButton.isVisible()


def _content(node: Any) -> tuple[Any, ...]:
    """Of a parameter node, to see whether somebody has changed it."""
    texts = [(name, node.GetParameter(name)) for name in node.GetParameterNames()]
    return (node.GetID(), *texts, *(node.GetNodeReferenceID(role) for role in (*ROLES, *MANY_ROLES)))
