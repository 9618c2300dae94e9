"""The whole panel: its sections, the parameter set they show, and its reactions to the scene."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from ..core.errors import InputError
from ..core.request import RegistrationRequest
from ..mrml.run.parameter_node import ParameterSet, add_parameter_node, parameter_nodes
from .binding import Binding
from .comparing.section import ComparingSection
from .fold_notes import FoldNotes
from .installation import InstallationError, ensureRequirements
from .messages import errorText, showError
from .readiness import whatIsMissing
from .run_control import RegistrationRun, RunControl
from .section import Section, contentOf
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
from .slice_views import WhenLaidOut, fitViews, viewsToFit
from .tabs import Tabs

_log = logging.getLogger(__name__)
#: Delay after which the panel starts a process for the next Apply.
_WARM_UP_MS = 1500
#: Delay before new nodes are examined, because most get their voxels after they are added.
_NEW_NODES_MS = 200


class RegistrationPanel(VTKObservationMixin):
    """``logic`` prepares, runs and estimates; ``requirements`` is the file of packages that the first Apply needs."""

    def __init__(self, ui: Any, logic: Any, requirements: str):
        VTKObservationMixin.__init__(self)
        self.ui, self._logic, self._requirements = ui, logic, requirements
        self._choices: ParameterSet | None = None
        self._isEntered = False
        self._untouched: tuple[Any, ...] = ()  # content of a set that only this panel has changed
        self.parameterSets = ParameterSetSection(ui, self.setParameterNode)
        self.comparing = ComparingSection(
            ui.resultCollapsibleButton, logic, self._ensurePackage, lambda preset: self.presets.presetsChanged(preset)
        )
        self.result = ResultSection(ui, logic, self.comparing.runs.forgetOutputs)
        self.run = RunSection(ui, self.apply, self.cancel)
        self.presets = PresetSection(ui)
        self.masks = MasksSection(ui, self._showMissing)
        self._transform: Any = None
        self._many: Any = None
        folded = {
            "masksCollapsibleButton": self.masks,
            "startCollapsibleButton": StartSection(ui),
            "outputsCollapsibleButton": OutputsSection(ui, logic.describeBackground),
            "advancedCollapsibleButton": AdvancedSection(ui),
        }
        self.binding = Binding()
        self.sections: list[Section] = [
            self.binding,
            InputsSection(ui),
            self.presets,
            *folded.values(),
            OptionsSection(ui),
            self.run,
            self.result,
            self.comparing,
        ]
        folded |= {"presetCollapsibleButton": self.presets, "resultCollapsibleButton": self.result}
        self.notes = FoldNotes(ui, {name: section.summary for name, section in folded.items()})
        self.binding.addWidgets(ui)
        self.tabs = Tabs(ui, {Tabs.TRANSFORM: lambda: self.transform, Tabs.MANY: lambda: self.many})
        self.control = RunControl(logic, self)
        self._warmUpTimer = _singleShot(_WARM_UP_MS, logic.warmUp)
        self._newNodesTimer = _singleShot(_NEW_NODES_MS, self._takeNewNodes)
        self._whenLaidOut = WhenLaidOut()
        try:
            self._watch(slicer.mrmlScene)
        except BaseException:
            self.cleanup()
            raise

    def _watch(self, scene: Any) -> None:
        """Observe the scene, and show its parameter set."""
        self.addObserver(scene, scene.NodeAddedEvent, self._onNodeAdded)
        self.addObserver(scene, scene.StartCloseEvent, self._onStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self._onEndClose)
        self.addObserver(scene, scene.EndImportEvent, self._onEndImport)
        self.addObserver(scene, scene.EndBatchProcessEvent, self._refresh)
        # Before and after the selectors.
        self.addObserver(scene, scene.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved, priority=10.0)
        self.addObserver(scene, scene.NodeRemovedEvent, self._onNodeRemoved, priority=-10.0)
        nodes = parameter_nodes(scene)
        self.setParameterNode(nodes[0] if nodes else None)

    # --- tabs that are created when they are first shown ---

    @property
    def transform(self) -> Any:
        """The tab Transform."""
        if self._transform is None:
            from .sections.transform import TransformSection

            self._transform = TransformSection(self.ui.transformContents.layout(), self._logic, self._ensureInstalled)
        return self._transform

    @property
    def many(self) -> Any:
        """The tab Many images."""
        if self._many is None:
            from .multi_image.section import ManySection

            self._many = ManySection(self.ui.manyContents.layout(), self._logic, self._ensureInstalled)
            self.sections.append(self._many)
            self.binding.addWidgets(self._many.ui)
            self._many.show(self._choices)
        return self._many

    # --- the parameter set ---

    @property
    def choices(self) -> ParameterSet | None:
        return self._choices

    @property
    def isSettling(self) -> bool:
        """Whether the slice views have not been fitted to a result yet."""
        return self._whenLaidOut.isWaiting

    def enter(self) -> None:
        """Called when the user opens the module: ensures a parameter set and chooses inputs if there are any."""
        self._isEntered = True
        self._takeParameterNode()
        self._warmUpTimer.start()

    def exit(self) -> None:
        self._isEntered = False
        self._warmUpTimer.stop()

    def cleanup(self) -> None:
        """Called when the module is reloaded or Slicer quits. A running registration is dropped."""
        self._warmUpTimer.stop()
        self._newNodesTimer.stop()
        self._whenLaidOut.stop()
        self.control.cleanup()
        for section in self.sections:
            section.show(None)
            section.cleanup()
        if self._transform is not None:
            self._transform.cleanup()
        self.removeObservers()

    def setParameterNode(self, node: Any) -> None:
        """Show the choices of this parameter node; None disables the panel."""
        old = self._choices.node if self._choices is not None else None
        if old is not None and old is not node:
            self.removeObserver(old, vtk.vtkCommand.ModifiedEvent, self._refresh)
        if node is not None and old is not node:
            node.UndoEnabledOn()
            if not node.GetParameterNames():  # just created by the selector
                chooseDefaults(ParameterSet(node))
            self.addObserver(node, vtk.vtkCommand.ModifiedEvent, self._refresh)
        self._choices = ParameterSet(node) if node is not None else None
        self._refresh()

    def _takeParameterNode(self) -> None:
        """Use the current node if it still exists, otherwise one of the scene, otherwise a new one."""
        nodes = parameter_nodes(slicer.mrmlScene)
        current = self._choices.node if self._choices is not None else None
        if not any(node is current for node in nodes):
            current = nodes[0] if nodes else None
        if current is None:
            current = add_parameter_node(slicer.mrmlScene, _("Registration"))
            chooseDefaults(ParameterSet(current))
            self._untouched = contentOf(current)
        elif self._isUntouched(current):
            chooseDefaults(ParameterSet(current))
            self._untouched = contentOf(current)
        self.setParameterNode(current)

    def _isUntouched(self, node: Any) -> bool:
        return self._untouched == contentOf(node)

    def _refresh(self, caller: Any = None, event: Any = None) -> None:
        """Show everything as in the parameter set."""
        if slicer.mrmlScene.IsBatchProcessing():
            return  # the end of it refreshes
        node = self._choices.node if self._choices is not None else None
        if node is not None and node.GetScene() is None:
            self.setParameterNode(None)
            return
        self.parameterSets.show(node)
        if node is not None and not self._isReadable(node):
            return  # it has changed, so this was called again
        for section in self.sections:
            section.show(self._choices)
        self._showMissing()
        if self._choices is not None:
            self.notes.show()

    def _showMissing(self) -> None:
        self.run.setMissing(whatIsMissing(self._choices) or self.masks.missing() or self.presets.missing())

    def _isReadable(self, node: Any) -> bool:
        """Invalid settings, from an edited scene, become the defaults."""
        try:
            return self._choices.settings is not None
        except InputError as problem:
            _log.warning("The parameter set %s cannot be read and gets the defaults: %s", node.GetName(), problem)
            self._choices.set_settings(RegistrationRequest())
            return False

    # --- a registration ---

    def apply(self) -> None:
        """Start a registration with the current choices. Errors that the user can act on are shown in a dialog."""
        try:
            ensureRequirements(self._requirements)
        except InstallationError as problem:
            showError(errorText(problem), _("Elastix Registration"))
            return
        self.run.begin()
        self.result.setRun(None)
        self.control.start(self._choices)

    def _ensureInstalled(self, isCohort: bool = False) -> None:
        """Raises InstallationError if the user declines missing packages."""
        ensureRequirements(self._requirements)
        if isCohort:
            ensureRequirements(Path(self._requirements).with_name("requirements-batch.txt"), "dask")

    def _ensurePackage(self, package: str) -> None:
        ensureRequirements(self._requirements)
        if package:
            ensureRequirements(Path(self._requirements).with_name("requirements-tune.txt"), package)

    def cancel(self) -> None:
        self.control.cancel()

    def onNotStarted(self, message: str, details: str) -> None:
        self.run.end(_("Not started. {message}").format(message=message) if message else "", details, False)
        if message:
            showError(message, _("Elastix Registration"))

    def onProgress(self, event: Any, iterations: Sequence[Any], log: str) -> None:
        self.run.progress(event, iterations, log)

    def onApplied(self, run: RegistrationRun) -> None:
        volume = run.applied.nodes.get("outputVolume")
        if volume is not None:
            fixed = run.job.fixed.node
            others = viewsToFit(fixed)  # the zoom of views that show the fixed volume is the user's own
            slicer.util.setSliceViewerLayers(background=fixed, foreground=volume, foregroundOpacity=0.5)
            self._whenLaidOut.call(lambda: fitViews(others))

    def onDone(self, run: RegistrationRun) -> None:
        seconds = run.handle.progress.elapsed_s if run.handle.progress is not None else 0
        message = _("Done in {seconds} s.").format(seconds=f"{seconds:.1f}")
        if run.savedTo:
            message += " " + _("Saved in {folder}.").format(folder=run.savedTo)
        if run.dicomObject is not None:
            message += " " + _(
                "The DICOM registration object differs from the transform by at most {error} mm."
            ).format(error=f"{run.dicomObject.error_mm:.3f}")
        if run.problem:
            message += " " + _("Failed. {message}").format(message=run.problem)
        if run.handle.progress is not None:
            self.run.progress(run.handle.progress, run.handle.iterations, run.handle.log)
        self.run.end(message, run.handle.log, True)
        self.result.setRun(run)
        self.comparing.add(run)
        self.notes.show()
        if run.problem:
            self._showError(run.problem, run.handle.log)

    def onFailed(self, message: str, details: str) -> None:
        self.run.end(_("Failed. {message}").format(message=message), details, False)
        self._showError(message, details)

    def _showError(self, message: str, details: str) -> None:
        showError(message, _("The registration failed"), details)

    def onCancelled(self, reason: str, details: str) -> None:
        self.run.end(reason or _("Canceled. The scene is as it was before."), details, False, whatever=bool(reason))

    # --- events of the scene ---

    def _onNodeAdded(self, caller: Any, event: Any) -> None:
        self._newNodesTimer.start()

    def _takeNewNodes(self) -> None:
        """Use volumes that were loaded while the panel is shown as inputs, unless inputs are chosen."""
        if slicer.mrmlScene.IsBatchProcessing() or self._choices is None:
            return
        if self._isShown() and not self.control.isRunning:
            chooseDefaults(self._choices, latest=True)
        self._refresh()

    def _onNodeAboutToBeRemoved(self, caller: Any, event: Any) -> None:
        for section in self.sections:
            section.hold(True)

    def _onNodeRemoved(self, caller: Any, event: Any) -> None:
        for section in self.sections:
            section.hold(False)
        missing = self.control.missingNode()
        if missing:
            self.control.cancel(_("Canceled, because {name} was removed.").format(name=missing))
        self.result.nodeRemoved()
        self.comparing.nodeRemoved()
        if self._many is not None:
            self._many.nodeRemoved()
        if self._transform is not None:
            self._transform.enable()
        if not slicer.mrmlScene.IsBatchProcessing():
            self._refresh()

    def _onStartClose(self, caller: Any, event: Any) -> None:
        self.run.forget()
        self.control.cancel(_("Canceled, because the scene was closed."))
        self.result.sceneClosed()
        self.comparing.sceneClosed()
        if self._transform is not None:
            self._transform.sceneClosed()
        if self._many is not None:
            self._many.sceneClosed()
        self.setParameterNode(None)

    def _onEndClose(self, caller: Any, event: Any) -> None:
        if self._isShown():
            self._takeParameterNode()

    def _onEndImport(self, caller: Any, event: Any) -> None:
        """When a scene was loaded, its parameter set replaces one that nobody has used."""
        nodes = parameter_nodes(slicer.mrmlScene)
        mine = [node for node in nodes if self._isUntouched(node)]
        if mine and len(nodes) > 1:
            self.setParameterNode(next(node for node in nodes if node is not mine[0]))
            slicer.mrmlScene.RemoveNode(mine[0])
        elif self._isShown():
            self._takeParameterNode()

    def _isShown(self) -> bool:
        """Whether the panel is visible; a reloaded module is visible without ``enter``."""
        return self._isEntered or self.ui.applyButton.isVisible()


def _singleShot(milliseconds: int, slot: Callable[[], None]) -> Any:
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.connect("timeout()", slot)
    return timer
